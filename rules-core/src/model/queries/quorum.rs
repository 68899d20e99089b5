//! Questions about the quorum.

use super::super::{
    At, ClusterRef, DiskRef, DriveLetter, FactPath, OrNone, ResourceType, Set, WindowsPath, Witness,
};

impl<'a> ClusterRef<'a> {
    /// Whether the quorum stands on a disk, alone or with the nodes.
    pub fn has_quorum_disk(self) -> At<'a, bool> {
        self.quorum().kind().map(|kind| Some(if kind.uses_disk() { &true } else { &false }))
    }

    /// The disk that the quorum stands on. No member: it stands on none, unless the set has gaps. A quorum resource that
    /// is known to be no disk at all has none either.
    pub fn quorum_disks(self) -> Set<DiskRef<'a>> {
        let quorum = self.quorum();
        match (quorum.kind().peek(), quorum.resource().peek()) {
            (None, _) => Set::new([], [quorum.kind().path()]),
            (Some(kind), _) if !kind.uses_disk() => Set::default(),
            (Some(_), None) => Set::new([], [quorum.resource().path()]),
            (Some(_), Some(name)) => {
                let disks = self.disks_named(name);
                if !disks.peek().is_empty() {
                    return disks;
                }
                let resources = self.resources_named(name);
                let is_another_thing = resources.is_complete() && !resources.peek().is_empty();
                let storage = resources.whose(|resource| resource.r#type(), ResourceType::is_storage);
                if is_another_thing && storage.is_complete() && storage.peek().is_empty() {
                    return Set::default();
                }
                disks.and(Set::new([], [self.disks().path()]))
            }
        }
    }

    /// The drive of the quorum disk, with the place that tells it: the letter of the disk, or where that is not known, the
    /// folder of the quorum log. No member: the quorum stands on no disk, unless the set has gaps.
    pub fn quorum_drives(self) -> Set<(DriveLetter, FactPath)> {
        let letters = self.quorum_disks().whose(|disk| disk.letter(), |_| true);
        let (disks, gaps) = letters.into_parts();
        let mut drives: Vec<_> =
            disks.iter().filter_map(|disk| Some((*disk.letter().peek()?, disk.letter().path()))).collect();
        let log = self.quorum().log_path();
        match log.peek().and_then(WindowsPath::drive) {
            Some(drive) if !gaps.is_empty() && self.has_quorum_disk().peek() == Some(&true) => {
                if drives.is_empty() {
                    drives.push((drive, log.path()));
                }
                Set::new(drives, [])
            }
            _ => Set::new(drives, gaps),
        }
    }

    /// The file share witness of the quorum. No member: it has none, unless the set has gaps.
    pub fn file_share_witness(self) -> Set<At<'a, Witness>> {
        let quorum = self.quorum();
        match (quorum.kind().peek(), quorum.witness().peek()) {
            (None, _) => Set::new([], [quorum.kind().path()]),
            (Some(kind), _) if !kind.may_have_witness() => Set::default(),
            (Some(_), None) => Set::new([], [quorum.witness().path()]),
            (Some(_), Some(OrNone::None)) => Set::default(),
            (Some(_), Some(OrNone::Some(_))) => Set::new([quorum.witness().some()], []),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{
        Cluster, Disk, Group, OrNone, Quorum, QuorumKind, Resource, ResourceType, Witness,
    };

    fn cluster(quorum: Quorum, kind: ResourceType) -> Cluster {
        let resource = Resource::default().name("Q").r#type(kind);
        let groups = [Group::default().resources([resource])];
        Cluster::new("MAILCLU1").quorum(quorum).groups(groups).disks([Disk::default().name("S")])
    }

    #[test]
    fn a_quorum_disk_that_is_not_described_is_a_gap_and_another_resource_is_none() {
        let quorum = || Quorum::default().kind(QuorumKind::SharedDisk).resource("Q");
        let disks = |kind| {
            let cluster = cluster(quorum(), kind);
            let disks = cluster.view().quorum_disks();
            (disks.peek().len(), disks.gaps().len())
        };
        assert_eq!(disks(ResourceType::PhysicalDisk), (0, 1));
        assert_eq!(disks(ResourceType::IpAddress), (0, 0));
        let described = cluster(quorum().resource("s"), ResourceType::IpAddress);
        assert_eq!(described.view().quorum_disks().peek().len(), 1);
    }

    #[test]
    fn the_folder_of_the_log_tells_the_drive_where_the_disk_does_not() {
        let quorum = || Quorum::default().kind(QuorumKind::SharedDisk).resource("Q");
        let drives = |quorum: Quorum| {
            let cluster = cluster(quorum, ResourceType::PhysicalDisk);
            let drives = cluster.view().quorum_drives();
            let drive = drives.peek().first().map(|(drive, _)| drive.to_string());
            (drive, drives.gaps().len())
        };
        assert_eq!(drives(quorum()), (None, 1));
        assert_eq!(drives(quorum().log_path(r"q:\MSCS")), (Some("Q".to_owned()), 0));
        assert_eq!(drives(quorum().log_path(r"\MSCS")), (None, 1));
        let votes = Quorum::default().kind(QuorumKind::MajorityNodeSet).log_path(r"q:\MSCS");
        assert_eq!(drives(votes), (None, 0));
    }

    #[test]
    fn only_some_quorum_models_have_a_witness() {
        let witness = |quorum: Quorum| {
            let cluster = cluster(quorum, ResourceType::MajorityNodeSet);
            let witness = cluster.view().file_share_witness();
            (witness.peek().len(), witness.gaps().len())
        };
        let with = |kind| Quorum::default().kind(kind).witness(OrNone::Some(Witness::default()));
        assert_eq!(witness(with(QuorumKind::MajorityNodeSet)), (1, 0));
        assert_eq!(witness(with(QuorumKind::NodeMajority)), (0, 0));
        assert_eq!(witness(Quorum::default().kind(QuorumKind::MajorityNodeSet)), (0, 1));
        assert_eq!(witness(Quorum::default()), (0, 1));
    }
}
