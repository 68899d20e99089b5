//! Questions about virtual servers.

use std::collections::HashSet;

use super::super::{
    Address, At, ClusterRef, DiskRef, DriveLetter, ExchangeVersion, FactPath, GroupRef, Layout, Name,
    ResourceRef, ResourceType, Set, SetupAction, VirtualServer, WindowsPath,
};

/// A virtual server (2000, 2003) or clustered mailbox server (2007): one that the definition lists, or one that it
/// does not list but that shows in a System Attendant.
#[derive(Clone, Copy, Debug)]
pub struct Evs<'a> {
    listed: At<'a, VirtualServer>,
    /// The place of its group among those of the cluster.
    group: Option<usize>,
}

impl<'a> ClusterRef<'a> {
    /// The virtual servers: those that the definition lists. Where the list is absent or partial, every other group with
    /// a System Attendant shows one more; together they are a lower bound, as the list alone can say that there are no
    /// more.
    pub fn evs(self) -> Set<Evs<'a>> {
        let list = self.virtual_servers();
        self.root().ask(|index| {
            let (places, gaps) = index.evs();
            let all = places.iter().map(|&[listed, group]| Evs {
                listed: listed.and_then(|place| list.item(place)).unwrap_or_else(|| self.not_listed()),
                group,
            });
            Set::new(all, gaps.iter().copied())
        })
    }

    fn not_listed(self) -> At<'a, VirtualServer> {
        At::new(self.root(), self.virtual_servers().path(), None)
    }

    /// What [`evs`](Self::evs) are, found out anew.
    pub(in crate::model) fn find_evs(self) -> Set<Evs<'a>> {
        let (listed, gaps) = self.virtual_servers().members().into_parts();
        let mut all: Vec<Evs<'a>> = listed
            .iter()
            .map(|&listed| {
                let group = listed.group().peek().and_then(|name| self.group_named(name));
                Evs { listed, group: group.and_then(place_of) }
            })
            .collect();
        // A listed one whose group was not found may be the one in any group.
        if !gaps.is_empty() && all.iter().all(|evs| evs.group.is_some()) {
            let taken: HashSet<_> = all.iter().map(|evs| evs.group).collect();
            for group in self.groups().items() {
                if !taken.contains(&place_of(group))
                    && !group.resources_of(&ResourceType::SystemAttendant).peek().is_empty()
                {
                    all.push(Evs { listed: self.not_listed(), group: place_of(group) });
                }
            }
        }
        Set::new(all, gaps)
    }

    /// The clustered mailbox servers (2007). A standby cluster has none: it waits for the databases of another one.
    pub fn clustered_mailbox_servers(self) -> Set<Evs<'a>> {
        if self.layout().peek() == Some(&Layout::Standby) { Set::default() } else { self.evs() }
    }

    /// The virtual server that was made first: the only one, or else the one of which the setup log says so. Always one
    /// member, or a gap; the log is the gap where it tells of virtual servers removed since.
    pub fn first_evs(self) -> Set<Evs<'a>> {
        let all = self.evs();
        if all.is_complete() && all.peek().len() == 1 {
            return all;
        }
        let made = self.steps(SetupAction::CreateVirtualServer);
        let mut gaps = [made.gaps(), all.gaps()].concat();
        let first = made.peek().iter().copied().reduce(|first, step| {
            let earlier = step.precedes(first);
            if earlier.is_none() {
                gaps.push(step.started().path());
            }
            if earlier == Some(true) { step } else { first }
        });
        let name = first.map(|step| step.virtual_server());
        gaps.extend(name.filter(|name| name.peek().is_none()).map(At::path));
        let (first, hidden) =
            all.whose(|evs| evs.name(), |other| name.and_then(At::peek) == Some(other)).into_parts();
        if first.is_empty() {
            gaps.extend(hidden);
        }
        let removed = !self.steps(SetupAction::RemoveVirtualServer).peek().is_empty();
        if removed || (first.is_empty() && gaps.is_empty()) {
            gaps.push(self.setup().path());
        }
        Set::new(first, gaps)
    }
}

impl<'a> Evs<'a> {
    /// Its place in the list, and that of its group.
    pub(in crate::model) fn places(self) -> [Option<usize>; 2] {
        [self.listed.path().root_index(), self.group]
    }

    /// Its group, if there is one.
    fn held_by(self) -> Option<GroupRef<'a>> {
        self.listed.cluster().groups().item(self.group?)
    }

    /// Where the virtual server stands: in the list, or the group that shows it.
    pub fn path(self) -> FactPath {
        match (self.listed.peek(), self.held_by()) {
            (None, Some(group)) => group.path(),
            _ => self.listed.path(),
        }
    }

    /// Its facts in the list; all absent for one that is not listed.
    pub fn listed(self) -> At<'a, VirtualServer> {
        self.listed
    }

    /// Its name: as listed, or the one network name of its group.
    pub fn name(self) -> At<'a, Name> {
        if self.listed.peek().is_some() {
            return self.listed.name();
        }
        let names =
            self.held_by().map(|group| group.resources_of(&ResourceType::NetworkName)).unwrap_or_default();
        match names.peek() {
            [only] => only.parameters().name(),
            _ => At::new(self.listed.root(), self.path(), None),
        }
    }

    /// Its Network Name resources: the only one of its group, or, of several, those that bear its name. Another one in the
    /// group is an alias.
    pub fn network_names(self) -> Set<ResourceRef<'a>> {
        let all = self.group().flat_map(|group| group.resources_of(&ResourceType::NetworkName));
        if all.is_complete() && all.peek().len() <= 1 {
            return all;
        }
        let Some(own) = self.name().peek() else {
            return all.and(Set::new([], [self.name().path()]));
        };
        all.whose(|resource| resource.parameters().name(), |name| name == own)
    }

    /// The name of the group that holds it, whether there is such a group or not.
    pub fn group_name(self) -> At<'a, Name> {
        match self.held_by() {
            Some(group) if self.listed.peek().is_none() => group.name(),
            _ => self.listed.group(),
        }
    }

    /// The group that holds it. No member: it has none, unless the set has gaps.
    pub fn group(self) -> Set<GroupRef<'a>> {
        match (self.held_by(), self.listed.group().peek()) {
            (Some(group), _) => Set::new([group], []),
            (None, Some(name)) => self.listed.cluster().groups_named(name),
            (None, None) => Set::new([], [self.listed.group().path()]),
        }
    }

    /// Every folder and file that holds its data: databases, logs, queue, MTA, full-text index.
    pub fn data(self) -> Set<At<'a, WindowsPath>> {
        let others = [self.listed.queue_path(), self.listed.mta_path(), self.listed.full_text_path()];
        self.databases_and_logs().and(known_ones(others))
    }

    /// Every folder and file that holds its data in a version of Exchange: a clustered mailbox server (2007) has no queue,
    /// MTA or full-text index in folders of their own.
    pub fn data_of(self, version: ExchangeVersion) -> Set<At<'a, WindowsPath>> {
        if version == ExchangeVersion::V2007 { self.databases_and_logs() } else { self.data() }
    }

    /// The folders of its data, and the databases, logs and system files of its storage groups.
    pub fn databases_and_logs(self) -> Set<At<'a, WindowsPath>> {
        let listed = self.listed;
        let storage_groups = listed.storage_groups().members().flat_map(|storage_group| {
            let paths = [storage_group.log_path(), storage_group.system_path()];
            storage_group.database_paths().members().and(known_ones(paths))
        });
        listed.data_paths().members().and(storage_groups)
    }

    /// The data of the virtual server that lies on the drive of a disk resource. What lies on the drive of the disk that a
    /// mount point is mounted on may lie on either: it is a gap.
    pub fn data_on(self, disk: ResourceRef<'a>) -> Set<At<'a, WindowsPath>> {
        let disks = disk.disk();
        let gaps = if disks.peek().is_empty() { vec![disk.cluster().disks().path()] } else { Vec::new() };
        disks.and(Set::new([], gaps)).flat_map(|disk| {
            disk.drives().flat_map(|drive| {
                let data = self
                    .data()
                    .filter(|path| path.peek().and_then(WindowsPath::drive).as_ref() == drive.peek());
                if drive.path() == disk.letter().path() {
                    return data;
                }
                let (on_host, mut gaps) = data.into_parts();
                gaps.extend(on_host.first().map(|_| disk.letter().path()));
                Set::new([], gaps)
            })
        })
    }

    /// The nodes that it runs on, by name: as listed, or else the owner of its group.
    pub fn running_on(self) -> Set<At<'a, Name>> {
        let listed = self.listed.running_on();
        if listed.peek().is_some() {
            return listed.members();
        }
        match self.held_by().map(At::owner) {
            Some(owner) if owner.peek().is_some() => Set::new([owner], []),
            Some(owner) if self.listed.peek().is_none() => Set::new([], [owner.path()]),
            _ => Set::new([], [listed.path()]),
        }
    }

    /// The disks that the disk resources of its group stand for. A disk resource without a disk is a gap.
    pub fn disks(self) -> Set<DiskRef<'a>> {
        self.group().flat_map(GroupRef::storage).flat_map(|resource| {
            let mut disks = resource.disk();
            if disks.peek().is_empty() {
                disks.add_gap(self.listed.cluster().disks().path());
            }
            disks
        })
    }

    /// The drives under which its disks are found.
    pub fn drives(self) -> Set<At<'a, DriveLetter>> {
        self.disks().flat_map(DiskRef::drives)
    }

    /// The addresses of its group, but for those that come from DHCP and are not known.
    pub fn addresses(self) -> Set<At<'a, Address>> {
        let parameters = self.group().flat_map(GroupRef::address_resources).map(At::parameters);
        parameters.flat_map(|address| match address.dhcp().peek() {
            Some(true) if address.address().peek().is_none() => Set::default(),
            _ => known_ones([address.address()]),
        })
    }
}

/// The place of a group among those of the cluster.
fn place_of(group: GroupRef<'_>) -> Option<usize> {
    group.path().root_index()
}

/// The facts that are known; the others are gaps.
pub(super) fn known_ones<'a, T>(facts: impl IntoIterator<Item = At<'a, T>>) -> Set<At<'a, T>> {
    let mut set = Set::default();
    for fact in facts {
        match fact.peek() {
            Some(_) => set.add(fact),
            None => set.add_gap(fact.path()),
        }
    }
    set
}
