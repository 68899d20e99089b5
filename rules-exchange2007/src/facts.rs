//! What is known of Exchange 2007 clusters apart from any one rule: tables that rules and build procedure share.

use rules_core::model::{
    Actor::{self, Hand, Setup},
    At,
    Layout::{self, SingleCopy},
    ResourceType::{self, Database, InformationStore, IpAddress, NetworkName, PhysicalDisk, SystemAttendant},
    Service, Services,
    WindowsVersion::{self, V2003, V2003R2, V2008, V2008R2},
};

use self::Number::{AtLeastOne, OneForEachDatabase};

/// The most nodes of a single copy cluster, on any edition of Windows ("New High Availability Features in Exchange
/// 2007 SP1", bb676571).
pub const MOST_SCC_NODES: usize = 8;

/// The nodes with the Mailbox role in cluster continuous replication: no more, no fewer (bb676571).
pub const CCR_MAILBOX_NODES: usize = 2;

/// A version of Windows that Exchange 2007 is supported on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportedWindows {
    /// The version.
    pub windows: WindowsVersion,
    /// The first service pack of Exchange 2007 that is supported on it.
    pub exchange_service_pack: u32,
    /// The lowest service pack of Windows for that.
    pub service_pack: u32,
    /// The lowest service pack of Windows for Exchange 2007 SP1 and later.
    pub service_pack_for_sp1: u32,
}

/// The versions of Windows that Exchange 2007 is supported on, all of them x64 ("New High Availability Features in
/// Exchange 2007 SP1", bb676571; of Windows 2008 R2 and of the service packs of Windows 2003 the values are not read word
/// for word).
pub static SUPPORTED_WINDOWS: [SupportedWindows; 4] = [
    SupportedWindows { service_pack: 1, service_pack_for_sp1: 2, ..supported(V2003, 0) },
    SupportedWindows { service_pack: 1, service_pack_for_sp1: 2, ..supported(V2003R2, 0) },
    supported(V2008, 1),
    supported(V2008R2, 3),
];

const fn supported(windows: WindowsVersion, exchange_service_pack: u32) -> SupportedWindows {
    SupportedWindows { windows, exchange_service_pack, service_pack: 0, service_pack_for_sp1: 0 }
}

/// How long the host record of a clustered mailbox server that moves between subnets should live at most, in seconds ("How
/// to Configure the DNS TTL Value for a Network Name Resource", bb676687).
pub const LONGEST_HOST_RECORD_TTL_S: u32 = 300;

/// The most storage groups of a clustered mailbox server ("Understanding the Exchange 2007 Store").
pub const MOST_STORAGE_GROUPS: usize = 50;

/// The most databases of a clustered mailbox server ("Exchange Server 2007: Platforms, Editions, and Versions", bb232170).
pub const MOST_DATABASES: u64 = 50;

/// The service pack that brought standby continuous replication ("Standby Continuous Replication", bb676502).
pub const FIRST_SERVICE_PACK_WITH_STANDBY: u32 = 1;

/// How many heartbeats the nodes of a CCR cluster on Windows 2003 may miss ("How to Configure Tolerance Settings for Missed
/// Cluster Heartbeats", bb310759; the number from memory).
pub const TOLERATED_HEARTBEATS: u32 = 10;

/// A component of Windows that Setup wants to find on a node.
#[derive(Clone, Copy, Debug)]
pub struct Prerequisite {
    /// What Windows calls it; on Windows 2008 the id by which `ServerManagerCmd` installs it.
    pub name: &'static str,
    /// What a word for it contains, in lower case letters and digits alone.
    words: &'static [&'static str],
    /// How it is installed.
    pub from: Origin,
    /// The service that comes with it, where it has one among those of a node.
    pub service: Option<for<'a> fn(At<'a, Services>) -> At<'a, Service>>,
    /// Windows itself has it from this version and service pack on.
    part_of: Option<(WindowsVersion, u32)>,
}

/// How a component of Windows is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By `ServerManagerCmd`.
    Feature,
    /// In *Add/Remove Windows Components*.
    WindowsComponent,
    /// From a package of its own.
    Package,
}

impl Prerequisite {
    /// Whether a word for a feature of Windows, as administrators write it, stands for this one.
    pub fn is_called(&self, feature: &str) -> bool {
        let plain: String = feature
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        self.words.iter().any(|word| plain.contains(word))
    }

    /// Whether it may be a part of this Windows: `None` where its service pack decides.
    pub fn is_part_of(&self, windows: WindowsVersion, service_pack: Option<u32>) -> Option<bool> {
        match self.part_of {
            Some((since, _)) if windows > since => Some(true),
            Some((since, first)) if windows == since => {
                if first == 0 {
                    Some(true)
                } else {
                    service_pack.map(|service_pack| service_pack >= first)
                }
            }
            _ => Some(false),
        }
    }
}

/// What Exchange 2007 Setup wants to find on a node with this Windows before the Mailbox role is installed: on Windows 2008
/// in the order of "How to Install Exchange 2007 SP1 Prerequisites on Windows Server 2008" (bb691354), on Windows
/// 2003 as guides to CCR list it.
pub fn prerequisites(windows: WindowsVersion) -> &'static [Prerequisite] {
    if windows.is_2008() {
        &ON_WINDOWS_2008
    } else if windows.is_2003() {
        &ON_WINDOWS_2003
    } else {
        &[]
    }
}

static ON_WINDOWS_2003: [Prerequisite; 5] = [
    Prerequisite {
        service: Some(dot_net),
        ..package(".NET Framework 2.0", &["netframework2", "netframework3", "netfx"])
    },
    // With Service Pack 2, and with R2.
    Prerequisite {
        part_of: Some((WindowsVersion::V2003, 2)),
        ..package("MMC 3.0", &["mmc3", "managementconsole3", "mmc30"])
    },
    package("PowerShell", &["powershell"]),
    component("network COM+ access", &["networkcom", "comnetworkaccess", "complusnetwork"]),
    Prerequisite {
        service: Some(www),
        ..component("World Wide Web service of IIS", &["worldwideweb", "wwwservice", "w3svc"])
    },
];

/// The one feature of Windows 2008 that a node needs which only votes.
pub const CLUSTERING: &str = "Failover-Clustering";

static ON_WINDOWS_2008: [Prerequisite; 8] = [
    // Windows 2008 R2 always has it.
    Prerequisite { part_of: Some((WindowsVersion::V2008R2, 0)), ..feature("PowerShell", &["powershell"]) },
    feature("Web-Server", &["webserver"]),
    feature("Web-ISAPI-Ext", &["isapiext"]),
    feature("Web-Metabase", &["metabase"]),
    feature("Web-Lgcy-Mgmt-Console", &["lgcymgmtconsole", "iis6managementconsole"]),
    feature("Web-Basic-Auth", &["basicauth"]),
    feature("Web-Windows-Auth", &["windowsauth"]),
    feature(CLUSTERING, &["failovercluster"]),
];

fn dot_net(services: At<'_, Services>) -> At<'_, Service> {
    services.dot_net()
}

fn www(services: At<'_, Services>) -> At<'_, Service> {
    services.www()
}

const fn feature(name: &'static str, words: &'static [&'static str]) -> Prerequisite {
    Prerequisite { name, words, from: Origin::Feature, service: None, part_of: None }
}

const fn component(name: &'static str, words: &'static [&'static str]) -> Prerequisite {
    Prerequisite { from: Origin::WindowsComponent, ..feature(name, words) }
}

const fn package(name: &'static str, words: &'static [&'static str]) -> Prerequisite {
    Prerequisite { from: Origin::Package, ..feature(name, words) }
}

/// The update that brings the file share witness to Windows Server 2003 with Service Pack 1, by the number of its article.
pub const WITNESS_UPDATE: u32 = 921_181;

/// A kind of resource in the group of a clustered mailbox server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The type of the resource.
    pub kind: ResourceType,
    /// Who brings it: Setup makes it, or an administrator moves it in by hand.
    pub brought_by: Actor,
    /// How many of them there are.
    pub number: Number,
    /// The only layout that has it, if not both do.
    pub only_in: Option<Layout>,
}

/// How many resources of a kind a clustered mailbox server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// One, or several.
    AtLeastOne,
    /// One for each of its databases.
    OneForEachDatabase,
}

/// What the group of a clustered mailbox server holds: "Cluster Continuous Replication Resource Model" and "Single
/// Copy Clusters" of the Exchange Server 2007 help. There is no MTA, Routing, SMTP, HTTP, POP3, IMAP4 or Search
/// resource any more.
pub static PARTS: [Part; 6] = [
    made_by_setup(IpAddress, AtLeastOne),
    made_by_setup(NetworkName, AtLeastOne),
    moved_in_by_hand(PhysicalDisk, SingleCopy),
    made_by_setup(InformationStore, AtLeastOne),
    made_by_setup(SystemAttendant, AtLeastOne),
    made_by_setup(Database, OneForEachDatabase),
];

const fn made_by_setup(kind: ResourceType, number: Number) -> Part {
    Part { kind, brought_by: Setup, number, only_in: None }
}

const fn moved_in_by_hand(kind: ResourceType, layout: Layout) -> Part {
    Part { kind, brought_by: Hand, number: AtLeastOne, only_in: Some(layout) }
}

impl Part {
    /// Whether a resource of this type is such a part: any kind of address stands for an address, any kind of storage
    /// for a disk.
    pub fn is(&self, kind: &ResourceType) -> bool {
        match &self.kind {
            IpAddress => kind.is_address(),
            PhysicalDisk => kind.is_storage(),
            own => kind == own,
        }
    }
}

/// A dependency between resources of a clustered mailbox server: what must be online before what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The type of the resource that depends.
    pub kind: ResourceType,
    /// The type of the resource that it depends on.
    pub on: ResourceType,
    /// Who makes the dependency.
    pub made_by: Actor,
    /// The only layout that has it, if not both do.
    pub only_in: Option<Layout>,
    /// Whether a document states it. The others are how clusters are found to be; one that reaches the Network Name in
    /// another way, without a cycle, is not wrong.
    pub documented: bool,
}

/// The resource dependencies of a clustered mailbox server. The documents: the Failover Cluster API reference (name on
/// address), "Cluster Continuous Replication Resource Model" (database on Information Store), "Installing a Single Copy
/// Cluster on Windows Server 2003", bb124899 (database on the disks of its file and its logs).
pub static DEPENDENCIES: [Dependency; 5] = [
    documented(NetworkName, IpAddress, Setup, None),
    observed(InformationStore, NetworkName),
    observed(SystemAttendant, NetworkName),
    documented(Database, InformationStore, Setup, None),
    documented(Database, PhysicalDisk, Hand, Some(SingleCopy)),
];

const fn documented(
    kind: ResourceType,
    on: ResourceType,
    made_by: Actor,
    only_in: Option<Layout>,
) -> Dependency {
    Dependency { kind, on, made_by, only_in, documented: true }
}

const fn observed(kind: ResourceType, on: ResourceType) -> Dependency {
    Dependency { kind, on, made_by: Setup, only_in: None, documented: false }
}

#[cfg(test)]
mod tests {
    use rules_core::{
        input::{self, Syntax},
        model::Evs,
        testing::reference::{CCR_2007, SCC_2007},
    };

    use super::*;

    #[test]
    fn a_feature_is_called_by_the_name_that_windows_has_for_it() {
        for prerequisite in ON_WINDOWS_2003.iter().chain(&ON_WINDOWS_2008) {
            assert!(prerequisite.is_called(prerequisite.name), "{}", prerequisite.name);
        }
    }

    #[test]
    fn features_are_told_by_any_of_their_names() {
        let called = |windows, feature: &str| {
            let all = prerequisites(windows).iter();
            all.filter(|prerequisite| prerequisite.is_called(feature))
                .map(|found| found.name)
                .collect::<Vec<_>>()
        };
        for (name, feature) in [
            (".NET Framework 2.0", "Microsoft .NET Framework 2.0 SP1"),
            ("MMC 3.0", "Microsoft Management Console 3.0"),
            ("PowerShell", "Windows PowerShell 1.0"),
            ("network COM+ access", "Enable network COM+ access"),
            ("World Wide Web service of IIS", "World Wide Web Service"),
        ] {
            assert_eq!(called(WindowsVersion::V2003, feature), [name], "{feature}");
        }
        for (name, feature) in [
            ("Web-Server", "Web Server (IIS)"),
            ("Web-ISAPI-Ext", "ISAPI Extensions"),
            ("Web-Metabase", "IIS 6 Metabase Compatibility"),
            ("Web-Lgcy-Mgmt-Console", "IIS 6 Management Console"),
            ("Web-Basic-Auth", "Basic Authentication"),
            ("Web-Windows-Auth", "Windows Authentication"),
            ("Failover-Clustering", "Failover Clustering"),
        ] {
            assert_eq!(called(WindowsVersion::V2008, feature), [name], "{feature}");
            assert_eq!(called(WindowsVersion::V2008, name), [name]);
        }
    }

    #[test]
    fn the_reference_clusters_depend_as_the_table_says() {
        for reference in [SCC_2007, CCR_2007] {
            let cluster = input::read(reference, Syntax::Toml).expect("the reference clusters can be read");
            let cluster = cluster.view();
            let layout = cluster.layout().peek().copied();
            let servers = cluster.clustered_mailbox_servers();
            let groups = servers.flat_map(Evs::group);
            let group = groups.peek().first().expect("there is a clustered mailbox server");
            for dependency in
                DEPENDENCIES.iter().filter(|edge| edge.only_in.is_none() || edge.only_in == layout)
            {
                for resource in group.resources_of(&dependency.kind).peek() {
                    let on = resource.dependencies();
                    let meets = on.peek().iter().any(|on| on.r#type().peek() == Some(&dependency.on));
                    assert!(meets, "`{}` on a {}", resource.name(), dependency.on);
                }
            }
        }
    }
}
