//! Questions about the directory.

use super::super::{At, ClusterRef, Domain, Name, NodeRef, Set, same_name};

impl<'a> ClusterRef<'a> {
    /// The domains of the nodes, each once. A workgroup is none.
    pub fn node_domains(self) -> Set<At<'a, Name>> {
        let nodes = self.nodes().whose(|node| node.in_workgroup(), |in_workgroup| !in_workgroup);
        let mut seen: Vec<&Name> = Vec::new();
        nodes.map(NodeRef::domain).filter(|domain| match domain.peek() {
            Some(name) if !seen.contains(&name) => {
                seen.push(name);
                true
            }
            _ => false,
        })
    }
}

impl At<'_, Domain> {
    /// Whether a name may stand for the domain: its DNS name, the first part of that, or its NetBIOS name.
    pub fn is_called(self, name: &Name) -> bool {
        let dns_name = self.name().peek().map(Name::as_str);
        let first_part = dns_name.and_then(|dns_name| dns_name.split('.').next());
        let netbios_name = self.netbios_name().peek().map(Name::as_str);
        [dns_name, first_part, netbios_name].into_iter().flatten().any(|own| same_name(own, name.as_str()))
    }
}
