//! What is set in the end: properties of groups and resources, owners, and where everything runs.

use rules_core::{
    Source,
    model::{Fact, Failback, Group, Name, Parameters, Resource, Restart, RestartAction},
    runbook::{CommandLine, How, Phase, Step},
};

use super::{
    design::{Design, Named, is_storage, resources},
    parts::{first_owners, group, groups, is_same_set, members, owned_by, resource, step, with_nodes},
};

pub(super) fn steps(design: &Design<'_>, owner: &Name) -> Vec<Step> {
    design.early_groups().filter_map(|it| move_home(design, it, owner)).collect()
}

/// Moves a group to the node on which the definition has it.
fn move_home(design: &Design<'_>, it: Named<'_, Group>, owner: &Name) -> Option<Step> {
    let home = it.facts.owner.get().filter(|home| *home != owner)?;
    let name = it.name;
    let homes = design.nodes.iter().filter(|member| member.name == home);
    Some(Step {
        why: "The definition has the group on this node. For Exchange it may be on any node that is up.",
        source: Source::TechNet("cc783967", "Cluster group"),
        needs: with_nodes(owned_by([it], owner), members(homes)),
        how: vec![
            design.cluster().word("group").value(name.as_str()).option("/moveto:", home.as_str()).into(),
        ],
        check: format!("`cluster group \"{name}\"` shows it on `{home}`, in the state that it had."),
        undo: format!("Move it back to `{owner}` in the same way."),
        makes: owned_by([it], home),
        offline: vec![name.clone()],
        ..step(format!("move-group {name}"), Phase::Afterwards, format!("Move `{name}` to `{home}`"))
    })
}

/// The properties of a group and of its resources that differ from what they are made with, or are worth a look.
pub(super) fn properties(design: &Design<'_>, it: Named<'_, Group>, phase: Phase) -> Vec<Step> {
    let steps =
        [set_group(design, it, phase), set_resources(design, it, phase), set_owners(design, it, phase)];
    steps.into_iter().flatten().collect()
}

const FAILING_OVER: &str = "An automatic failback is a second outage, at a time that nobody has chosen. The threshold is how often a group may fail \
     over within the period, in hours, before the cluster leaves it where it is.";
const FAILING_OVER_2008: &str = "An automatic failback is a second outage, at a time that nobody has chosen. The threshold is how often a group may fail \
     over within the period, in hours, before the cluster leaves it where it is; 4294967295 stands for the default, one less \
     than there are nodes.";

fn set_group(design: &Design<'_>, it: Named<'_, Group>, phase: Phase) -> Option<Step> {
    let Named { name, facts } = it;
    let line = || design.cluster().word("group").value(name.as_str());
    let not_empty = |names: &Fact<Vec<Name>>| match names.get() {
        Some(names) if !names.is_empty() => names.clone().into(),
        _ => Fact::<Vec<Name>>::default(),
    };
    let made = Group {
        failback: facts.failback.clone(),
        failover_threshold: facts.failover_threshold.clone(),
        failover_period_h: facts.failover_period_h.clone(),
        preferred_owners: not_empty(&facts.preferred_owners),
        anti_affinity_classes: not_empty(&facts.anti_affinity_classes),
        ..Group::default()
    };
    let failback = made.failback.get().map(|it| if *it == Failback::Allow { "1" } else { "0" }.to_owned());
    let numbers = properties_of([
        ("AutoFailbackType=", failback),
        ("FailoverThreshold=", made.failover_threshold.get().map(ToString::to_string)),
        ("FailoverPeriod=", made.failover_period_h.get().map(ToString::to_string)),
    ]);
    let mut how: Vec<How> = with_properties(line().word("/prop"), numbers).into_iter().collect();
    if let Some(owners) = made.preferred_owners.get() {
        how.push(line().list("/setowners:", owners.iter().map(Name::as_str)).into());
    }
    if let Some(classes) = made.anti_affinity_classes.get() {
        how.push(
            line().word("/prop").list("AntiAffinityClassNames=", classes.iter().map(Name::as_str)).into(),
        );
    }
    (!how.is_empty()).then(|| Step {
        why: if design.windows.is_2008() { FAILING_OVER_2008 } else { FAILING_OVER },
        source: Source::Microsoft("Failover Cluster API reference, group common properties"),
        needs: with_nodes(groups([group(name)]), members(&design.nodes)),
        how,
        check: if made.preferred_owners.is_known() {
            format!("`cluster group \"{name}\" /prop` shows these values, and `/listowners` the preferred owners.")
        } else {
            format!("`cluster group \"{name}\" /prop` shows these values.")
        },
        undo: "Set the values that it had: note what `/prop` shows before the change. The group goes on running."
            .to_owned(),
        makes: groups([Group { name: name.clone().into(), ..made }]),
        proven_by: &["cluster/failback-prevented", "cluster/failover-limits-usual"],
        ..step(format!("set-group {name}"), phase, format!("Set failover and failback of `{name}`"))
    })
}

fn set_resources(design: &Design<'_>, it: Named<'_, Group>, phase: Phase) -> Option<Step> {
    let mut how = Vec::new();
    let (mut needs, mut made) = (Vec::new(), Vec::new());
    for Named { name, facts } in resources(it.facts) {
        let line = || design.cluster().word("res").value(name.as_str());
        let lifetime = facts.parameters.get().and_then(|it| it.host_record_ttl_s.get()).copied();
        let before = how.len();
        how.extend(with_properties(line().word("/prop"), common_properties(facts)));
        let ttl = properties_of([("HostRecordTTL=", lifetime.map(|it| it.to_string()))]);
        how.extend(with_properties(line().word("/priv"), ttl));
        if how.len() > before {
            needs.push(Resource { r#type: facts.r#type.clone(), ..resource(name) });
            made.push(Resource {
                restart: facts.restart.clone(),
                pending_timeout_ms: facts.pending_timeout_ms.clone(),
                is_alive_ms: facts.is_alive_ms.clone(),
                looks_alive_ms: facts.looks_alive_ms.clone(),
                separate_monitor: facts.separate_monitor.clone(),
                parameters: lifetime.map(|it| Parameters::default().host_record_ttl_s(it)).into(),
                ..resource(name)
            });
        }
    }
    let name = it.name;
    (!how.is_empty()).then(|| Step {
        why: "These values say what happens when a resource fails, and how often the cluster looks at it. With RestartAction 1 a \
              resource is restarted and its group stays where it is; with 2 the group fails over when restarts do not help. \
              The times are in milliseconds; 4294967295 stands for the interval that is usual for the type.",
        source: Source::Microsoft("Failover Cluster API reference, resource common properties"),
        needs: groups([group(name).resources(needs)]),
        how,
        check: "`cluster res \"<name>\" /prop` shows these values for each.".to_owned(),
        undo: "Set the values that they had: note what `/prop` shows before the change. The resources stay online."
            .to_owned(),
        makes: groups([group(name).resources(made)]),
        proven_by: &["cluster/is-alive-interval-usual", "cluster/no-separate-monitor"],
        ..step(format!("set-resources {name}"), phase, format!("Set restart and checks of the resources of `{name}`"))
    })
}

fn common_properties(facts: &Resource) -> Vec<(&'static str, String)> {
    let restart = facts.restart.get().cloned().unwrap_or_default();
    let Restart { action, threshold, period_s } = &restart;
    let action = action.get().map(|action| match action {
        RestartAction::DoNotRestart => "0",
        RestartAction::Restart => "1",
        RestartAction::RestartAndAffectGroup => "2",
    });
    let separate = facts.separate_monitor.get().map(|it| if *it { "1" } else { "0" });
    properties_of([
        ("RestartAction=", action.map(str::to_owned)),
        ("RestartThreshold=", threshold.get().map(ToString::to_string)),
        ("RestartPeriod=", period_s.get().map(|seconds| (u64::from(*seconds) * 1000).to_string())),
        ("PendingTimeout=", facts.pending_timeout_ms.get().map(ToString::to_string)),
        ("IsAlivePollInterval=", facts.is_alive_ms.get().map(ToString::to_string)),
        ("LooksAlivePollInterval=", facts.looks_alive_ms.get().map(ToString::to_string)),
        ("SeparateMonitor=", separate.map(str::to_owned)),
    ])
}

/// The properties that are known.
fn properties_of(
    all: impl IntoIterator<Item = (&'static str, Option<String>)>,
) -> Vec<(&'static str, String)> {
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The command that sets properties, if there are any.
fn with_properties(line: CommandLine, all: Vec<(&'static str, String)>) -> Option<How> {
    let is_empty = all.is_empty();
    let line = all.into_iter().fold(line, |line, (name, value)| line.option(name, value));
    (!is_empty).then(|| line.into())
}

/// Possible owners that differ from those a resource is made with.
fn set_owners(design: &Design<'_>, it: Named<'_, Group>, phase: Phase) -> Option<Step> {
    let mut how: Vec<How> = Vec::new();
    let (mut needs, mut made) = (Vec::new(), Vec::new());
    let is_server = design.servers.iter().any(|server| server.group.name == it.name);
    for Named { name, facts } in resources(it.facts) {
        let Some(wanted) = facts.possible_owners.get() else { continue };
        let before = first_owners(design, is_server && !is_storage(facts));
        if is_same_set(wanted, &before) {
            continue;
        }
        let line = || design.cluster().word("res").value(name.as_str());
        let missing = wanted.iter().filter(|owner| !before.contains(owner));
        let surplus = before.iter().filter(|owner| !wanted.contains(owner));
        how.extend(missing.map(|owner| line().option("/addowner:", owner.as_str()).into()));
        how.extend(surplus.map(|owner| line().option("/removeowner:", owner.as_str()).into()));
        needs.push(resource(name).possible_owners(before.into_iter().cloned().collect::<Vec<_>>()));
        made.push(resource(name).possible_owners(wanted.clone()));
    }
    let name = it.name;
    (!how.is_empty()).then(|| Step {
        why: "The group is to run on these nodes only. A group moves to a node only if each of its resources may run there.",
        source: Source::Practice("a group moves to a node only if all of its resources may run there"),
        needs: groups([group(name).resources(needs)]),
        how,
        check: "`cluster res \"<name>\" /listowners` shows these nodes for each.".to_owned(),
        undo: "Add nodes again with `/addowner`, and take them away again with `/removeowner`.".to_owned(),
        makes: groups([group(name).resources(made)]),
        proven_by: &["cluster/possible-owners-complete"],
        ..step(format!("set-owners {name}"), phase, format!("Set the possible owners of the resources of `{name}`"))
    })
}
