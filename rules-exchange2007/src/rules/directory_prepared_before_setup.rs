use std::fmt::Display;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The forest and the domains are prepared for Exchange 2007.
    ///
    /// Setup prepares the forest with `/PrepareSchema` and `/PrepareAD`, and every domain with nodes or users with
    /// `/PrepareDomain`. Microsoft demands this before the first Exchange 2007 server is installed, yet the Setup
    /// wizard does it by itself where the account that runs it may do so: so it is a warning and no error.
    ///
    /// # Why it matters
    ///
    /// Without the classes, groups and rights that the preparation makes, Setup stops on the first node. The users of a
    /// domain that is not prepared cannot get a mailbox that works.
    ///
    /// # How to fix it
    ///
    /// Extending the schema cannot be undone: first back up the system state of a domain controller. All commands are
    /// run from the media of the service pack that is to be installed, in the site and domain of the schema master, as
    /// a member of Schema Admins and Enterprise Admins. Where Exchange 2000 or 2003 is in the organisation, begin with
    /// `setup /PrepareLegacyExchangePermissions` and let it replicate. Then run `setup /PrepareSchema`, `setup
    /// /PrepareAD` (with `/OrganizationName:` for a new organisation), and `setup /PrepareAllDomains`. Running them
    /// again does no harm.
    pub static DIRECTORY_PREPARED_BEFORE_SETUP = {
        check,
        set: &EXCHANGE_2007,
        name: "directory-prepared-before-setup",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::TechNet("bb125224", "How to Prepare Active Directory and Domains")],
        basis: Basis::Microsoft,
        covers: &["DIR-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let directory = cluster.directory();
    is_prepared("the forest", directory.forest_prepared_for(), findings);
    let domains = findings.each(directory.domains().members());
    for domain in &domains {
        is_prepared(format_args!("the domain `{}`", domain.name()), domain.prepared_for(), findings);
    }
    for of_node in findings.each(cluster.node_domains()) {
        let is_known = of_node.peek().is_some_and(|name| domains.iter().any(|domain| domain.is_called(name)));
        if !is_known {
            findings.unknown(directory.domains().path());
        }
    }
}

fn is_prepared(subject: impl Display, prepared_for: At<'_, ExchangeVersion>, findings: &mut Findings) {
    if let Some(prepared_for) = findings.need(prepared_for)
        && *prepared_for < V2007
    {
        let message = format!("{subject} is prepared for Exchange `{prepared_for}` only");
        findings.report(prepared_for.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster", SCC_2007),
    passes("continuous replication", CCR_2007),
    fails("a forest prepared for Exchange 2003", SCC_2007, &["directory.forest_prepared_for"])
        .with(r#"directory = { forest_prepared_for = "2003" }"#),
    fails(
        "a domain of users that was left out",
        CCR_2007,
        &[r"directory.domains[branch\.example\.com].prepared_for"],
    )
    .with(r#"directory = { domains = [{ name = "branch.example.com", prepared_for = "2003" }] }"#),
    not_applicable("Exchange 2003 has a rule of its own", TWO_NODES_2003),
    unknown("the preparation of the forest is not known", SCC_2007, &["directory.forest_prepared_for"])
        .without(&["directory.forest_prepared_for"]),
    unknown("nothing is known of the domain of the nodes", CCR_2007, &["directory.domains"])
        .with("directory = { domains = [] }"),
];
