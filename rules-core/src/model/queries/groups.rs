//! Questions about groups, resources and what they depend on.

use super::super::{
    At, ClusterRef, DiskRef, GroupRef, Name, ResourceRef, ResourceType, Set,
    index::{Class, Indexed, Resources},
    same_name,
};

impl<'a> ClusterRef<'a> {
    /// The resources of all groups.
    pub fn resources(self) -> Set<ResourceRef<'a>> {
        self.groups().members().flat_map(|group| group.resources().members())
    }

    /// The resources of all groups for which a test on one of their facts holds. Where that fact is not known, it is a
    /// gap.
    pub fn resources_whose<T: ?Sized + 'a>(
        self,
        fact: impl Fn(&ResourceRef<'a>) -> At<'a, T>,
        test: impl Fn(&T) -> bool,
    ) -> Set<ResourceRef<'a>> {
        let mut found = Set::new([], self.groups().gap());
        for group in self.groups().items() {
            group.resources().gather(&fact, &test, &mut found);
        }
        found
    }

    /// The resource at a place: its group's, and its own there.
    pub(super) fn resource(self, [group, place]: [usize; 2]) -> Option<ResourceRef<'a>> {
        self.groups().item(group)?.resources().item(place)
    }

    /// The resources of a class of types.
    pub(super) fn of_class(self, class: Class) -> Set<ResourceRef<'a>> {
        self.root().ask(|index| self.found(index.resources(), index.resources().of_class(class)))
    }

    /// Resources that were found by their types.
    fn found(self, by_type: &Resources, places: impl Iterator<Item = [usize; 2]>) -> Set<ResourceRef<'a>> {
        let resources = places.filter_map(|place| self.resource(place));
        Set::new(resources, by_type.gaps().iter().copied())
    }

    /// The resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        if let ResourceType::Other(_) = kind {
            return self.resources_whose(|resource| resource.r#type(), |other| other == kind);
        }
        self.root().ask(|index| self.found(index.resources(), index.resources().of(kind)))
    }

    /// The resources of the types that Exchange brings.
    pub fn exchange_resources(self) -> Set<ResourceRef<'a>> {
        self.of_class(Class::Exchange)
    }

    /// The Network Name resources that bear the cluster's own name: one, in the default group.
    pub fn own_network_names(self) -> Set<ResourceRef<'a>> {
        let Some(own) = self.name().peek() else { return Set::new([], [self.name().path()]) };
        self.resources_of(&ResourceType::NetworkName)
            .whose(|resource| resource.parameters().name(), |name| name == own)
    }

    /// The default group: the one with the cluster's own name (a Network Name that bears it), or, where no Network
    /// Name does, the one with the quorum resource. What it is called differs by the language of Windows.
    pub fn default_group(self) -> Set<GroupRef<'a>> {
        self.root().ask(|index| {
            let (places, gaps) = index.default_group();
            let groups = places.iter().filter_map(|&place| self.groups().item(place));
            Set::new(groups, gaps.iter().copied())
        })
    }

    /// What [`default_group`](Self::default_group) is, found out anew.
    pub(in crate::model) fn find_default_group(self) -> Set<GroupRef<'a>> {
        let (own_names, gaps) = self.own_network_names().into_parts();
        if let [name, ..] = own_names[..] {
            return Set::new([name.group()], []);
        }
        if !gaps.is_empty() {
            return Set::new([], gaps);
        }
        let quorum = self.quorum();
        let Some(name) = quorum.resource().peek() else {
            let has_none = quorum.kind().peek().is_some_and(|kind| !kind.has_resource());
            let gap = (!has_none).then(|| quorum.resource().path());
            return Set::new([], gap);
        };
        let (holders, gaps) = self.resources_named(name).into_parts();
        Set::new(holders.first().map(|resource| resource.group()), gaps)
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        let list = self.resources();
        let Some((index, group)) = self.indexed().filter(|_| !matches!(kind, ResourceType::Other(_))) else {
            return list.whose(|resource| resource.r#type(), |other| other == kind);
        };
        let resources = index.resources().of_group(group, kind).filter_map(|place| list.item(place));
        let untyped = index.resources().untyped_of_group(group).filter_map(|place| list.item(place));
        Set::new(resources, untyped.map(|resource| resource.r#type().path()).chain(list.gap()))
    }

    /// The group's resources of any storage type.
    pub fn storage(self) -> Set<ResourceRef<'a>> {
        self.of_class(Class::Storage, ResourceType::is_storage)
    }

    /// The group's resources of a class of types; of these a test tells, too.
    pub(super) fn of_class(self, class: Class, test: impl Fn(&ResourceType) -> bool) -> Set<ResourceRef<'a>> {
        let resources = self.resources();
        let Some((index, group)) = self.indexed() else {
            return resources.whose(|resource| resource.r#type(), test);
        };
        let mut found = Set::default();
        for (resource, is_one) in resources.items().zip(index.resources().in_group(group, class)) {
            match is_one {
                None => found.add_gap(resource.r#type().path()),
                Some(true) => found.add(resource),
                Some(false) => {}
            }
        }
        resources.gap().into_iter().for_each(|gap| found.add_gap(gap));
        found
    }

    /// The index of the cluster, if it has one, and the place of the group there.
    pub(super) fn indexed(self) -> Option<(Indexed<'a>, usize)> {
        self.root().indexed().zip(self.path().root_index().filter(|_| self.peek().is_some()))
    }
}

impl<'a> ResourceRef<'a> {
    /// The group that holds the resource.
    pub fn group(self) -> GroupRef<'a> {
        let path = self.path().prefix(2);
        let groups = self.root().cluster().groups.get();
        let group = path.root_index().and_then(|place| groups?.get(place));
        At::new(self.root(), path, group)
    }

    /// The names that the resource depends on directly: all of `depends_on`, and each alternative of
    /// `depends_on_any`.
    pub fn dependency_names(self) -> Set<At<'a, Name>> {
        let all = self.depends_on().members();
        // Alternatives exist since Windows 2008 only: their absence hides nothing.
        if self.depends_on_any().peek().is_none() {
            return all;
        }
        let any = self.depends_on_any().items().flat_map(At::items);
        all.and(Set::new(any, []))
    }

    /// The resources of its group that this one depends on directly. Names that none of them bears are left out.
    pub fn dependencies(self) -> Set<ResourceRef<'a>> {
        let siblings = self.group().resources();
        self.dependency_names().flat_map(|name| match name.peek() {
            Some(name) => siblings.whose(|resource| resource.name(), |other| other == name),
            None => Set::default(),
        })
    }

    /// The disk that a disk resource stands for.
    pub fn disk(self) -> Set<DiskRef<'a>> {
        match self.name().peek() {
            Some(name) => self.cluster().disks_named(name),
            None => Set::new([], [self.name().path()]),
        }
    }

    /// Whether the resource is known to be there in a cluster, and not merely planned: it has a state, or its disk a
    /// signature.
    pub fn is_made(self) -> bool {
        self.state().peek().is_some() || self.parameters().signature().peek().is_some()
    }

    /// The nodes that may run the resource. Absent possible owners are not known; they do not stand for all nodes.
    pub fn may_run_on(self, node: &Name) -> Option<bool> {
        let owners = self.possible_owners();
        let mut listed = owners.peek().into_iter().flatten();
        let is_listed = listed.any(|owner| same_name(owner.as_str(), node.as_str()));
        if is_listed { Some(true) } else { owners.gap().is_none().then_some(false) }
    }
}
