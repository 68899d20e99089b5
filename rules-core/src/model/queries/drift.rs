//! Node drift: what should be equal on all nodes, and is not.

use std::{collections::HashMap, fmt};

use super::super::{
    At, ClusterRef, DriveLetter, FactPath, Few, Interface, Name, NodeRef, Service, Services, WindowsPath,
    same_name,
};
use crate::{findings::usual, fleet::folded};

/// A fact of a node that should be equal on all of them.
pub struct Setting {
    /// What it is recognised by, for ever: the fact's keys below the node, `windows.service_pack`.
    pub name: &'static str,
    /// What people call it: `service pack of Windows`.
    pub label: &'static str,
    /// The unit of its values; empty if it has none.
    pub unit: &'static str,
    /// Which nodes are compared.
    pub scope: Scope,
    read: for<'a> fn(NodeRef<'a>) -> Reading<'a>,
}

/// Which nodes of a cluster are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    Every,
    /// All but those that are there for their vote in the quorum only.
    Working,
    /// Those that have Exchange, or of which it is not known.
    WithExchange,
}

/// What is known of a setting on a node, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Where it stands, known or not.
    pub path: FactPath,
    /// `None`: it is not known.
    pub value: Option<Value<'a>>,
}

/// A value of a setting: compared as the fact is, shown as people write it.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A word or an exact text.
    Word(&'a str),
    /// A name, whatever its case.
    Name(&'a str),
    /// A path of Windows, whatever its case.
    Path(&'a WindowsPath),
    /// A build, as far as both are given.
    Build(&'a str),
    /// The letter of a drive.
    Drive(DriveLetter),
    /// A number.
    Number(u64),
    /// Yes or no.
    Truth(bool),
    /// A list of names, whatever their case and order.
    Names(&'a [Name]),
}

/// The nodes of a cluster and the settings that are not known to be equal on them.
#[derive(Debug)]
pub struct Drift<'a> {
    /// The nodes, in the order of the definition.
    pub nodes: Few<NodeRef<'a>>,
    /// The settings, in the order of [`SETTINGS`], those of networks last.
    pub rows: Vec<DriftRow<'a>>,
}

/// A setting that differs between nodes, or that is known on some of them only.
#[derive(Debug)]
pub struct DriftRow<'a> {
    /// The setting.
    pub setting: &'static Setting,
    /// The network, of a setting that every node has once for each.
    pub network: Option<&'a str>,
    /// The usual value: what more than half of those have that are known, or else what the first has.
    pub usual: Value<'a>,
    /// Whether two values differ.
    pub differs: bool,
    /// What the nodes have that are compared, in the order of the definition.
    pub cells: Vec<DriftCell<'a>>,
}

/// A setting on a node.
#[derive(Clone, Copy, Debug)]
pub struct DriftCell<'a> {
    /// The place of the node among the [nodes](Drift::nodes).
    pub node: usize,
    /// What it has.
    pub reading: Reading<'a>,
    /// Whether that is not the usual value.
    pub is_odd: bool,
}

/// Every setting that is compared, but for those of networks.
pub static SETTINGS: &[Setting] = &[
    every("windows.version", "version of Windows", |node| node.windows().version().word(|it| it.as_str())),
    every("windows.edition", "edition of Windows", |node| node.windows().edition().word(|it| it.as_str())),
    every("windows.architecture", "architecture", |node| {
        node.windows().architecture().word(|it| it.as_str())
    }),
    every("windows.service_pack", "service pack of Windows", |node| node.windows().service_pack().number()),
    every("windows.build", "build of Windows", |node| node.windows().build().number()),
    working("windows.updates", "updates of Windows", |node| node.windows().updates().names()),
    working("windows.features", "features of Windows", |node| node.windows().features().names()),
    every("domain", "domain", |node| {
        let domain = node.domain();
        let name = domain.peek().map(|domain| Value::Name(node.cluster().domain_name(domain)));
        Reading { path: domain.path(), value: name }
    }),
    every("site", "site", |node| node.site().name_value()),
    every("service_account.name", "Cluster service account", |node| node.cluster_account().name_value()),
    with_exchange("exchange.version", "version of Exchange", |node| {
        node.exchange().version().word(|it| it.as_str())
    }),
    with_exchange("exchange.edition", "edition of Exchange", |node| {
        node.exchange().edition().word(|it| it.as_str())
    }),
    with_exchange("exchange.service_pack", "service pack of Exchange", |node| {
        node.exchange().service_pack().number()
    }),
    with_exchange("exchange.build", "build of Exchange", |node| {
        let build = node.exchange().build();
        Reading { path: build.path(), value: build.peek().map(|build| Value::Build(build)) }
    }),
    with_exchange("exchange.install_path", "folder of Exchange", |node| {
        let path = node.exchange().install_path();
        Reading { path: path.path(), value: path.peek().map(Value::Path) }
    }),
    with_exchange("exchange.exifs_drive", "drive of the Exchange file system", |node| {
        let drive = node.exchange().exifs_drive();
        Reading { path: drive.path(), value: drive.peek().map(|drive| Value::Drive(*drive)) }
    }),
    working("hardware.model", "model", |node| node.hardware().model().name_value()),
    working("hardware.processor", "processor", |node| node.hardware().processor().name_value()),
    working("hardware.processors", "number of processors", |node| node.hardware().processors().number()),
    Setting {
        unit: "MiB",
        ..working("hardware.memory_mib", "memory", |node| {
            let memory = node.hardware().memory_mib();
            Reading { path: memory.path(), value: memory.peek().map(|memory| Value::Number(*memory)) }
        })
    },
    working("hardware.hba", "host bus adapter", |node| node.hardware().hba().name_value()),
    working("boot.three_gb", "/3GB", |node| {
        let three_gb = node.boot().three_gb();
        Reading { path: three_gb.path(), value: three_gb.peek().map(|it| Value::Truth(*it)) }
    }),
    working("boot.userva", "/USERVA", |node| node.boot().userva().number()),
    service("services.www.startup", "startup of W3SVC", |node| startup(node, At::<Services>::www)),
    service("services.smtp.startup", "startup of SMTPSVC", |node| startup(node, At::<Services>::smtp)),
    service("services.nntp.startup", "startup of NntpSvc", |node| startup(node, At::<Services>::nntp)),
    service("services.pop3.startup", "startup of POP3Svc", |node| startup(node, At::<Services>::pop3)),
    service("services.imap4.startup", "startup of IMAP4Svc", |node| startup(node, At::<Services>::imap4)),
    service("services.asp_net.startup", "startup of ASP.NET", |node| startup(node, At::<Services>::asp_net)),
    service("services.dot_net.startup", "startup of the .NET Framework", |node| {
        startup(node, At::<Services>::dot_net)
    }),
    service("services.srs.startup", "startup of MSExchangeSRS", |node| startup(node, At::<Services>::srs)),
    every("services.clussvc.startup", "startup of ClusSvc", |node| startup(node, At::<Services>::clussvc)),
    every("services.msdtc.startup", "startup of MSDTC", |node| startup(node, At::<Services>::msdtc)),
    service("services.system_attendant.startup", "startup of MSExchangeSA", |node| {
        startup(node, At::<Services>::system_attendant)
    }),
    service("services.information_store.startup", "startup of MSExchangeIS", |node| {
        startup(node, At::<Services>::information_store)
    }),
    service("services.mta.startup", "startup of MSExchangeMTA", |node| startup(node, At::<Services>::mta)),
    service("services.routing.startup", "startup of RESvc", |node| startup(node, At::<Services>::routing)),
    service("services.search.startup", "startup of MSSEARCH", |node| startup(node, At::<Services>::search)),
];

/// The speed of the adapters on a network.
pub static INTERFACE_SPEED: Setting = every("interfaces.speed", "speed and duplex", |node| Reading {
    path: node.interfaces().path(),
    value: None,
});

const fn every(
    name: &'static str,
    label: &'static str,
    read: for<'a> fn(NodeRef<'a>) -> Reading<'a>,
) -> Setting {
    Setting { name, label, unit: "", scope: Scope::Every, read }
}

const fn working(
    name: &'static str,
    label: &'static str,
    read: for<'a> fn(NodeRef<'a>) -> Reading<'a>,
) -> Setting {
    Setting { scope: Scope::Working, ..every(name, label, read) }
}

const fn with_exchange(
    name: &'static str,
    label: &'static str,
    read: for<'a> fn(NodeRef<'a>) -> Reading<'a>,
) -> Setting {
    Setting { scope: Scope::WithExchange, ..every(name, label, read) }
}

/// Services that Exchange needs or brings.
const fn service(
    name: &'static str,
    label: &'static str,
    read: for<'a> fn(NodeRef<'a>) -> Reading<'a>,
) -> Setting {
    with_exchange(name, label, read)
}

/// How a service starts, or that it is not there.
fn startup<'a>(node: NodeRef<'a>, service: fn(At<'a, Services>) -> At<'a, Service>) -> Reading<'a> {
    let service = service(node.services());
    if service.installed().peek() == Some(&false) {
        return Reading { path: service.installed().path(), value: Some(Value::Word("not installed")) };
    }
    service.startup().word(|startup| startup.as_str())
}

impl<'a, T> At<'a, T> {
    fn word(self, text: impl FnOnce(&'a T) -> &'a str) -> Reading<'a> {
        Reading { path: self.path(), value: self.peek().map(|value| Value::Word(text(value))) }
    }
}

impl<'a> At<'a, u32> {
    fn number(self) -> Reading<'a> {
        Reading { path: self.path(), value: self.peek().map(|&number| Value::Number(number.into())) }
    }
}

impl<'a> At<'a, Name> {
    fn name_value(self) -> Reading<'a> {
        Reading { path: self.path(), value: self.peek().map(|name| Value::Name(name.as_str())) }
    }
}

impl<'a> At<'a, Vec<Name>> {
    /// The names, if these are known to be all.
    fn names(self) -> Reading<'a> {
        let is_complete = self.peek().is_some() && self.members().is_complete();
        let value = self.peek().filter(|_| is_complete).map(|names| Value::Names(names));
        Reading { path: self.path(), value }
    }
}

impl Setting {
    /// What is known of it on a node.
    pub fn read<'a>(&self, node: NodeRef<'a>) -> Reading<'a> {
        (self.read)(node)
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(one), Self::Word(other)) => one == other,
            (Self::Name(one), Self::Name(other)) => same_name(one, other),
            (Self::Path(one), Self::Path(other)) => one == other,
            (Self::Build(one), Self::Build(other)) => is_same_build(one, other),
            (Self::Drive(one), Self::Drive(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Truth(one), Self::Truth(other)) => one == other,
            (Self::Names(one), Self::Names(other)) => sorted(one) == sorted(other),
            _ => false,
        }
    }
}

/// Whether two builds are the same as far as both are given: `6.5.7638` and `6.5.7638.2` are, and so are `8.1.240.6` and
/// `08.01.0240.006`.
pub fn is_same_build(one: &str, other: &str) -> bool {
    let numbers = |build| {
        let numbers = str::split(build, |character: char| !character.is_ascii_digit());
        numbers.filter(|number| !number.is_empty()).map(|number| number.trim_start_matches('0'))
    };
    numbers(one).zip(numbers(other)).all(|(one, other)| one == other)
}

fn sorted(names: &[Name]) -> Vec<&Name> {
    let mut names: Vec<&Name> = names.iter().collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Build(text) => f.write_str(text),
            Self::Path(path) => path.fmt(f),
            Self::Drive(drive) => drive.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Truth(truth) => f.write_str(if *truth { "yes" } else { "no" }),
            Self::Names([]) => f.write_str("none"),
            Self::Names(names) => {
                let names: Vec<&str> = sorted(names).into_iter().map(Name::as_str).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

impl<'a> ClusterRef<'a> {
    /// The settings that differ between the nodes, or that are known on some of them only.
    pub fn drift(self) -> Drift<'a> {
        let (nodes, _) = self.nodes().members().into_parts();
        if nodes.len() < 2 {
            return Drift { nodes, rows: Vec::new() };
        }
        let voters: Vec<bool> = nodes.iter().map(|node| node.is_voter()).collect();
        let is_compared = |scope: Scope, place: usize| match scope {
            Scope::Every => true,
            Scope::Working => !voters[place],
            Scope::WithExchange => nodes[place].has_exchange().peek() != Some(&false),
        };
        let mut rows = Vec::new();
        for setting in SETTINGS {
            let compared = (0..nodes.len()).filter(|&place| is_compared(setting.scope, place));
            let readings = compared.map(|place| (place, setting.read(nodes[place])));
            rows.extend(row(setting, None, readings.collect()));
        }
        for (network, readings) in speeds(&nodes) {
            rows.extend(row(&INTERFACE_SPEED, Some(network), readings));
        }
        Drift { nodes, rows }
    }
}

/// The speeds of the adapters on each network, in the order in which the nodes name the networks.
fn speeds<'a>(nodes: &[NodeRef<'a>]) -> Vec<(&'a str, Vec<(usize, Reading<'a>)>)> {
    let mut networks: Vec<(&str, Vec<(usize, Reading<'a>)>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (node, interfaces) in nodes.iter().map(|node| node.interfaces().members()).enumerate() {
        for &interface in interfaces.peek() {
            let interface: At<'a, Interface> = interface;
            let Some(network) = interface.network().peek() else { continue };
            let place = *places.entry(folded(network.as_str())).or_insert_with(|| {
                networks.push((network.as_str(), Vec::new()));
                networks.len() - 1
            });
            networks[place].1.push((node, interface.speed().name_value()));
        }
    }
    networks
}

/// The row of a setting, if it is not known to be equal on all nodes that are compared.
fn row<'a>(
    setting: &'static Setting,
    network: Option<&'a str>,
    readings: Vec<(usize, Reading<'a>)>,
) -> Option<DriftRow<'a>> {
    let values: Vec<Value<'a>> = readings.iter().filter_map(|(_, reading)| reading.value).collect();
    let usual = *usual(&values, |a, b| a == b)?;
    let differs = values.iter().any(|value| *value != usual);
    if !differs && values.len() == readings.len() {
        return None;
    }
    let cells = readings.into_iter().map(|(node, reading)| DriftCell {
        node,
        reading,
        is_odd: reading.value.is_some_and(|value| value != usual),
    });
    Some(DriftRow { setting, network, usual, differs, cells: cells.collect() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SETTINGS, Value};
    use crate::{
        model::{Cluster, FactPath},
        testing::{altered, reference},
    };

    /// The rows as text: setting, usual value, and what each node has.
    fn drift(cluster: &Cluster) -> Vec<String> {
        let drift = cluster.view().drift();
        let cell = |cell: &super::DriftCell<'_>| {
            let value = cell.reading.value.map_or("?".to_owned(), |value| value.to_string());
            let mark = if cell.is_odd { "*" } else { "" };
            format!("{}={value}{mark}", drift.nodes[cell.node].name())
        };
        let row = |row: &super::DriftRow<'_>| {
            let cells: Vec<String> = row.cells.iter().map(cell).collect();
            let network = row.network.map_or_else(String::new, |network| format!(" {network}"));
            format!("{}{network} {}: {}", row.setting.name, row.usual, cells.join(" "))
        };
        drift.rows.iter().map(row).collect()
    }

    fn with(definition: &str, without: &[&str], overlay: &str) -> Cluster {
        altered(definition, without, overlay).unwrap()
    }

    #[test]
    fn good_clusters_do_not_drift() {
        for reference in reference::ALL {
            assert_eq!(drift(&with(reference.definition, &[], "")), [""; 0], "{}", reference.name);
        }
    }

    #[test]
    fn rows_have_what_each_node_has_and_who_is_odd() {
        let cluster = with(
            reference::FOUR_NODES_2003,
            &["nodes[NODE3].windows.service_pack", "nodes[NODE2].site"],
            r#"
            [[nodes]]
            name = "NODE1"
            windows = { service_pack = 1, updates = ["KB2", "KB1"] }
            [[nodes]]
            name = "NODE2"
            domain = "CORP"
            windows = { updates = ["kb1", "kb2"] }
            interfaces = [{ network = "Public", speed = "100-half" }]
            exchange = { install_path = 'd:\exchsrvr\' }
            services = { mta = { installed = false } }
            "#,
        );
        let rows = drift(&cluster);
        for expected in [
            "windows.service_pack 2: NODE1=1* NODE2=2 NODE3=? NODE4=2",
            "windows.updates KB1, KB2: NODE1=KB1, KB2 NODE2=kb1, kb2 NODE3=none* NODE4=none*",
            "site HQ: NODE1=HQ NODE2=? NODE3=HQ NODE4=HQ",
            "services.mta.startup manual: NODE1=manual NODE2=not installed* NODE3=manual NODE4=manual",
            "interfaces.speed Public 1000-full: NODE1=1000-full NODE2=100-half* NODE3=1000-full NODE4=1000-full",
        ] {
            assert!(rows.iter().any(|row| row == expected), "{expected} is not among\n{}", rows.join("\n"));
        }
        assert_eq!(rows.len(), 5, "{}", rows.join("\n"));
        let drift = cluster.view().drift();
        let differing: Vec<&str> =
            drift.rows.iter().filter(|row| row.differs).map(|row| row.setting.name).collect();
        assert!(!differing.contains(&"site"), "it is only not known");
    }

    #[test]
    fn voters_and_nodes_without_exchange_are_compared_where_it_matters() {
        let cluster = with(
            reference::CCR_2007,
            &[],
            r#"
            [[nodes]]
            name = "VOTER1"
            domain = "corp.example.com"
            site = "HQ"
            exchange = { installed = false }
            hardware = { model = "OptiPlex GX270" }
            windows = { version = "2003-r2", edition = "enterprise", service_pack = 2, build = 3790, architecture = "x64" }
            services = { clussvc = { startup = "automatic" } }
            "#,
        );
        assert_eq!(drift(&cluster), ["windows.version 2003: NODE1=2003 NODE2=2003 VOTER1=2003-r2*"]);
    }

    #[test]
    fn settings_are_facts_of_nodes_and_have_one_name_each() {
        let names: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
        for name in names {
            let kind = FactPath::kind_of(&format!("nodes[*].{name}"));
            assert_eq!(kind.map(FactPath::pattern), Some(format!("nodes[*].{name}")));
        }
    }

    #[test]
    fn lists_compare_as_sets() {
        let names = |names: &[&str]| names.iter().map(|&name| name.into()).collect::<Vec<_>>();
        let (one, other) = (names(&["KB1", "KB2"]), names(&["kb2", "KB1", "kb1"]));
        assert_eq!(Value::Names(&one), Value::Names(&other));
        assert_eq!(Value::Names(&other).to_string(), "KB1, kb2");
    }
}
