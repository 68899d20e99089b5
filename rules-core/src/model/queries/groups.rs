//! Questions about groups, resources and what they depend on.

use super::super::{At, ClusterRef, DiskRef, GroupRef, Name, ResourceRef, ResourceType, Set, same_name};

impl<'a> ClusterRef<'a> {
    /// The resources of all groups.
    pub fn resources(self) -> Set<ResourceRef<'a>> {
        self.groups().members().flat_map(|group| group.resources().members())
    }

    /// The resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        self.resources().whose(|resource| resource.r#type(), |other| other == kind)
    }

    /// The default group: the one with the cluster's own name (a Network Name that bears it), or else with the quorum
    /// resource. What it is called differs by the language of Windows.
    pub fn default_group(self) -> Set<GroupRef<'a>> {
        let holds_cluster_name = |group: &GroupRef<'a>| {
            let name = self.name().peek();
            group.resources().members().peek().iter().any(|resource| {
                resource.r#type().peek() == Some(&ResourceType::NetworkName)
                    && name.is_some()
                    && resource.parameters().name().peek() == name
            })
        };
        let holds_quorum = |group: &GroupRef<'a>| {
            let quorum = self.quorum().resource().peek();
            quorum.is_some()
                && group.resources().members().peek().iter().any(|resource| resource.name().peek() == quorum)
        };
        let groups = self.groups().members();
        for is_default in [&holds_cluster_name as &dyn Fn(&GroupRef<'a>) -> bool, &holds_quorum] {
            if let Some(group) = groups.peek().iter().find(|group| is_default(group)) {
                return Set::new(vec![*group], Vec::new());
            }
        }
        let mut gaps = groups.gaps().to_vec();
        gaps.extend(self.name().peek().is_none().then(|| self.name().path()));
        for group in groups.peek() {
            let resources = group.resources().members();
            gaps.extend_from_slice(resources.gaps());
            for resource in resources.peek() {
                match resource.r#type().peek() {
                    None => gaps.push(resource.r#type().path()),
                    Some(ResourceType::NetworkName) if resource.parameters().name().peek().is_none() => {
                        gaps.push(resource.parameters().name().path());
                    }
                    _ => {}
                }
            }
        }
        Set::new(Vec::new(), gaps)
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources of a type.
    pub fn resources_of(self, kind: &ResourceType) -> Set<ResourceRef<'a>> {
        self.resources().members().whose(|resource| resource.r#type(), |other| other == kind)
    }

    /// The group's resources of any storage type.
    pub fn storage(self) -> Set<ResourceRef<'a>> {
        self.resources().members().whose(|resource| resource.r#type(), ResourceType::is_storage)
    }
}

impl<'a> ResourceRef<'a> {
    /// The group that holds the resource.
    pub fn group(self) -> GroupRef<'a> {
        let path = self.path().parent().parent();
        let group =
            self.cluster().groups().members().peek().iter().copied().find(|group| group.path() == path);
        group.expect("a resource stands in a group")
    }

    /// The names that the resource depends on directly: all of `depends_on`, and each alternative of
    /// `depends_on_any`.
    pub fn dependency_names(self) -> Set<At<'a, Name>> {
        let all = self.depends_on().members();
        // Alternatives exist since Windows 2008 only: their absence hides nothing.
        let any: Vec<At<'a, Name>> = self
            .depends_on_any()
            .members()
            .peek()
            .iter()
            .flat_map(|alternatives| alternatives.members().into_parts().0)
            .collect();
        all.and(Set::new(any, Vec::new()))
    }

    /// The resources that this one depends on directly. Names that no resource bears are left out.
    pub fn dependencies(self) -> Set<ResourceRef<'a>> {
        let cluster = self.cluster();
        self.dependency_names().flat_map(|name| match name.peek() {
            Some(name) => cluster.resources_named(name),
            None => Set::default(),
        })
    }

    /// The resources that this one depends on, directly or through others, itself excluded (but for a cycle).
    pub fn dependency_closure(self) -> Set<ResourceRef<'a>> {
        let mut found: Vec<ResourceRef<'a>> = Vec::new();
        let mut gaps = Vec::new();
        let mut open = vec![self];
        while let Some(resource) = open.pop() {
            let (dependencies, more_gaps) = resource.dependencies().into_parts();
            gaps.extend(more_gaps);
            for dependency in dependencies {
                if found.iter().all(|known| known.path() != dependency.path()) {
                    found.push(dependency);
                    open.push(dependency);
                }
            }
        }
        found.sort_by_key(|resource| resource.path());
        gaps.sort();
        gaps.dedup();
        Set::new(found, gaps)
    }

    /// The disk that a disk resource stands for.
    pub fn disk(self) -> Set<DiskRef<'a>> {
        match self.name().peek() {
            Some(name) => self.cluster().disks_named(name),
            None => Set::new(Vec::new(), vec![self.name().path()]),
        }
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
