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

/// Every step, in order, as text.
fn printed(runbook: &Runbook) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for step in &runbook.steps {
        writeln!(text, "{}", step.id).unwrap();
        for how in &step.how {
            match how {
                How::Run(line) => writeln!(text, "    {line}").unwrap(),
                How::Screen { path, fields } => {
                    let fields = fields.iter().map(|(label, value)| format!("; {label}: {value}"));
                    writeln!(text, "    {path}{}", fields.collect::<String>()).unwrap();
                }
            }
        }
    }
    text
}

#[test]
fn a_runbook_names_every_step_once_and_says_all_of_it() {
    let book = book();
    for (name, definition) in REFERENCES {
        let runbook = runbook(&read(definition));
        let mut ids: Vec<_> = runbook.steps.iter().map(|step| &step.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), runbook.steps.len(), "{name}: {}", printed(&runbook));
        for Step { id, title, why, how, check, undo, proven_by, .. } in &runbook.steps {
            let texts = [title.as_str(), why, check, undo];
            assert!(texts.iter().all(|text| !text.is_empty()) && !how.is_empty(), "{name}: {id}");
            assert!(texts[1..].iter().all(|text| text.ends_with('.')), "{name}: {id}");
            for rule in *proven_by {
                assert!(book.find(rule).is_ok(), "{name}: {id}: {rule}");
            }
        }
        let phases: Vec<Phase> = runbook.steps.iter().map(|step| step.phase).collect();
        assert!(phases.is_sorted(), "{name}: {phases:?}");
    }
}

/// How a changed runbook was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FoundOut {
    /// The simulator refused a step.
    Refused,
    /// The cluster is not as it was wanted.
    Unlike,
    /// A rule says something that it does not say of the cluster that was built in order.
    ByRule,
    /// It came to the same.
    Same,
}

/// What becomes of changed steps.
fn outcome(runbook: &Runbook, good: &Simulated, steps: &[Step]) -> FoundOut {
    let Ok(built) = build(runbook, steps) else { return FoundOut::Refused };
    if built.unlike != good.unlike {
        return FoundOut::Unlike;
    }
    if noise(&built.cluster) != noise(&good.cluster) {
        return FoundOut::ByRule;
    }
    FoundOut::Same
}

/// Whether a step waits for another one, at once or through others.
fn waits_for(edges: &[Vec<usize>], step: usize, other: usize) -> bool {
    edges[step].iter().any(|&before| before == other || waits_for(edges, before, other))
}

/// Leaves out, repeats and swaps steps of a runbook; counts how that was found out.
fn check_order(name: &str, runbook: &Runbook, counts: &mut std::collections::BTreeMap<FoundOut, usize>) {
    let good = build(runbook, &runbook.steps).unwrap();
    let edges = runbook.edges();
    let mut tell = |what: &str, steps: &[Step], may_be_same: bool| {
        let outcome = outcome(runbook, &good, steps);
        assert!(may_be_same || outcome != FoundOut::Same, "{name}: {what}\n{}", printed(runbook));
        *counts.entry(outcome).or_default() += 1;
    };
    for place in 0..runbook.steps.len() {
        let id = &runbook.steps[place].id;
        let mut left_out = runbook.steps.clone();
        left_out.remove(place);
        tell(&format!("without `{id}`"), &left_out, false);
        for again in place..runbook.steps.len() {
            let mut repeated = runbook.steps.clone();
            repeated.insert(again + 1, runbook.steps[place].clone());
            tell(&format!("`{id}` again after `{}`", runbook.steps[again].id), &repeated, true);
        }
        for later in place + 1..runbook.steps.len() {
            let mut swapped = runbook.steps.clone();
            swapped.swap(place, later);
            // Steps of which none waits for the other can change places.
            let must_wait = (place + 1..=later).any(|between| {
                waits_for(&edges, between, place) && (between == later || waits_for(&edges, later, between))
            });
            tell(&format!("`{id}` for `{}`", runbook.steps[later].id), &swapped, !must_wait);
        }
    }
}

#[test]
fn whoever_leaves_out_or_swaps_steps_is_found_out() {
    let mut counts = std::collections::BTreeMap::new();
    for (name, definition) in REFERENCES {
        check_order(name, &runbook(&read(definition)), &mut counts);
    }
    println!("{counts:?}");
}
