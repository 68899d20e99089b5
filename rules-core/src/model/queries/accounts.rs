//! Questions about accounts and the groups that they are in.

use std::collections::BTreeSet;

use super::super::{At, ClusterRef, Domain, Name, NodeRef, ServiceAccount, Set, same_name};

impl<'a> ClusterRef<'a> {
    /// Whether two names, `DOMAIN\name` or a UPN, are those of one account. The domains of the two forms are the same
    /// if the NetBIOS name is the one in `directory.domains`, or begins the DNS name.
    pub fn is_same_account(self, one: At<'a, Name>, other: At<'a, Name>) -> At<'a, bool> {
        let (Some(this), Some(that)) = (one.peek(), other.peek()) else {
            return if one.peek().is_none() { one } else { other }.map(|_| None);
        };
        let (this, that) = (Account::of(this), Account::of(that));
        let domains = self.directory().domains().path();
        let (place, answer) = match (this.domain, that.domain) {
            _ if !same_name(this.user, that.user) => (domains, Some(&false)),
            (None, None) => (domains, Some(&true)),
            (None, Some(_)) => (one.path(), None),
            (Some(_), None) => (other.path(), None),
            (Some(this), Some(that)) if same_name(this, that) => (domains, Some(&true)),
            (Some(this), Some(that)) => match (this.contains('.'), that.contains('.')) {
                (false, true) => return self.is_netbios_name(this, that),
                (true, false) => return self.is_netbios_name(that, this),
                (false, false) => (domains, Some(&false)),
                // The suffix of a UPN need not be the name of the account's domain.
                (true, true) => (domains, None),
            },
        };
        At::new(self.root(), place, answer)
    }

    /// Whether a NetBIOS name is that of the domain of a DNS name.
    pub(super) fn is_netbios_name(self, netbios: &str, dns: &str) -> At<'a, bool> {
        let begins = dns.split_once('.').is_some_and(|(label, _)| same_name(label, netbios));
        let domains = self.directory().domains();
        let of_domain = domains
            .items()
            .find(|domain| domain.name().peek().is_some_and(|name| same_name(name.as_str(), dns)));
        let known = of_domain.map(At::<Domain>::netbios_name);
        let answer = match known.and_then(At::peek) {
            _ if begins => Some(&true),
            Some(known) if same_name(known.as_str(), netbios) => Some(&true),
            Some(_) => Some(&false),
            None => None,
        };
        At::new(self.root(), known.map_or(domains.path(), At::path), answer)
    }

    /// Whether a name is that of a user whom the definition knows: an account of the Cluster service, the one that
    /// runs Setup, or the built-in `Administrator`. Any other name may be a group's.
    fn is_known_user(self, name: &Name) -> bool {
        let account_of = |node: &NodeRef<'a>| node.cluster_account().peek();
        same_name(Account::of(name).user, "Administrator")
            || self.installer().name().peek() == Some(name)
            || self.service_account().name().peek() == Some(name)
            || self.nodes().items().filter_map(|node| account_of(&node)).any(|account| account == name)
    }
}

impl<'a> NodeRef<'a> {
    /// The entries of the local Administrators group, and of the groups in it, by which the account of the Cluster
    /// service is a member. None: it is no member, unless the set has gaps, such as a group of which the definition
    /// does not say who is in it.
    pub fn administrator_entries(self) -> Set<At<'a, Name>> {
        let cluster = self.cluster();
        let account = self.cluster_account();
        let groups = cluster.directory().group_members();
        let (mut open, mut gaps) = self.local_administrators().members().into_parts();
        let mut found = Vec::new();
        let mut expanded = BTreeSet::new();
        while let Some(entry) = open.pop() {
            let Some(name) = entry.peek() else { continue };
            let is_account = cluster.is_same_account(entry, account);
            match is_account.peek() {
                Some(true) => found.push(entry),
                Some(false) if cluster.is_known_user(name) => {}
                Some(false) => {
                    let by_rank = self.rank_in(name);
                    if by_rank == Some(&true) {
                        found.push(entry);
                        continue;
                    }
                    let (known, _) = groups.whose(|group| group.name(), |other| other == name).into_parts();
                    if known.is_empty() && by_rank.is_none() {
                        gaps.push(groups.path());
                    }
                    for group in known.into_iter().filter(|group| expanded.insert(group.path())) {
                        let (members, more_gaps) = group.members().members().into_parts();
                        open.extend(members);
                        gaps.extend(more_gaps);
                    }
                }
                None => gaps.push(is_account.path()),
            }
        }
        Set::new(found, gaps)
    }

    /// Whether the account of the Cluster service is in a group of which its own facts tell: Domain Admins.
    fn rank_in(self, group: &Name) -> Option<&'a bool> {
        let is_domain_admins = same_name(Account::of(group).user, "Domain Admins");
        is_domain_admins
            .then(|| self.account_fact(At::<ServiceAccount>::domain_administrator).peek())
            .flatten()
    }
}

/// A name of an account or group, taken apart: `DOMAIN\name`, `name@domain`, or a name alone.
struct Account<'n> {
    domain: Option<&'n str>,
    user: &'n str,
}

impl<'n> Account<'n> {
    fn of(name: &'n Name) -> Self {
        let name = name.as_str();
        let by_domain = name.split_once('\\');
        let by_suffix = || name.rsplit_once('@').map(|(user, domain)| (domain, user));
        by_domain
            .or_else(by_suffix)
            .map_or(Self { domain: None, user: name }, |(domain, user)| Self { domain: Some(domain), user })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Directory, Domain};

    #[test]
    fn one_account_has_two_forms() {
        let same = |one: &str, other: &str| {
            let domains = [Domain::default().name("corp.example.com").netbios_name("OLDCORP")];
            let directory =
                Directory::default().domains(domains).recipient_policy_domains([one.into(), other.into()]);
            let cluster = Cluster::new("MAILCLU1").directory(directory);
            let names = cluster.view().directory().recipient_policy_domains().members();
            cluster.view().is_same_account(names.peek()[0], names.peek()[1]).peek().copied()
        };
        assert_eq!(same(r"CORP\svc", r"corp\SVC"), Some(true));
        assert_eq!(same(r"CORP\svc", r"BRANCH\svc"), Some(false));
        assert_eq!(same(r"CORP\svc", r"CORP\admin"), Some(false));
        assert_eq!(same(r"CORP\svc", "svc@corp.example.com"), Some(true), "the DNS name begins with it");
        assert_eq!(same("svc@corp.example.com", r"OLDCORP\svc"), Some(true), "the directory says so");
        assert_eq!(same("svc@corp.example.com", r"BRANCH\svc"), Some(false));
        assert_eq!(same(r"BRANCH\svc", "svc@other.example.com"), None);
        assert_eq!(
            same("svc@example.com", "svc@corp.example.com"),
            None,
            "any suffix may be given to a user"
        );
        assert_eq!(same("svc", r"CORP\svc"), None);
    }
}
