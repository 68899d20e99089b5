//! A simulator: takes steps on a cluster, refuses what would fail, and keeps the setup log.

use super::{Facts, Procedure, Runbook, Statement, Step, facts};
use crate::model::{Cluster, Moment, Name, ResourceState, ResourceType, SetupAction, SetupStep};

/// A cluster in the making.
#[derive(Clone)]
pub struct Simulator {
    cluster: Cluster,
    refuses: fn(&Step, &Cluster) -> Option<String>,
    /// Steps that were begun and are not finished.
    running: Vec<String>,
    /// How many were begun.
    begun: usize,
}

/// Why a step cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{step}` cannot be done: {why}")]
pub struct Refusal {
    /// The step's id.
    pub step: String,
    /// What stands in its way.
    pub why: String,
}

impl Simulator {
    /// On a cluster of which nothing that a runbook makes is there.
    pub fn new(runbook: &Runbook, procedure: &Procedure) -> Self {
        Self::on(runbook.ground.clone(), procedure)
    }

    /// On a cluster as it is.
    pub fn on(mut cluster: Cluster, procedure: &Procedure) -> Self {
        if !cluster.setup.is_known() {
            cluster.setup.set(Vec::new());
        }
        Self { cluster, refuses: procedure.refuses, running: Vec::new(), begun: 0 }
    }

    /// The cluster as it is now, with the log of what was done.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Takes every step of a runbook.
    ///
    /// # Errors
    /// The first step that cannot be taken.
    pub fn run(&mut self, steps: &[Step]) -> Result<(), Refusal> {
        steps.iter().try_for_each(|step| self.take(step))
    }

    /// Takes a step.
    ///
    /// # Errors
    /// It cannot be taken now.
    pub fn take(&mut self, step: &Step) -> Result<(), Refusal> {
        self.begin(step)?;
        self.finish(step);
        Ok(())
    }

    /// Begins a step, while others may still be running.
    ///
    /// # Errors
    /// What it needs is not there, what it makes is there already, Setup would refuse, or Setup runs on another node.
    pub fn begin(&mut self, step: &Step) -> Result<(), Refusal> {
        let refused = |why: String| Err(Refusal { step: step.id.clone(), why });
        if let Some(fact) = Facts::missing(&step.needs, &self.cluster).first() {
            return refused(format!("`{}` is not {}", fact.path, fact.value));
        }
        if is_setup(step) {
            if let Some(other) = self.running.first() {
                return refused(format!("`{other}` is still running"));
            }
            let owned = self.owned_by(step.node.as_ref());
            // A cluster of one node has nowhere to move them.
            let alone = self.cluster.nodes.get().is_none_or(|nodes| nodes.len() < 2);
            let must_be_idle = !alone && step.log.as_ref().is_some_and(installs);
            if let Some(group) = owned.first().filter(|_| must_be_idle) {
                return refused(format!("`{group}` is on the node"));
            }
        }
        if creates(step) && Facts::missing(&step.makes, &self.cluster).is_empty() {
            return refused("what it makes is there already".to_owned());
        }
        if let Some(why) = (self.refuses)(step, &self.cluster) {
            return refused(why);
        }
        if let Some(log) = &step.log {
            let entry = self.entry(log.clone(), step);
            self.cluster.setup.get_or_default().push(entry);
        }
        if is_setup(step) {
            self.running.push(step.id.clone());
        }
        self.begun += 1;
        Ok(())
    }

    /// Ends a step that was begun: what it makes is so.
    pub fn finish(&mut self, step: &Step) {
        facts::lay_over(&mut self.cluster, &step.makes);
        self.running.retain(|id| *id != step.id);
    }

    /// In what the cluster is not yet as it was wanted.
    pub fn unlike(&self, target: &Cluster) -> Vec<Statement> {
        Facts::missing(target, &self.cluster)
    }

    /// What the log says of a step that begins now.
    fn entry(&self, mut log: SetupStep, step: &Step) -> SetupStep {
        let minute = self.begun * 20;
        let at = |minute: usize| -> Moment {
            let (day, hour) = (1 + minute / 1440 % 28, minute / 60 % 24);
            let month = 1 + minute / 1440 / 28;
            let text = format!("2000-{month:02}-{day:02}T{hour:02}:{:02}:00", minute % 60);
            text.parse().expect("it is a moment")
        };
        log.started.set(at(minute));
        log.finished.set(at(minute + 15));
        if installs(&log) {
            log.unattended.set(false);
            log.node_owned_groups.set(self.owned_by(step.node.as_ref()));
            let disks = self.cluster.disks.get().map_or(&[][..], Vec::as_slice);
            let empty = disks.iter().map(|disk| disk.empty_before_setup.get().copied());
            if let Some(empty) = empty.reduce(|a, b| Some(a? && b?)).flatten() {
                log.disks_empty.set(empty);
            }
            if let Some(online) = self.msdtc_is_online() {
                log.msdtc_online.set(online);
            }
        }
        log
    }

    /// The groups that a node owns.
    fn owned_by(&self, node: Option<&Name>) -> Vec<Name> {
        let groups = self.cluster.groups.get().map_or(&[][..], Vec::as_slice);
        let owned = groups.iter().filter(|group| node.is_some() && group.owner.get() == node);
        owned.filter_map(|group| group.name.get().cloned()).collect()
    }

    /// Whether the resource of the transaction coordinator is online, if there is one.
    fn msdtc_is_online(&self) -> Option<bool> {
        let groups = self.cluster.groups.get().map_or(&[][..], Vec::as_slice);
        let mut resources = groups.iter().flat_map(|group| group.resources.get().into_iter().flatten());
        let coordinator = resources.find(|it| it.r#type.get() == Some(&ResourceType::Msdtc))?;
        Some(coordinator.state.get() == Some(&ResourceState::Online))
    }
}

/// Whether an Exchange Setup program runs.
fn is_setup(step: &Step) -> bool {
    use SetupAction as A;
    let action = step.log.as_ref().and_then(|log| log.step.get());
    matches!(
        action,
        Some(A::InstallExchange | A::ServicePack | A::NewCms | A::RecoverCms | A::DisasterRecovery)
    )
}

/// Whether Setup puts binaries on a node.
fn installs(log: &SetupStep) -> bool {
    matches!(log.step.get(), Some(SetupAction::InstallExchange | SetupAction::ServicePack))
}

/// Whether the step makes what cannot be there twice.
fn creates(step: &Step) -> bool {
    use SetupAction as A;
    let action = step.log.as_ref().and_then(|log| log.step.get());
    matches!(
        action,
        Some(
            A::FormCluster
                | A::JoinNode
                | A::CreateMsdtc
                | A::InstallExchange
                | A::CreateGroup
                | A::CreateResource
                | A::CreateVirtualServer
                | A::NewCms
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Source,
        model::{ExchangeVersion, Group, Node, NodeExchange, NodeState},
        runbook::Phase,
    };

    /// A step that a test takes.
    fn step(id: &str, action: SetupAction, node: Option<&str>, needs: Cluster, makes: Cluster) -> Step {
        let log = SetupStep::default().step(action);
        Step {
            id: id.to_owned(),
            phase: Phase::Cluster,
            node: node.map(Name::from),
            title: String::new(),
            why: "",
            source: Source::Practice("a test"),
            article: &[],
            needs,
            how: Vec::new(),
            check: String::new(),
            undo: String::new(),
            log: Some(log),
            makes,
            proven_by: &[],
            offline: Vec::new(),
        }
    }

    fn node(name: &str) -> Node {
        Node::default().name(name)
    }

    fn steps(_: &Cluster) -> Vec<Step> {
        let joined = || Cluster::default().nodes([node("N1").state(NodeState::Up)]);
        let groups = |owner: &str| Cluster::default().groups([Group::default().name("G").owner(owner)]);
        let installed =
            Cluster::default().nodes([node("N1").exchange(NodeExchange::default().installed(true))]);
        vec![
            step("form", SetupAction::FormCluster, Some("N1"), Cluster::default(), joined()),
            step("group", SetupAction::CreateGroup, None, joined(), groups("N2")),
            step("install", SetupAction::InstallExchange, Some("N1"), joined(), installed),
        ]
    }

    static PROCEDURE: Procedure = Procedure {
        versions: &[ExchangeVersion::V2003],
        usual: Clone::clone,
        steps,
        lacks: |_| Vec::new(),
        refuses: |_, cluster| (cluster.failures_to_survive.get() == Some(&9)).then(|| "nine".to_owned()),
    };

    fn runbook() -> Runbook {
        let exchange = NodeExchange::default().installed(true);
        let wanted = Cluster::new("MAILCLU1")
            .exchange(ExchangeVersion::V2003)
            .nodes([node("N1").domain_controller(false).state(NodeState::Up).exchange(exchange), node("N2")])
            .groups([Group::default().name("G").owner("N2")]);
        Runbook::of(&[&PROCEDURE], &wanted).expect("there is a procedure").0
    }

    #[test]
    fn the_ground_is_the_target_without_what_the_steps_make() {
        let runbook = runbook();
        let n1 = node("N1").domain_controller(false);
        let expected = Cluster::new("MAILCLU1").exchange(ExchangeVersion::V2003).nodes([n1, node("N2")]);
        assert_eq!(runbook.ground, expected);
        assert_eq!(runbook.edges(), [vec![], vec![0], vec![0]]);
    }

    #[test]
    fn that_an_element_is_there_is_made_by_the_first_to_speak_of_it() {
        let mut runbook = runbook();
        let group = Cluster::default().groups([Group::default().name("G")]);
        runbook.steps.push(step("resource", SetupAction::CreateResource, None, group, Cluster::default()));
        assert_eq!(runbook.edges(), [vec![], vec![0], vec![0], vec![1]]);
    }

    #[test]
    fn the_steps_lead_to_the_target_and_are_logged() {
        let runbook = runbook();
        let mut simulator = Simulator::new(&runbook, &PROCEDURE);
        simulator.run(&runbook.steps).unwrap();
        assert_eq!(simulator.unlike(&runbook.target), []);
        let log = simulator.cluster().setup.get().unwrap();
        let actions: Vec<_> = log.iter().filter_map(|entry| entry.step.get()).collect();
        assert_eq!(
            actions,
            [&SetupAction::FormCluster, &SetupAction::CreateGroup, &SetupAction::InstallExchange]
        );
        assert_eq!(log[2].node_owned_groups.get().map(Vec::len), Some(0));
    }

    #[test]
    fn what_would_fail_is_refused() {
        let Runbook { steps, ground, .. } = runbook();
        let why = |order: &[usize]| {
            let mut simulator = Simulator::on(ground.clone(), &PROCEDURE);
            let taken = order.iter().try_for_each(|&index| simulator.take(&steps[index]));
            taken.unwrap_err().to_string()
        };
        assert_eq!(why(&[1]), "`group` cannot be done: `nodes[N1].state` is not \"up\"");
        assert_eq!(why(&[0, 1, 1]), "`group` cannot be done: what it makes is there already");
        let mut moved =
            Simulator::on(ground.clone().groups([Group::default().name("G").owner("n1")]), &PROCEDURE);
        moved.take(&steps[0]).unwrap();
        assert_eq!(moved.take(&steps[2]).unwrap_err().why, "`G` is on the node");
        let mut stubborn = Simulator::on(ground.clone().failures_to_survive(9_u32), &PROCEDURE);
        assert_eq!(stubborn.take(&steps[0]).unwrap_err().why, "nine");
    }

    #[test]
    fn setup_runs_once_at_a_time() {
        let Runbook { steps, ground, .. } = runbook();
        let mut simulator = Simulator::on(ground, &PROCEDURE);
        simulator.take(&steps[0]).unwrap();
        simulator.begin(&steps[2]).unwrap();
        let other =
            step("other", SetupAction::InstallExchange, Some("N2"), Cluster::default(), Cluster::default());
        assert_eq!(simulator.begin(&other).unwrap_err().why, "`install` is still running");
    }
}
