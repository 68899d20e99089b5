use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// NetBIOS names are resolved, by WINS as a rule.
    ///
    /// Exchange 2000 and 2003 ask for other servers by their short names in several places, cluster Setup and System
    /// Manager among them, through functions that know nothing of DNS suffixes. Any resolution of NetBIOS names that
    /// reaches across the subnets in use will do; broadcasts do where everything is in one subnet.
    ///
    /// # Why it matters
    ///
    /// Without it, Setup on a node, the creation of a virtual server, or the administration from another subnet fails
    /// with errors that name the network, now and then or always. Older versions of Outlook look for their server by its
    /// NetBIOS name, too. Microsoft has not tested larger organisations without WINS.
    ///
    /// # How to fix it
    ///
    /// Install WINS on a server outside the cluster (better on two), and enter it as WINS server of the public adapter
    /// of every node and every other Exchange server. Leave the heartbeat adapter without. Let the names of virtual
    /// servers register themselves: a static entry for one in WINS keeps its Network Name offline.
    pub static NETBIOS_NAMES_RESOLVED = {
        check,
        set: &EXCHANGE_2003,
        name: "netbios-names-resolved",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Kb(837_391),
            Source::Microsoft("Exchange Best Practices Analyzer, on WINS"),
            Source::Kb(217_199),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(resolved) = findings.need(cluster.dns().wins()) else { return };
    if !*resolved {
        findings.report(resolved.path(), "there is no WINS, and nothing else that resolves NetBIOS names");
    }
}

const EXAMPLES: &[Example] = &[
    passes("WINS with Exchange 2000", TWO_NODES_2000),
    passes("WINS with Exchange 2003", TWO_NODES_2003),
    fails("no WINS", TWO_NODES_2003, &["dns.wins"]).with("dns = { wins = false }"),
    not_applicable("Exchange 2007", CCR_2007).with("dns = { wins = false }"),
    unknown("whether there is WINS is not known", TWO_NODES_2003, &["dns.wins"]).without(&["dns.wins"]),
];
