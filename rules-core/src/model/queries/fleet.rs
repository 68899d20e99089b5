//! Questions about what a cluster is among others.

use super::super::{At, ClusterRef, Name, Set, same_name};
use crate::fleet::folded;

impl<'a> ClusterRef<'a> {
    /// What is the same in two definitions of one cluster: its name and those of all its nodes, without case. `None` if
    /// not all of them are known.
    pub fn identity(self) -> Option<String> {
        let name = self.name().peek()?;
        let nodes = self.nodes().members();
        let mut names: Vec<String> = Vec::with_capacity(nodes.peek().len());
        for node in nodes.peek() {
            names.push(folded(node.name().peek()?.as_str()));
        }
        names.sort_unstable();
        names.dedup();
        let known = nodes.is_complete() && !names.is_empty();
        known.then(|| format!("{} of {}", folded(name.as_str()), names.join(", ")))
    }

    /// The domain of the nodes: that of the first for which it is known. A workgroup is none.
    pub fn domain_of_nodes(self) -> At<'a, Name> {
        let nodes = self.nodes().members();
        let mut domains = nodes.peek().iter().map(|node| node.domain());
        let first = domains.clone().next();
        let is_domain = |domain: &At<'a, Name>| domain.peek().is_some_and(|name| *name != *"workgroup");
        domains.find(is_domain).unwrap_or_else(|| {
            let place = first.map_or(self.nodes().path(), At::path);
            At::new(self.root(), place, None)
        })
    }

    /// A domain as it is compared with those of other clusters: its [name](Self::domain_name) without case.
    pub fn domain_key(self, domain: &Name) -> String {
        folded(self.domain_name(domain))
    }

    /// The DNS name of a domain, or, where the definition does not say which that is, its NetBIOS name as given.
    pub fn domain_name<'n>(self, domain: &'n Name) -> &'n str
    where
        'a: 'n,
    {
        let written = domain.as_str().trim_end_matches('.');
        let domains: Set<_> = self.directory().domains().into();
        let dns_name = domains.peek().iter().find_map(|known| {
            let name = known.name().peek()?.as_str().trim_end_matches('.');
            let netbios_name = known.netbios_name().peek().map(Name::as_str);
            let is_it = !written.contains('.')
                && (netbios_name.is_some_and(|netbios| same_name(netbios, written))
                    || name.split('.').next().is_some_and(|label| same_name(label, written)));
            is_it.then_some(name)
        });
        dns_name.unwrap_or(written)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Directory, Domain, Node};

    #[test]
    fn a_cluster_is_its_name_and_its_nodes() {
        let node = |name: &str| Node::default().name(name);
        let cluster = |name: &str, nodes: [&str; 2]| Cluster::new(name).nodes(nodes.map(node));
        let one = cluster("MAILCLU1", ["NODE1", "NODE2"]).view().identity();
        assert_eq!(one.as_deref(), Some("mailclu1 of node1, node2"));
        assert_eq!(cluster("mailclu1", ["node2", "NODE1"]).view().identity(), one);
        assert_ne!(cluster("MAILCLU1", ["NODE1", "NODE3"]).view().identity(), one);
        assert_eq!(Cluster::new("MAILCLU1").view().identity(), None, "its nodes are not known");
        let nameless = Cluster::new("MAILCLU1").nodes([Node::default()]);
        assert_eq!(nameless.view().identity(), None);
    }

    #[test]
    fn a_domain_goes_by_its_dns_name_where_it_is_known() {
        let domains = [Domain::default().name("corp.example.com").netbios_name("OLDCORP")];
        let cluster = Cluster::new("MAILCLU1")
            .directory(Directory::default().domains(domains))
            .nodes([Node::default().domain("workgroup"), Node::default().domain("OLDCORP")]);
        let cluster = cluster.view();
        assert_eq!(cluster.domain_of_nodes().to_string(), "OLDCORP");
        assert_eq!(cluster.domain_key(&"OldCorp".into()), "corp.example.com");
        assert_eq!(cluster.domain_key(&"CORP".into()), "corp.example.com");
        assert_eq!(cluster.domain_key(&"BRANCH".into()), "branch");
        assert_eq!(cluster.domain_key(&"Emea.Corp.Example.com.".into()), "emea.corp.example.com");
    }
}
