//! The root of a definition, and what belongs to the whole cluster.

use super::{
    Directory, Disk, Dns, ExchangeVersion, Format, FreeTable, Group, Name, Network, Node, PathPattern,
    Quorum, ServiceAccount, SetupStep, Source, StandbyTarget, VirtualServer, table::facts,
    vocabulary::closed_vocabulary,
};

facts! {
    /// One Exchange cluster, as somebody or some artefact describes it.
    pub struct Cluster {
        /// The kind and version of the file, `cluster/1`. The only key that every definition must have.
        format: Format,
        /// The cluster's own name, the one of its Network Name in the default group.
        name: Name,
        /// The Exchange version that the cluster runs or is to run. It decides which rules apply.
        exchange: ExchangeVersion,
        /// How Exchange 2007 keeps the data.
        layout: Layout,
        /// The lists that are known to be incomplete, as paths by names: `groups[EVS1 Group].resources`, `nodes[*].interfaces`. Every other list that is given is complete, so that a path that leads nowhere is an error.
        partial: Vec<PathPattern>,
        /// What the shared disks are attached by.
        storage_bus: StorageBus,
        /// Whether the hardware solution is one that is supported.
        solution: Solution,
        /// Whether every node is meant to run a virtual server.
        virtual_server_mode: VirtualServerMode,
        /// How many nodes may fail with every virtual server still running: what is wanted.
        failures_to_survive: u32,
        /// The directory: preparation, domains, domain controllers, groups.
        directory: Directory,
        /// Name resolution.
        dns: Dns,
        /// The account that the Cluster service runs as; where nodes differ, `nodes.service_account`.
        service_account: ServiceAccount,
        /// The account that runs Exchange Setup or creates virtual servers.
        installer: Installer,
        /// The quorum.
        quorum: Quorum,
        /// The nodes, whatever their state.
        nodes: Vec<Node>,
        /// The cluster networks.
        networks: Vec<Network>,
        /// The shared disks; in a CCR the data disks of the nodes.
        disks: Vec<Disk>,
        /// The cluster groups with their resources, the default group among them.
        groups: Vec<Group>,
        /// The virtual servers (2000, 2003) or clustered mailbox servers (2007) that are meant to run.
        virtual_servers: Vec<VirtualServer>,
        /// The targets of standby continuous replication (2007).
        standby_targets: Vec<StandbyTarget>,
        /// What was done to build the cluster, in order.
        setup: Vec<SetupStep>,
        /// Facts of one's own, for rules of one's own.
        labels: FreeTable,
        /// The artefacts that the definition was imported from.
        source: Vec<Source>,
    }
}

impl Cluster {
    /// A definition of a cluster of this name about which nothing else is known.
    pub fn new(name: &str) -> Self {
        Self::default().format(Format).name(name)
    }
}

closed_vocabulary! {
    /// How Exchange 2007 keeps the data of a clustered mailbox server.
    pub enum Layout {
        /// One copy on shared disks (SCC).
        SingleCopy = "single-copy" | "SCC",
        /// A copy on each of two nodes (CCR).
        ContinuousReplication = "continuous-replication" | "cluster-continuous-replication" | "CCR",
        /// A standby cluster: nodes with the Mailbox role, no clustered mailbox server (a target of SCR).
        Standby = "standby" | "SCR",
    }
}

closed_vocabulary! {
    /// What the shared disks are attached by.
    pub enum StorageBus {
        /// A parallel SCSI bus.
        ParallelScsi = "parallel-scsi",
        /// Fibre Channel.
        FibreChannel = "fibre-channel",
        /// iSCSI.
        Iscsi = "iscsi",
        /// Serial attached SCSI.
        Sas = "sas",
    }
}

closed_vocabulary! {
    /// Whether every node is meant to run a virtual server.
    pub enum VirtualServerMode {
        /// At least one node stands by.
        ActivePassive = "active-passive",
        /// Every node runs a virtual server.
        ActiveActive = "active-active",
    }
}

facts! {
    /// Whether the hardware solution is supported.
    pub struct Solution {
        /// Windows 2000 and 2003: the solution as a whole, not its parts, is listed in the cluster category of the Hardware Compatibility List or Windows Catalog.
        listed: bool,
        /// Windows 2008: the result of the cluster validation report.
        validation: Validation,
        /// Windows 2008: the validation tests that were not run, by name.
        skipped_tests: Vec<Name>,
        /// Windows 2008: the validation tests that failed, by name.
        failed_tests: Vec<Name>,
    }
}

closed_vocabulary! {
    /// The result of a cluster validation report (Windows 2008).
    pub enum Validation {
        /// Every test that was run passed.
        Passed = "passed",
        /// No test failed, some warned.
        Warnings = "warnings",
        /// A test failed.
        Failed = "failed",
    }
}

facts! {
    /// The account that runs Exchange Setup or creates virtual servers.
    pub struct Installer {
        /// Its name, `DOMAIN\name`.
        name: Name,
        /// Its Exchange role.
        exchange_role: ExchangeRole,
        /// Member of the local Administrators group of every node.
        local_administrator: bool,
        /// Member of Enterprise Admins (for ForestPrep).
        enterprise_administrator: bool,
        /// Member of Schema Admins (for ForestPrep).
        schema_administrator: bool,
    }
}

closed_vocabulary! {
    /// The Exchange administration role of an account.
    pub enum ExchangeRole {
        /// None.
        None = "none",
        /// Exchange Full Administrator of the organisation (2000, 2003).
        OrganizationFullAdministrator = "organization-full-administrator",
        /// Exchange Full Administrator of an administrative group (2000, 2003).
        GroupFullAdministrator = "group-full-administrator",
        /// Exchange Organization Administrator (2007).
        OrganizationAdministrator = "organization-administrator",
        /// Exchange Server Administrator (2007).
        ServerAdministrator = "server-administrator",
        /// Delegated setup of one clustered mailbox server (2007).
        DelegatedSetup = "delegated-setup",
    }
}
