//! The Cluster service: forming and joining, networks, and the groups that are there before Exchange.

use rules_core::{
    Source,
    model::{
        Cluster, Fact, Group, Name, Network, NetworkRole, Node, Resource, ResourceState, ResourceType,
        Service, Services, SetupAction, Solution,
    },
    runbook::{How, Phase, Step, Value},
};

use super::{
    design::{
        Design, Member, Named, in_order, is_address, is_available_storage, is_of, is_storage, named,
        resources,
    },
    finish,
    mailbox_server::scc,
    nodes,
    parts::{
        by_hand, first_owners, group, groups as some_groups, members, named_group, new_group, new_resource,
        node, resource, step, with_nodes,
    },
    quorum,
};

const CREATING: Source = Source::Microsoft("Windows Server 2003 help, creating server clusters");
const CREATING_2008: Source = Source::Microsoft("Failover Cluster Step-by-Step Guide (Windows Server 2008)");

const FORMING: &str = "The cluster is there before Exchange: Setup installs what a cluster needs only on a node that is a member \
                       of one.";
const FORMING_WITH_DISKS: &str = "The cluster is there before Exchange: Setup installs what a cluster needs only on a node that is a member of one. Until the \
     Cluster service runs, only one node may be on: two nodes that use the same shared disk destroy what is on it.";

pub(super) fn steps(design: &Design<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    if design.windows.is_2008() {
        steps.push(validate(design));
    }
    steps.push(form(design));
    steps.extend((1..design.nodes.len()).map(|place| join(design, place)));
    steps.extend(networks(design));
    steps
}

/// What is made in the groups that are there before Exchange, once there is a quorum.
pub(super) fn groups(design: &Design<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(
        design
            .other_groups
            .iter()
            .filter(|it| !is_available_storage(it.name))
            .map(|it| new_group_step(design, *it)),
    );
    steps.extend(disks(design));
    for it in design.early_groups() {
        let made_otherwise = |resource: &Named<'_, Resource>| {
            is_storage(resource.facts) || it.name == design.default_group.name && is_core(design, resource)
        };
        let further = resources(it.facts).filter(|resource| !made_otherwise(resource));
        steps.extend(in_order(further).into_iter().map(|resource| further_resource(design, it, resource)));
        steps.extend(finish::properties(design, it, Phase::Cluster));
    }
    steps
}

fn validate(design: &Design<'_>) -> Step {
    let solution = design.target.solution.get().cloned().unwrap_or_default();
    let made = Solution { listed: Fact::default(), ..solution };
    let mut how = How::screen("Failover Cluster Management: Validate a Configuration");
    for member in &design.nodes {
        how = how.field("Server", member.name.as_str());
    }
    let tests = if design.shares_disks() { "all tests" } else { "selected tests: all but Storage" };
    let how = how.field("Run", tests);
    Step {
        why: "A failover cluster of Windows 2008 is supported if every test passes. The tests of storage take shared disks \
              offline, so they are run before anything uses these; where no disk is shared, they are left out.",
        source: CREATING_2008,
        article: &["L1"],
        needs: with_nodes(Cluster::default(), design.nodes.iter().map(nodes::prepared)),
        how: vec![how],
        check: "The report shows no test that failed. Look at the warnings, too, and keep the report: support asks for it first.".to_owned(),
        undo: "Nothing needs to be taken back: the tests change no settings."
            .to_owned(),
        makes: Cluster::default().solution(made),
        proven_by: &["cluster/certified-solution"],
        ..step("validate-cluster", Phase::Cluster, "Validate the nodes before they become a cluster")
    }
}

fn form(design: &Design<'_>) -> Step {
    let (name, is_2008) = (design.first(), design.windows.is_2008());
    let Named { name: default_group, facts } = design.default_group;
    let address = resources(facts).find(|it| is_address(it.facts));
    let address = address.and_then(|it| it.facts.parameters.get()?.address.get().map(|it| it.ip.to_string()));
    let address = Value::or_blank(address, "CLUSTER_ADDRESS", "the address of the cluster");
    let how = if is_2008 {
        How::screen("Failover Cluster Management: Create a Cluster")
            .field("Server", name.as_str())
            .field("Cluster Name", design.cluster_name())
            .field("Address", address)
    } else {
        let account = design.target.service_account.get().and_then(|it| it.name.get()).map(Name::as_str);
        let account = Value::or_blank(account, "CLUSTER_ACCOUNT", "the account of the Cluster service");
        let domain = design.nodes[0].facts.domain.get().map(Name::as_str);
        How::screen("Cluster Administrator: File, Open Connection, Create new cluster")
            .field("Domain", Value::or_blank(domain, "DOMAIN", "the domain of the nodes"))
            .field("Cluster name", design.cluster_name())
            .field("Computer name", name.as_str())
            .field("IP Address", address)
            .field("User name", account)
            .field("Quorum", quorum::resource_name(design))
    };
    let others = design.nodes[1..].iter().filter(|_| guards_disks(design));
    let others_off =
        others.map(|it| How::screen("Switch off the other node").field("Node", it.name.as_str()));
    let core = resources(facts).filter(|it| is_core(design, it));
    let core = core.filter(|it| !is_2008 || !is_quorum(design, it.name));
    let core: Vec<Resource> = core.map(|it| on_first_node(design, it)).collect();
    let available = design.other_groups.iter().filter(|it| is_available_storage(it.name));
    let made = std::iter::once(new_group(design.default_group, name).resources(core))
        .chain(available.map(|it| new_group(*it, name)));
    let made = some_groups(made);
    let made = with_nodes(made, [member(&design.nodes[0])]);
    let makes = if is_2008 { made } else { quorum::made_by_wizard(design, made) };
    let needs = if is_2008 { validated(design) } else { Cluster::default() };
    Step {
        node: Some(name.clone()),
        why: if guards_disks(design) { FORMING_WITH_DISKS } else { FORMING },
        source: if is_2008 { CREATING_2008 } else { CREATING },
        article: &["P2", "P3", "F4"],
        needs,
        how: others_off.into_iter().chain([how]).collect(),
        check: format!(
            "`{default_group}` is online on `{name}`, and the name of the cluster can be resolved from another computer."
        ),
        undo: if is_2008 {
            "Failover Cluster Management: More Actions, Destroy Cluster, while nothing else is in the cluster. Its computer \
             account stays in the directory."
                .to_owned()
        } else {
            format!(
                "Evict `{name}` while it is the only node and nothing else is in the cluster: that removes the cluster."
            )
        },
        log: Some(by_hand(SetupAction::FormCluster).node(name.clone())),
        makes,
        proven_by: &[
            "cluster/every-node-joined",
            "cluster/default-group-exists",
            "cluster/cluster-before-exchange",
        ],
        ..step(format!("form-cluster {name}"), Phase::Cluster, format!("Form the cluster on `{name}`"))
    }
}

/// Whether shared disks are in danger until the Cluster service guards them. With Windows 2008 they are offline until then.
fn guards_disks(design: &Design<'_>) -> bool {
    design.shares_disks() && !design.windows.is_2008()
}

/// That the validation wizard was run.
fn validated(design: &Design<'_>) -> Cluster {
    let solution = design.target.solution.get().cloned().unwrap_or_default();
    Cluster::default().solution(Solution { validation: solution.validation, ..Solution::default() })
}

fn join(design: &Design<'_>, place: usize) -> Step {
    let name = design.nodes[place].name;
    let made = with_nodes(Cluster::default(), [member(&design.nodes[place])]);
    let is_last = place + 1 == design.nodes.len();
    let makes = if is_last { made.groups(core_owners(design)) } else { made };
    let how = if design.windows.is_2008() {
        How::screen("Failover Cluster Management: Nodes, Add Node")
            .field("Cluster", design.cluster_name())
            .field("Server", name.as_str())
    } else {
        How::screen("Cluster Administrator: File, New, Node")
            .field("Cluster", design.cluster_name())
            .field("Computer name", name.as_str())
    };
    let on = guards_disks(design).then(|| How::screen("Switch the node on").field("Node", name.as_str()));
    Step {
        node: Some(name.clone()),
        why: "Every node joins before Exchange Setup runs on any of them.",
        source: if design.windows.is_2008() { CREATING_2008 } else { CREATING },
        article: &["P2", "F4"],
        needs: with_nodes(named_group(design.default_group), members(&design.nodes[..place])),
        how: on.into_iter().chain([how]).collect(),
        check: format!("`cluster node` shows `{name}` as Up."),
        undo: format!("Evict `{name}` while Exchange is not on it."),
        log: Some(by_hand(SetupAction::JoinNode).node(name.clone())),
        makes,
        proven_by: &["cluster/every-node-joined", "cluster/cluster-before-exchange"],
        ..step(format!("join-node {name}"), Phase::Cluster, format!("Join `{name}` to the cluster"))
    }
}

/// A node with the Cluster service running.
fn member(member: &Member<'_>) -> Node {
    let service = member.facts.services.get().map(|it| it.clussvc.clone()).filter(Fact::is_known);
    let services = service.map(|clussvc: Fact<Service>| Services { clussvc, ..Services::default() });
    Node { state: member.facts.state.clone(), services: services.into(), ..node(member.name) }
}

/// Whether a resource comes with the cluster: its address, its name, its quorum.
pub(super) fn is_core(design: &Design<'_>, it: &Named<'_, Resource>) -> bool {
    is_address(it.facts) || is_of(it.facts, &ResourceType::NetworkName) || is_quorum(design, it.name)
}

fn is_quorum(design: &Design<'_>, name: &Name) -> bool {
    design.target.quorum.get().and_then(|quorum| quorum.resource.get()) == Some(name)
}

/// A resource that is there before the other nodes are.
fn on_first_node(design: &Design<'_>, it: Named<'_, Resource>) -> Resource {
    let made = new_resource(it, &first_owners(design, false));
    if design.nodes.len() > 1 { Resource { possible_owners: Fact::default(), ..made } } else { made }
}

/// Who may own the resources of the default group once all nodes have joined.
fn core_owners(design: &Design<'_>) -> Vec<Group> {
    let core = resources(design.default_group.facts).filter(|it| is_core(design, it));
    let core = core.filter(|it| !design.windows.is_2008() || !is_quorum(design, it.name));
    let owners = core.map(|it| Resource {
        possible_owners: new_resource(it, &first_owners(design, false)).possible_owners,
        ..resource(it.name)
    });
    vec![group(design.default_group.name).resources(owners.collect::<Vec<_>>())]
}

fn networks(design: &Design<'_>) -> Vec<Step> {
    let networks = || named(&design.target.networks, |network| &network.name);
    let roles = networks().filter_map(|it| Some(network_role(design, it, *it.facts.role.get()?)));
    let mut steps: Vec<Step> = roles.collect();
    let mut ordered: Vec<_> = networks().filter(|it| it.facts.priority.is_known()).collect();
    ordered.sort_by_key(|it| it.facts.priority.get().copied());
    if !ordered.is_empty() {
        steps.push(network_order(design, &ordered));
    }
    steps
}

fn network_role(design: &Design<'_>, it: Named<'_, Network>, role: NetworkRole) -> Step {
    let name = it.name;
    let (value, words) = match role {
        NetworkRole::Disabled => ("0", "nothing"),
        NetworkRole::Internal => ("1", "communication between the nodes only"),
        NetworkRole::Client => ("2", "clients only"),
        NetworkRole::Mixed => ("3", "clients and the nodes"),
    };
    let rename = design.windows.is_2008().then(|| {
        let screen = How::screen(
            "Failover Cluster Management: Networks, Properties: Windows may call the network `Cluster Network 1` or the like",
        );
        let subnet = it.facts.subnet.get().map(ToString::to_string);
        subnet.into_iter().fold(screen, |screen, subnet| screen.field("Subnet", subnet)).field("Name", name.as_str())
    });
    let set = design.cluster().word("network").value(name.as_str()).word("/prop").option("Role=", value);
    Step {
        why: "The heartbeat network is for the nodes alone. The public one is for clients and nodes, so that it can carry the \
              heartbeats when the heartbeat network fails.",
        source: Source::Kb(258_750),
        needs: with_nodes(Cluster::default(), members(&design.nodes)),
        how: rename.into_iter().chain([set.into()]).collect(),
        check: format!("`cluster network \"{name}\" /prop` shows the role {value}."),
        undo: "Set the role that it had: note what `/prop` shows before the change.".to_owned(),
        makes: Cluster::default().networks([Network::default().name(name.clone()).role(role)]),
        proven_by: &["cluster/private-network", "cluster/redundant-heartbeat"],
        ..step(
            format!("set-network {name}"),
            Phase::Cluster,
            format!("Let the cluster use `{name}` for {words}"),
        )
    }
}

fn network_order(design: &Design<'_>, ordered: &[Named<'_, Network>]) -> Step {
    let internal = ordered
        .iter()
        .filter(|it| it.facts.role.get().is_none_or(|role| role.carries_heartbeat()))
        .map(|it| it.name.as_str());
    let made = ordered.iter().map(|it| Network {
        priority: it.facts.priority.clone(),
        ..Network::default().name(it.name.clone())
    });
    let roles = ordered
        .iter()
        .filter(|it| it.facts.role.is_known())
        .map(|it| Network { role: it.facts.role.clone(), ..Network::default().name(it.name.clone()) });
    let roles: Vec<_> = roles.collect();
    let needs = with_nodes(Cluster::default(), members(&design.nodes));
    Step {
        why: "The nodes talk to each other over the first network of this order that works. That should be the private one.",
        source: Source::TechNet("cc781201", "Cluster"),
        needs: if roles.is_empty() { needs } else { needs.networks(roles) },
        how: vec![design.cluster().list("/setnetpriority:", internal).into()],
        check: "`cluster /listnetpriority` shows the networks in this order.".to_owned(),
        undo: "Set the order that it had: note what `/listnetpriority` shows before the change.".to_owned(),
        makes: Cluster::default().networks(made.collect::<Vec<_>>()),
        proven_by: &["cluster/private-network-first"],
        ..step("set-network-priority", Phase::Cluster, "Put the private network first")
    }
}

/// The disks of the clustered mailbox servers become resources and wait; so do those that stay where they are.
fn disks(design: &Design<'_>) -> Vec<Step> {
    let waiting = design.servers.iter().filter(|_| design.shares_disks());
    let waiting = waiting.flat_map(|it| in_order(it.disks()));
    let home = design.disk_group();
    let staying = design.early_groups().flat_map(|it| {
        let disks = resources(it.facts).filter(|disk| is_storage(disk.facts));
        let disks = in_order(disks.filter(|disk| !is_quorum(design, disk.name)));
        disks.into_iter().map(move |disk| (it, disk))
    });
    let all: Vec<_> = waiting.map(|disk| (home, disk)).chain(staying).collect();
    all.into_iter().map(|(into, disk)| add_disk(design, into, disk)).collect()
}

const ADDING: &str = "Setup makes no disk. It wants to find the disk of the databases in the cluster, online, on the node on which it makes the \
     clustered mailbox server; the disk is moved into the group of the server afterwards. If the wizard that formed the cluster \
     has made the resource already, in a group such as `Group 0`, rename that one, move it, and delete the empty group.";
const ADDING_2008: &str = "Setup makes no disk. It wants to find the disk of the databases in the cluster, online, on the node on which it makes the \
     clustered mailbox server; the disk is moved into the group of the server afterwards. If the wizard that formed the cluster \
     has added the disk already, only its name is left to be set.";

fn add_disk(design: &Design<'_>, into: Named<'_, Group>, disk: Named<'_, Resource>) -> Step {
    let (name, in_group) = (disk.name, into.name);
    let is_2008 = design.windows.is_2008();
    let how = if is_2008 {
        add_storage(name.as_str()).to_vec()
    } else {
        let create = How::screen("Cluster Administrator: File, New, Resource")
            .field("Name", name.as_str())
            .field("Resource type", disk.facts.r#type.get().map_or("Physical Disk", ResourceType::as_str))
            .field("Group", in_group.as_str())
            .field("Disk", letter(design, name));
        vec![create, design.cluster().word("res").value(name.as_str()).word("/online").into()]
    };
    let made =
        Resource { state: ResourceState::Online.into(), ..new_resource(disk, &first_owners(design, false)) };
    let holder = group(in_group).resources([made]);
    let makes = some_groups([if is_available_storage(in_group) {
        holder.state(ResourceState::Online)
    } else {
        holder
    }]);
    let hosts = disk.facts.depends_on.get().into_iter().flatten();
    let hosts: Vec<_> = hosts.map(|host| resource(host).state(ResourceState::Online)).collect();
    let needs = if hosts.is_empty() {
        named_group(design.default_group)
    } else {
        some_groups([group(in_group).resources(hosts)])
    };
    Step {
        why: if is_2008 { ADDING_2008 } else { ADDING },
        source: scc(design),
        article: &["F5"],
        needs: with_nodes(needs, members(&design.nodes)),
        how,
        check: format!("`{name}` is online in `{in_group}`, and every node is among its possible owners."),
        undo: "Take the resource offline and delete it: the disk and what is on it stay as they are."
            .to_owned(),
        log: Some(by_hand(SetupAction::CreateResource).resource(name.clone()).group(in_group.clone())),
        makes,
        proven_by: &["exchange2007/disk-before-clustered-mailbox-server"],
        ..step(format!("add-disk {name}"), Phase::Cluster, format!("Make `{name}` a disk of the cluster"))
    }
}

/// How a disk becomes one of the cluster, with Windows 2008.
pub(super) fn add_storage(name: impl Into<Value>) -> [How; 2] {
    let name = name.into();
    [
        How::screen("Failover Cluster Management: Storage, Add a disk").field("Disk", name.clone()),
        How::screen("Failover Cluster Management: Storage, Properties of the disk")
            .field("Resource Name", name),
    ]
}

/// The letter of a disk.
fn letter(design: &Design<'_>, name: &Name) -> Value {
    let disk = named(&design.target.disks, |disk| &disk.name).find(|disk| disk.name == name);
    let letter = disk.and_then(|disk| disk.facts.letter.get().map(ToString::to_string));
    Value::or_blank(letter, &format!("{name} LETTER"), &format!("the drive of `{name}`"))
}

fn new_group_step(design: &Design<'_>, it: Named<'_, Group>) -> Step {
    let name = it.name;
    Step {
        why: "The definition has a group that is neither the default group nor that of a clustered mailbox server.",
        source: Source::TechNet("cc783967", "Cluster group"),
        needs: with_nodes(named_group(design.default_group), members(&design.nodes)),
        how: vec![
            design.cluster().word("group").value(name.as_str()).word("/create").into(),
            design
                .cluster()
                .word("group")
                .value(name.as_str())
                .option("/moveto:", design.first().as_str())
                .into(),
        ],
        check: format!("`cluster group` shows `{name}` on `{}`.", design.first()),
        undo: "Delete the group while it is empty.".to_owned(),
        log: Some(by_hand(SetupAction::CreateGroup).group(name.clone())),
        makes: some_groups([new_group(it, design.first())]),
        ..step(format!("create-group {name}"), Phase::Cluster, format!("Create the group `{name}`"))
    }
}

/// A resource that is none of Exchange's and none of the cluster's own.
pub(super) fn further_resource(design: &Design<'_>, into: Named<'_, Group>, it: Named<'_, Resource>) -> Step {
    let (name, in_group) = (it.name, into.name);
    let kind = Value::or_blank(
        it.facts.r#type.get().map(ResourceType::as_str),
        &format!("{name} TYPE"),
        &format!("the type of `{name}`"),
    );
    let line = || design.cluster().word("res").value(name.as_str());
    let create = line().word("/create").option("/group:", in_group.as_str()).option("/type:", kind);
    let mut how: Vec<How> = vec![create.into()];
    let on = it.facts.depends_on.get().into_iter().flatten();
    how.extend(on.clone().map(|on| line().option("/adddep:", on.as_str()).into()));
    let tool = if design.windows.is_2008() { "Failover Cluster Management" } else { "Cluster Administrator" };
    if it.facts.parameters.is_known() {
        how.push(How::screen(format!("{tool}: Properties of {name}: the parameters of the definition")));
    }
    if it.facts.state.get().is_none_or(|state| *state == ResourceState::Online) {
        how.push(line().word("/online").into());
    }
    let is_msdtc = is_of(it.facts, &ResourceType::Msdtc);
    let needed = on.map(resource).collect::<Vec<_>>();
    let needs = if needed.is_empty() { group(in_group) } else { group(in_group).resources(needed) };
    Step {
        why: "Exchange 2007 does not need this resource; the definition has it.",
        source: Source::Practice("the definition has this resource"),
        needs: with_nodes(some_groups([needs]), members(&design.nodes)),
        how,
        check: format!(
            "`{name}` is in the state that the definition has, and moves with `{in_group}` to every node."
        ),
        undo: "Take it offline and delete it: what it stands for is not touched.".to_owned(),
        log: Some(
            by_hand(if is_msdtc { SetupAction::CreateMsdtc } else { SetupAction::CreateResource })
                .resource(name.clone())
                .group(in_group.clone()),
        ),
        makes: some_groups([group(in_group).resources([new_resource(it, &first_owners(design, false))])]),
        ..step(format!("create-resource {name}"), Phase::Cluster, format!("Create `{name}` in `{in_group}`"))
    }
}
