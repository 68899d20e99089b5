//! What was done to build the cluster, and where a definition came from.

use super::{
    ExchangeVersion, Moment, Name, PathPattern, WindowsPath, table::facts, vocabulary::closed_vocabulary,
};

facts! {
    /// One step of the setup log.
    pub struct SetupStep {
        /// What was done.
        step: SetupAction,
        /// What was tried and failed; such an entry has no `step`.
        failed_step: SetupAction,
        /// The node on which it was done.
        node: Name,
        /// The domain, for DomainPrep.
        domain: Name,
        /// The virtual server that it was about.
        virtual_server: Name,
        /// The group that it was about.
        group: Name,
        /// The resource that it was about.
        resource: Name,
        /// Who did it: a Setup program, or an administrator by hand.
        by: Actor,
        /// Delegated setup (2007): an administrator without Exchange rights runs Setup on objects made beforehand.
        delegated: bool,
        /// The Exchange version that was installed or prepared for.
        version: ExchangeVersion,
        /// The service pack that was installed.
        service_pack: u32,
        /// When it began.
        started: Moment,
        /// When it ended.
        finished: Moment,
        /// Whether Setup ran unattended.
        unattended: bool,
        /// The groups that the node owned when Setup began.
        node_owned_groups: Vec<Name>,
        /// Whether the MSDTC resource was online when Setup began.
        msdtc_online: bool,
        /// Whether the shared disks were empty when Setup began.
        disks_empty: bool,
        /// The data folder given to Setup (2007: `/CMSDataPath`) or to the System Attendant wizard.
        data_path: WindowsPath,
        /// `/CMSSharedStorage` was given (2007).
        shared_storage: bool,
    }
}

closed_vocabulary! {
    /// A step of building a cluster.
    pub enum SetupAction {
        /// `setup /ForestPrep` (2007: `/PrepareSchema`, `/PrepareAD`).
        ForestPrep = "forest-prep",
        /// `setup /DomainPrep` (2007: `/PrepareDomain`).
        DomainPrep = "domain-prep",
        /// The Cluster service was configured on the first node.
        FormCluster = "form-cluster",
        /// A further node joined.
        JoinNode = "join-node",
        /// A node was evicted.
        EvictNode = "evict-node",
        /// The MSDTC resource was made (2000: `comclust.exe` on a node).
        CreateMsdtc = "create-msdtc",
        /// Exchange Setup installed the binaries on a node.
        InstallExchange = "install-exchange",
        /// Exchange was removed from a node.
        RemoveExchange = "remove-exchange",
        /// A group was made.
        CreateGroup = "create-group",
        /// A resource was made.
        CreateResource = "create-resource",
        /// A System Attendant was made, and with it a virtual server (2000, 2003).
        CreateVirtualServer = "create-virtual-server",
        /// A virtual server was removed.
        RemoveVirtualServer = "remove-virtual-server",
        /// `Setup /NewCms` (2007).
        NewCms = "new-cms",
        /// `Setup /RecoverCMS` (2007).
        RecoverCms = "recover-cms",
        /// A service pack of Exchange was installed on a node.
        ServicePack = "service-pack",
        /// A virtual server was upgraded.
        UpgradeVirtualServer = "upgrade-virtual-server",
        /// Setup in disaster recovery mode.
        DisasterRecovery = "disaster-recovery",
        /// A storage dependency was added.
        AddDependency = "add-dependency",
        /// An update of Windows was installed on a node.
        WindowsUpdate = "windows-update",
        /// A node, a virtual server or the cluster got another name; the entry says which.
        Rename = "rename",
        /// Network DTC access was enabled on a node (KB 817064).
        EnableNetworkDtc = "enable-network-dtc",
    }
}

impl SetupAction {
    /// The steps that make a node a member: it forms the cluster, or joins it.
    pub(crate) const JOINS: &[Self] = &[Self::FormCluster, Self::JoinNode];
}

closed_vocabulary! {
    /// Who did a step.
    pub enum Actor {
        /// A Setup program.
        Setup = "setup",
        /// An administrator.
        Hand = "hand",
    }
}

facts! {
    /// An artefact that facts of the definition were imported from.
    pub struct Source [file] {
        /// What kind of artefact: `registry-export`, `registry-hive`, `ldif`.
        artefact: Name,
        /// The file.
        file: Name,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
        /// The facts that such an artefact cannot carry, as paths by names.
        absent: Vec<PathPattern>,
    }
}
