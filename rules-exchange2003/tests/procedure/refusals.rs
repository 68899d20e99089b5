//! What Setup and the wizards refuse by themselves, also where a runbook does not say what a step needs.

use rules_core::{
    model::Cluster,
    runbook::{Runbook, Simulator},
    testing::{
        altered,
        reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    },
};
use rules_exchange2003::procedure::PROCEDURE;

use super::{built, read, runbook};

/// A runbook whose steps do not say what they need.
fn needy(wanted: &Cluster) -> Runbook {
    let mut runbook = runbook(wanted);
    for step in &mut runbook.steps {
        step.needs = Cluster::default();
    }
    runbook
}

/// Why a step is refused when some before it are left out.
fn refused(definition: &str, left_out: &[&str], id: &str) -> String {
    let runbook = needy(&read(definition));
    for left_out in left_out {
        assert!(runbook.steps.iter().any(|step| step.id == *left_out), "there is no `{left_out}`");
    }
    let mut simulator = Simulator::new(&runbook, &PROCEDURE);
    for step in runbook.steps.iter().filter(|step| !left_out.contains(&step.id.as_str())) {
        match simulator.take(step) {
            Err(refusal) if refusal.step == id => return refusal.why,
            Err(refusal) => panic!("{refusal}"),
            Ok(()) => assert_ne!(step.id, id, "it is not refused without {left_out:?}"),
        }
    }
    panic!("there is no `{id}`")
}

#[test]
fn a_step_is_refused_where_what_setup_asks_for_is_missing() {
    for (left_out, id, why) in [
        (
            &["forest-prep"][..],
            "domain-prep corp.example.com",
            "the forest is not prepared for Exchange 2003",
        ),
        (
            &["forest-prep", "domain-prep corp.example.com"],
            "install-exchange NODE1",
            "the forest is not prepared for Exchange 2003",
        ),
        (
            &["domain-prep corp.example.com"],
            "install-exchange NODE1",
            "the domain `corp.example.com` is not prepared for Exchange 2003",
        ),
        (
            &["install-prerequisites NODE2"],
            "install-exchange NODE2",
            "`NODE2` has no World Wide Web Publishing Service",
        ),
        (&["form-cluster NODE1"], "join-node NODE2", "there is no cluster to join"),
        (&["join-node NODE2"], "install-exchange NODE2", "the Cluster service does not run on `NODE2`"),
        (&["bring-online MSDTC"], "install-exchange NODE1", "`MSDTC` is not online"),
        (
            &["create-resource MSDTC", "bring-online MSDTC"],
            "install-exchange NODE1",
            "there is no MSDTC resource",
        ),
        (&["clear-node NODE1 for Setup"], "install-exchange NODE1", "`Cluster Group` is on the node"),
        (
            &["clear-node NODE2 for Service Pack 2"],
            "install-service-pack NODE2",
            "`Cluster Group` is on the node",
        ),
        (&["install-exchange NODE2"], "install-service-pack NODE2", "`NODE2` has no Exchange"),
        (
            &["install-exchange NODE1", "install-service-pack NODE1"],
            "create-virtual-server EVS1",
            "the node that owns `EVS1 Group` has no Exchange",
        ),
        (&["create-group EVS1 Group"], "create-resource EVS1 IP", "there is no such group"),
        (
            &["create-resource EVS1 IP"],
            "create-resource EVS1 Name",
            "`EVS1 IP`, on which `EVS1 Name` is to depend, is not in `EVS1 Group`",
        ),
        (&["create-resource EVS1 Name"], "create-virtual-server EVS1", "`EVS1 Group` has no Network Name"),
        (
            &["move-disk Disk S:", "move-disk Disk T:"],
            "create-virtual-server EVS1",
            "`EVS1 Group` has no disk",
        ),
        (&["bring-online EVS1 Group"], "create-virtual-server EVS1", "`EVS1 IP` is not online"),
    ] {
        assert_eq!(refused(TWO_NODES_2003, left_out, id), why);
    }
}

#[test]
fn comclust_runs_on_members_only() {
    assert_eq!(
        refused(TWO_NODES_2000, &["join-node NODE2"], "run-comclust NODE2"),
        "the Cluster service does not run on `NODE2`"
    );
}

#[test]
fn a_cluster_is_formed_once() {
    let runbook = needy(&read(TWO_NODES_2003));
    let form = runbook.steps.iter().find(|step| step.id == "form-cluster NODE1").unwrap();
    let mut simulator = Simulator::new(&runbook, &PROCEDURE);
    simulator.take(form).unwrap();
    let mut second = form.clone();
    second.makes = Cluster::default();
    second.log = second.log.map(|log| log.node("NODE2"));
    assert!(simulator.take(&second).is_err());
}

#[test]
fn the_first_virtual_server_brings_the_mta_and_no_other_one_does() {
    assert_eq!(
        refused(
            FOUR_NODES_2003,
            &["create-virtual-server EVS1", "start EVS1 Group"],
            "create-virtual-server EVS2"
        ),
        "the first virtual server brings the MTA"
    );
    let second = r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "Second MTA", type = "MTA" }]
    "#;
    let wanted = altered(FOUR_NODES_2003, &[], second).unwrap();
    assert_eq!(
        built(&runbook(&wanted)).unwrap_err(),
        "`create-virtual-server EVS2` cannot be done: the cluster has its MTA: `MTA (EVS1)`"
    );
}

#[test]
fn the_data_is_on_a_disk_of_the_group() {
    let elsewhere = r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange System Attendant (EVS1)", parameters = { data_path = 'Q:\Exchsrvr' } }]
    "#;
    let wanted = altered(TWO_NODES_2003, &[], elsewhere).unwrap();
    assert_eq!(
        built(&runbook(&wanted)).unwrap_err(),
        r"`create-virtual-server EVS1` cannot be done: `Q:\Exchsrvr` is on no disk of `EVS1 Group`"
    );
}
