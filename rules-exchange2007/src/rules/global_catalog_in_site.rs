use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Name, Node},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The site of the nodes has a global catalogue that can be written to.
    ///
    /// A read-only domain controller of Windows Server 2008 does not count, global catalogue or not. Whether the
    /// Windows of a domain controller is new enough is left to `cluster/domain-controllers-supported`. Where the nodes
    /// are in several sites, one of these with a global catalogue is enough here: that the nodes belong together is for
    /// `exchange2007/nodes-in-one-site` to say. A node that is there for its vote only is not looked at.
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
    let nodes = cluster.nodes().members().filter(|node| !node.is_voter());
    let sites = nodes.whose(|node| node.site(), |_| true).map(At::<Node>::site);
    let catalogs =
        |site: At<'_, Name>| site.peek().map(|site| cluster.global_catalogs_in(site)).unwrap_or_default();
    let catalogs = sites.clone().flat_map(catalogs);
    if !catalogs.peek().is_empty() {
        return;
    }
    if let Some(([site, ..], _)) = findings.need_all(sites).as_deref().zip(findings.need_all(catalogs)) {
        let message = format!("the site `{site}` has no writable global catalogue");
        findings
            .report(site.path(), message)
            .related(cluster.directory().domain_controllers().path(), "the domain controllers");
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
    passes("a node in another site is another rule's matter", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        site = "Branch"
        "#,
    ),
    passes("one node's site is enough", SCC_2007).without(&["nodes[NODE2].site"]),
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
    unknown("the site of a node is not known, and the other's has none", SCC_2007, &["nodes[NODE2].site"])
        .without(&["nodes[NODE2].site"])
        .with(r#"directory = { domain_controllers = [{ name = "DC1", site = "Branch" }] }"#),
];
