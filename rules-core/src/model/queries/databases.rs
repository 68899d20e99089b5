//! Questions about storage groups and the databases in them.

use super::super::{At, Set, StorageGroup};
use super::Evs;

impl<'a> Evs<'a> {
    /// Its storage groups that limits count: all but the recovery storage group. One of which it is not known whether it
    /// is that is a gap.
    pub fn storage_groups(self) -> Set<At<'a, StorageGroup>> {
        self.listed().storage_groups().whose(|group| group.recovery(), |recovery| !recovery)
    }

    /// How many storage groups it has at most, whichever of them is for recovery. `None`: there may be more than are
    /// known.
    pub fn storage_groups_at_most(self) -> Option<usize> {
        let all = self.listed().storage_groups().members();
        all.is_complete().then_some(all.peek().len())
    }

    /// How many databases it has at most, whichever of its storage groups is for recovery. `None`: there may be more than
    /// are known.
    pub fn databases_at_most(self) -> Option<u64> {
        let all = self.listed().storage_groups().members();
        let counts = all.peek().iter().map(|group| group.databases().peek().copied().map(u64::from));
        if all.is_complete() { counts.sum() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, StorageGroup, VirtualServer};

    #[test]
    fn only_what_may_count_is_counted() {
        let group = |name: &str| StorageGroup::default().name(name).databases(2_u32);
        let count = |groups: [StorageGroup; 2]| {
            let evs = VirtualServer::default().name("EVS1").storage_groups(groups);
            let cluster = Cluster::new("MAILCLU1").virtual_servers([evs]);
            let all = cluster.view().evs();
            let [evs] = all.peek() else { unreachable!("there is one") };
            let counted = evs.storage_groups();
            (
                counted.peek().len(),
                counted.is_complete(),
                evs.storage_groups_at_most(),
                evs.databases_at_most(),
            )
        };
        let known = [group("SG1").recovery(false), group("RSG").recovery(true)];
        assert_eq!(count(known), (1, true, Some(2), Some(4)));
        assert_eq!(count([group("SG1"), group("SG2")]), (0, false, Some(2), Some(4)));
        let uncounted = StorageGroup::default().name("SG2").recovery(false);
        assert_eq!(count([group("SG1").recovery(false), uncounted]), (2, true, Some(2), None));
    }
}
