//! The build procedure of Exchange 2000 and 2003, proved with the simulator and the rules.

mod generated;
mod order;
mod refusals;
mod texts;

use std::sync::LazyLock;

use rules_core::{
    Outcome, Profile, RuleBook, audit_cluster,
    input::{self, Syntax},
    model::Cluster,
    runbook::{Runbook, Simulator},
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
    input::read(definition, Syntax::Toml).expect("it is a definition")
}

fn runbook(wanted: &Cluster) -> Runbook {
    Runbook::of(&[&PROCEDURE], wanted).expect("the procedure is for this version").0
}

/// The cluster at the end of a runbook, which is as it was wanted.
fn built(runbook: &Runbook) -> Result<Cluster, String> {
    let mut simulator = Simulator::new(runbook, &PROCEDURE);
    simulator.run(&runbook.steps).map_err(|refusal| refusal.to_string())?;
    match &simulator.unlike(&runbook.target)[..] {
        [] => Ok(simulator.cluster().clone()),
        [first, ..] => Err(format!("in the end it is not so that {first}")),
    }
}

/// What the rules find; what they do not know, too.
fn findings(cluster: &Cluster) -> Vec<String> {
    outcomes(&Profile::recommended(), cluster, |outcome| {
        !matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_))
    })
}

/// What the rules find, as far as they know.
fn failures(cluster: &Cluster) -> Vec<String> {
    outcomes(&Profile::recommended(), cluster, |outcome| {
        matches!(outcome, Outcome::Failed(_) | Outcome::Broken(_))
    })
}

fn outcomes(profile: &Profile, cluster: &Cluster, test: impl Fn(&Outcome) -> bool) -> Vec<String> {
    static BOOK: LazyLock<RuleBook> = LazyLock::new(|| {
        RuleBook::of(&[&rules_cluster::CLUSTER, &rules_exchange2003::EXCHANGE_2003])
            .expect("the rules differ in name")
    });
    let plan = BOOK.plan(profile).expect("it is a profile");
    let outcomes = audit_cluster(&plan, cluster).outcomes.into_iter();
    outcomes
        .filter(|(_, outcome)| test(outcome))
        .map(|(rule, outcome)| format!("{} {}", rule.full_name(), describe(&outcome, cluster)))
        .collect()
}

#[test]
fn the_reference_clusters_are_built_as_they_are_wanted_and_the_rules_are_silent() {
    for definition in REFERENCES {
        let wanted = read(definition);
        let end = built(&runbook(&wanted)).unwrap();
        assert_eq!(findings(&end), findings(&wanted));
        assert!(end.setup.get().is_some_and(|log| !log.is_empty()));
    }
}

#[test]
fn a_cluster_that_is_built_needs_no_step() {
    for definition in REFERENCES {
        let runbook = runbook(&read(definition));
        let end = built(&runbook).unwrap();
        let again = self::runbook(&end);
        assert_eq!(again.steps.len(), runbook.steps.len());
        let mut wanted = again.target.clone();
        wanted.setup.forget();
        assert_eq!(Simulator::on(end, &PROCEDURE).unlike(&wanted), []);
    }
}
