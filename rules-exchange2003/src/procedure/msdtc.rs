//! The transaction coordinator, without which Setup does not run.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, DtcAuthentication, ExchangeVersion, Group, Node, Resource, ResourceState,
        ResourceType, Services, SetupAction, SetupStep, WindowsVersion,
    },
    runbook::{CommandLine, Facts, How, Phase, Step},
};

use super::{
    Build, Named, cluster_exe, in_node, in_nodes, rename, resources::with_defaults, running, with_resources,
};
use crate::facts::MSDTC;

impl<'t> Build<'t> {
    /// The MSDTC resource, by `comclust.exe` on every node of Windows 2000, by hand on Windows 2003; then it goes online.
    pub(super) fn create_msdtc(&mut self) {
        let Some((group, msdtc)) = self.msdtc() else { return };
        if !self.is_made(group) {
            self.found_group(Phase::Msdtc, group);
        }
        let steps = if self.windows() < WindowsVersion::V2003 {
            let every = (1..=self.members.len())
                .map(|so_far| self.run_comclust(group, msdtc, &self.members[..so_far]));
            let set = self.set_resources(Phase::Msdtc, group, &[msdtc]);
            every
                .chain(set.map(|step| Step {
                    id: format!("set-resource {}", msdtc.name),
                    proven_by: &["exchange2003/msdtc-failure-contained"],
                    ..step
                }))
                .collect::<Vec<_>>()
        } else {
            let secure = self.members.iter().filter_map(|node| secure_dtc(*node));
            secure.chain([self.create_by_hand(group, msdtc)]).collect()
        };
        self.steps.extend(steps);
        self.add(self.bring_msdtc_online(group, msdtc));
    }

    /// The MSDTC resource and its group: the first one, of which there should be no other.
    pub(super) fn msdtc(&self) -> Option<(Named<'t, Group>, Named<'t, Resource>)> {
        self.groups().find_map(|group| {
            let msdtc = group.resources().find(|resource| resource.is_of(&ResourceType::Msdtc))?;
            Some((group, msdtc))
        })
    }

    /// The fact that MSDTC is online.
    pub(super) fn msdtc_online(&self) -> Cluster {
        self.msdtc().map_or_else(Cluster::default, |(group, msdtc)| {
            with_resources(group.name, [(msdtc.name, Resource::default().state(ResourceState::Online))])
        })
    }

    fn run_comclust(
        &self,
        group: Named<'t, Group>,
        msdtc: Named<'t, Resource>,
        so_far: &[Named<'t, Node>],
    ) -> Step {
        let node = so_far.last().expect("it runs on a node");
        let mut made = Resource::default();
        if so_far.len() == 1 {
            made = with_defaults(msdtc).state(ResourceState::Offline);
        }
        if msdtc.known.possible_owners.is_known() {
            made.possible_owners.set(self.owners_among(msdtc, so_far));
        }
        let renamed = rename("res", MSDTC, msdtc.name).filter(|_| so_far.len() == 1);
        let up = in_node(node.name, Node::default().state(running(node.known)));
        Step {
            node: Some(node.name.into()),
            why: "Windows 2000 has a coordinator on each node, which the program replaces by the one of \
                  the cluster. On the first node it makes the resource, in the first group by the \
                  alphabet that has an address, a name and a disk; on every other node it makes that \
                  node use the resource. Run it on one node after the other.",
            article: &["P5", "P6", "P8", "B6"],
            needs: Facts::together([up, waits_for(group, msdtc)]),
            how: [CommandLine::of("comclust")].into_iter().chain(renamed).map(How::from).collect(),
            check: format!(
                "`cluster res` shows {0} in {1}, and `cluster res \"{0}\" /listowners` shows {2}.",
                msdtc.name, group.name, node.name
            ),
            undo: "`comclust -r` on the node, before Exchange is installed.".into(),
            log: Some(log(group, msdtc).node(node.name)),
            makes: with_resources(group.name, [(msdtc.name, made)]),
            proven_by: &[
                "exchange2003/msdtc-resource-exists",
                "exchange2003/msdtc-clustered-on-every-node",
                "exchange2003/msdtc-in-default-group",
            ],
            ..Step::new(
                Phase::Msdtc,
                Source::Kb(290_624),
                format!("run-comclust {}", node.name),
                format!("Run comclust.exe on {}", node.name),
            )
        }
    }

    fn create_by_hand(&self, group: Named<'t, Group>, msdtc: Named<'t, Resource>) -> Step {
        let step = self.create_resource(Phase::Msdtc, group, msdtc);
        Step {
            why: "Exchange Setup stops on a node of a cluster that has no coordinator. In the default group \
                  it finds the name and the disk that it depends on; its own failure must not take that \
                  group to another node.",
            article: &["P5", "P6", "P8", "B6"],
            log: Some(log(group, msdtc)),
            proven_by: &[
                "exchange2003/msdtc-resource-exists",
                "exchange2003/msdtc-in-default-group",
                "exchange2003/msdtc-failure-contained",
            ],
            source: Source::TechNet(
                "cc778140",
                "Checklist: Installing a Distributed Transaction Coordinator resource",
            ),
            ..step
        }
    }

    fn bring_msdtc_online(&self, group: Named<'t, Group>, msdtc: Named<'t, Resource>) -> Step {
        let online = Resource::default().state(ResourceState::Online);
        let is_there = Resource {
            r#type: msdtc.known.r#type.clone(),
            possible_owners: msdtc.known.possible_owners.clone(),
            ..Resource::default()
        };
        let on_nodes = self.members.iter().filter_map(|node| {
            let msdtc = node.known.services.get()?.msdtc.get()?.clone();
            Some((node.name, Node::default().services(Services::default().msdtc(msdtc))))
        });
        Step {
            why: "Exchange Setup and its service packs stop on every node while the resource is offline.",
            article: &["P7"],
            needs: Facts::together([
                with_resources(group.name, [(msdtc.name, is_there)]),
                waits_for(group, msdtc),
            ]),
            how: vec![cluster_exe("res", msdtc.name).word("/online").word("/wait:60").into()],
            check: format!("`cluster res \"{}\"` shows it online.", msdtc.name),
            undo: format!("`cluster res \"{}\" /offline`, while Setup does not run on any node.", msdtc.name),
            makes: Facts::together([with_resources(group.name, [(msdtc.name, online)]), in_nodes(on_nodes)]),
            proven_by: &["exchange2003/msdtc-online-at-setup"],
            ..Step::new(
                Phase::Msdtc,
                if self.version == ExchangeVersion::V2000 {
                    Source::Article("step 2")
                } else {
                    Source::Microsoft(
                        "Exchange Server 2003 Deployment Guide, table 3, on running Setup on a cluster server",
                    )
                },
                format!("bring-online {}", msdtc.name),
                format!(
                    "Bring {} online, and leave it online until Setup has run on the last node",
                    msdtc.name
                ),
            )
        }
    }
}

/// What MSDTC depends on is online.
fn waits_for(group: Named<'_, Group>, msdtc: Named<'_, Resource>) -> Cluster {
    let online = Resource::default().state(ResourceState::Online);
    let names = msdtc.known.depends_on.get().into_iter().flatten();
    let on = names.filter_map(|name| group.resources().find(|resource| resource.is(name.as_str())));
    with_resources(group.name, on.map(|resource| (resource.name, online.clone())))
}

fn log(group: Named<'_, Group>, msdtc: Named<'_, Resource>) -> SetupStep {
    SetupStep::default().step(SetupAction::CreateMsdtc).group(group.name).resource(msdtc.name).by(Actor::Hand)
}

/// How the coordinator of a node with Windows 2003 may be reached.
fn secure_dtc(node: Named<'_, Node>) -> Option<Step> {
    let dtc = node.known.dtc.get()?;
    let path = format!(
        "Component Services on {}: Computers, My Computer, Properties, MSDTC, Security Configuration",
        node.name
    );
    let mut screen = How::screen(path);
    if let Some(access) = dtc.network_access.get() {
        screen = screen.field("Network DTC Access", if *access { "selected" } else { "cleared" });
    }
    if let Some(authentication) = dtc.authentication.get() {
        let choice = match authentication {
            DtcAuthentication::Mutual => "Mutual Authentication Required",
            DtcAuthentication::IncomingCaller => "Incoming Caller Authentication Required",
            DtcAuthentication::None => "No Authentication Required",
        };
        screen = screen.field("Transaction Manager Communication", choice);
    }
    Some(Step {
        node: Some(node.name.into()),
        why: "Exchange needs no access to the coordinator from the network, and a clustered one cannot be \
              authenticated mutually. Windows may restart the coordinator for a change; nothing uses it \
              yet.",
        needs: in_node(node.name, Node::default().state(running(node.known))),
        how: vec![screen],
        check: "The page shows these choices when it is opened again.".into(),
        undo: "Choose on the same page what was chosen before.".into(),
        makes: in_node(node.name, Node::default().dtc(dtc.clone())),
        proven_by: &["exchange2003/network-dtc-access-off", "exchange2003/dtc-authentication"],
        ..Step::new(
            Phase::Msdtc,
            Source::TechNet(
                "cc778140",
                "Checklist: Installing a Distributed Transaction Coordinator resource",
            ),
            format!("secure-dtc {}", node.name),
            format!("Set who may reach the transaction coordinator of {}", node.name),
        )
    })
}
