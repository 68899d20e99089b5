//! Questions about the directory.

use super::super::{At, ClusterRef, Domain, DomainController, Name, NodeRef, Set, WindowsVersion, same_name};

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

    /// Whether two names are those of one domain. One may be the DNS name, the other the NetBIOS name.
    pub fn is_same_domain(self, one: At<'a, Name>, other: At<'a, Name>) -> At<'a, bool> {
        let (Some(this), Some(that)) = (one.peek(), other.peek()) else {
            return if one.peek().is_none() { one } else { other }.map(|_| None);
        };
        let [this, that] = [this, that].map(|name| name.as_str().trim_end_matches('.'));
        match (this.contains('.'), that.contains('.')) {
            _ if same_name(this, that) => one.map(|_| Some(&true)),
            (false, true) => self.is_netbios_name(this, that),
            (true, false) => self.is_netbios_name(that, this),
            _ => one.map(|_| Some(&false)),
        }
    }
}

impl<'a> ClusterRef<'a> {
    /// The global catalogues in a site that can be written to.
    pub fn global_catalogs_in(self, site: &Name) -> Set<At<'a, DomainController>> {
        self.directory()
            .domain_controllers()
            .whose(|controller| controller.site(), |other| other == site)
            .whose(|controller| controller.global_catalog(), |holds_it| *holds_it)
            .whose(|controller| controller.is_read_only(), |read_only| !read_only)
    }
}

impl<'a> At<'a, DomainController> {
    /// Whether it is read-only: said outright, or to be seen from its Windows, where that is older than 2008.
    pub fn is_read_only(self) -> At<'a, bool> {
        let stated = self.read_only();
        let is_older =
            self.windows().version().peek().is_some_and(|version| *version < WindowsVersion::V2008);
        stated.or(At::new(self.root(), stated.path(), is_older.then_some(&false)))
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

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Directory, Domain, Node};

    #[test]
    fn one_domain_has_two_names() {
        let same = |one: &str, other: &str| {
            let domains = [Domain::default().name("corp.example.com").netbios_name("OLDCORP")];
            let nodes = [Node::default().domain(one), Node::default().domain(other)];
            let cluster =
                Cluster::new("MAILCLU1").directory(Directory::default().domains(domains)).nodes(nodes);
            let nodes = cluster.view().nodes().members();
            let [one, other] = nodes.peek() else { unreachable!("there are two") };
            cluster.view().is_same_domain(one.domain(), other.domain()).peek().copied()
        };
        assert_eq!(same("corp.example.com", "CORP.example.com."), Some(true));
        assert_eq!(same("corp.example.com", "CORP"), Some(true), "the DNS name begins with it");
        assert_eq!(same("OLDCORP", "corp.example.com"), Some(true), "the directory says so");
        assert_eq!(same("BRANCH", "corp.example.com"), Some(false));
        assert_eq!(same("BRANCH", "other.example.com"), None, "it may be any domain's NetBIOS name");
        assert_eq!(same("BRANCH", "CORP"), Some(false));
        assert_eq!(same("corp.example.com", "emea.corp.example.com"), Some(false));
    }
}
