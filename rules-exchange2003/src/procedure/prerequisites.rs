//! What Exchange Setup wants to find on each node.

use rules_core::{
    Source,
    model::{ExchangeVersion, Node, Service, ServiceState, Services, Startup, WindowsVersion},
    runbook::{How, Phase, Step},
};

use super::{Build, Named, in_node, windows_of};
use crate::facts::prerequisites;

impl Build<'_> {
    /// The parts of Windows that Exchange needs, on each node that gets Exchange.
    pub(super) fn prepare_nodes(&mut self) {
        let steps: Vec<Step> =
            self.exchange_nodes().map(|node| install_prerequisites(node, self.version)).collect();
        self.steps.extend(steps);
    }
}

fn install_prerequisites(node: Named<'_, Node>, version: ExchangeVersion) -> Step {
    let windows = windows_of(node.known).unwrap_or(WindowsVersion::V2003);
    let (how, check) = if windows < WindowsVersion::V2003 {
        (
            vec![
                How::screen(
                    "Control Panel: Add/Remove Programs, Add/Remove Windows Components, Internet \
                     Information Services (IIS), Details",
                )
                .field("World Wide Web Server", "selected")
                .field("SMTP Service", "selected")
                .field("NNTP Service", "selected"),
            ],
            "The page shows all of them selected, and in Services the World Wide Web Publishing Service and \
             the SMTP service are started.",
        )
    } else {
        (
            vec![
                How::screen(
                    "Control Panel: Add or Remove Programs, Add/Remove Windows Components, Application \
                     Server, Details",
                )
                .field("ASP.NET", "selected"),
                How::screen("On the same page: Internet Information Services (IIS), Details")
                    .field("World Wide Web Service", "selected")
                    .field("SMTP Service", "selected")
                    .field("NNTP Service", "selected"),
            ],
            "The pages show all of them selected, in Services the World Wide Web Publishing Service and the \
             SMTP service are started, and IIS Manager has ASP.NET among the web service extensions as \
             allowed. The .NET Framework is a part of Windows 2003.",
        )
    };
    Step {
        node: Some(node.name.into()),
        why: "Exchange extends the SMTP and NNTP services, and its web access runs in the web service. \
              Setup stops on a node where one of them is missing, or where the web or SMTP service is \
              stopped.",
        article: &["P4"],
        how,
        check: check.into(),
        undo: "Clear what you selected on the same pages, before the node joins the cluster and gets \
               Exchange."
            .into(),
        makes: in_node(node.name, Node::default().services(installed(windows))),
        proven_by: &["exchange2003/prerequisite-services-started"],
        ..Step::new(
            Phase::Prerequisites,
            if version == ExchangeVersion::V2000 {
                Source::Article("step 2")
            } else {
                Source::Microsoft("Exchange Server 2003 Deployment Guide, \"Server-Specific Requirements\"")
            },
            format!("install-prerequisites {}", node.name),
            format!("Install the parts of Windows on {} that Exchange Setup requires", node.name),
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
