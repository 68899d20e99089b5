//! The directory, and the account of the Cluster service.

use super::{ExchangeVersion, Name, Windows, table::facts, vocabulary::closed_vocabulary};

facts! {
    /// The Active Directory forest around the cluster.
    pub struct Directory {
        /// The newest Exchange version whose ForestPrep (2007: PrepareAD) ran.
        forest_prepared_for: ExchangeVersion,
        /// The domains with nodes or users, and their preparation.
        domains: Vec<Domain>,
        /// The domain controllers that Exchange uses.
        domain_controllers: Vec<DomainController>,
        /// The members of groups, to settle indirect membership.
        group_members: Vec<GroupMembers>,
        /// An Exchange 5.5 site is in the organisation.
        exchange_55_site: bool,
        /// The SMTP domains of the recipient policies.
        recipient_policy_domains: Vec<Name>,
        /// How many servers of the organisation hold a public-folder database.
        public_folder_servers: u32,
        /// Computer objects made for network names beforehand.
        computer_objects: Vec<ComputerObject>,
        /// Windows 2008: the computer object of the cluster may create computer objects in its container.
        cluster_object_may_create: bool,
    }
}

facts! {
    /// A domain.
    pub struct Domain [name] {
        /// Its DNS name.
        name: Name,
        /// The newest Exchange version whose DomainPrep (2007: PrepareDomain) ran in it.
        prepared_for: ExchangeVersion,
        /// Its NetBIOS name.
        netbios_name: Name,
    }
}

facts! {
    /// A domain controller.
    pub struct DomainController [name] {
        /// Its name.
        name: Name,
        /// Its domain.
        domain: Name,
        /// Its site.
        site: Name,
        /// Its Windows.
        windows: Windows,
        /// Whether it holds the global catalogue.
        global_catalog: bool,
        /// Whether it is read-only.
        read_only: bool,
    }
}

facts! {
    /// The members of a group.
    pub struct GroupMembers [name] {
        /// The group, `DOMAIN\name`.
        name: Name,
        /// Its members, `DOMAIN\name` or a UPN; groups in it are looked up in turn.
        members: Vec<Name>,
    }
}

facts! {
    /// A computer object that was made before the network name came online.
    pub struct ComputerObject [name] {
        /// The network name.
        name: Name,
        /// Whether the account that brings the name online may write it.
        writable: bool,
    }
}

facts! {
    /// The account that the Cluster service runs as (Windows 2000, 2003).
    pub struct ServiceAccount {
        /// Its name, `DOMAIN\name` or a UPN.
        name: Name,
        /// What kind of account it is.
        kind: AccountKind,
        /// Its Exchange role.
        exchange_role: super::ExchangeRole,
        /// The user rights it holds on the nodes, by constant: `SeTcbPrivilege`.
        user_rights: Vec<Name>,
        /// Whether it may create computer objects (right, and quota not used up).
        creates_computer_objects: bool,
        /// Whether it is a member of Domain Admins.
        domain_administrator: bool,
        /// Whether other services run as the same account.
        shared: bool,
        /// Whether a group policy takes rights from it.
        rights_stripped_by_policy: bool,
    }
}

closed_vocabulary! {
    /// What kind of account a service runs as.
    pub enum AccountKind {
        /// A user of a domain.
        DomainUser = "domain-user",
        /// A user of one computer.
        LocalUser = "local-user",
        /// Local System.
        LocalSystem = "local-system",
    }
}
