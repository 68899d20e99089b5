use std::fmt::Display;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, Domain, ExchangeVersion,
        ExchangeVersion::{V2000, V2003},
        Few, Known, Name, Set, SetupAction, Step,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// ForestPrep and DomainPrep of this Exchange version run before Exchange is installed.
    ///
    /// ForestPrep runs once in the forest, DomainPrep once in every domain that has nodes or users. Each must be of the
    /// version that is installed, or a newer one: Exchange 2003 needs its own, even where that of Exchange 2000 ran
    /// before.
    ///
    /// Two things are looked at: what the directory is prepared for, and, once a node has Exchange, whether the setup
    /// log shows ForestPrep and the DomainPrep of the nodes' domains before the first installation of this version. A
    /// domain of users only may be prepared later, when it joins the forest. A log without them is a finding; where the
    /// forest was prepared long before, for other servers, enter those steps in the log, or say with `partial` that the
    /// log is not complete.
    ///
    /// # Why it matters
    ///
    /// ForestPrep adds the classes and attributes of Exchange to the schema, and DomainPrep makes the groups and rights
    /// that its servers need in a domain. Setup stops where they are missing, or tries to do both itself, with rights
    /// that the administrator of a cluster seldom has. Users of a domain that is not prepared get no mailbox that
    /// works.
    ///
    /// # How to fix it
    ///
    /// Extending the schema cannot be undone: first back up the system state of a domain controller. Run `setup
    /// /forestprep` from the CD of the version to be installed, as a member of Enterprise Admins and Schema Admins, in
    /// the domain of the schema master. Wait for replication to every domain. Then run `setup /domainprep` in each
    /// domain, as one of its administrators. Running them again does no harm.
    pub static DIRECTORY_PREPARED_BEFORE_SETUP = {
        check,
        set: &EXCHANGE_2003,
        name: "directory-prepared-before-setup",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 1"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, on running ForestPrep and DomainPrep"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()).map(Known::value) else { return };
    let directory = cluster.directory();
    let node_domains = findings.each(cluster.node_domains());
    let domains = findings.each(directory.domains().members());
    let holds = |domain: &At<'_, Domain>, of_node: &At<'_, Name>| {
        of_node.peek().is_some_and(|name| domain.is_called(name))
    };
    if node_domains.iter().any(|of_node| domains.iter().all(|domain| !holds(domain, of_node))) {
        findings.unknown(directory.domains().path());
    }

    let history = History::of(cluster, *version, findings);
    let forest = "the forest";
    if is_prepared(forest, directory.forest_prepared_for(), *version, findings) {
        history.shows(forest, cluster.steps(SetupAction::ForestPrep), findings);
    }
    for domain in domains {
        let subject = format_args!("the domain `{}`", domain.name());
        let has_nodes = node_domains.iter().any(|of_node| holds(&domain, of_node));
        if is_prepared(subject, domain.prepared_for(), *version, findings) && has_nodes {
            let preparations = cluster.steps(SetupAction::DomainPrep);
            let is_meant = |name: &Name| domain.is_called(name);
            history.shows(subject, preparations.whose(|step| step.domain(), is_meant), findings);
        }
    }
}

/// Whether nothing is known against it that the forest or a domain is prepared for this version.
fn is_prepared(
    subject: impl Display,
    prepared_for: At<'_, ExchangeVersion>,
    version: ExchangeVersion,
    findings: &mut Findings,
) -> bool {
    let Some(prepared_for) = findings.need(prepared_for) else { return true };
    if *prepared_for < version {
        findings
            .report(prepared_for.path(), format!("{subject} is prepared for Exchange `{prepared_for}` only"));
    }
    *prepared_for >= version
}

/// What the setup log tells of a version.
struct History<'a> {
    cluster: ClusterRef<'a>,
    version: ExchangeVersion,
    /// Where the version was installed, or may have been. `None`: Setup is still to come, and the log has nothing to show.
    installs: Option<Few<Step<'a>>>,
}

impl<'a> History<'a> {
    fn of(cluster: ClusterRef<'a>, version: ExchangeVersion, findings: &mut Findings) -> Self {
        let installed = cluster.exchange_nodes();
        let still_to_come = installed.peek().is_empty() && findings.need_all(installed).is_some();
        let installs = (!still_to_come).then(|| {
            let mut installs = findings.each(cluster.steps(SetupAction::InstallExchange));
            installs.retain(|install| install.version().peek().is_none_or(|other| *other == version));
            installs
        });
        Self { cluster, version, installs }
    }

    /// Reports unless one of these steps prepared the forest or a domain for the version before it was installed.
    fn shows(&self, subject: impl Display, preparations: Set<Step<'a>>, findings: &mut Findings) {
        let Some(installs) = &self.installs else { return };
        let version = self.version;
        let preparations = preparations.whose(|step| step.version(), |other| *other >= version);
        let Some(first) = preparations.peek().first().copied() else {
            if findings.need_all(preparations).is_some() {
                let message =
                    format!("the log does not show that {subject} was prepared for Exchange `{version}`");
                findings.report(self.cluster.setup().path(), message);
            }
            return;
        };
        let too_early = installs.iter().find(|install| {
            let earlier = install.earlier(preparations.clone());
            earlier.peek().is_empty()
                && findings.need_all(earlier).is_some()
                && findings.need(install.version()).is_some()
        });
        if let Some(install) = too_early {
            let message = format!(
                "{subject} was prepared for Exchange `{version}` only after Setup on `{}`",
                install.node()
            );
            findings.report(first.path(), message).related(install.path(), "Setup");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("prepared, then installed", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("a forest prepared for Exchange 2000, and then for 2003", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "forest-prep", version = "2000", started = "2002-01-07" },
            { step = "domain-prep", domain = "corp.example.com", version = "2000", started = "2002-01-08" },
            { step = "install-exchange", node = "NODE1", version = "2000", started = "2002-01-09" },
            { step = "install-exchange", node = "NODE2", version = "2000", started = "2002-01-10" },
            { step = "forest-prep", version = "2003", started = "2004-03-01" },
            { step = "domain-prep", domain = "CORP", version = "2003", started = "2004-03-02" },
            { step = "install-exchange", node = "NODE2", version = "2003", started = "2004-03-03" },
            { step = "install-exchange", node = "NODE1", version = "2003", started = "2004-03-04" },
        ]
        "#,
    ),
    passes("nodes whose domain goes by its NetBIOS name", TWO_NODES_2003)
        .with(r#"nodes = [{ name = "NODE1", domain = "CORP" }, { name = "NODE2", domain = "CORP" }]"#),
    passes("prepared before whatever was installed", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "forest-prep", version = "2003" },
            { step = "domain-prep", domain = "corp.example.com", version = "2003" },
            { step = "install-exchange", node = "NODE1" },
        ]
        "#,
    ),
    passes("a domain of users only that joined the forest later", FOUR_NODES_2003)
        .with(r#"directory = { domains = [{ name = "branch.example.com", prepared_for = "2003" }] }"#),
    passes("prepared, and Setup still to come", TWO_NODES_2003)
        .without(&["setup", "nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            exchange = { installed = false }

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    fails("a forest prepared for Exchange 2000", TWO_NODES_2003, &["directory.forest_prepared_for"])
        .with(r#"directory = { forest_prepared_for = "2000" }"#),
    fails(
        "a domain of users that was left out",
        FOUR_NODES_2003,
        &[r"directory.domains[branch\.example\.com].prepared_for"],
    )
    .with(r#"directory = { domains = [{ name = "branch.example.com", prepared_for = "2000" }] }"#),
    fails("a log without ForestPrep and DomainPrep", TWO_NODES_2003, &["setup", "setup"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", version = "2003" },
            { step = "install-exchange", node = "NODE2", version = "2003" },
        ]
        "#,
    ),
    fails("DomainPrep between the two nodes", TWO_NODES_2000, &["setup[#3]"]).with(
        r#"
        setup = [
            { step = "forest-prep", version = "2000" },
            { step = "install-exchange", node = "NODE1", version = "2000" },
            { step = "domain-prep", domain = "corp.example.com", version = "2000" },
            { step = "install-exchange", node = "NODE2", version = "2000" },
        ]
        "#,
    ),
    unknown("no setup log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("the preparation of the forest is not known", TWO_NODES_2003, &["directory.forest_prepared_for"])
        .without(&["directory.forest_prepared_for"]),
    unknown(
        "whether it was this version that was installed too early",
        TWO_NODES_2003,
        &["setup[#1].version"],
    )
    .with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "forest-prep", version = "2003" },
            { step = "domain-prep", domain = "corp.example.com", version = "2003" },
        ]
        "#,
    ),
    unknown("a ForestPrep of an unknown version", TWO_NODES_2003, &["setup[#1].version"]).with(
        r#"
        setup = [
            { step = "forest-prep" },
            { step = "domain-prep", domain = "corp.example.com", version = "2003" },
            { step = "install-exchange", node = "NODE1", version = "2003" },
        ]
        "#,
    ),
];
