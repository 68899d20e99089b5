//! Questions about groups, resources and what they depend on.

use super::super::{
    At, ClusterRef, DiskRef, GroupRef, Name, PathStep, ResourceRef, ResourceType, Set, same_name,
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
        let (groups, gaps) = self.groups().members().into_parts();
        let mut found = Set::new(Vec::new(), gaps);
        for group in groups {
            group.resources().gather(&fact, &test, &mut found);
        }
        found
    }

    /// The resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        self.resources_whose(|resource| resource.r#type(), |other| other == kind)
    }

    /// The resources of the types that Exchange brings.
    pub fn exchange_resources(self) -> Set<ResourceRef<'a>> {
        self.resources_whose(|resource| resource.r#type(), ResourceType::is_exchange)
    }

    /// The Network Name resources that bear the cluster's own name: one, in the default group.
    pub fn own_network_names(self) -> Set<ResourceRef<'a>> {
        let Some(own) = self.name().peek() else { return Set::new(Vec::new(), vec![self.name().path()]) };
        self.resources_of(&ResourceType::NetworkName)
            .whose(|resource| resource.parameters().name(), |name| name == own)
    }

    /// The default group: the one with the cluster's own name (a Network Name that bears it), or, where no Network
    /// Name does, the one with the quorum resource. What it is called differs by the language of Windows.
    pub fn default_group(self) -> Set<GroupRef<'a>> {
        let (own_names, gaps) = self.own_network_names().into_parts();
        if let [name, ..] = own_names[..] {
            return Set::new(vec![name.group()], Vec::new());
        }
        if !gaps.is_empty() {
            return Set::new(Vec::new(), gaps);
        }
        let quorum = self.quorum();
        let Some(name) = quorum.resource().peek() else {
            let has_none = quorum.kind().peek().is_some_and(|kind| !kind.has_resource());
            let gap = (!has_none).then(|| quorum.resource().path());
            return Set::new(Vec::new(), gap.into_iter().collect());
        };
        let (holders, gaps) = self.resources_named(name).into_parts();
        Set::new(holders.first().map(|resource| resource.group()).into_iter().collect(), gaps)
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        self.resources().whose(|resource| resource.r#type(), |other| other == kind)
    }

    /// The group's resources of any storage type.
    pub fn storage(self) -> Set<ResourceRef<'a>> {
        self.resources().whose(|resource| resource.r#type(), ResourceType::is_storage)
    }
}

impl<'a> ResourceRef<'a> {
    /// The group that holds the resource.
    pub fn group(self) -> GroupRef<'a> {
        let path = self.path().parent().parent();
        let group = path.steps().last().and_then(|step| match step {
            PathStep::Index(place) => self.root().groups.get()?.get(place),
            PathStep::Key(_) => None,
        });
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
        let any: Vec<At<'a, Name>> = self
            .depends_on_any()
            .members()
            .peek()
            .iter()
            .flat_map(|alternatives| alternatives.members().into_parts().0)
            .collect();
        all.and(Set::new(any, Vec::new()))
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
            None => Set::new(Vec::new(), vec![self.name().path()]),
        }
    }

    /// Whether the resource is known to be there in a cluster, and not merely planned: it has a state, or its disk a
    /// signature.
    pub fn is_made(self) -> bool {
        self.state().peek().is_some() || self.parameters().signature().peek().is_some()
    }

    /// The nodes that may run the resource. Absent possible owners are not known; they do not stand for all nodes.
    pub fn may_run_on(self, node: &Name) -> Option<bool> {
        let owners = self.possible_owners().members();
        let listed = owners
            .peek()
            .iter()
            .any(|owner| owner.peek().is_some_and(|owner| same_name(owner.as_str(), node.as_str())));
        if listed { Some(true) } else { owners.is_complete().then_some(false) }
    }
}
