//! The procedure of Exchange 2007, taken in the simulator: every reference cluster comes out as it was wanted, no rule
//! finds anything in it, and whoever leaves out, swaps or repeats a step is found out.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use proptest::{prelude::*, sample::Index};
use rules_core::{
    Outcome, Plan, Profile, RuleBook, audit_cluster,
    input::{self, Syntax},
    model::{
        Cluster, Disk, ExchangeVersion::V2007, Group, Layout, Node, NodeExchange, Resource, ResourceType,
        StorageGroup, VirtualServer, Windows, WindowsVersion,
    },
    runbook::{How, Phase, Refusal, Runbook, Simulator, Statement, Step},
    testing::{
        altered, describe,
        reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007, SCC_2007_WINDOWS_2003},
    },
};
use rules_exchange2007::procedure::PROCEDURE;

const REFERENCES: [(&str, &str); 4] = [
    ("scc-2007", SCC_2007),
    ("scc-2007-windows-2003", SCC_2007_WINDOWS_2003),
    ("ccr-2007", CCR_2007),
    ("ccr-2007-windows-2008", CCR_2007_WINDOWS_2008),
];

fn read(definition: &str) -> Cluster {
    input::read(definition, Syntax::Toml).unwrap()
}

fn runbook(wanted: &Cluster) -> Runbook {
    Runbook::of(&[&PROCEDURE], wanted).unwrap().0
}

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::of(&[&rules_cluster::CLUSTER, &rules_exchange2007::EXCHANGE_2007]).unwrap());

static PLAN: LazyLock<Plan> = LazyLock::new(|| BOOK.plan(&Profile::recommended()).unwrap());

/// What rules of the recommended profile find, and what they cannot judge.
fn noise(cluster: &Cluster) -> Vec<String> {
    let outcomes = audit_cluster(&PLAN, cluster).outcomes;
    let loud = outcomes.iter().filter(|(_, it)| !matches!(it, Outcome::Passed | Outcome::NotApplicable(_)));
    loud.map(|(rule, it)| format!("{}: {}", rule.full_name(), describe(it, cluster))).collect()
}

/// The cluster that a runbook's steps lead to.
fn build(runbook: &Runbook, steps: &[Step]) -> Result<Simulated, Refusal> {
    let mut simulator = Simulator::new(runbook, &PROCEDURE);
    simulator.run(steps)?;
    let unlike = simulator.unlike(&runbook.target);
    Ok(Simulated { cluster: simulator.cluster().clone(), unlike })
}

struct Simulated {
    cluster: Cluster,
    unlike: Vec<Statement>,
}

#[test]
fn the_reference_clusters_are_built_and_found_good() {
    for (name, definition) in REFERENCES {
        let runbook = runbook(&read(definition));
        let built = build(&runbook, &runbook.steps).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(built.unlike, [], "{name}");
        let noise = noise(&built.cluster);
        assert!(noise.is_empty(), "{name}:\n{}", noise.join("\n"));
    }
}

/// Every step, in order, as text.
fn printed(runbook: &Runbook) -> String {
    let mut text = String::new();
    for step in &runbook.steps {
        writeln!(text, "{}", step.id).unwrap();
        for how in &step.how {
            match how {
                How::Run(line) => writeln!(text, "    {line}").unwrap(),
                How::Screen { path, fields } => {
                    let fields = fields.iter().map(|(label, value)| format!("; {label}: {value}"));
                    writeln!(text, "    {path}{}", fields.collect::<String>()).unwrap();
                }
            }
        }
    }
    text
}

#[test]
fn a_runbook_names_every_step_once_and_says_all_of_it() {
    for (name, definition) in REFERENCES {
        let runbook = runbook(&read(definition));
        let mut ids: Vec<_> = runbook.steps.iter().map(|step| &step.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), runbook.steps.len(), "{name}: {}", printed(&runbook));
        for Step { id, title, why, how, check, undo, proven_by, .. } in &runbook.steps {
            let texts = [title.as_str(), why, check, undo];
            assert!(texts.iter().all(|text| !text.is_empty()) && !how.is_empty(), "{name}: {id}");
            assert!(texts[1..].iter().all(|text| text.ends_with('.')), "{name}: {id}");
            for rule in *proven_by {
                assert!(BOOK.find(rule).is_ok(), "{name}: {id}: {rule}");
            }
        }
        let phases: Vec<Phase> = runbook.steps.iter().map(|step| step.phase).collect();
        assert!(phases.is_sorted(), "{name}: {phases:?}");
    }
}

/// How a changed runbook was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FoundOut {
    /// The simulator refused a step.
    Refused,
    /// The cluster is not as it was wanted.
    Unlike,
    /// A rule says something that it does not say of the cluster that was built in order.
    ByRule,
    /// It came to the same.
    Same,
}

/// A runbook with the states that it goes through.
struct Course<'r> {
    runbook: &'r Runbook,
    /// Before each step, and after the last one.
    states: Vec<Simulator>,
    noise: Vec<String>,
}

impl<'r> Course<'r> {
    fn of(runbook: &'r Runbook) -> Self {
        let mut states = vec![Simulator::new(runbook, &PROCEDURE)];
        for step in &runbook.steps {
            let mut next = states.last().unwrap().clone();
            next.take(step).unwrap();
            states.push(next);
        }
        let noise = noise(states.last().unwrap().cluster());
        Self { runbook, states, noise }
    }

    /// What becomes of it when other steps are taken from one place on.
    fn outcome<'s>(&self, from: usize, steps: impl IntoIterator<Item = &'s Step>) -> FoundOut {
        let mut simulator = self.states[from].clone();
        if steps.into_iter().any(|step| simulator.take(step).is_err()) {
            return FoundOut::Refused;
        }
        let good = self.states.last().unwrap();
        let unlike = |simulator: &Simulator| simulator.unlike(&self.runbook.target);
        if unlike(&simulator) != unlike(good) {
            FoundOut::Unlike
        } else if noise(simulator.cluster()) != self.noise {
            FoundOut::ByRule
        } else {
            FoundOut::Same
        }
    }
}

/// Whether a step waits for another one, at once or through others.
fn waits_for(edges: &[Vec<usize>], step: usize, other: usize) -> bool {
    edges[step].iter().any(|&before| before == other || waits_for(edges, before, other))
}

/// Leaves out, repeats and swaps steps of a runbook; counts how that was found out.
fn check_order(name: &str, runbook: &Runbook, counts: &mut BTreeMap<(&'static str, FoundOut), usize>) {
    let course = Course::of(runbook);
    let (steps, edges) = (&runbook.steps, runbook.edges());
    let mut tell = |how: &'static str, what: [usize; 2], outcome: FoundOut, may_be_same: bool| {
        let [one, other] = what.map(|place| &steps[place].id);
        assert!(
            may_be_same || outcome != FoundOut::Same,
            "{name}: {how}: `{one}`, `{other}`\n{}",
            printed(runbook)
        );
        *counts.entry((how, outcome)).or_default() += 1;
    };
    for place in 0..steps.len() {
        tell("left out", [place, place], course.outcome(place, &steps[place + 1..]), false);
        for last in [place, steps.len() - 1] {
            let repeated = std::iter::once(&steps[place]).chain(&steps[last + 1..]);
            tell("repeated", [place, last], course.outcome(last + 1, repeated), true);
        }
        for later in place + 1..steps.len() {
            let between = &steps[place + 1..later];
            let swapped = std::iter::once(&steps[later]).chain(between).chain([&steps[place]]);
            let outcome = course.outcome(place, swapped.chain(&steps[later + 1..]));
            // Steps of which none waits for the other can change places, and so can two that are the same.
            let must_wait = (place + 1..=later).any(|between| {
                waits_for(&edges, between, place) && (between == later || waits_for(&edges, later, between))
            });
            let may_be_same = !must_wait || steps[place].makes == steps[later].makes;
            tell("swapped", [place, later], outcome, may_be_same);
        }
    }
}

#[test]
fn whoever_leaves_out_or_swaps_steps_is_found_out() {
    let mut counts = BTreeMap::new();
    for (name, definition) in REFERENCES {
        check_order(name, &runbook(&read(definition)), &mut counts);
    }
    println!("{counts:?}");
}

/// A cluster to be built, of which little more is said than what there is to be.
#[derive(Clone, Debug)]
struct Wanted {
    layout: Option<Layout>,
    windows: Option<WindowsVersion>,
    nodes: usize,
    voters: usize,
    /// For each clustered mailbox server, the databases of each of its storage groups.
    servers: Vec<Vec<u32>>,
    mount_points: bool,
    /// Where groups are in the end.
    owners: Vec<Index>,
    service_pack: Option<u32>,
    has_other_group: bool,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let layouts = prop::sample::select(vec![
        None,
        Some(Layout::SingleCopy),
        Some(Layout::SingleCopy),
        Some(Layout::ContinuousReplication),
        Some(Layout::Standby),
    ]);
    let windows = prop::sample::select(vec![
        None,
        Some(WindowsVersion::V2003),
        Some(WindowsVersion::V2003R2),
        Some(WindowsVersion::V2008),
        Some(WindowsVersion::V2008R2),
    ]);
    let servers = prop::collection::vec(prop::collection::vec(1..3_u32, 1..4), 1..4);
    let owners = prop::collection::vec(any::<Index>(), 5);
    let rest = (any::<bool>(), owners, prop::option::of(0..4_u32), any::<bool>());
    (layouts, windows, 1..9_usize, 0..2_usize, servers, rest).prop_map(
        |(layout, windows, nodes, voters, mut servers, rest)| {
            let (mount_points, owners, service_pack, has_other_group) = rest;
            let (nodes, voters) = match layout {
                Some(Layout::SingleCopy) => (nodes.max(2), voters),
                Some(Layout::Standby) => (nodes, 0),
                _ => (2, voters),
            };
            let most = if layout == Some(Layout::SingleCopy) { nodes - 1 } else { 1 };
            servers.truncate(most.max(1));
            Wanted {
                layout,
                windows,
                nodes,
                voters,
                servers,
                mount_points,
                owners,
                service_pack,
                has_other_group,
            }
        },
    )
}

impl Wanted {
    fn definition(&self) -> Cluster {
        let mut cluster = Cluster::new("MAILCLU1").exchange(V2007).nodes(self.nodes());
        cluster.layout = self.layout.into();
        let mut groups = vec![self.owned(Group::default().name("Cluster Group"), 0)];
        if self.has_other_group {
            let printer = Resource::default().name("Spooler").r#type(ResourceType::PrintSpooler);
            groups.push(self.owned(Group::default().name("Printers").resources([printer]), 1));
        }
        if self.layout == Some(Layout::Standby) {
            return cluster.groups(groups);
        }
        let numbered = || self.servers.iter().enumerate();
        groups.extend(
            numbered().map(|(place, _)| self.owned(Group::default().name(format!("CMS{place}")), place + 2)),
        );
        let servers = numbered().map(|(place, stores)| Self::server(place, stores));
        cluster = cluster.virtual_servers(servers.collect::<Vec<_>>()).groups(groups);
        if self.layout == Some(Layout::SingleCopy) {
            let disks = std::iter::once(disk('Q')).chain(numbered().flat_map(|(place, _)| self.disks(place)));
            cluster = cluster.disks(disks.collect::<Vec<_>>());
        }
        cluster
    }

    /// A group on one of the nodes with the Mailbox role.
    fn owned(&self, group: Group, place: usize) -> Group {
        let node = self.owners[place % self.owners.len()].index(self.nodes);
        // A CMS whose home is left open is where its turn is.
        if place % 2 == 1 { group } else { group.owner(format!("NODE{node}")) }
    }

    fn nodes(&self) -> Vec<Node> {
        let node = |place: usize| {
            let mut windows = Windows::default();
            windows.version = self.windows.into();
            let mut exchange = NodeExchange::default().installed(place < self.nodes);
            exchange.service_pack = self.service_pack.filter(|_| place < self.nodes).into();
            Node::default().name(format!("NODE{place}")).windows(windows).exchange(exchange)
        };
        (0..self.nodes + self.voters).map(node).collect()
    }

    fn server(place: usize, stores: &[u32]) -> VirtualServer {
        let drive = letter(place);
        let store = |(number, databases): (usize, &u32)| {
            let path =
                |database: u32| format!(r"{drive}:\SG{number}\DB{number}{database}.edb").as_str().into();
            StorageGroup::default()
                .name(format!("SG{number}"))
                .databases(*databases)
                .database_paths((0..*databases).map(path).collect::<Vec<_>>())
                .log_path(format!(r"{drive}:\Logs{number}").as_str())
        };
        let stores: Vec<_> = stores.iter().enumerate().map(store).collect();
        VirtualServer::default()
            .name(format!("CMS{place}"))
            .group(format!("CMS{place}"))
            .storage_groups(stores)
    }

    fn disks(&self, place: usize) -> Vec<Disk> {
        let own = disk(letter(place));
        let mounted = Disk::default()
            .name(format!("Mount {place}"))
            .mounted_on(own.name.get().unwrap().clone())
            .shared(true);
        if self.mount_points { vec![own, mounted] } else { vec![own] }
    }
}

fn letter(place: usize) -> char {
    char::from(b'S' + u8::try_from(place).unwrap())
}

fn disk(letter: char) -> Disk {
    let name = format!("Disk {letter}:");
    Disk::default()
        .name(name)
        .letter(letter.to_string().parse::<rules_core::model::DriveLetter>().unwrap())
        .shared(true)
}

/// A definition with some facts taken away, but no name.
fn without(cluster: &Cluster, lost: &[Index]) -> Cluster {
    let mut facts = serde_json::to_value(cluster).unwrap();
    for lost in lost {
        let mut pointers = Vec::new();
        collect(&facts, "", &mut pointers);
        let pointer = lost.get(&pointers);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        facts.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
    }
    serde_json::from_value(facts).unwrap()
}

fn collect(value: &serde_json::Value, pointer: &str, pointers: &mut Vec<String>) {
    if let Some(table) = value.as_object() {
        for (key, value) in table {
            let pointer = format!("{pointer}/{key}");
            collect(value, &pointer, pointers);
            if !matches!(key.as_str(), "name" | "network" | "format" | "exchange") {
                pointers.push(pointer);
            }
        }
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        collect(value, &format!("{pointer}/{index}"), pointers);
    }
}

/// Builds a cluster and finds it as it was wanted.
fn check_built(wanted: &Cluster) -> Runbook {
    let runbook = runbook(wanted);
    assert!(!runbook.steps.is_empty() && runbook.steps.is_sorted_by_key(|step| step.phase));
    let built =
        build(&runbook, &runbook.steps).unwrap_or_else(|refusal| panic!("{refusal}\n{}", printed(&runbook)));
    assert_eq!(built.unlike, [], "{}", printed(&runbook));
    runbook
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cluster_comes_out_as_it_was_wanted(wanted in wanted()) {
        let runbook = check_built(&wanted.definition());
        let made = runbook.steps.iter().filter(|step| step.id.starts_with("new-cms ")).count();
        prop_assert_eq!(made, if wanted.layout == Some(Layout::Standby) { 0 } else { wanted.servers.len() });
    }

    #[test]
    fn what_is_missing_is_as_usual_or_left_open(
        reference in prop::sample::select(REFERENCES.as_slice()),
        lost in prop::collection::vec(any::<Index>(), 1..12),
    ) {
        check_built(&without(&read(reference.1), &lost));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_any_runbook_matters(wanted in wanted()) {
        check_order("generated", &runbook(&wanted.definition()), &mut BTreeMap::new());
    }
}

/// The step of an id, and the cluster before it is taken.
fn before(runbook: &Runbook, id: &str) -> (Step, Cluster) {
    let place = runbook.steps.iter().position(|step| step.id == id).unwrap();
    let mut simulator = Simulator::new(runbook, &PROCEDURE);
    simulator.run(&runbook.steps[..place]).unwrap();
    (runbook.steps[place].clone(), simulator.cluster().clone())
}

#[test]
fn what_setup_refuses_by_itself() {
    let scc = runbook(&read(SCC_2007));
    let ccr = runbook(&read(CCR_2007));
    // A runbook, a step of it, what is different in the cluster, and what Setup or the Cluster service says.
    let refusals: [(&Runbook, &str, &[&str], &str, &str); 10] = [
        (
            &scc,
            "prepare-domain corp.example.com",
            &["directory.forest_prepared_for"],
            "",
            "the forest is not prepared",
        ),
        (
            &scc,
            "install-exchange NODE1",
            &[],
            "[[nodes]]\nname = 'NODE1'\nwindows.features = []",
            "`NODE1` has no PowerShell",
        ),
        (
            &ccr,
            "install-exchange NODE1",
            &[],
            "[[nodes]]\nname = 'NODE1'\nservices.dot_net.installed = false",
            "`NODE1` has no .NET Framework 2.0",
        ),
        (
            &ccr,
            "install-exchange NODE2",
            &[],
            "[[nodes]]\nname = 'NODE2'\nservices.clussvc.state = 'stopped'",
            "the Cluster service does not run on `NODE2`",
        ),
        (
            &ccr,
            "install-exchange NODE2",
            &[],
            "[[nodes]]\nname = 'NODE2'\nexchange.installed = true",
            "`NODE2` has Exchange already",
        ),
        (&ccr, "new-cms CMS1", &["nodes[NODE1].exchange"], "", "`NODE1` has no Mailbox role"),
        (
            &ccr,
            "new-cms CMS1",
            &[],
            "[[nodes]]\nname = 'NODE3'\nexchange = { installed = true, roles = ['mailbox'] }",
            "a CCR cluster has 2 nodes with the Mailbox role and one clustered mailbox server",
        ),
        (&ccr, "new-cms CMS1", &[], "[[groups]]\nname = 'CMS1'", "the group of `CMS1` is there already"),
        (
            &scc,
            "new-cms CMS1",
            &[],
            "[[groups]]\nname = 'Available Storage'\nowner = 'NODE2'",
            "no disk of the cluster but the quorum's is on `NODE1`",
        ),
        (
            &scc,
            "add-dependency First Storage Group/Mailbox Database (CMS1)",
            &[],
            "[[groups]]\nname = 'CMS1'\nresources = [{ name = 'First Storage Group/Mailbox Database (CMS1)', state = 'online' }]",
            "`First Storage Group/Mailbox Database (CMS1)` is not offline",
        ),
    ];
    for (runbook, id, without, with, expected) in refusals {
        let (step, cluster) = before(runbook, id);
        assert_eq!((PROCEDURE.refuses)(&step, &cluster), None, "{id}");
        let toml = toml::to_string(&cluster).unwrap();
        let changed = altered(&toml, without, with).unwrap();
        assert_eq!((PROCEDURE.refuses)(&step, &changed).as_deref(), Some(expected), "{id}");
    }
}

#[test]
fn legacy_permissions_are_for_an_older_organisation() {
    let commands = |with: &str| {
        let runbook = runbook(&altered(SCC_2007, &[], with).unwrap());
        runbook.steps[0]
            .how
            .iter()
            .map(|how| match how {
                How::Run(line) => line.to_string(),
                How::Screen { path, .. } => path.clone(),
            })
            .collect::<Vec<_>>()
    };
    let new = ["Setup.com /PrepareSchema", "Setup.com /PrepareAD /OrganizationName:\"%ORGANIZATION%\""];
    assert_eq!(commands(""), new);
    let older = [
        "Setup.com /PrepareLegacyExchangePermissions",
        "Command prompt: repadmin /showrepl, until every domain controller has what the last command changed",
        "Setup.com /PrepareSchema",
        "Setup.com /PrepareAD",
    ];
    assert_eq!(commands("directory.forest_prepared_for = '2003'"), older);
    let groups = r"directory.group_members = [{ name = 'CORP\Exchange Domain Servers', members = [] }]";
    assert_eq!(commands(groups), older);
}
