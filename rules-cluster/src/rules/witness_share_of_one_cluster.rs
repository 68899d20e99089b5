use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes, folded,
        kept, member, parts,
    },
    fleet_rule,
    model::{At, ClusterRef, QuorumKind, ResourceType, WindowsPath, Witness},
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// A file share witness belongs to only one cluster.
    ///
    /// The rule compares the computer and the name of each witness share within one domain; case makes no
    /// difference. It takes them from `quorum.witness` and from File Share Witness resources. One computer may
    /// hold the witnesses of many clusters, each in a share of its own.
    ///
    /// # Why it matters
    ///
    /// The witness is the vote that decides which half of a cluster goes on when the nodes lose contact. The
    /// cluster writes to the share to hold that vote. Where two clusters use one share, the second finds the files
    /// of the first: its vote cannot be relied on, and a failover that needs it may take the cluster down.
    ///
    /// # How to fix it
    ///
    /// Make a second share on the same computer, in a folder of its own, and give full control of it to the
    /// Cluster service account of one of the clusters (Windows Server 2008: to its computer object), and to no
    /// other cluster. Then let that cluster use it. On Windows 2003 run `cluster resource "Majority Node Set"
    /// /priv MNSFileShare=\\HUB1\MNS_FSW_MAILCLU2`, and move the default group to the other node and back, so that
    /// it takes effect. On Windows Server 2008 use *Configure Cluster Quorum Settings* in Failover Cluster
    /// Management. The virtual servers stay online.
    pub static WITNESS_SHARE_OF_ONE_CLUSTER = {
        collect,
        judge,
        set: &CLUSTER,
        name: "witness-share-of-one-cluster",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a vote in a quorum counts for one cluster")],
        basis: Basis::Practice,
        covers: &["FLT-002"],
        fleets: EXAMPLES,
    }
}

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    let quorum = cluster.quorum();
    // The other models have no file share.
    let may_have_one = quorum.kind().peek().is_none_or(|kind| {
        matches!(kind, QuorumKind::MajorityNodeSet | QuorumKind::NodeAndFileShareMajority)
    });
    if !may_have_one {
        return;
    }
    let mut shares: Vec<(At<'_, WindowsPath>, Option<At<'_, Witness>>)> = Vec::new();
    if triples.need(quorum.witness()).is_some_and(|witness| !witness.is_none()) {
        let witness = quorum.witness().some();
        shares.push((witness.share(), Some(witness)));
        // An alias stands for another computer.
        if witness.by_alias().peek() != Some(&false) {
            triples.need(witness.host());
        }
    }
    // What the witness is, the definition says; a resource may say it, too.
    for resource in cluster.resources_of(&ResourceType::FileShareWitness).peek() {
        let share = resource.parameters().share_path();
        shares.extend(share.peek().map(|_| (share, None)));
    }
    for (share, witness) in shares {
        let Some(share) = triples.need(share) else { continue };
        let (unc_host, rest) = share.as_str().trim_start_matches('\\').split_once('\\').unwrap_or_default();
        let host = witness.and_then(|witness| witness.host().peek()).map_or(unc_host, |host| host.as_str());
        // A full name says the domain; a short one is of the cluster's own.
        let (label, domain) = host.split_once('.').unwrap_or((host, ""));
        let domain = if domain.is_empty() { triples.domain(cluster) } else { folded(domain) };
        let key = format!(r"\\{}\{}", folded(label), folded(rest.trim_end_matches('\\')));
        triples.hold(key, format!("{domain} {}", kept(share.as_str())), share.path());
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|value| parts::<2>(value)[0]) {
        let clusters = group.clusters();
        if clusters > 1 {
            let [_, share] = parts(group.list[0].value);
            let message = format!("`{share}` is the witness of {clusters} clusters{}", group.doubt());
            findings.report(&group.list, message);
        }
    }
}

const OTHER: &str = r#"
name = "MAILCLU2"
quorum = { witness = { share = '\\HUB1\MNS_FSW_MAILCLU2' } }
"#;

const EXAMPLES: &[FleetExample] = &[
    fleet_passes(
        "two shares of one computer",
        &[
            member(CCR_2007, ""),
            member(CCR_2007_WINDOWS_2008, OTHER),
            member(TWO_NODES_2003, r#"name = "MAILCLU3""#),
        ],
    ),
    fleet_passes(
        "a cluster with a quorum disk, of which nothing has to be known",
        &[member(CCR_2007, ""), member(SCC_2007, r#"name = "MAILCLU2""#).without(&["quorum.witness"])],
    ),
    fleet_fails(
        "a share that was copied with the instructions",
        &[
            member(CCR_2007, ""),
            member(
                CCR_2007_WINDOWS_2008,
                r#"
                name = "MAILCLU2"
                quorum = { witness = { host = "hub1.corp.example.com", share = '\\hub1.corp.example.com\mns_fsw_mailclu1\' } }
                "#,
            ),
        ],
        &[&["1: quorum.witness.share", "2: quorum.witness.share"]],
    ),
    fleet_fails(
        "a share that one cluster reaches by an alias",
        &[
            member(CCR_2007, ""),
            member(
                CCR_2007,
                r#"
                name = "MAILCLU2"
                quorum = { witness = { share = '\\WITNESS\MNS_FSW_MAILCLU1', host = "HUB1", by_alias = true } }
                "#,
            ),
        ],
        &[&["1: quorum.witness.share", "2: quorum.witness.share"]],
    ),
    fleet_incomplete(
        "a witness of which nothing is known",
        &[member(CCR_2007, ""), member(CCR_2007, r#"name = "MAILCLU2""#).without(&["quorum.witness"])],
        &["2: quorum.witness"],
    ),
];
