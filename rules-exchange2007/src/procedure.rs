//! How an Exchange 2007 cluster is built: SCC, CCR, and standby clusters, on Windows 2003 and 2008.
//!
//! The directory is prepared, then the nodes, then the cluster with its quorum; the Mailbox role goes onto one node after
//! the other, and Setup makes each clustered mailbox server on its node. An administrator moves the disks of a single
//! copy cluster and makes the databases dependent on them.

mod cluster;
mod databases;
mod design;
mod directory;
mod finish;
mod mailbox_server;
mod nodes;
mod parts;
mod quorum;
mod refuses;
mod usual;

use rules_core::{
    model::{Cluster, ExchangeVersion, Layout},
    runbook::{self, Procedure, Step},
};

use design::Design;

/// The procedure of Exchange 2007.
pub static PROCEDURE: Procedure = Procedure {
    versions: &[ExchangeVersion::V2007],
    lacks,
    usual: usual::usual,
    steps,
    refuses: refuses::refuses,
};

fn lacks(wanted: &Cluster) -> Vec<&'static str> {
    let mut lacking = runbook::lacking(wanted);
    match wanted.layout.get() {
        None => lacking.push("layout"),
        Some(Layout::Standby) => lacking.retain(|fact| *fact != "virtual_servers"),
        Some(_) => {}
    }
    lacking
}

fn steps(target: &Cluster) -> Vec<Step> {
    let Some(design) = Design::of(target) else { return Vec::new() };
    let mut steps = directory::steps(&design);
    steps.extend(nodes::preparations(&design));
    steps.extend(cluster::steps(&design));
    steps.extend(quorum::steps(&design));
    steps.extend(cluster::groups(&design));
    // Where the groups are that are moved from node to node while Setup runs.
    let mut owner = design.first();
    steps.extend(nodes::installs(&design, &mut owner));
    for server in &design.servers {
        steps.extend(mailbox_server::steps(&design, server, &mut owner));
    }
    steps.extend(mailbox_server::homes(&design));
    steps.extend(finish::steps(&design, owner));
    steps
}
