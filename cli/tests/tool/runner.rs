//! A rule set whose findings are known, and a way to run the tool with it.

use std::{ffi::OsString, fs};

use excluster::{Console, Exit};
use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, RuleBook, RuleSet, Severity, Source, Stage,
    fleet::{FleetFindings, Holders, Triples, clusters, fleet_fails, folded, member},
    fleet_rule,
    model::{ClusterRef, ExchangeVersion::V2007},
    rule,
};

pub(crate) static TEST: RuleSet = RuleSet { name: "test", summary: "rules whose findings are known" };

rule! {
    /// Nodes are named in capitals.
    ///
    /// # Why it matters
    /// It does *not*, but `a*b` has a star.
    ///
    /// # How to fix it
    /// Rename the node.
    pub(crate) static CAPITALS = {
        capitals,
        set: &TEST,
        name: "capitals",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &["TST-001"],
        examples: &[Example {
            title: "as it is",
            base: "format = 'cluster/1'",
            without: &["nodes"],
            with: "\n    name = 'X'\n",
            expect: rules_core::Expectation::Fails(&["nodes[a]"]),
        }],
    }
}

fn capitals(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes().members());
    for node in nodes {
        let Some(name) = findings.need(node.name()) else { continue };
        if name.as_str().chars().any(char::is_lowercase) {
            findings.report(node.name().path(), format!("`{name}` is not in capitals"));
        }
    }
}

rule! {
    /// No two groups are owned by one node.
    pub(crate) static ONE_OWNER = {
        one_owner,
        set: &TEST,
        name: "one-owner",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &[],
        examples: &[],
    }
}

fn one_owner(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let mut owners = Vec::new();
    for group in findings.each(cluster.groups().members()) {
        let Some(owner) = findings.need(group.owner()) else { continue };
        match owners.iter().find(|(other, _)| *other == owner.value()) {
            Some((_, first)) => {
                let message = format!("`{owner}` owns more than one group");
                findings.report(owner.path(), message).related(*first, "the first group");
            }
            None => owners.push((owner.value(), owner.path())),
        }
    }
}

rule! {
    /// Clusters of Exchange 2007 have a layout.
    pub(crate) static LAYOUT = {
        layout,
        set: &TEST,
        name: "layout",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::Article("of a test")],
        basis: Basis::Article,
        covers: &[],
        examples: &[],
    }
}

fn layout(cluster: ClusterRef<'_>, findings: &mut Findings) {
    findings.need(cluster.layout());
}

rule! {
    /// It breaks when the cluster is called `BREAK`.
    pub(crate) static FRAGILE = {
        fragile,
        set: &TEST,
        name: "fragile",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &[],
        examples: &[],
    }
}

fn fragile(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if let Some(name) = findings.need(cluster.name()) {
        assert!(name.as_str() != "BREAK", "as it was told to");
    }
}

fleet_rule! {
    /// No two clusters have a node of one name.
    ///
    /// # Why it matters
    /// A test.
    ///
    /// # How to fix it
    /// Not at all.
    pub(crate) static ONE_HOME = {
        homes,
        one_home,
        set: &TEST,
        name: "one-home",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &["TST-002"],
        fleets: &[fleet_fails(
            "twice the same",
            &[member("format = 'cluster/1'", "nodes = [{ name = 'A' }]"), member("format = 'cluster/1'", "")],
            &[&["1: nodes[A].name"]],
        )],
    }
}

fn homes(cluster: ClusterRef<'_>, triples: &mut Triples) {
    for node in triples.each(cluster.nodes().members()) {
        if let Some(name) = triples.need(node.name()) {
            triples.hold(folded(name.as_str()), name.as_str(), name.path());
        }
    }
    assert!(cluster.name().peek().is_none_or(|name| name.as_str() != "BREAK FLEET"), "as it was told to");
}

fn one_home(holders: &Holders<'_>, findings: &mut FleetFindings) {
    let message = format!("`{}` is a node of {} clusters", holders.list[0].value, clusters(&holders.list));
    if clusters(&holders.list) > 1 {
        findings.report(&holders.list, message);
    }
}

/// How a run ended, and what it printed.
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the tool with the test rules and the test procedure.
pub(crate) fn run<S: Into<OsString>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    run_with(&RuleBook::of(&[&TEST]).expect("the rules have different names"), arguments)
}

/// Runs the tool with the rules of a book.
pub(crate) fn run_with<S: Into<OsString>>(book: &RuleBook, arguments: impl IntoIterator<Item = S>) -> Ran {
    let arguments = std::iter::once("excluster".into()).chain(arguments.into_iter().map(Into::into));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = excluster::run_with(
        book,
        &[&crate::procedure::PROCEDURE],
        arguments,
        &mut Console::new(&mut out, &mut err),
    );
    let text = |bytes| String::from_utf8(bytes).expect("the tool prints UTF-8");
    Ran { exit, out: text(out), err: text(err) }
}

/// A folder with these files.
pub(crate) fn folder<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}
