use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007, ResourceType},
    passes, rule,
    testing::reference::{CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A clustered mailbox server has no IPv6 Tunnel Address.
    ///
    /// Windows Server 2008 knows three kinds of address resources. A clustered mailbox server may stand on IPv4
    /// addresses, or on IPv4 and native IPv6 ones; not on tunnel addresses (ISATAP, 6to4). The rule looks at the group
    /// of the clustered mailbox server. A tunnel address beside the cluster's own name does no harm to Exchange.
    ///
    /// # Why it matters
    ///
    /// Exchange 2007 does not support tunnel addresses. They are derived from an IPv4 address and come and go with the
    /// routers around; a network name that depends on one goes offline with it, and the mailboxes with the name.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window stop the clustered mailbox server with `Stop-ClusteredMailboxServer`. In Failover Cluster
    /// Management take the tunnel address out of the dependencies of its Network Name, see that the IPv4 address is
    /// among them, and only then delete the tunnel address. Bring it back with `Start-ClusteredMailboxServer`.
    pub static NO_TUNNEL_ADDRESSES = {
        check,
        set: &EXCHANGE_2007,
        name: "no-tunnel-addresses",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1")],
        basis: Basis::Microsoft,
        covers: &["NET-024"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for group in findings.each(cluster.clustered_mailbox_servers().flat_map(Evs::group)) {
        for resource in findings.each(group.resources_of(&ResourceType::Ipv6TunnelAddress)) {
            let message = format!("`{}` is a tunnel address", resource.name());
            findings.report(resource.r#type().path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("an IPv4 address", SCC_2007),
    passes("IPv4 and native IPv6", CCR_2007_WINDOWS_2008).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IPv6", type = "IPv6 Address" }]
        "#,
    ),
    passes("a tunnel beside the cluster's own name", SCC_2007).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Cluster Tunnel", type = "IPv6 Tunnel Address" }]
        "#,
    ),
    fails("a tunnel address", SCC_2007, &["groups[CMS1].resources[CMS1 Tunnel].type"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Tunnel", type = "IPv6 Tunnel Address", depends_on = ["CMS1 IP"] }]
        "#,
    ),
    unknown("the type of a resource is not known", SCC_2007, &["groups[CMS1].resources[CMS1 IP].type"])
        .without(&["groups[CMS1].resources[CMS1 IP].type"]),
    unknown("further resources are not known", SCC_2007, &["groups[CMS1].resources"])
        .with(r#"partial = ["groups[CMS1].resources"]"#),
];
