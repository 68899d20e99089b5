use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A node whose DNS suffix is not its domain has the suffix in its `dNSHostName`.
    ///
    /// In a disjoint namespace the primary DNS suffix of a node is another name than that of its domain in the
    /// directory. By default `dNSHostName` of its computer account then still has the name of the domain. Where suffix
    /// and domain are the same there is nothing to register.
    ///
    /// # Why it matters
    ///
    /// Services that find the node by the attribute look for a name that is not in DNS, or for one under which Kerberos
    /// does not know it. Microsoft names file replication; Exchange Setup and the replication between the nodes of a
    /// cluster find their partner in the same way.
    ///
    /// # How to fix it
    ///
    /// Let the computer accounts write the suffix themselves: add it to `msDS-AllowedDNSSuffixes` of the domain or, where
    /// domain controllers with Windows 2000 are left, give `SELF` the right to write `dNSHostName` and
    /// `servicePrincipalName` as KB 240942 has it. Then restart the node while it owns nothing. Correct the attribute by
    /// hand with ADSI Edit only for a single computer. Do not change the primary DNS suffix of a node that is in a cluster.
    pub static DISJOINT_NAMESPACE_REGISTERED = {
        check,
        set: &EXCHANGE_2007,
        name: "disjoint-namespace-registered",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
            Source::Kb(240_942),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let registered = node.disjoint_namespace_registered();
        // A workgroup is no domain that a suffix could differ from.
        if registered.peek() == Some(&true) || node.in_workgroup().peek() == Some(&true) {
            continue;
        }
        let (domain, suffix) = (node.domain(), node.primary_dns_suffix());
        let is_same = findings.need(cluster.is_same_domain(domain, suffix));
        if is_same.is_none_or(|same| *same) {
            continue;
        }
        if findings.need(registered).is_some() {
            let message = format!(
                "`{}` is in the domain `{domain}` with the DNS suffix `{suffix}`, which its `dNSHostName` lacks",
                node.name()
            );
            findings.report(registered.path(), message).related(suffix.path(), "the suffix");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the suffix is the domain", SCC_2007),
    passes("the domain by its NetBIOS name", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        domain = "CORP"
        "#,
    ),
    passes("another suffix, and it is registered", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        primary_dns_suffix = "mail.example.net"
        disjoint_namespace_registered = true
        "#,
    ),
    passes("a node in a workgroup is another matter", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        domain = "workgroup"
        "#,
    ),
    fails(
        "another suffix, and it is not registered",
        CCR_2007,
        &["nodes[NODE2].disjoint_namespace_registered"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        primary_dns_suffix = "mail.example.net"
        disjoint_namespace_registered = false
        "#,
    ),
    unknown(
        "another suffix, and no word on the attribute",
        SCC_2007,
        &["nodes[NODE1].disjoint_namespace_registered"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        primary_dns_suffix = "mail.example.net"
        "#,
    ),
    unknown("the suffix of a node is not known", CCR_2007, &["nodes[NODE1].primary_dns_suffix"])
        .without(&["nodes[NODE1].primary_dns_suffix"]),
];
