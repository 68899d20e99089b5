//! Runbooks: how a cluster is built, step by step, and a simulator that proves it.
//!
//! A [`Procedure`] turns the definition of a cluster that is wanted into [`Step`]s. What a step needs and what it makes
//! true are facts, written as parts of a definition: so the simulator can take the steps on a cluster of which nothing
//! is built yet, the graph of the steps follows from their facts, and whether a step is still to be done is a question
//! of what a cluster holds.

mod command;
mod facts;
mod simulator;
mod step;

use std::collections::HashMap;

use crate::model::{Cluster, ExchangeVersion, ResourceType};

pub use command::{CommandLine, Value, can_be_quoted};
pub use facts::{Facts, Statement};
pub use simulator::{Refusal, Simulator};
pub use step::{How, Phase, Step};

/// How clusters of some Exchange versions are built.
pub struct Procedure {
    /// The versions.
    pub versions: &'static [ExchangeVersion],
    /// The facts without which there is nothing to plan, as far as a definition lacks them: paths by names.
    pub lacks: fn(&Cluster) -> Vec<&'static str>,
    /// Gives what a definition leaves open a usual value: names of groups and resources, for example. It is laid under
    /// the definition, and changes nothing that is known.
    pub usual: fn(&Cluster) -> Cluster,
    /// The steps to a cluster, in an order in which they can be taken. What is not known is a [`Value::Blank`].
    pub steps: fn(&Cluster) -> Vec<Step>,
    /// Why Setup or a wizard refuses a step on a cluster in this state, whatever the runbook says.
    pub refuses: fn(&Step, &Cluster) -> Option<String>,
}

/// The facts without which nothing can be planned for any version, as far as a definition lacks them: nodes, their domain,
/// and virtual servers, listed or in groups.
pub fn lacking(wanted: &Cluster) -> Vec<&'static str> {
    let nodes = wanted.nodes.get().map_or(&[][..], Vec::as_slice);
    let domains = wanted.directory.get().and_then(|directory| directory.domains.get());
    let has_domain =
        domains.is_some_and(|domains| !domains.is_empty()) || nodes.iter().any(|node| node.domain.is_known());
    let groups = wanted.groups.get().map_or(&[][..], Vec::as_slice);
    let mut resources = groups.iter().flat_map(|group| group.resources.get().into_iter().flatten());
    let has_virtual_servers = wanted.virtual_servers.is_known()
        || resources.any(|resource| resource.r#type.get() == Some(&ResourceType::SystemAttendant));
    let lacking = [
        (nodes.is_empty(), "nodes"),
        (!has_domain, "nodes[*].domain"),
        (!has_virtual_servers, "virtual_servers"),
    ];
    lacking.into_iter().filter_map(|(lacks, fact)| lacks.then_some(fact)).collect()
}

/// The steps that build a cluster.
#[derive(Clone, Debug)]
pub struct Runbook {
    /// The definition that the steps lead to: the one wanted, with what is [usual](Procedure::usual).
    pub target: Cluster,
    /// What is to be there before the first step: the target without what the steps make.
    pub ground: Cluster,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Runbook {
    /// The runbook of a definition, if one of the procedures is for its version.
    pub fn of(procedures: &[&'static Procedure], wanted: &Cluster) -> Option<(Self, &'static Procedure)> {
        let version = wanted.exchange.get()?;
        let procedure = procedures.iter().find(|procedure| procedure.versions.contains(version))?;
        let mut target = (procedure.usual)(wanted);
        facts::lay_over(&mut target, wanted);
        target.setup.forget();
        let steps = (procedure.steps)(&target);
        let mut ground = target.clone();
        for step in &steps {
            facts::take_away(&mut ground, &step.makes);
        }
        Some((Self { target, ground, steps }, *procedure))
    }

    /// For each step, the earlier ones that it waits for: the last to make each fact that it needs. That an element of a
    /// list is there is made by the first to say anything of it.
    pub fn edges(&self) -> Vec<Vec<usize>> {
        let mut makers = HashMap::new();
        let mut elements: HashMap<String, usize> = HashMap::new();
        let mut edges = Vec::new();
        for (index, step) in self.steps.iter().enumerate() {
            let maker_of = |fact: &Statement| {
                let element = || elements.get(fact.path.strip_suffix(".name")?);
                makers.get(fact).or_else(element).copied()
            };
            let mut before: Vec<usize> = Facts::of(&step.needs).iter().filter_map(maker_of).collect();
            before.sort_unstable();
            before.dedup();
            edges.push(before);
            for fact in Facts::of(&step.makes) {
                for (end, _) in fact.path.match_indices("].") {
                    elements.entry(fact.path[..=end].to_owned()).or_insert(index);
                }
                makers.insert(fact, index);
            }
        }
        edges
    }

    /// What the commands leave open: names of variables, what they stand for, in the order of first use, each once.
    pub fn blanks(&self) -> Vec<(&str, &str)> {
        let mut blanks: Vec<(&str, &str)> = Vec::new();
        for (name, what) in self.steps.iter().flat_map(Step::blanks) {
            if !blanks.iter().any(|(known, _)| *known == name) {
                blanks.push((name, what));
            }
        }
        blanks
    }
}
