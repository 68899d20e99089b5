use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::{EXCHANGE_2007, facts::LONGEST_HOST_RECORD_TTL_S};

rule! {
    /// The host record of a clustered mailbox server that moves between subnets lives five minutes at most.
    ///
    /// The rule looks at clusters on Windows Server 2008 whose nodes are in two subnets, so that the clustered mailbox
    /// server has an address in each. The lifetime is the property `HostRecordTTL` of its Network Name; if nobody set
    /// it, it is 1200 seconds. Five minutes are Microsoft's recommendation, not a limit. They are recommended as well
    /// before a clustered mailbox server is recovered on a standby cluster at another address; this rule does not look
    /// at that.
    ///
    /// # Why it matters
    ///
    /// After a move to the other subnet the name stands for another address. Outlook and Hub Transport servers go on
    /// trying the old one until the record in their caches has expired, which with the default is up to twenty minutes
    /// after everything is up again.
    ///
    /// # How to fix it
    ///
    /// On a node run `cluster res "<Network Name>" /priv HostRecordTTL=300`. The value is written to DNS when the Network
    /// Name next comes online: in a maintenance window stop and start the clustered mailbox server with
    /// `Stop-ClusteredMailboxServer` and `Start-ClusteredMailboxServer`.
    pub static SHORT_LIFETIME_OF_HOST_RECORDS = {
        check,
        set: &EXCHANGE_2007,
        name: "short-lifetime-of-host-records",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676687", "How to Configure the DNS TTL Value for a Network Name Resource")],
        basis: Basis::Microsoft,
        covers: &["NET-026"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&false) {
        return findings.not_applicable("only Windows 2008 has clusters in several subnets");
    }
    for group in findings.each(cluster.clustered_mailbox_servers().flat_map(Evs::group)) {
        let moves = group.moves_between_networks();
        if moves.peek() == Some(&false) {
            continue;
        }
        for name in findings.each(group.resources_of(&ResourceType::NetworkName)) {
            let Some(lifetime) = findings.need(name.parameters().host_record_ttl_s()) else { continue };
            let decided = *lifetime > LONGEST_HOST_RECORD_TTL_S
                && findings.need(moves).is_some()
                && findings.need(on_2008).is_some();
            if decided {
                let name = name.parameters().name();
                let message =
                    format!("the host record of `{name}` lives {lifetime} s in a cluster of several subnets");
                findings.report(lifetime.path(), message);
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("one subnet", SCC_2007),
    passes("five minutes in two subnets", CCR_2007_WINDOWS_2008)
        .without(&["nodes[NODE2].interfaces[Public]"])
        .with(
            r#"
            networks = [{ name = "Public B", role = "mixed", subnet = "198.51.100.0/24" }]
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Public B", address = "198.51.100.12/24" }]
            [[groups]]
            name = "CMS1"
            resources = [
                { name = "CMS1 IP B", type = "IP Address", parameters = { network = "Public B" } },
                { name = "CMS1 Name", parameters = { host_record_ttl_s = 300 } },
            ]
            "#,
        ),
    passes("two networks that every node is attached to, and a voter that is not", CCR_2007_WINDOWS_2008)
        .with(
            r#"
        networks = [{ name = "Extranet", role = "client", subnet = "198.51.100.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Extranet" }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Extranet" }]
        [[nodes]]
        name = "VOTER"
        interfaces = [{ network = "Heartbeat" }]
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP B", type = "IP Address", parameters = { network = "Extranet" } },
            { name = "CMS1 Name", parameters = { host_record_ttl_s = 1200 } },
        ]
        "#,
        ),
    passes("a native IPv6 address and a tunnel on the same network", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IPv6", type = "IPv6 Address", parameters = { network = "Public" } },
            { name = "CMS1 Tunnel", type = "IPv6 Tunnel Address" },
        ]
        "#,
    ),
    not_applicable("Windows 2003", CCR_2007),
    fails(
        "the default of twenty minutes in two subnets",
        CCR_2007_WINDOWS_2008,
        &["groups[CMS1].resources[CMS1 Name].parameters.host_record_ttl_s"],
    )
    .without(&["nodes[NODE2].interfaces[Public]"])
    .with(
        r#"
        networks = [{ name = "Public B", role = "mixed", subnet = "198.51.100.0/24" }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public B", address = "198.51.100.12/24" }]
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP B", type = "IP Address", parameters = { network = "Public B" } },
            { name = "CMS1 Name", parameters = { host_record_ttl_s = 1200 } },
        ]
        "#,
    ),
    unknown(
        "the lifetime is not known",
        CCR_2007_WINDOWS_2008,
        &["groups[CMS1].resources[CMS1 Name].parameters.host_record_ttl_s"],
    )
    .without(&["nodes[NODE2].interfaces[Public]"])
    .with(
        r#"
        networks = [{ name = "Public B", role = "mixed", subnet = "198.51.100.0/24" }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public B", address = "198.51.100.12/24" }]
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IP B", type = "IP Address", parameters = { network = "Public B" } }]
        "#,
    ),
    unknown(
        "the network of an address is not known",
        CCR_2007_WINDOWS_2008,
        &["groups[CMS1].resources[CMS1 IP].parameters.network"],
    )
    .without(&["groups[CMS1].resources[CMS1 IP].parameters.network"])
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", parameters = { host_record_ttl_s = 1200 } }]
        "#,
    ),
];
