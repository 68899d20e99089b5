//! What Exchange Setup wants to find on each node.

use rules_core::{
    Source,
    model::{Node, Service, ServiceState, Services, Startup, WindowsVersion},
    runbook::{How, Phase, Step},
};

use super::{Build, Named, in_node, windows_of};
use crate::facts::prerequisites;

impl Build<'_> {
    /// The parts of Windows that Exchange needs, on each node that gets Exchange.
    pub(super) fn prepare_nodes(&mut self) {
        let steps: Vec<Step> = self.exchange_nodes().map(install_prerequisites).collect();
        self.steps.extend(steps);
    }
}

fn install_prerequisites(node: Named<'_, Node>) -> Step {
    let windows = windows_of(node.known).unwrap_or(WindowsVersion::V2003);
    let place = if windows < WindowsVersion::V2003 {
        "Internet Information Services (IIS), Details"
    } else {
        "Application Server, Details; there Internet Information Services (IIS), Details"
    };
    let screen =
        How::screen(format!("Control Panel: Add/Remove Programs, Add/Remove Windows Components, {place}"));
    let names: Vec<&str> = prerequisites(windows).filter(|it| it.must_run).map(|it| it.name).collect();
    Step {
        node: Some(node.name.into()),
        why: "Exchange replaces parts of the SMTP and NNTP services and lives in the others. Setup stops \
              on a node where one is missing or stopped.",
        article: &["P4"],
        how: vec![prerequisites(windows).fold(screen, |screen, it| screen.field(it.name, "selected"))],
        check: format!(
            "All of them are selected there, and these run, `net start` or the web service extensions of \
             IIS say so: {}.",
            names.join(", ")
        ),
        undo: "Clear what you selected, as long as Exchange is not installed on the node; never the \
               Common Files of IIS, which take the Cluster service along."
            .into(),
        makes: in_node(node.name, Node::default().services(installed(windows))),
        proven_by: &["exchange2003/prerequisite-services-started"],
        ..Step::new(
            Phase::Prerequisites,
            Source::Microsoft("Exchange Server 2003 Deployment Guide, \"Server-Specific Requirements\""),
            format!("install-prerequisites {}", node.name),
            format!("Install the parts of Windows on {} that Exchange Setup wants to find", node.name),
        )
    }
}

/// The prerequisites of a Windows as they are once they are installed.
pub(super) fn installed(windows: WindowsVersion) -> Services {
    let mut services = Services::default();
    for prerequisite in prerequisites(windows) {
        let there = Service::default().installed(true);
        let service = if prerequisite.must_run {
            there.startup(Startup::Automatic).state(ServiceState::Running)
        } else {
            there
        };
        (prerequisite.service_mut)(&mut services).set(service);
    }
    services
}
