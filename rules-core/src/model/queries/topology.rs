//! Questions about who runs what, and where it may run.

use std::collections::HashSet;

use super::super::{At, ClusterRef, Evs, Few, GroupRef, Name, NodeRef, ResourceRef, ServiceAccount, Set};

impl<'a> ClusterRef<'a> {
    /// The accounts that the Cluster service runs as on some nodes, each of them once.
    pub fn service_accounts(self, nodes: Set<NodeRef<'a>>) -> Set<At<'a, ServiceAccount>> {
        let (nodes, gaps) = nodes.into_parts();
        let mut accounts: Vec<_> =
            nodes.into_iter().map(|node| node.account_fact(|account| account)).collect();
        accounts.sort_by_key(|account| account.path());
        accounts.dedup_by_key(|account| account.path());
        Set::new(accounts, gaps)
    }
}

impl<'a> GroupRef<'a> {
    /// The resources that a node must be able to own for the group to come online on it: all but those of which another
    /// one will do, such as the address of each subnet where the nodes are in several.
    pub fn resources_for_every_node(self) -> Set<ResourceRef<'a>> {
        let resources = self.resources().members();
        let all = resources.peek();
        if all.iter().all(|resource| resource.depends_on_any().peek().is_none()) {
            return resources;
        }
        let needed = |resource: &ResourceRef<'a>| resource.depends_on().peek();
        if !resources.is_complete() || all.iter().any(|resource| needed(resource).is_none()) {
            return resources;
        }
        let needed: HashSet<&Name> = all.iter().filter_map(needed).flatten().collect();
        let alternatives: HashSet<&Name> = all
            .iter()
            .filter_map(|resource| resource.depends_on_any().peek())
            .flatten()
            .filter(|alternatives| alternatives.len() > 1)
            .flatten()
            .filter(|name| !needed.contains(name))
            .collect();
        resources.filter(|resource| resource.name().peek().is_none_or(|name| !alternatives.contains(name)))
    }
}

impl<'a> Evs<'a> {
    /// The resources of its group.
    pub fn resources(self) -> Set<ResourceRef<'a>> {
        self.group().flat_map(|group| group.resources().members())
    }

    /// The nodes that may own every resource of its group, by name: where the group can come online as a whole. An address
    /// that is one of several alternatives does not count. Where the possible owners of a resource are not known, no node
    /// is known to be one of them.
    pub fn hosts(self) -> Set<&'a Name> {
        let (resources, mut gaps) = self.group().flat_map(GroupRef::resources_for_every_node).into_parts();
        gaps.extend(resources.iter().filter_map(|resource| resource.possible_owners().gap()));
        if !gaps.is_empty() {
            return Set::new([], gaps);
        }
        // Most resources list the same nodes as the one before them.
        let mut lists: Few<&'a Vec<Name>> =
            resources.into_iter().filter_map(|resource| resource.possible_owners().peek()).collect();
        lists.dedup();
        // Each node with the lists that it is on.
        let on = |(list, owners): (usize, &&'a Vec<Name>)| owners.iter().map(move |owner| (owner, list));
        let mut listed: Vec<(&'a Name, usize)> = lists.iter().enumerate().flat_map(on).collect();
        listed.sort();
        listed.dedup();
        let by_node = listed.chunk_by(|(one, _), (next, _)| one == next);
        Set::new(by_node.filter(|on| on.len() == lists.len()).map(|on| on[0].0), [])
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Group, Name, Resource, VirtualServer};

    #[test]
    fn hosts_may_own_every_resource_of_the_group() {
        let hosts = |owners: [&[&str]; 2]| {
            let resource = |owners: &[&str]| {
                let owners: Vec<Name> = owners.iter().map(|&owner| owner.into()).collect();
                Resource::default().possible_owners(owners)
            };
            let cluster = Cluster::new("MAILCLU1")
                .groups([Group::default().name("EVS1 Group").resources(owners.map(resource))])
                .virtual_servers([VirtualServer::default().name("EVS1").group("EVS1 Group")]);
            let hosts = cluster.view().evs().peek()[0].hosts();
            hosts.peek().iter().map(|host| host.as_str().to_ascii_uppercase()).collect::<Vec<_>>()
        };
        assert_eq!(hosts([&["NODE2", "NODE1"], &["NODE1", "node2"]]), ["NODE1", "NODE2"]);
        assert_eq!(
            hosts([&["NODE1", "NODE1"], &["NODE2"]]),
            [""; 0],
            "one node, listed twice by one resource"
        );
        assert_eq!(hosts([&["NODE1", "NODE2", "NODE3"], &["NODE3"]]), ["NODE3"]);
    }

    #[test]
    fn one_of_two_addresses_may_stay_behind() {
        let resource = |name: &str, owners: &[&str]| {
            let owners: Vec<Name> = owners.iter().map(|&owner| owner.into()).collect();
            // An absent dependency might need both of them.
            Resource::default().name(name).possible_owners(owners).depends_on([])
        };
        let either: Vec<Name> = vec!["IP A".into(), "ip b".into()];
        let name = resource("Name", &["NODE1", "NODE2"]).depends_on_any([either]);
        let resources = [resource("IP A", &["NODE1"]), resource("IP B", &["NODE2"]), name];
        let cluster = Cluster::new("MAILCLU1")
            .groups([Group::default().name("CMS1").resources(resources)])
            .virtual_servers([VirtualServer::default().name("CMS1").group("CMS1")]);
        assert_eq!(cluster.view().evs().peek()[0].hosts().peek().len(), 2);
    }
}
