//! A small build procedure whose steps are known, for clusters of Exchange 2003 with virtual servers.

use rules_core::{
    Source,
    model::{
        Cluster, Directory, ExchangeVersion, Group, Name, Node, NodeExchange, NodeState, Parameters,
        Resource, ResourceState, ResourceType, SetupAction, SetupStep,
    },
    runbook::{CommandLine, How, Phase, Procedure, Step, Value},
};

pub(crate) static PROCEDURE: Procedure = Procedure {
    versions: &[ExchangeVersion::V2003],
    usual,
    steps,
    lacks: |_| Vec::new(),
    refuses: |step, cluster| {
        let stubborn = is_called(cluster, "STUBBORN") && step.phase == Phase::Binaries;
        stubborn.then(|| "it was told not to".to_owned())
    },
};

/// A cluster called `UNSOUND` has a node more, whose name is not in capitals.
fn usual(wanted: &Cluster) -> Cluster {
    if is_called(wanted, "UNSOUND") { Cluster::default().nodes([node("late")]) } else { Cluster::default() }
}

fn is_called(cluster: &Cluster, name: &str) -> bool {
    cluster.name.get().is_some_and(|it| it.as_str() == name)
}

fn node(name: &str) -> Node {
    Node::default().name(name)
}

fn steps(target: &Cluster) -> Vec<Step> {
    let nodes: Vec<&Node> = target.nodes.get().into_iter().flatten().collect();
    let names: Vec<&Name> = nodes.iter().filter_map(|node| node.name.get()).collect();
    let mut steps = vec![prepare_forest()];
    for (node, name) in nodes.iter().zip(&names) {
        steps.push(join(node, name, names[0]));
    }
    steps.extend(names.iter().map(|name| install(name)));
    for group in target.groups.get().into_iter().flatten() {
        let (Some(name), Some(owner)) = (group.name.get(), group.owner.get()) else { continue };
        steps.push(create_group(name, owner));
        for resource in group.resources.get().into_iter().flatten() {
            steps.extend(create_address(name, resource));
        }
    }
    // A cluster called `ASTRAY` does not end as it is wanted.
    steps.extend(names.first().filter(|_| is_called(target, "ASTRAY")).map(|name| stop(name)));
    steps
}

fn stop(name: &Name) -> Step {
    let down = Cluster::default().nodes([node(name.as_str()).state(NodeState::Down)]);
    step("stop", Phase::Afterwards, SetupAction::AddDependency, up(name), down)
}

fn step(id: impl Into<String>, phase: Phase, action: SetupAction, needs: Cluster, makes: Cluster) -> Step {
    Step {
        id: id.into(),
        phase,
        node: None,
        title: String::new(),
        why: "",
        source: Source::Kb(821_833),
        article: &[],
        needs,
        how: Vec::new(),
        check: String::new(),
        undo: String::new(),
        log: Some(SetupStep::default().step(action)),
        makes,
        proven_by: &[],
        offline: Vec::new(),
    }
}

fn prepare_forest() -> Step {
    let forest =
        Cluster::default().directory(Directory::default().forest_prepared_for(ExchangeVersion::V2003));
    Step {
        title: "Prepare the forest".to_owned(),
        why: "Setup puts the classes and attributes of Exchange into the schema.",
        source: Source::Article("part 1"),
        article: &["P1"],
        how: vec![CommandLine::of("setup").word("/ForestPrep").into()],
        check: "Setup ends with \"completed successfully\" & no `error` in \"Exchange Server Setup Progress.log\"."
            .to_owned(),
        undo: "The schema cannot be taken back; it does no harm.".to_owned(),
        proven_by: &["exchange2003/directory-prepared-before-setup"],
        ..step("prepare-forest", Phase::Directory, SetupAction::ForestPrep, Cluster::default(), forest)
    }
}

fn up(name: &Name) -> Cluster {
    Cluster::default().nodes([Node::default().name(name.clone()).state(NodeState::Up)])
}

fn join(node: &Node, name: &Name, first: &Name) -> Step {
    let (action, needs) = if name == first {
        let known = node.domain_controller.get().copied();
        let member =
            |dc| Cluster::default().nodes([Node::default().name(name.clone()).domain_controller(dc)]);
        (SetupAction::FormCluster, known.map_or_else(Cluster::default, member))
    } else {
        (SetupAction::JoinNode, up(first))
    };
    let account = Value::or_blank(None::<String>, "service account", "the account of the Cluster service");
    Step {
        node: Some(name.clone()),
        title: format!("Make `{name}` a node of the cluster"),
        why: "The Cluster service comes before Exchange: Setup installs what knows clusters only where it finds it, and the node stays without it for ever where it does not.",
        how: vec![
            How::screen("Cluster Administrator: File, Open Connection, Add nodes to cluster")
                .field("Computer name", name.to_string())
                .field("User name", account),
        ],
        check: format!("`cluster node` shows `{name}` as Up."),
        undo: "Evict the node.".to_owned(),
        ..step(format!("join {name}"), Phase::Cluster, action, needs, up(name))
    }
}

fn install(name: &Name) -> Step {
    let exchange = NodeExchange::default().installed(true);
    let installed = Cluster::default().nodes([Node::default().name(name.clone()).exchange(exchange)]);
    Step {
        node: Some(name.clone()),
        title: format!("Install Exchange on `{name}`"),
        why: "Setup runs on one node at a time.",
        article: &["P9", "B3"],
        how: vec![CommandLine::of("setup").into()],
        proven_by: &["cluster/setup-one-node-at-a-time", "cluster/exchange-on-every-node"],
        ..step(format!("install {name}"), Phase::Binaries, SetupAction::InstallExchange, up(name), installed)
    }
}

fn create_group(name: &Name, owner: &Name) -> Step {
    let group = Group::default().name(name.clone()).owner(owner.clone());
    Step {
        title: format!("Create the group `{name}`"),
        how: vec![CommandLine::of("cluster").word("group").value(name.to_string()).word("/create").into()],
        ..step(
            format!("create-group {name}"),
            Phase::VirtualServers,
            SetupAction::CreateGroup,
            up(owner),
            Cluster::default().groups([group]),
        )
    }
}

fn create_address(group: &Name, resource: &Resource) -> Option<Step> {
    let name = resource.name.get()?;
    let address = resource.parameters.get().and_then(|parameters| parameters.address.get());
    let blank = format!("{name} address");
    let value =
        Value::or_blank(address.map(ToString::to_string), &blank, &format!("the address of `{name}`"));
    let create = CommandLine::of("cluster")
        .word("res")
        .value(name.to_string())
        .word("/create")
        .option("/group:", group.to_string())
        .option("/type:", "IP Address");
    let set = CommandLine::of("cluster")
        .word("res")
        .value(name.to_string())
        .word("/priv")
        .option("Address=", value);
    let mut parameters = Parameters::default();
    if let Some(address) = address {
        parameters.address.set(*address);
    }
    let made = Resource::default()
        .name(name.clone())
        .r#type(ResourceType::IpAddress)
        .state(ResourceState::Online)
        .parameters(parameters);
    let of_group = |group: Group| Cluster::default().groups([group]);
    Some(Step {
        title: format!("Create the address `{name}`"),
        how: vec![create.into(), set.into()],
        check: format!("`cluster res \"{name}\"` shows it online."),
        offline: vec![group.clone()],
        ..step(
            format!("create-address {name}"),
            Phase::VirtualServers,
            SetupAction::CreateResource,
            of_group(Group::default().name(group.clone())),
            of_group(Group::default().name(group.clone()).resources([made])),
        )
    })
}
