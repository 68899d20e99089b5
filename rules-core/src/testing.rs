//! The net under every crate of rules, ours and others': reference clusters, and the checks that hold of each rule.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use crate::{
    BaseProfile, Basis, Example, Expectation, Findings, Outcome, Profile, Rule, RuleBook, RuleMeta, RuleSet,
    Severity, Source,
    audit::judge,
    fleet::{FleetExample, FleetExpectation, FleetPlace, StaticFleetRule, audit_fleet, fleet_facts},
    model::{Cluster, FactPath},
};

/// Good clusters of every version, complete in every fact that the rules ask for: what the examples of rules start
/// from. In TOML.
pub mod reference {
    /// Exchange 2000 on Windows 2000, two nodes, active/passive.
    pub const TWO_NODES_2000: &str = include_str!("../reference/two-nodes-2000.toml");
    /// Exchange 2003 on Windows 2003, two nodes, active/passive.
    pub const TWO_NODES_2003: &str = include_str!("../reference/two-nodes-2003.toml");
    /// Exchange 2003 on Windows 2003, four nodes, three virtual servers.
    pub const FOUR_NODES_2003: &str = include_str!("../reference/four-nodes-2003.toml");
    /// Exchange 2007, a single copy cluster of two nodes.
    pub const SCC_2007: &str = include_str!("../reference/scc-2007.toml");
    /// Exchange 2007, cluster continuous replication.
    pub const CCR_2007: &str = include_str!("../reference/ccr-2007.toml");

    /// Exchange 2007 on Windows 2003, a single copy cluster of two nodes.
    pub const SCC_2007_WINDOWS_2003: &str = include_str!("../reference/scc-2007-windows-2003.toml");
    /// Exchange 2007 on Windows 2008, cluster continuous replication.
    pub const CCR_2007_WINDOWS_2008: &str = include_str!("../reference/ccr-2007-windows-2008.toml");

    /// Another cluster in the domain of [`TWO_NODES_2003`], for fleets of two: other names, other addresses.
    pub const SECOND_2003: &str = include_str!("../reference/second-two-nodes-2003.toml");

    /// A reference cluster.
    #[derive(Clone, Copy, Debug)]
    pub struct Reference {
        /// What it is called.
        pub name: &'static str,
        /// The document of Microsoft's that describes such a cluster.
        pub document: &'static str,
        /// Its definition, in TOML.
        pub definition: &'static str,
    }

    /// All of them.
    pub const ALL: &[Reference] = &[
        of("two-nodes-2000", "Deploying Microsoft Exchange 2000 Server Clusters (cc750204)", TWO_NODES_2000),
        of("two-nodes-2003", "Deploying Exchange Server 2003 in a Cluster (bb123612)", TWO_NODES_2003),
        of(
            "second-two-nodes-2003",
            "Deploying Exchange Server 2003 in a Cluster (bb123612), once more",
            SECOND_2003,
        ),
        of("four-nodes-2003", "Configuration Settings for a Four-Node Cluster (aa998107)", FOUR_NODES_2003),
        of("scc-2007", "Installing a Single Copy Cluster on Windows Server 2008", SCC_2007),
        of(
            "scc-2007-windows-2003",
            "Installing a Single Copy Cluster on Windows Server 2003 (bb124899)",
            SCC_2007_WINDOWS_2003,
        ),
        of("ccr-2007", "Installing Cluster Continuous Replication on Windows Server 2003", CCR_2007),
        of(
            "ccr-2007-windows-2008",
            "How to Configure the Node and File Share Majority Quorum (bb676490)",
            CCR_2007_WINDOWS_2008,
        ),
    ];

    const fn of(name: &'static str, document: &'static str, definition: &'static str) -> Reference {
        Reference { name, document, definition }
    }

    /// The reference cluster of a name.
    pub fn named(name: &str) -> Option<&'static Reference> {
        ALL.iter().find(|reference| reference.name == name)
    }
}

/// A reference cluster, or any definition in TOML, with a small change: facts or whole elements of lists are taken away,
/// as paths by names, and a few lines of TOML are laid over the rest, tables key by key, lists of named elements element
/// by element, other lists and values as a whole.
///
/// # Errors
/// The definition, the overlay or a path is malformed, or what is to be taken away is not there.
pub fn altered(definition: &str, without: &[&str], with: &str) -> Result<Cluster, String> {
    crate::example::altered(definition, without, with)
}

/// Checks that a set of rules is sound: for every rule,
/// - its name is kebab-case, and the same as its file's and its static's;
/// - its documentation has a title of one sentence, `Why it matters` and `How to fix it`;
/// - what rests on practice alone, or on no source, is no error;
/// - it has at least one example that passes and one that fails, and each example comes out exactly as it says;
/// - every path that it reports stands in the definition, or its parent does;
/// - messages are lower case without a full stop, and no example's message is empty;
///
/// and that the rule files in `rules_dir` and the rules of the set are the same.
///
/// # Panics
/// With everything that is wrong, if anything is.
#[track_caller]
pub fn assert_sound(set: &'static RuleSet, rules_dir: impl AsRef<Path>) {
    let mut problems = String::new();
    for rule in set.rules() {
        check_rule(rule, &mut problems);
    }
    for rule in set.fleet_rules() {
        check_fleet_rule(rule, &mut problems);
    }
    let rules = set.rules();
    let fleet = set.fleet_rules();
    let metas = || rules.iter().map(|rule| &rule.meta).chain(fleet.iter().map(|rule| &rule.meta));
    for meta in metas() {
        check_meta(meta, &mut problems);
        check_file(meta, rules_dir.as_ref(), &mut problems);
    }
    let declared: BTreeSet<String> = metas().map(|meta| meta.name.replace('-', "_")).collect();
    let files: BTreeSet<String> = fs::read_dir(rules_dir.as_ref())
        .expect("the folder of the rule files is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    for missing in declared.symmetric_difference(&files) {
        writeln!(problems, "{missing}: the rule files and the rules of the set differ")
            .expect("a string takes any text");
    }
    assert!(problems.is_empty(), "the rule set `{}` is not sound:\n{problems}", set.name);
}

fn check_meta(meta: &RuleMeta, problems: &mut String) {
    let mut wrong = |problem: String| {
        writeln!(problems, "{}: {problem}", meta.full_name()).expect("a string takes any text");
    };

    let is_kebab_case = meta
        .name
        .split('-')
        .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    if !is_kebab_case {
        wrong("its name is not in kebab-case".to_owned());
    }
    let title = meta.title();
    if title.is_empty() || title.contains(". ") || title.len() > 120 {
        wrong(format!("its title is not one short sentence: \"{title}\""));
    }
    for heading in ["Why it matters", "How to fix it"] {
        if meta.section(heading).is_none_or(|text| text.is_empty()) {
            wrong(format!("its documentation has no `# {heading}`"));
        }
    }
    if meta.sources.is_empty() || meta.versions.is_empty() {
        wrong("it has no source, or no version".to_owned());
    }
    let only_practice = meta.sources.iter().all(|source| matches!(source, Source::Practice(_)));
    if only_practice && meta.basis != Basis::Practice {
        wrong(format!("its basis is {}, but no source says so", meta.basis));
    }
    if meta.basis == Basis::Practice && meta.severity == Severity::Error {
        wrong("it rests on practice, and is an error".to_owned());
    }
}

fn check_rule(rule: &dyn Rule, problems: &mut String) {
    let meta = rule.meta();
    let mut wrong = |problem: String| {
        writeln!(problems, "{}: {problem}", meta.full_name()).expect("a string takes any text");
    };
    let shows = |wanted: fn(Expectation) -> bool| meta.examples.iter().any(|example| wanted(example.expect));
    if !shows(|expect| matches!(expect, Expectation::Passes)) {
        wrong("no example passes".to_owned());
    }
    if !shows(|expect| matches!(expect, Expectation::Fails(_))) {
        wrong("no example fails".to_owned());
    }
    let titles: BTreeSet<_> = meta.examples.iter().map(|example| example.title).collect();
    if titles.len() != meta.examples.len() {
        wrong("two examples have one title".to_owned());
    }
    let mut worst = None;
    for example in meta.examples {
        match check_example(rule, example) {
            Ok(severity) => worst = worst.max(severity),
            Err(problem) => wrong(format!("the example \"{}\" {problem}", example.title)),
        }
    }
    if worst.is_some_and(|worst| worst < meta.severity) {
        wrong(format!("no example shows its severity, {}", meta.severity));
    }
}

fn check_fleet_rule(rule: &'static StaticFleetRule, problems: &mut String) {
    let meta = &rule.meta;
    let mut wrong = |problem: String| {
        writeln!(problems, "{}: {problem}", meta.full_name()).expect("a string takes any text");
    };
    let shows =
        |wanted: fn(FleetExpectation) -> bool| meta.fleets.iter().any(|example| wanted(example.expect));
    if !shows(|expect| expect == FleetExpectation::Passes) {
        wrong("no example passes".to_owned());
    }
    if !shows(|expect| matches!(expect, FleetExpectation::Fails(_))) {
        wrong("no example fails".to_owned());
    }
    let titles: BTreeSet<_> = meta.fleets.iter().map(|example| example.title).collect();
    if titles.len() != meta.fleets.len() {
        wrong("two examples have one title".to_owned());
    }
    let mut worst = None;
    for example in meta.fleets {
        match check_fleet_example(rule, example) {
            Ok(severity) => worst = worst.max(severity),
            Err(problem) => wrong(format!("the example \"{}\" {problem}", example.title)),
        }
    }
    if worst.is_some_and(|worst| worst < meta.severity) {
        wrong(format!("no example shows its severity, {}", meta.severity));
    }
}

/// Whether a small fleet comes out as it says, in any order of its clusters; the worst severity that it shows.
fn check_fleet_example(
    rule: &'static StaticFleetRule,
    example: &FleetExample,
) -> Result<Option<Severity>, String> {
    let clusters = example.clusters().map_err(|error| error.to_string())?;
    let mut book = RuleBook::default();
    book.add_fleet(*rule).map_err(|error| error.to_string())?;
    let plan = book.plan(&Profile::strict()).map_err(|error| error.to_string())?;
    let names =
        |place: &FleetPlace| format!("{}: {}", place.cluster + 1, place.path.names(&clusters[place.cluster]));
    let report = audit_fleet(&plan, &clusters);
    let [(_, outcome)] = &report.outcomes[..] else { return Err("has no outcome".to_owned()) };
    let found: Vec<Vec<String>> =
        outcome.findings.iter().map(|finding| finding.holders.iter().map(names).collect()).collect();
    let mut lacking = Vec::new();
    for (number, cluster) in clusters.iter().enumerate() {
        for path in fleet_facts(&plan, cluster).rules.into_iter().flat_map(|facts| facts.missing) {
            lacking.push(names(&FleetPlace { cluster: number, path }));
        }
    }
    let as_expected = match example.expect {
        FleetExpectation::Passes => found.is_empty() && lacking.is_empty(),
        FleetExpectation::Fails(expected) => {
            found.iter().map(Vec::as_slice).eq(expected.iter().map(|places| places.to_vec()))
        }
        FleetExpectation::Incomplete(expected) => found.is_empty() && lacking == expected,
    };
    if !as_expected || outcome.participation.broken.is_some() {
        let found: Vec<String> = outcome
            .findings
            .iter()
            .zip(&found)
            .map(|(finding, at)| format!("\n    {} {at:?}: {}", finding.severity, finding.message))
            .collect();
        return Err(format!(
            "{}, but there is found:{}\n  and lacking: {lacking:?}, broken: {:?}",
            example.expect,
            found.concat(),
            outcome.participation.broken
        ));
    }
    for finding in &outcome.findings {
        check_message(&finding.message)?;
        for FleetPlace { cluster, path } in &finding.holders {
            if !path.exists(&clusters[*cluster]) && !path.parent().exists(&clusters[*cluster]) {
                return Err(format!("reports a path that leads nowhere: {path:?}"));
            }
        }
    }
    let turned: Vec<Cluster> = clusters.iter().rev().cloned().collect();
    let count = |clusters: &[Cluster]| audit_fleet(&plan, clusters).findings().count();
    if count(&turned) != outcome.findings.len() {
        return Err("comes out differently if its clusters are turned round".to_owned());
    }
    Ok(outcome.findings.iter().map(|finding| finding.severity).max())
}

/// Messages begin in lower case, unless with an abbreviation, and have no full stop.
fn check_message(message: &str) -> Result<(), String> {
    let mut characters = message.chars();
    let starts_lower = characters
        .next()
        .is_some_and(|first| !first.is_uppercase() || characters.next().is_some_and(char::is_uppercase));
    if starts_lower && !message.ends_with('.') {
        return Ok(());
    }
    Err(format!("has a message that is empty, begins in upper case or ends with a full stop: \"{message}\""))
}

/// File and static are named as the rule is.
fn check_file(meta: &RuleMeta, rules_dir: &Path, problems: &mut String) {
    let mut wrong = |problem: String| {
        writeln!(problems, "{}: {problem}", meta.full_name()).expect("a string takes any text");
    };
    let stem = Path::new(meta.file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let identifier = meta.name.replace('-', "_");
    if stem != identifier {
        wrong(format!("its file is called `{stem}`"));
    }
    let declared = format!("static {} =", identifier.to_ascii_uppercase());
    let file = rules_dir.join(stem).with_extension("rs");
    if !fs::read_to_string(file).is_ok_and(|text| text.contains(&declared)) {
        wrong(format!("its file does not declare it with `{declared} …`"));
    }
}

/// Whether an example comes out as it says; the worst severity that it shows.
fn check_example(rule: &dyn Rule, example: &Example) -> Result<Option<Severity>, String> {
    let cluster = example.cluster().map_err(|error| error.to_string())?;
    let outcome = judge(rule, BaseProfile::Recommended, cluster.view(), &mut Findings::default());
    let names = |paths: &[FactPath]| paths.iter().map(|path| path.names(&cluster)).collect::<Vec<_>>();
    let as_expected = match (&outcome, example.expect) {
        (Outcome::Passed, Expectation::Passes) | (Outcome::NotApplicable(_), Expectation::NotApplicable) => {
            true
        }
        (Outcome::Failed(findings), Expectation::Fails(at)) => {
            names(&findings.iter().map(|finding| finding.path).collect::<Vec<_>>()) == at
        }
        (Outcome::Unknown(missing), Expectation::Unknown(absent)) => names(missing) == absent,
        _ => false,
    };
    if !as_expected {
        return Err(format!("{}, but came out as {}", example.expect, describe(&outcome, &cluster)));
    }
    for finding in outcome.findings() {
        check_message(&finding.message)?;
        for path in std::iter::once(finding.path).chain(finding.related.iter().map(|(path, _)| *path)) {
            if !path.exists(&cluster) && !path.parent().exists(&cluster) {
                return Err(format!("reports a path that leads nowhere: {}", path.names(&cluster)));
            }
        }
    }
    Ok(outcome.findings().iter().map(|finding| finding.severity).max())
}

/// An outcome with its paths and messages, for the message of a test that fails.
pub fn describe(outcome: &Outcome, cluster: &Cluster) -> String {
    match outcome {
        Outcome::Failed(findings) => {
            let findings: Vec<String> = findings
                .iter()
                .map(|finding| {
                    format!("\n    {} {}: {}", finding.severity, finding.path.names(cluster), finding.message)
                })
                .collect();
            format!("failed:{}", findings.concat())
        }
        Outcome::Unknown(missing) => {
            let missing: Vec<String> =
                missing.iter().map(|path| format!("\n    {}", path.names(cluster))).collect();
            format!("unknown for want of:{}", missing.concat())
        }
        Outcome::NotApplicable(why) => format!("not applicable: {why}"),
        Outcome::Broken(message) => format!("broken: {message}"),
        Outcome::Passed => "passed".to_owned(),
    }
}
