use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{self, V2000, V2003},
        WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The network name of a virtual server has Kerberos on with Exchange 2003 on Windows 2003, and off with Exchange 2000.
    ///
    /// Off with Exchange 2003 on Windows 2003 is a warning, as in Microsoft's Best Practices Analyzer, which calls it
    /// not supported. On with Exchange 2000 is an error: Windows 2000 has the option since Service Pack 3, but it is
    /// not supported for a name on which Exchange 2000 depends. Not judged are Exchange 2003 on Windows 2000, the
    /// cluster's own name, a further name in the group of a virtual server, and a virtual server in the middle of its
    /// upgrade.
    ///
    /// # Why it matters
    ///
    /// The option makes a computer account for the name. Without the account nobody can use Kerberos with the virtual
    /// server: Exchange 2003 falls back to NTLM, and front-end servers that insist on Kerberos are refused. Exchange
    /// 2000 was never tested with it: clients that see the account try Kerberos, and the virtual server does not
    /// answer.
    ///
    /// # How to fix it
    ///
    /// Exchange 2003: in a maintenance window take the Network Name offline (all of the virtual server goes with it),
    /// choose *Enable Kerberos Authentication* on the page *Parameters*, and bring the group online. The account of the
    /// Cluster service needs the right to make the computer account.
    ///
    /// Exchange 2000: KB 235529 has the steps to turn it off again; the virtual server goes offline for them, too. Do
    /// not delete the computer account before the name has come online without it, and check first that nothing else
    /// uses it.
    pub static KERBEROS_ON_NETWORK_NAME = {
        check,
        set: &EXCHANGE_2003,
        name: "kerberos-on-network-name",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, \"Kerberos not enabled on the Network Name\""),
            Source::Kb(235_529),
            Source::Kb(302_389),
        ],
        basis: Basis::Microsoft,
        covers: &["NAM-001", "NAM-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()).map(|version| *version) else { return };
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in all {
        if evs.listed().version().peek().is_none_or(|own| *own == version) {
            names_of(evs, version, findings);
        }
    }
}

fn names_of(evs: Evs<'_>, version: ExchangeVersion, findings: &mut Findings) {
    let cluster = evs.listed().cluster();
    for name in findings.each(evs.network_names()) {
        let kerberos = name.parameters().require_kerberos();
        let is_wrong = kerberos.peek().is_none_or(|on| *on == (version == V2000));
        // On Windows 2000 it does not matter to Exchange 2003, and the option may not even be there.
        let matters =
            version == V2000 || !findings.each(cluster.nodes_on(WindowsVersion::is_2003)).is_empty();
        if !is_wrong || !matters {
            continue;
        }
        let Some(kerberos) = findings.need(kerberos) else { continue };
        let (state, most) = match version {
            V2000 => ("on, which Exchange 2000 does not support", Severity::Error),
            _ => ("off", Severity::Warning),
        };
        let message = format!("the option Kerberos of `{}` is {state}", name.name());
        findings.report(kerberos.path(), message).at_most(most);
    }
}

const EXAMPLES: &[Example] = &[
    passes("on with Exchange 2003", FOUR_NODES_2003),
    passes("off with Exchange 2000", TWO_NODES_2000),
    passes("Exchange 2003 on Windows 2000", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.require_kerberos"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", windows = { version = "2000" } },
                { name = "NODE2", windows = { version = "2000" } },
            ]
            "#,
        ),
    passes("a virtual server of Exchange 2000 that waits for its upgrade", TWO_NODES_2003).with(
        r#"
        virtual_servers = [{ name = "EVS1", version = "2000" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_kerberos = false } }]
        "#,
    ),
    passes("an alias beside the name", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Alias", type = "Network Name", parameters = { name = "OLDMAIL", require_kerberos = false } },
        ]
        "#,
    ),
    fails(
        "on with Exchange 2000",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.require_kerberos"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_kerberos = true } }]
        "#,
    ),
    fails(
        "off with Exchange 2003: a warning",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.require_kerberos"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_kerberos = false } }]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "nobody looked",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.require_kerberos"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.require_kerberos"]),
    unknown(
        "off, and which Windows the nodes have is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"],
    )
    .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_kerberos = false } }]
        "#,
    ),
];
