use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        SetupAction,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Exchange Setup is never run unattended on a cluster node.
    ///
    /// Exchange 2000 and 2003 are installed on a node by somebody who sits at it and answers Setup's questions. An
    /// answer file (`setup /unattendfile`) is not supported there. The rule goes by the setup log. It says nothing
    /// about ForestPrep and DomainPrep, which do not touch the cluster, about service packs, or about Exchange 2007,
    /// whose unattended Setup is documented for clusters.
    ///
    /// We know of no document of Microsoft's that forbids it; only the article *Exchange Clustering Basics* does.
    ///
    /// # Why it matters
    ///
    /// Setup tells by a message that it has found the cluster and will install the cluster-aware components. Run
    /// unattended, nobody sees that this message did not come, or that Setup went on after a warning, and the node
    /// fails when the first virtual server is moved to it.
    ///
    /// # How to fix it
    ///
    /// Nothing has to be torn down, and a node that has run its virtual server since needs no more than a test: in a
    /// maintenance window move a virtual server to it and see that each resource comes online. Only where one does not,
    /// move every group off the node and make a backup, run Setup again at the node's own console, choose *Reinstall* for
    /// what is installed, and put the service pack on again before a virtual server comes back, as reinstalling brings back
    /// the files of the CD. Install every further node by hand.
    pub static NO_UNATTENDED_SETUP = {
        check,
        set: &EXCHANGE_2003,
        name: "no-unattended-setup",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::Article("limitation 11")],
        basis: Basis::Article,
        covers: &["SET-010"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let installs = findings.each(cluster.steps(SetupAction::InstallExchange));
    if installs.is_empty() {
        return findings.not_applicable("the setup log shows no installation of Exchange");
    }
    for install in installs {
        let Some(unattended) = findings.need(install.unattended()) else { continue };
        if *unattended {
            findings.report(
                unattended.path(),
                format!("the installation of Exchange on `{}` was unattended", install.node()),
            );
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Setup run by hand on both nodes", TWO_NODES_2003),
    passes("Exchange 2000, Setup run by hand", TWO_NODES_2000),
    passes("only ForestPrep ran unattended", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "forest-prep", unattended = true },
            { step = "install-exchange", node = "NODE1", unattended = false },
            { step = "install-exchange", node = "NODE2", unattended = false },
        ]
        "#,
    ),
    fails("the second node from an answer file", TWO_NODES_2003, &["setup[#2].unattended"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", unattended = false },
            { step = "install-exchange", node = "NODE2", unattended = true },
        ]
        "#,
    ),
    not_applicable("nothing installed yet", TWO_NODES_2003)
        .with(r#"setup = [{ step = "form-cluster", node = "NODE1" }]"#),
    not_applicable("a single copy cluster of Exchange 2007", SCC_2007),
    not_applicable("unattended is the documented way in Exchange 2007", CCR_2007)
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1", unattended = true }]"#),
    unknown("no setup log", FOUR_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a log that does not say", TWO_NODES_2003, &["setup[#1].unattended"])
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1" }]"#),
];
