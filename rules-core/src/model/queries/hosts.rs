//! Questions about host names.

use super::super::{At, ClusterRef, Name, NodeRef, Set, same_name};

impl<'a> ClusterRef<'a> {
    /// Whether a host name, short (`EVS1`) or full (`evs1.corp.example.com`), is that of a computer in the domain of
    /// the nodes, such as a node or a virtual server.
    pub fn is_host(self, host: &Name, computer: &Name) -> At<'a, bool> {
        let answer = |is_host| At::new(self.root(), self.nodes().path(), Some(is_host));
        let (label, domain) = split(host);
        if !same_name(label, computer.as_str()) {
            return answer(&false);
        }
        let Some(domain) = domain else { return answer(&true) };
        let mut gap = self.nodes().gap();
        for suffix in self.nodes().items().flat_map(|node| [node.domain(), node.primary_dns_suffix()]) {
            match suffix.peek() {
                Some(suffix) if same_name(suffix.as_str(), domain) => return answer(&true),
                Some(_) => {}
                None => gap = gap.or(Some(suffix.path())),
            }
        }
        gap.map_or_else(|| answer(&false), |gap| At::new(self.root(), gap, None))
    }

    /// The host records made by hand that are those of a network name. A short record is, where the domain of a node
    /// is known.
    pub fn host_records_of(self, name: &Name) -> Set<At<'a, Name>> {
        self.dns().host_records().whose(
            |record| match record.peek() {
                Some(record) if split(record).1.is_some() => self.is_host(record, name),
                Some(record) if same_name(split(record).0, name.as_str()) => {
                    self.domain_of_a_node().map(|_| Some(&true))
                }
                Some(_) => record.map(|_| Some(&false)),
                None => record.map(|_| None),
            },
            |is_record| *is_record,
        )
    }

    /// Whether a host name is the full name that a network name of the cluster has in DNS: its label, and after it the
    /// primary DNS suffix of a node, which is what the Cluster service registers it under.
    pub fn is_dns_name(self, host: &Name, network_name: &Name) -> At<'a, bool> {
        let answer = |place, is_it| At::new(self.root(), place, is_it);
        let nodes = self.nodes().members();
        let (label, suffix) = split(host);
        let Some(suffix) = suffix.filter(|_| same_name(label, network_name.as_str())) else {
            return answer(self.nodes().path(), Some(&false));
        };
        let mut gap = nodes.gaps().first().copied();
        for own in nodes.peek().iter().map(|node| node.primary_dns_suffix()) {
            match own.peek() {
                Some(own) if same_name(own.as_str().trim_end_matches('.'), suffix) => {
                    return answer(self.nodes().path(), Some(&true));
                }
                Some(_) => {}
                None => gap = gap.or(Some(own.path())),
            }
        }
        gap.map_or_else(|| answer(self.nodes().path(), Some(&false)), |gap| answer(gap, None))
    }

    /// The domain of a node: the first that is known.
    fn domain_of_a_node(self) -> At<'a, Name> {
        let mut domains = self.nodes().items().map(NodeRef::domain);
        domains.find(|domain| domain.peek().is_some()).unwrap_or(At::new(
            self.root(),
            self.nodes().path(),
            None,
        ))
    }
}

/// A host name without its domain, and the domain where it has one.
fn split(host: &Name) -> (&str, Option<&str>) {
    let host = host.as_str().trim_end_matches('.');
    host.split_once('.').map_or((host, None), |(label, domain)| (label, Some(domain)))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Node};

    #[test]
    fn full_names_are_told_by_the_domains_of_the_nodes() {
        let node = || Node::default().domain("corp.example.com");
        let is_evs1 = |node: Node, host: &str| {
            Cluster::new("MAILCLU1")
                .nodes([node])
                .view()
                .is_host(&host.into(), &"EVS1".into())
                .peek()
                .copied()
        };
        assert_eq!(is_evs1(node(), "evs1"), Some(true));
        assert_eq!(is_evs1(node(), "evs1.corp.example.com."), Some(true));
        assert_eq!(is_evs1(node(), "evs2.corp.example.com"), Some(false));
        assert_eq!(is_evs1(node(), "evs1.example.com"), None, "it may be the primary DNS suffix");
        assert_eq!(is_evs1(node().primary_dns_suffix("example.com"), "evs1.example.com"), Some(true));
        assert_eq!(is_evs1(node().primary_dns_suffix("corp.example.com"), "evs1.example.com"), Some(false));
    }

    #[test]
    fn a_name_in_dns_ends_with_the_suffix_of_a_node() {
        let is_evs1 = |node: Node, host: &str| {
            Cluster::new("MAILCLU1")
                .nodes([node.domain("corp.example.com")])
                .view()
                .is_dns_name(&host.into(), &"EVS1".into())
                .peek()
                .copied()
        };
        let node = || Node::default().primary_dns_suffix("example.net");
        assert_eq!(is_evs1(node(), "evs1.Example.net."), Some(true));
        assert_eq!(is_evs1(node(), "evs1.corp.example.com"), Some(false), "the domain is another name");
        assert_eq!(is_evs1(node(), "evs1"), Some(false));
        assert_eq!(is_evs1(Node::default(), "evs1.corp.example.com"), None);
        assert_eq!(is_evs1(Node::default(), "evs2.corp.example.com"), Some(false));
    }
}
