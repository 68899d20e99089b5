//! The Cluster service, networks, quorum and the default group.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, Fact, Group, Name, Network, NetworkRole, Node, OrNone, Quorum, QuorumKind, Resource,
        ResourceState, ResourceType, Services, SetupAction, SetupStep, WindowsPath, WindowsVersion,
    },
    runbook::{CommandLine, Facts, How, Phase, Step, Value, can_be_quoted},
};

use super::{
    Build, Named, cluster_exe,
    groups::as_made,
    in_group, in_node, named, rename,
    resources::{address_of, with_defaults},
    running, with_resources,
};

use crate::facts::{CLUSTER_ADDRESS, CLUSTER_NAME, DEFAULT_GROUP};

impl<'t> Build<'t> {
    /// The first node forms the cluster, the others join one by one; then networks, quorum and default group.
    pub(super) fn build_cluster(&mut self) {
        let members = self.members.clone();
        let Some(first) = members.first() else { return };
        let group = self.default_group();
        self.add(self.form(*first, group));
        self.owners.extend(group.map(|group| (group.name, first.name)));
        for joined in 2..=members.len() {
            self.add(self.join(&members[..joined], group));
        }
        let networks: Vec<Named<'_, Network>> = named(self.target.networks.get()).collect();
        for network in &networks {
            self.steps.extend(set_role(*network, *first));
        }
        self.steps.extend(order_networks(&networks, *first));
        self.steps.extend(self.set_quorum(group));
        if let Some(group) = group {
            self.complete_default_group(group);
            self.steps.extend(self.set_group(Phase::Cluster, group));
            self.steps.extend(self.set_resources(Phase::Cluster, group, &self.core_of(group)));
        }
    }

    fn form(&self, node: Named<'_, Node>, group: Option<Named<'t, Group>>) -> Step {
        let account = self.target.service_account.get().and_then(|account| account.name.get());
        let quorum = self.target.quorum.get();
        let disk = quorum.and_then(|quorum| quorum.resource.get());
        let wizard = if self.windows() < WindowsVersion::V2003 {
            "Control Panel: Add/Remove Programs, Add/Remove Windows Components, Cluster Service: the \
             first node in the cluster"
        } else {
            "Cluster Administrator: Open Connection to Cluster, Create new cluster"
        };
        let address = group.and_then(|group| first_of(group, ResourceType::is_address));
        let address = address.and_then(|address| address_of(address.known));
        let name = Value::or_blank(
            self.target.name.get().map(Name::as_str),
            "cluster name",
            "the name of the cluster",
        );
        let address = Value::or_blank(address, "cluster address", "the address of the cluster itself");
        let account = Value::or_blank(
            account.map(Name::as_str),
            "cluster account",
            "the account of the Cluster service, DOMAIN\\name",
        );
        let disk = Value::or_blank(
            disk.map(Name::as_str),
            "quorum disk",
            "the disk, or Majority Node Set, that is to be the quorum",
        );
        let screen = How::screen(wizard).field("Cluster name", name);
        let screen = if self.windows() < WindowsVersion::V2003 {
            screen
                .field("User name and domain", account)
                .field("Managed disks", "every shared disk")
                .field("Cluster file storage (the quorum)", disk)
                .field("Cluster IP address", address)
        } else {
            screen
                .field("Computer name", node.name)
                .field("IP address", address)
                .field("Cluster service account", account)
                .field("Proposed Cluster Configuration, Quorum", disk)
        };
        let core = group.into_iter().flat_map(|group| {
            let resources = self
                .core_of(group)
                .into_iter()
                .map(|resource| (resource.name, self.core(resource, &self.members[..1])));
            with_owner(group, node.name, resources)
        });
        let chosen = quorum.map(|quorum| Quorum {
            log_path: Fact::default(),
            max_log_size_kib: Fact::default(),
            ..quorum.clone()
        });
        let mut makes = vec![joined(node)];
        makes.extend(core);
        makes.extend(chosen.filter(|it| *it != Quorum::default()).map(|it| Cluster::default().quorum(it)));
        Step {
            node: Some(node.name.into()),
            why: "Exchange Setup installs its cluster-aware parts only where the Cluster service runs. \
                  While the first node forms the cluster, the others are shut down: nobody but the \
                  cluster may write to the shared disks.",
            article: &["P2", "P3", "F4", "L7"],
            how: [screen].into_iter().chain(group.into_iter().flat_map(names_of_core)).collect(),
            check: "Cluster Administrator shows the node as up and the default group online: the \
                    cluster's address and name, and the quorum. Its networks bear the names of the \
                    node's network connections, which have to be those of this runbook."
                .into(),
            undo: if self.windows() < WindowsVersion::V2003 {
                "Clear Cluster Service on the same page of the Control Panel, as long as nothing else is \
                 in the cluster."
                    .to_owned()
            } else {
                format!(
                    "`cluster node {} /forcecleanup`, as long as nothing else is in the cluster.",
                    node.name
                )
            },
            log: Some(SetupStep::default().step(SetupAction::FormCluster).node(node.name).by(Actor::Hand)),
            makes: Facts::together(makes),
            proven_by: &[
                "cluster/every-node-joined",
                "cluster/default-group-exists",
                "cluster/cluster-before-exchange",
                "cluster/quorum-fits-cluster",
            ],
            ..Step::new(
                Phase::Cluster,
                Source::Article("step 2"),
                format!("form-cluster {}", node.name),
                format!(
                    "Form the cluster on {}, with the other nodes shut down; the wizard asks for the \
                     password of the account of the Cluster service",
                    node.name
                ),
            )
        }
    }

    fn join(&self, so_far: &[Named<'t, Node>], group: Option<Named<'t, Group>>) -> Step {
        let [first, .., node] = so_far else { unreachable!("a node joins another one") };
        let cluster = Value::or_blank(
            self.target.name.get().map(Name::as_str),
            "cluster name",
            "the name of the cluster",
        );
        let (how, undo) = if self.windows() < WindowsVersion::V2003 {
            let wizard = "Control Panel: Add/Remove Programs, Add/Remove Windows Components, Cluster \
                          Service: the second or next node in the cluster";
            (
                How::screen(wizard).field("Cluster name", cluster),
                format!(
                    "Move the groups of {0} away, stop the Cluster service on it, `cluster node {0} /evict` on \
                     another node, then clear Cluster Service on the same page of the Control Panel.",
                    node.name
                ),
            )
        } else {
            let wizard = "Cluster Administrator: Open Connection to Cluster, Add nodes to cluster";
            (
                How::screen(wizard).field("Cluster name", cluster).field("Computer name", node.name),
                format!(
                    "Move the groups of {0} away, stop the Cluster service on it, then `cluster node {0} /evict` \
                     on another node.",
                    node.name
                ),
            )
        };
        let owners = group.into_iter().map(|group| {
            let grown = self.core_of(group).into_iter().filter(|it| it.known.possible_owners.is_known());
            with_resources(
                group.name,
                grown.map(|it| (it.name, Resource::default().possible_owners(self.owners_among(it, so_far)))),
            )
        });
        Step {
            node: Some(node.name.into()),
            why: "A node can own groups, and Setup runs on it, only when it is a member. Nodes join one \
                  after the other.",
            article: &["P2"],
            needs: in_node(first.name, Node::default().state(running(first.known))),
            how: vec![how],
            check: format!("`cluster node {}` shows the node as up.", node.name),
            undo,
            log: Some(SetupStep::default().step(SetupAction::JoinNode).node(node.name).by(Actor::Hand)),
            makes: Facts::together([joined(*node)].into_iter().chain(owners)),
            proven_by: &["cluster/every-node-joined", "cluster/possible-owners-complete"],
            ..Step::new(
                Phase::Cluster,
                Source::Article("step 2"),
                format!("join-node {}", node.name),
                format!(
                    "Start {} and join it to the cluster; the wizard asks for the password of the account \
                     of the Cluster service",
                    node.name
                ),
            )
        }
    }

    /// A resource of the default group as the wizard makes it, while these nodes are members.
    fn core(&self, resource: Named<'t, Resource>, so_far: &[Named<'t, Node>]) -> Resource {
        let mut made = with_defaults(resource).state(ResourceState::Online);
        if made.possible_owners.is_known() {
            made.possible_owners.set(self.owners_among(resource, so_far));
        }
        made
    }

    /// The possible owners of a resource that takes every node as it joins.
    pub(super) fn owners_among(
        &self,
        resource: Named<'_, Resource>,
        so_far: &[Named<'t, Node>],
    ) -> Vec<Name> {
        let wanted = resource.known.possible_owners.get().into_iter().flatten();
        let is_all = so_far.len() == self.members.len();
        wanted.filter(|owner| is_all || so_far.iter().any(|node| node.is(owner.as_str()))).cloned().collect()
    }

    /// The resources of the default group that the wizard makes: the cluster's address and name, and the quorum.
    pub(super) fn core_of(&self, group: Named<'t, Group>) -> Vec<Named<'t, Resource>> {
        let quorum = self.target.quorum.get().and_then(|quorum| quorum.resource.get());
        let first = |test: fn(&ResourceType) -> bool| first_of(group, test);
        let quorum = group.resources().find(|resource| quorum.is_some_and(|quorum| quorum == resource.name));
        [first(ResourceType::is_address), first(|kind| *kind == ResourceType::NetworkName), quorum]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Makes what else is in the default group before MSDTC can be: a disk of its own, where the quorum is none.
    fn complete_default_group(&mut self, group: Named<'t, Group>) {
        let core = self.core_of(group);
        let mut more = self.parts(group).base;
        more.retain(|resource| !core.iter().any(|it| it.is(resource.name)));
        for &resource in &more {
            self.add(self.create_resource(Phase::Cluster, group, resource));
        }
        if !more.is_empty() {
            self.add(self.bring_online(Phase::Cluster, "bring-online", group, &more));
        }
    }

    fn set_quorum(&self, group: Option<Named<'_, Group>>) -> Option<Step> {
        let quorum = self.target.quorum.get()?;
        let made = Quorum {
            log_path: quorum.log_path.clone(),
            max_log_size_kib: quorum.max_log_size_kib.clone(),
            ..Quorum::default()
        };
        if made == Quorum::default() {
            return None;
        }
        let name = Value::or_blank(
            quorum.resource.get().map(Name::as_str),
            "quorum resource",
            "the name of the quorum resource",
        );
        let mut line = CommandLine::of("cluster").option("/quorum:", name.clone());
        if let Some(path) = quorum.log_path.get() {
            // The folder ends in a backslash, unless that would take in a quote.
            let folder = format!("{}\\", path.as_str().trim_end_matches('\\'));
            let folder = if can_be_quoted(&folder) { folder } else { path.as_str().to_owned() };
            line = line.option("/path:", folder);
        }
        if let Some(size) = quorum.max_log_size_kib.get() {
            line = line.option("/maxlogsize:", size.to_string());
        }
        let witness = match (quorum.kind.get(), quorum.witness.get()) {
            (Some(QuorumKind::MajorityNodeSet), Some(OrNone::Some(witness))) => {
                witness.share.get().map(WindowsPath::as_str)
            }
            _ => None,
        };
        let mut how = vec![line.into()];
        how.extend(witness.map(|share| {
            How::from(
                CommandLine::of("cluster")
                    .word("res")
                    .value(name.clone())
                    .word("/priv")
                    .option("MNSFileShare=", share),
            )
        }));
        let formed = quorum.resource.get().zip(group).map(|(resource, group)| {
            with_resources(
                group.name,
                [(resource.as_str(), Resource::default().state(ResourceState::Online))],
            )
        });
        Some(Step {
            why: "A quorum log that is too small is reset before it holds all changes to the resources of \
                  Exchange. Windows 2000 makes it of 64 KB; 4096 KB is what Microsoft recommends.",
            needs: formed
                .filter(|_| {
                    group.is_some_and(|group| {
                        group.resources().any(|it| Some(it.name) == quorum.resource.get().map(Name::as_str))
                    })
                })
                .unwrap_or_default(),
            how,
            check: "`cluster /quorum` shows the resource, the path and the size.".into(),
            undo: "The same command with the values that `cluster /quorum` showed: note them before.".into(),
            makes: Cluster::default().quorum(made),
            proven_by: &["cluster/quorum-log-size"],
            ..Step::new(
                Phase::Cluster,
                Source::Kb(225_081),
                "set-quorum",
                "Set folder and size of the quorum log",
            )
        })
    }
}

/// What is known of a node that has just become a member.
fn joined(node: Named<'_, Node>) -> Cluster {
    let mut made = Node::default().state(running(node.known));
    if let Some(clussvc) = node.known.services.get().and_then(|services| services.clussvc.get()) {
        made = made.services(Services::default().clussvc(clussvc.clone()));
    }
    in_node(node.name, made)
}

/// The commands that give the default group and the cluster's address and name the names that are wanted.
fn names_of_core(group: Named<'_, Group>) -> Vec<How> {
    let (address, name) = (
        first_of(group, ResourceType::is_address),
        first_of(group, |kind| *kind == ResourceType::NetworkName),
    );
    let lines = [
        rename("group", DEFAULT_GROUP, group.name),
        address.and_then(|address| rename("res", CLUSTER_ADDRESS, address.name)),
        name.and_then(|name| rename("res", CLUSTER_NAME, name.name)),
    ];
    lines.into_iter().flatten().map(How::from).collect()
}

fn first_of(group: Named<'_, Group>, test: fn(&ResourceType) -> bool) -> Option<Named<'_, Resource>> {
    group.resources().find(|resource| resource.known.r#type.get().is_some_and(test))
}

fn with_owner<'r>(
    group: Named<'_, Group>,
    owner: &str,
    resources: impl Iterator<Item = (&'r str, Resource)>,
) -> Vec<Cluster> {
    let state = ResourceState::Online;
    vec![
        in_group(group.name, as_made(group).owner(owner).state(state)),
        with_resources(group.name, resources),
    ]
}

/// That the cluster is there: its first node runs.
fn formed_on(first: Named<'_, Node>) -> Cluster {
    in_node(first.name, Node::default().state(running(first.known)))
}

fn set_role(network: Named<'_, Network>, first: Named<'_, Node>) -> Option<Step> {
    let role = *network.known.role.get()?;
    let code = match role {
        NetworkRole::Disabled => "Role=0",
        NetworkRole::Internal => "Role=1",
        NetworkRole::Client => "Role=2",
        NetworkRole::Mixed => "Role=3",
    };
    Some(Step {
        why: "Clients use the public network; the private one is for the nodes alone. The public one \
              carries the heartbeat, too, when the private one fails.",
        needs: formed_on(first),
        how: vec![cluster_exe("network", network.name).word("/prop").word(code).into()],
        check: format!("`cluster network \"{}\" /prop` shows {code}.", network.name),
        undo: "The same command with the Role that was there before: 3, unless somebody chose another."
            .into(),
        makes: Cluster::default().networks([Network::default().name(network.name).role(role)]),
        proven_by: &["cluster/private-network", "cluster/redundant-heartbeat"],
        ..Step::new(
            Phase::Cluster,
            Source::Kb(258_750),
            format!("set-network {}", network.name),
            format!("Set what the cluster uses the network {} for", network.name),
        )
    })
}

fn order_networks(networks: &[Named<'_, Network>], first: Named<'_, Node>) -> Option<Step> {
    let mut order: Vec<_> =
        networks.iter().filter_map(|it| Some((it.known.priority.get()?, it.name))).collect();
    order.sort();
    let names: Vec<&str> = order.iter().map(|(_, name)| *name).collect();
    let made = order.iter().map(|&(&priority, name)| Network::default().name(name).priority(priority));
    let made: Vec<Network> = made.collect();
    if made.is_empty() {
        return None;
    }
    Some(Step {
        why: "The nodes talk to each other on the first network of this list that works, which should be \
              the private one.",
        needs: formed_on(first),
        how: vec![
            How::screen("Cluster Administrator: the cluster, Properties, Network Priority")
                .field("Networks, from the top", names.join(", ")),
        ],
        check: "The page shows them in this order.".into(),
        undo: "Move them back on the same page.".into(),
        makes: Cluster::default().networks(made),
        proven_by: &["cluster/private-network-first"],
        ..Step::new(
            Phase::Cluster,
            Source::TechNet("aa997088", "Cluster dedicated heartbeat network priority set incorrectly"),
            "order-networks",
            "Put the private network first",
        )
    })
}
