//! Groups, and what shows in their resources: disks, virtual servers and the quorum.

use rules_core::{
    model::{
        Disk, Fact, FactPath, Group, Key as FactKey, Name, OrNone, Quorum, QuorumKind, Resource,
        ResourceType, VirtualServer, Witness,
    },
    words::shortened,
};

use super::{
    Database,
    reader::{Entry, folded},
    values::{self, List},
};

impl<'k> Database<'k> {
    pub(super) fn group(&mut self, entry: &Entry<'k>) -> Group {
        let group = Group {
            name: self.reader.required(entry, FactKey::name, "Name"),
            preferred_owners: self.node_names(entry, FactKey::preferred_owners, &values::PREFERRED_OWNERS),
            failback: self.reader.word(entry, FactKey::failback, &values::FAILBACK),
            failover_threshold: self.failover_threshold(entry).into(),
            failover_period_h: self
                .reader
                .number(entry, FactKey::failover_period_h, &values::FAILOVER_PERIOD)
                .into(),
            anti_affinity_classes: self.anti_affinity_classes(entry).into(),
            resources: self.resources_in(entry).into(),
            ..Group::default()
        };
        let resources = group.resources.get().map_or(&[][..], Vec::as_slice);
        for (index, resource) in resources.iter().enumerate() {
            let path = entry.path.key(FactKey::resources).index(index);
            self.show(entry, &group, resource, self.reader.lines.get(&path).copied());
        }
        group
    }

    /// The nodes that a list of node numbers stands for.
    pub(super) fn node_names(&mut self, entry: &Entry<'k>, fact: FactKey, list: &List) -> Fact<Vec<Name>> {
        let ids = self.reader.list(entry, fact, list);
        ids.map(|ids| self.reader.names(entry, list.name, ids, |id| self.nodes.name_of(id))).into()
    }

    fn failover_threshold(&mut self, entry: &Entry<'k>) -> Option<u32> {
        let threshold =
            self.reader.number(entry, FactKey::failover_threshold, &values::FAILOVER_THRESHOLD)?;
        if threshold == u32::MAX {
            u32::try_from(self.nodes.keys().count()).ok()?.checked_sub(1)
        } else {
            Some(threshold)
        }
    }

    fn anti_affinity_classes(&mut self, entry: &Entry<'k>) -> Option<Vec<Name>> {
        let classes = self.reader.list(entry, FactKey::anti_affinity_classes, &values::ANTI_AFFINITY)?;
        Some(classes.into_iter().map(Name::from).collect())
    }

    /// The resources that a group lists, in its order.
    fn resources_in(&mut self, group: &Entry<'k>) -> Option<Vec<Resource>> {
        let list = group.path.key(FactKey::resources);
        let Some(ids) = self.reader.list(group, FactKey::resources, &values::CONTAINS) else {
            self.may_hide_virtual_servers = true;
            return None;
        };
        let mut resources = Vec::new();
        let mut is_complete = true;
        for id in ids {
            match self.take_resource(id) {
                Ok(entry) => {
                    let entry = entry.with_facts_in(list.index(resources.len()));
                    self.reader.comes_from(entry.path, entry.key.line);
                    resources.push(self.resource(&entry));
                }
                Err(problem) => {
                    let message =
                        format!("`Contains` lists the resource `{}`, which {problem}", shortened(id));
                    self.reader.note(group, message);
                    is_complete = false;
                }
            }
        }
        if !is_complete {
            self.may_hide_virtual_servers = true;
            self.partial_groups.push(list);
        }
        Some(resources)
    }

    /// The key of a resource that no group holds yet.
    fn take_resource(&mut self, id: &str) -> Result<Entry<'k>, &'static str> {
        let section = self.resources.entry.as_ref().ok_or("is not there")?;
        let key = self.resources.get(id).ok_or("is not there")?;
        if self.held.insert(folded(id)) { Ok(section.below(key)) } else { Err("is listed already") }
    }

    /// Adds what a resource shows: a disk, or a virtual server.
    fn show(&mut self, entry: &Entry<'k>, group: &Group, resource: &Resource, line: Option<u32>) {
        let place = |list, index| FactPath::ROOT.key(list).index(index);
        match resource.r#type.get() {
            None => self.may_hide_virtual_servers = true,
            Some(ResourceType::PhysicalDisk) => {
                self.reader.comes_from(place(FactKey::disks, self.disks.len()), line);
                self.disks.push(Disk { name: resource.name.clone(), ..Disk::default() });
            }
            Some(ResourceType::SystemAttendant) => {
                self.reader.comes_from(place(FactKey::virtual_servers, self.virtual_servers.len()), line);
                let server = self.virtual_server(entry, group, resource);
                self.virtual_servers.push(server);
            }
            Some(_) => {}
        }
    }

    /// The virtual server of a System Attendant. Its name is the Network Name that the attendant depends on, else the
    /// only one of the group, else what the attendant's own parameters say.
    fn virtual_server(&mut self, entry: &Entry<'k>, group: &Group, attendant: &Resource) -> VirtualServer {
        let parameters = attendant.parameters.get();
        let network_name = network_name_of(group, attendant);
        let own_name = parameters
            .and_then(|parameters| parameters.other.get()?.get("NetworkName"))
            .map(|name| Name::from(name.to_string()))
            .filter(|name| !name.as_str().is_empty());
        if let Some((name, own)) =
            network_name.as_ref().zip(own_name.as_ref()).filter(|(name, own)| name != own)
        {
            let message = format!(
                "the System Attendant names `{}`, but its network name is `{}`",
                shortened(own.as_str()),
                shortened(name.as_str())
            );
            self.reader.note(entry, message);
        }
        let data_path = parameters.and_then(|parameters| parameters.data_path.get());
        VirtualServer {
            name: network_name.or(own_name).into(),
            group: group.name.clone(),
            data_paths: data_path.map(|path| vec![path.clone()]).into(),
            ..VirtualServer::default()
        }
    }

    pub(super) fn quorum(&mut self) -> Quorum {
        let mut quorum = Quorum::default();
        let path = FactPath::ROOT.key(FactKey::quorum);
        let root = self.root.clone().with_facts_in(path);
        quorum.missed_heartbeats =
            self.reader.number(&root, FactKey::missed_heartbeats, &values::MISSED_HEARTBEATS).into();
        let Some(entry) = root.child("Quorum") else { return quorum };
        self.reader.comes_from(path, entry.key.line);
        let id = self.reader.text(&entry, FactKey::resource, "Resource");
        let resources = &self.resources;
        quorum.resource = self.reader.names(&entry, "Resource", id, |id| resources.name_of(id)).pop().into();
        quorum.log_path = self.reader.fact(&entry, FactKey::log_path, "Path");
        let log_size = self.reader.number(&entry, FactKey::max_log_size_kib, &values::MAX_QUORUM_LOG_SIZE);
        quorum.max_log_size_kib = log_size.map(|bytes| u64::from(bytes / 1024)).into();
        if let Some((section, key)) =
            self.resources.entry.clone().zip(id.and_then(|id| self.resources.get(id)))
        {
            let resource = section.below(key).with_facts_in(path);
            quorum.kind = self.quorum_kind(&resource).into();
            quorum.witness = self.witness(&resource).map(OrNone::Some).into();
        }
        quorum
    }

    /// The quorum model that the type of the quorum resource shows. On Windows 2008 a disk may be one vote among
    /// others or the only one.
    fn quorum_kind(&mut self, resource: &Entry<'k>) -> Option<QuorumKind> {
        match ResourceType::from(self.reader.text(resource, FactKey::kind, "Type")?) {
            ResourceType::MajorityNodeSet => Some(QuorumKind::MajorityNodeSet),
            ResourceType::LocalQuorum => Some(QuorumKind::Local),
            ResourceType::FileShareWitness => Some(QuorumKind::NodeAndFileShareMajority),
            kind if kind.is_storage() && self.reader.before_2008 == Some(true) => {
                Some(QuorumKind::SharedDisk)
            }
            _ => None,
        }
    }

    /// The share in the parameters of a Majority Node Set or a File Share Witness. Without one, a Majority Node Set may
    /// have no witness, or a Windows too old to know of them.
    fn witness(&mut self, resource: &Entry<'k>) -> Option<Witness> {
        let parameters = resource.child("Parameters")?.with_facts_below(FactKey::witness);
        let share = ["MNSFileShare", "SharePath"]
            .iter()
            .find_map(|name| self.reader.text(&parameters, FactKey::share, name))?;
        Some(Witness::default().share(share))
    }
}

/// The name in the Network Name that a resource depends on, or else in the only one of its group.
fn network_name_of(group: &Group, resource: &Resource) -> Option<Name> {
    let network_names = || {
        let resources = group.resources.get().into_iter().flatten();
        resources.filter(|resource| resource.r#type.get() == Some(&ResourceType::NetworkName))
    };
    let required = |other: &&Resource| {
        let names = resource.depends_on.get().zip(other.name.get());
        names.is_some_and(|(required, name)| required.contains(name))
    };
    let found = only(network_names().filter(required)).or_else(|| only(network_names()))?;
    found.parameters.get()?.name.get().cloned()
}

fn only<T>(mut things: impl Iterator<Item = T>) -> Option<T> {
    things.next().filter(|_| things.next().is_none())
}
