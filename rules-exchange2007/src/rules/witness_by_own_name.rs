use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Name, Witness},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The path of the file share witness gives its computer's own name, not an alias.
    ///
    /// The first advice for Exchange 2007 was the opposite: an alias (CNAME) that could be pointed to another computer
    /// after the loss of a site. Microsoft took it back in April 2008, in the guidance that is named below.
    ///
    /// # Why it matters
    ///
    /// When the alias is changed, the nodes do not see it at the same time. For a while one node uses the old witness and the
    /// other the new one; each may win a majority, and both run the clustered mailbox server.
    ///
    /// # How to fix it
    ///
    /// Give the path with the real name of the computer. Windows 2003: `cluster res "Majority Node Set" /priv
    /// MNSFileShare=\\HUB1\MNS_FSW_MAILCLU1`, then move the default group to the other node and back. Windows 2008:
    /// *More Actions, Configure Cluster Quorum Settings*. The cluster goes on running.
    ///
    /// When a site is lost later, first make sure that its nodes are down and stay down: otherwise both sides run the
    /// clustered mailbox server. Then force the quorum on the nodes that are left (Windows 2008: `net start clussvc
    /// /fq`; Windows 2003: start the Cluster service with the start parameter `/forcequorum` and the names of these
    /// nodes), and set a new witness as the guidance describes.
    pub static WITNESS_BY_OWN_NAME = {
        check,
        set: &EXCHANGE_2007,
        name: "witness-by-own-name",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::Microsoft(
            "Exchange team blog, New File Share Witness and Force Quorum Guidance for Exchange 2007 Clusters (2008)",
        )],
        basis: Basis::Microsoft,
        covers: &["QUO-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(witness) = findings.need_all(cluster.file_share_witness()) else { return };
    let [witness] = witness[..] else {
        return findings.not_applicable("there is no file share witness");
    };
    if witness.by_alias().peek().is_none() && names_its_host(witness) {
        return;
    }
    if findings.need(witness.by_alias()).is_some_and(|by_alias| *by_alias) {
        let message = format!("the file share witness, `{}`, is reached by an alias", witness.share());
        findings.report(witness.by_alias().path(), message);
    }
}

/// Whether the path is known to name the computer that holds the share, with its domain or without.
fn names_its_host(witness: At<'_, Witness>) -> bool {
    let label = |computer: &str| computer.split('.').next().map(Name::from);
    let named = witness.share().peek().and_then(|share| share.computer()).and_then(label);
    let host = witness.host().peek().and_then(|host| label(host.as_str()));
    named.is_some() && named == host
}

const EXAMPLES: &[Example] = &[
    passes("its own name", CCR_2007),
    fails("an alias", CCR_2007_WINDOWS_2008, &["quorum.witness.by_alias"])
        .with(r"quorum = { witness = { share = '\\FSW\Witness', by_alias = true } }"),
    not_applicable("a disk is the witness", SCC_2007),
    passes("the name in the path is that of the computer that holds the share", CCR_2007)
        .without(&["quorum.witness.by_alias"])
        .with(r"quorum = { witness = { share = '\\hub1.corp.example.com\MNS_FSW_MAILCLU1' } }"),
    unknown("another name than the computer's, perhaps an alias", CCR_2007, &["quorum.witness.by_alias"])
        .without(&["quorum.witness.by_alias"])
        .with(r"quorum = { witness = { share = '\\FSW\MNS_FSW_MAILCLU1' } }"),
    unknown(
        "neither the computer nor whether it is an alias is known",
        CCR_2007,
        &["quorum.witness.by_alias"],
    )
    .without(&["quorum.witness.by_alias", "quorum.witness.host"]),
];
