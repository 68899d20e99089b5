use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        Known, Name, ResourceType, SetupAction, Step,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The virtual server that owns the MTA is removed last.
    ///
    /// The virtual server that was made first owns the MTA resource, and all the others of the cluster depend on it.
    /// Which one that was is read from the setup log, whether the log tells what was done or what is planned. Its
    /// removal while others are left is an error. It is information only where the removal has a time, the virtual
    /// server is no longer listed, and the cluster has an MTA again: then it is past and mended.
    ///
    /// # Why it matters
    ///
    /// Microsoft requires all other virtual servers to be removed first. With its owner the MTA goes, and with the MTA the
    /// mail of every virtual server that is left to X.400 connectors and to Exchange 5.5.
    ///
    /// # How to fix it
    ///
    /// In a plan, change the order: move mailboxes, public folders and connectors of the others away and retire them
    /// first, or keep the owner of the MTA until the cluster goes. Where it has happened, and other virtual servers
    /// live on without an MTA, `exchange2003/mta-once-per-cluster` says how an MTA is made anew. KB 922254 is written
    /// for the first virtual server of an Exchange 2003 cluster: have Microsoft's support confirm the steps for another
    /// one.
    pub static MTA_OWNER_REMOVED_LAST = {
        check,
        set: &EXCHANGE_2003,
        name: "mta-owner-removed-last",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::TechNet("bb125015", "Removing an Exchange Virtual Server"), Source::Kb(922_254)],
        basis: Basis::Microsoft,
        covers: &["RES-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if findings.each(cluster.steps(SetupAction::RemoveVirtualServer)).is_empty() {
        return;
    }
    let made_or_removed = [SetupAction::CreateVirtualServer, SetupAction::RemoveVirtualServer];
    let Some(steps) = findings.need_all(cluster.steps_of(&made_or_removed).in_order()) else { return };
    let names: Vec<_> =
        steps.into_iter().filter_map(|step| Some((step, findings.need(step.virtual_server())?))).collect();
    if findings.is_empty() {
        replay(&names, findings);
    }
}

/// Goes through the log: the one that is made while there is no MTA brings it.
fn replay<'a>(steps: &[(Step<'a>, Known<'a, Name>)], findings: &mut Findings) {
    let mut existing: Vec<Known<'a, Name>> = Vec::new();
    let mut owner: Option<(Step<'a>, Known<'a, Name>)> = None;
    for &(step, name) in steps {
        if step.step().peek() == Some(&SetupAction::CreateVirtualServer) {
            owner = owner.or(Some((step, name)));
            if !existing.contains(&name) {
                existing.push(name);
            }
            continue;
        }
        existing.retain(|other| *other != name);
        let Some((made, _)) = owner.filter(|(_, owner)| *owner == name) else { continue };
        owner = None;
        if let Some(other) = existing.first() {
            let message = format!("`{name}`, which has the MTA, is removed while `{other}` is left");
            let most = if is_over(step, &name) { Severity::Information } else { Severity::Error };
            findings.report(step.path(), message).at_most(most).related(made.path(), "this brought the MTA");
        }
    }
}

/// Whether the removal is known to be past and mended: the virtual server is gone, and the cluster has an MTA again.
fn is_over(step: Step<'_>, removed: &Name) -> bool {
    let cluster = step.step().cluster();
    let left = cluster.evs().whose(|evs| evs.name(), |name| name == removed);
    step.started().peek().is_some()
        && left.is_complete()
        && left.peek().is_empty()
        && !cluster.resources_of(&ResourceType::Mta).peek().is_empty()
}

const EXAMPLES: &[Example] = &[
    passes("none was removed", FOUR_NODES_2003),
    passes("a later one was removed", FOUR_NODES_2003).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS2" },
            { step = "remove-virtual-server", virtual_server = "EVS2" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    passes("the first one was made again while there was no other", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS2" },
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    passes("times say that it was the last", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-01-01T09:00:00" },
            { step = "create-virtual-server", virtual_server = "EVS2", started = "2004-01-02T09:00:00" },
            { step = "remove-virtual-server", virtual_server = "EVS1", started = "2004-02-02T09:00:00" },
            { step = "remove-virtual-server", virtual_server = "EVS2", started = "2004-02-01T09:00:00" },
        ]
        "#,
    ),
    passes("a removal that failed", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS2" },
            { failed_step = "remove-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    fails("the first one is removed before the second", FOUR_NODES_2003, &["setup[#3]"]).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS2" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    fails("long ago, and the MTA is back: information", TWO_NODES_2003, &["setup[#3]"]).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS0", started = "2004-01-01T09:00:00" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-01-02T09:00:00" },
            { step = "remove-virtual-server", virtual_server = "EVS0", started = "2004-02-01T09:00:00" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-02-02T09:00:00" },
        ]
        "#,
    ),
    fails("three, of which the first is removed first", FOUR_NODES_2003, &["setup[#4]"]).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "EVS2" },
            { step = "create-virtual-server", virtual_server = "EVS3" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
            { step = "remove-virtual-server", virtual_server = "EVS2" },
        ]
        "#,
    ),
    passes("a System Attendant that was made twice", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "create-virtual-server", virtual_server = "evs1" },
            { step = "remove-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
    unknown("no log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a removal that does not say of what", TWO_NODES_2003, &["setup[#2].virtual_server"]).with(
        r#"
        setup = [
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "remove-virtual-server" },
        ]
        "#,
    ),
];
