//! The build procedure of Exchange 2000 and 2003, proved with the simulator and the rules.

use rules_core::{
    Outcome, Plan, Profile, RuleBook, audit_cluster,
    input::{self, Syntax},
    model::Cluster,
    runbook::{How, Runbook, Simulator, can_be_quoted},
    testing::{describe, reference},
};
use rules_exchange2003::procedure::PROCEDURE;

const REFERENCES: [&str; 4] = [
    reference::TWO_NODES_2000,
    reference::TWO_NODES_2003,
    reference::FOUR_NODES_2003,
    reference::SECOND_2003,
];

fn read(definition: &str) -> Cluster {
    input::read(definition, Syntax::Toml).unwrap()
}

fn runbook(wanted: &Cluster) -> Runbook {
    Runbook::of(&[&PROCEDURE], wanted).expect("the procedure is for this version").0
}

/// The cluster at the end of a runbook.
fn built(runbook: &Runbook) -> Cluster {
    let mut simulator = Simulator::new(runbook, &PROCEDURE);
    simulator.run(&runbook.steps).unwrap_or_else(|refusal| panic!("{refusal}\n{}", written(runbook)));
    let unlike: Vec<String> = simulator.unlike(&runbook.target).iter().map(ToString::to_string).collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    simulator.cluster().clone()
}

fn plan() -> Plan {
    let book = RuleBook::of(&[&rules_cluster::CLUSTER, &rules_exchange2003::EXCHANGE_2003]).unwrap();
    book.plan(&Profile::recommended()).unwrap()
}

/// What the rules find, or do not know.
fn noise(cluster: &Cluster) -> Vec<String> {
    let plan = plan();
    let outcomes = audit_cluster(&plan, cluster).outcomes;
    let is_noise = |outcome: &Outcome| !matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_));
    let noise = outcomes.into_iter().filter(|(_, outcome)| is_noise(outcome));
    noise.map(|(rule, outcome)| format!("{} {}", rule.full_name(), describe(&outcome, cluster))).collect()
}

/// A runbook as text.
fn written(runbook: &Runbook) -> String {
    let mut text = String::new();
    for step in &runbook.steps {
        text += &format!("[{}] {}: {}\n", step.phase, step.id, step.title);
        for how in &step.how {
            match how {
                How::Run(line) => text += &format!("    {line}\n"),
                How::Screen { path, fields } => {
                    text += &format!("    {path}\n");
                    for (label, value) in fields {
                        text += &format!("        {label}: {value}\n");
                    }
                }
            }
        }
    }
    text
}

#[test]
fn the_reference_clusters_are_built_as_they_are_wanted_and_the_rules_are_silent() {
    for definition in REFERENCES {
        let wanted = read(definition);
        let runbook = runbook(&wanted);
        println!("{}", written(&runbook));
        let end = built(&runbook);
        let (expected, found) = (noise(&wanted), noise(&end));
        assert_eq!(found, expected, "{:?}", wanted.name);
    }
}
