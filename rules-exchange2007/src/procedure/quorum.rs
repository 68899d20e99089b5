//! The quorum and its witness.

use rules_core::{
    Source,
    model::{
        Cluster, Fact, Name, OrNone, Quorum,
        QuorumKind::{
            self, DiskOnly, Local, MajorityNodeSet, NodeAndDiskMajority, NodeAndFileShareMajority,
            NodeMajority, SharedDisk,
        },
        Resource, ResourceType, WindowsPath, Witness,
    },
    runbook::{CommandLine, How, Phase, Step, Value},
};

use super::{
    cluster::add_storage,
    design::{Design, Named, resources},
    parts::{first_owners, group, members, named_group, new_resource, step, with_nodes},
};

const WITNESS_2008: Source =
    Source::TechNet("bb676490", "How to Configure the Node and File Share Majority Quorum");
const WITNESS_2003: Source =
    Source::Microsoft("Exchange Server 2007 help, How to Configure the File Share Witness");
const MODEL: Source = Source::Microsoft(
    "Failover Cluster Step-by-Step Guide: Configuring the Quorum in a Failover Cluster (Windows Server 2008)",
);

pub(super) fn is_of_2008(kind: QuorumKind) -> bool {
    matches!(kind, NodeMajority | NodeAndDiskMajority | NodeAndFileShareMajority | DiskOnly)
}

/// What the quorum resource of a model is usually called, where it is no disk.
pub(super) fn usual_resource(kind: QuorumKind) -> Option<&'static str> {
    match kind {
        MajorityNodeSet => Some("Majority Node Set"),
        NodeAndFileShareMajority => Some("File Share Witness"),
        Local => Some("Local Quorum"),
        NodeMajority | SharedDisk | NodeAndDiskMajority | DiskOnly => None,
    }
}

/// The type of the quorum resource of a model.
pub(super) fn resource_type(kind: QuorumKind) -> ResourceType {
    match kind {
        MajorityNodeSet => ResourceType::MajorityNodeSet,
        NodeAndFileShareMajority => ResourceType::FileShareWitness,
        Local => ResourceType::LocalQuorum,
        NodeMajority | SharedDisk | NodeAndDiskMajority | DiskOnly => ResourceType::PhysicalDisk,
    }
}

/// The name of the quorum resource.
pub(super) fn resource_name(design: &Design<'_>) -> Value {
    let known = design.target.quorum.get().and_then(|quorum| quorum.resource.get()).map(Name::as_str);
    Value::or_blank(known, "QUORUM_DISK", "the disk resource of the quorum")
}

fn quorum(design: &Design<'_>) -> Quorum {
    design.target.quorum.get().cloned().unwrap_or_default()
}

/// What Windows 2003 makes of the quorum when the cluster is formed.
pub(super) fn made_by_wizard(design: &Design<'_>, made: Cluster) -> Cluster {
    let Quorum { kind, resource, witness, .. } = quorum(design);
    let none = witness.get().is_some_and(OrNone::is_none);
    let witness = if none { witness } else { Fact::default() };
    made.quorum(Quorum { kind, resource, witness, ..Quorum::default() })
}

pub(super) fn steps(design: &Design<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let quorum = quorum(design);
    let witness = match quorum.witness.get() {
        Some(OrNone::Some(witness)) => Some(witness),
        _ => None,
    };
    steps.extend(witness.map(|witness| share(design, witness)));
    if design.windows.is_2008() {
        steps.push(model(design, &quorum));
    } else {
        steps.extend(log(design, &quorum));
        steps.extend(witness.map(|witness| witness_of_2003(design, witness)));
    }
    if let Some(missed) = quorum.missed_heartbeats.get() {
        steps.push(heartbeats(design, *missed));
    }
    steps
}

fn path_of(witness: &Witness) -> Value {
    let share = witness.share.get().map(WindowsPath::as_str);
    Value::or_blank(share, "WITNESS_SHARE", "the share of the witness, \\\\computer\\share")
}

/// What is so once the share is there.
fn shared(witness: &Witness) -> Quorum {
    Quorum::default().witness(Witness {
        share: Fact::default(),
        by_alias: Fact::default(),
        ..witness.clone()
    })
}

fn share(design: &Design<'_>, witness: &Witness) -> Step {
    let of_share = || witness.share.get().and_then(WindowsPath::computer).map(Name::from);
    let host = witness.host.get().cloned().or_else(of_share);
    let log_on = host.is_none().then(|| {
        let host =
            Value::or_blank(None::<String>, "WITNESS_HOST", "the Hub Transport server that holds the share");
        How::screen("Log on to the computer of the witness, and go on there").field("Computer", host)
    });
    let share = witness.share.get().and_then(|path| path.as_str().rsplit('\\').next());
    let share = share.map_or_else(|| "MNS_FSW".to_owned(), str::to_owned);
    let folder = format!("C:\\{share}");
    let account = account(design);
    let mut line = CommandLine::of("net")
        .word("share")
        .value(format!("{share}={folder}"))
        .option("/grant:", with_right(&account, ",FULL", "WITNESS_RIGHTS"));
    // Who sets the witness needs the share, too, unless the definition says otherwise.
    if witness.installer_has_full_control.get() != Some(&false) {
        line = line.option("/grant:", with_right(&installer(design), ",FULL", "INSTALLER_RIGHTS"));
    }
    let commands = [
        CommandLine::of("mkdir").value(folder.as_str()),
        line,
        CommandLine::of("cacls").value(folder.as_str()).word("/E").word("/G").value(with_right(
            &account,
            ":F",
            "WITNESS_FOLDER_RIGHTS",
        )),
    ];
    Step {
        node: host,
        why: "The witness is the third vote beside those of two nodes, so it is on another computer: best on a Hub Transport \
              server in their site, which is called by its own name and not by an alias.",
        source: if design.windows.is_2008() { WITNESS_2008 } else { WITNESS_2003 },
        needs: with_nodes(named_group(design.default_group), members(&design.nodes[..1])),
        how: log_on.into_iter().chain(commands.map(How::from)).collect(),
        check: format!(
            "`net share {share}` shows full control for the account of the cluster and for the one that sets the witness, \
             and nobody else."
        ),
        undo: format!("`net share {share} /delete`, as long as no cluster uses it. The folder stays."),
        makes: Cluster::default().quorum(shared(witness)),
        proven_by: &["exchange2007/witness-accessible", "exchange2007/witness-off-the-nodes"],
        ..step("create-witness-share", Phase::Cluster, "Make the share of the witness")
    }
}

/// An account with a right behind it.
fn with_right(account: &Value, right: &str, blank: &str) -> Value {
    match account {
        Value::Given(account) => format!("{account}{right}").into(),
        Value::Blank { what, .. } => {
            Value::or_blank(None::<String>, blank, &format!("{what}, then `{right}`"))
        }
    }
}

/// The account that sets the witness.
fn installer(design: &Design<'_>) -> Value {
    let known = design.target.installer.get().and_then(|installer| installer.name.get());
    Value::or_blank(known.map(Name::as_str), "INSTALLER", "the account that sets the witness, DOMAIN\\name")
}

/// The account that the cluster reaches the share with.
fn account(design: &Design<'_>) -> Value {
    let domain = design.target.directory.get().and_then(|it| it.domains.get()?.first());
    let domain = domain.and_then(|domain| domain.netbios_name.get()).map(Name::as_str);
    if design.windows.is_2008() {
        let known = domain.zip(design.target.name.get()).map(|(domain, name)| format!("{domain}\\{name}$"));
        Value::or_blank(known, "CLUSTER_ACCOUNT", "the computer account of the cluster, DOMAIN\\name$")
    } else {
        let known = design.target.service_account.get().and_then(|account| account.name.get());
        Value::or_blank(
            known.map(Name::as_str),
            "CLUSTER_ACCOUNT",
            "the account of the Cluster service, DOMAIN\\name",
        )
    }
}

fn witness_of_2003(design: &Design<'_>, witness: &Witness) -> Step {
    let quorum = quorum(design);
    let resource = resource_name(design);
    let check = format!(
        "`cluster res \"{resource}\" /priv` shows the share, and there is a folder in it that is called by a GUID, that of the \
         cluster."
    );
    let default_group = design.default_group.name;
    let made =
        Witness { share: witness.share.clone(), by_alias: witness.by_alias.clone(), ..Witness::default() };
    let (first, other) = (design.first(), design.nodes.last().map_or(design.first(), |last| last.name));
    let move_to = |node: &Name| -> How {
        design.cluster().word("group").value(default_group.as_str()).option("/moveto:", node.as_str()).into()
    };
    Step {
        why: "One of two nodes is no majority: without the witness the second node stops, too, when the first one fails. The share is used when the resource next comes online: cluster.exe warns of that (5024), and the group moves to another node and back. Windows 2003 with Service Pack 1 needs update 921181 on every node before; \
              Service Pack 2 contains it.",
        source: Source::Kb(921_181),
        needs: with_nodes(
            Cluster::default().quorum(Quorum { kind: quorum.kind, ..shared(witness) }),
            members(&design.nodes),
        ),
        how: vec![
            design
                .cluster()
                .word("res")
                .value(resource)
                .word("/priv")
                .option("MNSFileShare=", path_of(witness))
                .into(),
            move_to(other),
            move_to(first),
        ],
        check,
        undo: "Set `MNSFileShare` to an empty text, `MNSFileShare=\"\"`, and move the group in the same way."
            .to_owned(),
        makes: Cluster::default().quorum(Quorum::default().witness(made)),
        proven_by: &["exchange2007/witness-by-own-name", "cluster/majority-survives-a-failure"],
        offline: vec![default_group.clone()],
        ..step("set-witness", Phase::Cluster, "Give the quorum its file share witness")
    }
}

/// The folder and the size of the quorum log (Windows 2003).
fn log(design: &Design<'_>, quorum: &Quorum) -> Option<Step> {
    let mut line = design.cluster().option("/quorum:", resource_name(design));
    if let Some(path) = quorum.log_path.get() {
        line = line.option("/path:", format!("{}\\", path.as_str().trim_end_matches('\\')));
    }
    if let Some(size) = quorum.max_log_size_kib.get() {
        line = line.option("/maxlogsize:", size.to_string());
    }
    let made = Quorum {
        log_path: quorum.log_path.clone(),
        max_log_size_kib: quorum.max_log_size_kib.clone(),
        ..Quorum::default()
    };
    let needs = Quorum { kind: quorum.kind.clone(), resource: quorum.resource.clone(), ..Quorum::default() };
    (made != Quorum::default()).then(|| Step {
        why: "The log of the quorum is kept in this folder, and starts afresh when it has this size.",
        source: Source::TechNet("cc781201", "Cluster"),
        needs: Cluster::default().quorum(needs),
        how: vec![line.into()],
        check: "`cluster /quorum` shows the resource, the folder and the size.".to_owned(),
        undo: "Set the values that it had: note what `cluster /quorum` shows before the change.".to_owned(),
        makes: Cluster::default().quorum(made),
        proven_by: &["cluster/quorum-log-size"],
        ..step("configure-quorum", Phase::Cluster, "Set folder and size of the quorum log")
    })
}

const CHOOSING: &str = "The quorum decides whether the cluster goes on when a node fails. Its model depends on the number of nodes, so \
                        it is chosen when all of them have joined.";
const CHOOSING_WITH_DISK: &str = "The quorum decides whether the cluster goes on when a node fails. Its model depends on the number of nodes, so it is chosen \
     when all of them have joined. A disk has to be one of the cluster's before it can be chosen; if the wizard that formed the \
     cluster has added it already, only its name is left to be set.";

/// The quorum model (Windows 2008).
fn model(design: &Design<'_>, quorum: &Quorum) -> Step {
    let kind = quorum.kind.get().copied().unwrap_or(NodeMajority);
    let label = match kind {
        NodeAndDiskMajority => "Node and Disk Majority",
        NodeAndFileShareMajority => "Node and File Share Majority",
        DiskOnly => "No Majority: Disk Only",
        _ => "Node Majority",
    };
    let screen = How::screen("Failover Cluster Management: More Actions, Configure Cluster Quorum Settings")
        .field("Quorum configuration", label);
    let witness = match quorum.witness.get() {
        Some(OrNone::Some(witness)) => Some(witness),
        _ => None,
    };
    let how = match witness {
        Some(witness) => vec![screen.field("Shared folder path", path_of(witness))],
        // Only a disk of the cluster can be chosen.
        None if kind.uses_disk() => {
            let disk = resource_name(design);
            add_storage(disk.clone()).into_iter().chain([screen.field("Storage", disk)]).collect()
        }
        None => vec![screen],
    };
    let has_resource = witness.is_some() || kind.uses_disk();
    let made_witness: Fact<OrNone<Witness>> = match witness {
        Some(it) => {
            let made =
                Witness { share: it.share.clone(), by_alias: it.by_alias.clone(), ..Witness::default() };
            Fact::from(Some(made).filter(|made| *made != Witness::default()).map(OrNone::Some))
        }
        None => quorum.witness.clone(),
    };
    let made = Quorum {
        kind: quorum.kind.clone(),
        resource: quorum.resource.clone(),
        witness: made_witness,
        ..Quorum::default()
    };
    let mut makes = Cluster::default().quorum(made);
    let core: Vec<Resource> = resources(design.default_group.facts)
        .filter(|it| quorum.resource.get() == Some(it.name))
        .map(|it: Named<'_, Resource>| new_resource(it, &first_owners(design, false)))
        .collect();
    if !core.is_empty() {
        makes = makes.groups([group(design.default_group.name).resources(core)]);
    }
    let needs = named_group(design.default_group);
    let needs = match witness {
        Some(witness) => needs.quorum(shared(witness)),
        None => needs,
    };
    Step {
        why: if witness.is_none() && kind.uses_disk() { CHOOSING_WITH_DISK } else { CHOOSING },
        source: if witness.is_some() { WITNESS_2008 } else { MODEL },
        needs: with_nodes(needs, members(&design.nodes)),
        how,
        check: if has_resource {
            "Failover Cluster Management shows the model beside `Quorum Configuration`, and its witness is online."
        } else {
            "Failover Cluster Management shows the model beside `Quorum Configuration`."
        }
        .to_owned(),
        undo: "Choose the model that was there before in the same way: the cluster goes on running.".to_owned(),
        makes,
        proven_by: &[
            "exchange2007/quorum-model-of-scc",
            "exchange2007/no-disk-quorum-in-ccr",
            "cluster/quorum-fits-cluster",
        ],
        ..step("configure-quorum", Phase::Cluster, format!("Choose the quorum model {label}"))
    }
}

const HEARTBEATS: &str = "By default a node is given up after a few seconds without a heartbeat, and with replication a failover that nobody planned \
     may lose logs. The values take effect when the Cluster service has been restarted on every node: on one after the other, and never on \
     the node that owns a group. The witness has to be reachable all the while, or the cluster stops.";
const HEARTBEATS_2008: &str = "By default a node is given up after a few seconds without a heartbeat, and with replication a failover that nobody planned \
     may lose logs.";

fn heartbeats(design: &Design<'_>, missed: u32) -> Step {
    let cluster = || design.cluster();
    let is_2008 = design.windows.is_2008();
    let mut how: Vec<How> = Vec::new();
    if is_2008 {
        for property in ["SameSubnetThreshold=", "CrossSubnetThreshold="] {
            how.push(cluster().word("/prop").option(property, missed.to_string()).into());
        }
    } else {
        for property in ["HeartBeatLostInterfaceTicks=", "HeartBeatLostNodeTicks="] {
            how.push(cluster().word("/priv").option(property, format!("{missed}:DWORD")).into());
        }
        // The last ones first: the default group is on the first node, and returns to it.
        for (place, member) in design.nodes.iter().enumerate().rev() {
            let name = member.name.as_str();
            let away = design.nodes.get(1).filter(|_| place == 0).map(|other| other.name);
            let group = || cluster().word("group").value(design.default_group.name.as_str());
            how.extend(away.map(|other| group().option("/moveto:", other.as_str()).into()));
            for action in ["Stop Cluster Service", "Start Cluster Service, and wait until the node is up"] {
                how.push(How::screen(format!("Cluster Administrator: {name}, File, {action}")));
            }
            how.extend(away.map(|_| group().option("/moveto:", name).into()));
        }
    }
    let needs = quorum(design);
    let needs = Quorum { kind: needs.kind, witness: needs.witness, ..Quorum::default() };
    Step {
        why: if is_2008 { HEARTBEATS_2008 } else { HEARTBEATS },
        source: if is_2008 {
            Source::TechNet("dd197562", "Configure Heartbeat and DNS Settings in a Multi-Site Failover Cluster")
        } else {
            Source::TechNet("bb310759", "How to Configure Tolerance Settings for Missed Cluster Heartbeats")
        },
        needs: with_nodes(Cluster::default().quorum(needs), members(&design.nodes)),
        how,
        check: if is_2008 {
            "`cluster /prop` shows the values."
        } else {
            "`cluster /priv` shows the values, and `cluster node` every node as Up."
        }
        .to_owned(),
        undo: if is_2008 {
            "Set the values that they had: note what `cluster /prop` shows before the change."
        } else {
            "Set the values that they had, as `cluster /priv` shows them before the change, and restart the Cluster service in \
             the same way."
        }
        .to_owned(),
        makes: Cluster::default().quorum(Quorum::default().missed_heartbeats(missed)),
        proven_by: &["exchange2007/heartbeat-tolerance"],
        offline: if is_2008 { Vec::new() } else { vec![design.default_group.name.clone()] },
        ..step("tolerate-missed-heartbeats", Phase::Cluster, format!("Tolerate {missed} missed heartbeats"))
    }
}

/// The part of the quorum that has to be there before Setup makes a clustered mailbox server.
pub(super) fn complete(design: &Design<'_>) -> Cluster {
    let Quorum { kind, resource, witness, .. } = quorum(design);
    Cluster::default().quorum(Quorum { kind, resource, witness, ..Quorum::default() })
}
