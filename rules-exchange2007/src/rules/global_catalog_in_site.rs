use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Name},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// Every site with a node has a global catalogue that can be written to.
    ///
    /// A read-only domain controller of Windows Server 2008 does not count, global catalogue or not. Whether its Windows
    /// is new enough is a matter of `cluster/domain-controllers-supported`.
    ///
    /// # Why it matters
    ///
    /// Exchange 2007 asks the global catalogue of its own site for every recipient, and Setup does not install into a site
    /// without one. With one in another site only, Exchange depends on the link to it: when that is down, mail is not
    /// routed, Outlook finds no addresses, and the clustered mailbox server may not come online.
    ///
    /// # How to fix it
    ///
    /// In *Active Directory Sites and Services* open *NTDS Settings* of a domain controller in the site and tick *Global
    /// Catalog*, and wait for event 1119 on it. If there is none, promote a server there, but no node of the cluster. Two
    /// are better than one: a restart of the only one is an outage of mail.
    pub static GLOBAL_CATALOG_IN_SITE = {
        check,
        set: &EXCHANGE_2007,
        name: "global-catalog-in-site",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::TechNet("aa996719", "Exchange 2007 System Requirements")],
        basis: Basis::Microsoft,
        covers: &["DIR-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let mut looked_at: Vec<&Name> = Vec::new();
    for node in findings.each(cluster.nodes()) {
        if node.is_voter() {
            continue;
        }
        let Some(site) = findings.need(node.site()) else { continue };
        if looked_at.contains(&site.value()) {
            continue;
        }
        looked_at.push(site.value());
        let catalogs = cluster.global_catalogs_in(&site);
        if catalogs.peek().is_empty() && findings.need_all(catalogs).is_some() {
            let message = format!("the site `{site}` of `{}` has no writable global catalogue", node.name());
            findings
                .report(site.path(), message)
                .related(cluster.directory().domain_controllers().path(), "the domain controllers");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2008", SCC_2007),
    passes("Windows 2003 has no read-only domain controllers", SCC_2007_WINDOWS_2003)
        .without(&["directory.domain_controllers[DC1].read_only"]),
    passes("one of two is enough", CCR_2007).with(
        r#"
        [[directory.domain_controllers]]
        name = "DC2"
        site = "HQ"
        global_catalog = false
        "#,
    ),
    fails("the only domain controller is no global catalogue", SCC_2007, &["nodes[NODE1].site"])
        .with(r#"directory = { domain_controllers = [{ name = "DC1", global_catalog = false }] }"#),
    fails("the only global catalogue is read-only", SCC_2007, &["nodes[NODE1].site"])
        .with(r#"directory = { domain_controllers = [{ name = "DC1", read_only = true }] }"#),
    fails("the only one is in another site", CCR_2007, &["nodes[NODE1].site"])
        .with(r#"directory = { domain_controllers = [{ name = "DC1", site = "Branch" }] }"#),
    unknown(
        "whether it is a global catalogue is not known",
        SCC_2007,
        &["directory.domain_controllers[DC1].global_catalog"],
    )
    .without(&["directory.domain_controllers[DC1].global_catalog"]),
    unknown("the site of a node is not known", SCC_2007, &["nodes[NODE2].site"])
        .without(&["nodes[NODE2].site"]),
];
