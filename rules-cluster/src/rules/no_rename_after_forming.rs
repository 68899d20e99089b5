use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, SetupAction},
    passes, rule,
    testing::reference::{CCR_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No node and no virtual server is renamed after the cluster was formed.
    ///
    /// This is judged from the setup log: an entry `rename` with the `node` or the `virtual_server` that was
    /// renamed, by the name that it has afterwards. A node may be renamed before it joins, so one that was
    /// evicted, renamed and joined again is no finding. Neither is a virtual server that was removed or made anew
    /// afterwards, or anything that was renamed before the cluster was formed anew. Where the log does not contain
    /// the forming of the cluster, its entries count as later. The cluster's own name can be changed: make no
    /// entry for that.
    ///
    /// # Why it matters
    ///
    /// The database of the cluster knows its nodes by name. A node that comes up with another name does not find
    /// itself there: its Cluster service does not start, and it owns nothing any more. The name of a virtual
    /// server is in the directory, in every mailbox and in the profile of every client; when the Network Name no
    /// longer agrees with them, Exchange does not come online.
    ///
    /// # How to fix it
    ///
    /// Give the node its old name back and restart it; its Cluster service then starts again. If it has to have
    /// another name, go on from there: move its groups away, remove Exchange from it with Setup, evict it from the
    /// cluster, rename it, join it again and install Exchange. For a virtual server, take the Network Name
    /// resource offline, set the old name in its properties, and bring the group online. Clients that need another
    /// name get an alias in DNS, or their mailboxes are moved to a second virtual server of that name.
    pub static NO_RENAME_AFTER_FORMING = {
        check,
        set: &CLUSTER,
        name: "no-rename-after-forming",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Windows Server 2003 help, \"Server cluster rules\""),
            Source::Kb(302_389),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for rename in findings.each(cluster.steps(SetupAction::Rename)) {
        // What was done later that makes the new name the only one that the cluster knows.
        let formed_anew = cluster.steps(SetupAction::FormCluster);
        let (subject, settled) = match (rename.virtual_server().peek(), rename.node().peek()) {
            (Some(name), _) => {
                let own = cluster.virtual_server_creations();
                let own = own.and(cluster.steps(SetupAction::RemoveVirtualServer));
                let own = own.whose(|step| step.virtual_server(), |other| other == name);
                (format!("the virtual server `{name}`"), formed_anew.and(own))
            }
            (None, Some(name)) => {
                let own = cluster.steps_of(&[SetupAction::JoinNode, SetupAction::EvictNode]);
                let own = own.whose(|step| step.node(), |other| other == name);
                (format!("the node `{name}`"), formed_anew.and(own))
            }
            (None, None) => {
                findings.unknown(rename.node().path());
                continue;
            }
        };
        let settled = rename.later(settled);
        if settled.peek().is_empty() && findings.need_all(settled).is_some() {
            findings.report(rename.path(), format!("{subject} got its name after the cluster was formed"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a log without a new name", TWO_NODES_2003),
    passes("renamed before it joined", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "rename", node = "NODE2" },
            { step = "join-node", node = "NODE2" },
        ]
        "#,
    ),
    passes("evicted, renamed, joined again", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "SERVER2" },
            { step = "evict-node", node = "SERVER2" },
            { step = "rename", node = "NODE2" },
            { step = "join-node", node = "NODE2" },
        ]
        "#,
    ),
    passes("a cluster that was formed anew", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "rename", node = "NODE1" },
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
        ]
        "#,
    ),
    passes("a virtual server that was made anew under the new name", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "create-virtual-server", virtual_server = "MAIL1" },
            { step = "rename", virtual_server = "EVS1" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    fails("a node with a new name", TWO_NODES_2003, &["setup[#3]"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
            { step = "rename", node = "NODE2" },
        ]
        "#,
    ),
    fails("a clustered mailbox server with a new name", CCR_2007, &["setup[#4]"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
            { step = "new-cms", virtual_server = "CMS1" },
            { step = "rename", virtual_server = "CMS1" },
        ]
        "#,
    ),
    fails("a log that begins later than the cluster", TWO_NODES_2003, &["setup[#1]"])
        .with(r#"setup = [{ step = "rename", node = "NODE1" }]"#),
    unknown("what was renamed is not known", TWO_NODES_2003, &["setup[#2].node"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "rename" },
        ]
        "#,
    ),
    unknown("no setup log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
];
