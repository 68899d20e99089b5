//! The order of the steps: none can be left out, taken twice or at another time without being noticed.

use std::collections::BTreeSet;

use rules_core::{
    Profile,
    model::Cluster,
    runbook::{Procedure, Runbook, Simulator},
    testing::reference,
};
use rules_exchange2003::procedure::PROCEDURE;

use super::{built, findings, outcomes, read, runbook};

fn each(definitions: &[&str], test: impl Fn(&Runbook, &[String])) {
    for definition in definitions {
        let wanted = read(definition);
        test(&runbook(&wanted), &findings(&wanted));
    }
}

#[test]
fn no_step_can_be_left_out() {
    each(&super::REFERENCES, |runbook, usual| {
        for index in 0..runbook.steps.len() {
            let mut without = runbook.clone();
            let left_out = without.steps.remove(index);
            if let Ok(end) = built(&without) {
                assert_ne!(findings(&end), usual, "`{}` is left out", left_out.id);
            }
        }
    });
}

#[test]
fn a_rule_that_proves_a_step_sees_that_it_was_left_out() {
    let lenient = Procedure { refuses: |_, _| None, ..PROCEDURE };
    let (mut seen, mut proven) = (BTreeSet::new(), BTreeSet::new());
    for definition in &super::REFERENCES[..2] {
        let mut runbook = runbook(&read(definition));
        runbook.steps.iter_mut().for_each(|step| step.needs = Cluster::default());
        let (all, _) = taken(&runbook, &lenient, None);
        for (index, step) in runbook.steps.iter().enumerate().filter(|(_, step)| !step.proven_by.is_empty()) {
            let kind = step.id.split(' ').next().unwrap_or_default().to_owned();
            let (without, refused) = taken(&runbook, &lenient, Some(index));
            let mut changed = all.iter().filter(|outcome| !without.contains(outcome));
            let is_of =
                |outcome: &str| step.proven_by.iter().any(|rule| outcome.split(' ').next() == Some(rule));
            if refused || changed.any(|outcome| is_of(outcome)) {
                seen.insert(kind.clone());
            }
            proven.insert(kind);
        }
    }
    assert_eq!(seen, proven);
}

/// What the rules say of a cluster built without a step, although nothing but the simulator itself refused; and whether
/// it did.
fn taken(runbook: &Runbook, lenient: &Procedure, left_out: Option<usize>) -> (Vec<String>, bool) {
    let mut simulator = Simulator::new(runbook, lenient);
    let mut refused = false;
    for (index, step) in runbook.steps.iter().enumerate() {
        refused |= Some(index) != left_out && simulator.take(step).is_err();
    }
    (outcomes(&Profile::strict(), simulator.cluster(), |_| true), refused)
}

#[test]
fn a_step_taken_twice_is_refused_or_changes_nothing() {
    each(&super::REFERENCES[..2], |runbook, _| {
        let mut simulator = Simulator::new(runbook, &PROCEDURE);
        for step in &runbook.steps {
            simulator.take(step).unwrap();
            let before = without_log(simulator.cluster());
            if simulator.take(step).is_ok() {
                assert_eq!(without_log(simulator.cluster()), before, "`{}` is taken twice", step.id);
            }
        }
    });
}

fn without_log(cluster: &Cluster) -> Cluster {
    let mut cluster = cluster.clone();
    cluster.setup.forget();
    cluster
}

#[test]
fn two_steps_of_which_one_waits_for_the_other_cannot_be_swapped() {
    each(&super::REFERENCES, |runbook, _| {
        let edges = runbook.edges();
        let (mut swapped, mut simulator) = (0, Simulator::new(runbook, &PROCEDURE));
        for (index, step) in runbook.steps.iter().enumerate() {
            for later in (index + 1..runbook.steps.len()).filter(|&later| edges[later].contains(&index)) {
                let mut early = Simulator::on(simulator.cluster().clone(), &PROCEDURE);
                let later = &runbook.steps[later];
                assert!(early.take(later).is_err(), "`{}` before `{}`", later.id, step.id);
                swapped += 1;
            }
            simulator.take(step).unwrap();
        }
        assert!(swapped > runbook.steps.len(), "most steps wait for others, but only {swapped} do");
    });
}

#[test]
fn the_steps_of_two_nodes_with_exchange_2003_and_of_exchange_2000() {
    let ids = |definition| -> Vec<String> {
        runbook(&read(definition)).steps.into_iter().map(|step| step.id).collect()
    };
    assert_eq!(ids(reference::TWO_NODES_2003), TWO_NODES_2003);
    let of_2000 = ids(reference::TWO_NODES_2000);
    let of_2003: Vec<&str> = TWO_NODES_2003.to_vec();
    let only = |ids: &[String], others: &[&str]| -> Vec<String> {
        ids.iter().filter(|id| !others.contains(&id.as_str())).cloned().collect()
    };
    assert_eq!(
        only(&of_2000, &of_2003),
        [
            "run-comclust NODE1",
            "run-comclust NODE2",
            "set-resource MSDTC",
            "clear-node NODE1 for Service Pack 3",
            "clear-node NODE2 for Service Pack 3",
            "delegate-control",
        ]
    );
}

const TWO_NODES_2003: [&str; 34] = [
    "forest-prep",
    "domain-prep corp.example.com",
    "install-prerequisites NODE1",
    "install-prerequisites NODE2",
    "form-cluster NODE1",
    "join-node NODE2",
    "set-network Public",
    "set-network Heartbeat",
    "order-networks",
    "set-quorum",
    "set-group Cluster Group",
    "secure-dtc NODE1",
    "secure-dtc NODE2",
    "create-resource MSDTC",
    "bring-online MSDTC",
    "clear-node NODE1 for Setup",
    "install-exchange NODE1",
    "clear-node NODE2 for Setup",
    "install-exchange NODE2",
    "clear-node NODE1 for Service Pack 2",
    "install-service-pack NODE1",
    "clear-node NODE2 for Service Pack 2",
    "install-service-pack NODE2",
    "create-group EVS1 Group",
    "create-resource EVS1 IP",
    "create-resource EVS1 Name",
    "move-disk Disk S:",
    "move-disk Disk T:",
    "bring-online EVS1 Group",
    "create-virtual-server EVS1",
    "start EVS1 Group",
    "set-folders EVS1",
    "set-storage-groups EVS1",
    "move-group Cluster Group",
];
