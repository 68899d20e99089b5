use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, FactPath, Name, ResourceState, ResourceType, ServiceAccount, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{
        CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003,
    },
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Each network name with Kerberos has a computer object, or one can be made for it.
    ///
    /// On Windows 2003 a network name with *Enable Kerberos Authentication* makes its computer object when it
    /// first comes online, with the account of the Cluster service. The account needs the right to create computer
    /// objects (by default any user of the domain may make ten), or somebody makes the object beforehand and lets
    /// the account write it. On Windows Server 2008 every network name has an object, and the computer object of
    /// the cluster makes those of the others; what is said here of Windows Server 2008 rests more on practice than
    /// on a document.
    ///
    /// A name that is online has its object. For a name that was online before and is not now, enter the object in
    /// `directory.computer_objects`. Clusters on Windows 2000 are not judged.
    ///
    /// # Why it matters
    ///
    /// Without the object the name does not come online, and nothing that depends on it does: the creation of the
    /// virtual server fails, and on Windows Server 2008 Exchange Setup with it. The ten objects of an account are
    /// soon used up where several clusters share one.
    ///
    /// # How to fix it
    ///
    /// Grant the account of the Cluster service *Create Computer Objects* on the container (by default
    /// *Computers*); with this right the limit of ten does not count. Or make the computer object in *Active
    /// Directory Users and Computers*, with the network name as its name, and let the account write all its
    /// properties and reset its password. On Windows Server 2008 grant *Create Computer Objects* on the
    /// organisational unit to the computer object of the cluster, or give this object Full Control of an object
    /// that you made beforehand and disabled. An object that another computer uses must not be taken over: choose
    /// another name.
    pub static COMPUTER_OBJECTS_CAN_BE_MADE = {
        check,
        set: &CLUSTER,
        name: "computer-objects-can-be-made",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(302_389),
            Source::TechNet("cc738070", "Applying Kerberos Authentication in a Clustered Environment"),
            Source::TechNet("bb124371", "How to Perform a Delegated Setup of a Clustered Mailbox Server"),
        ],
        basis: Basis::Microsoft,
        covers: &["ACC-010", "ACC-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2003 = cluster.nodes_on(WindowsVersion::is_2003);
    let on_2008 = cluster.nodes_on(WindowsVersion::is_2008);
    let is_2008 = !on_2008.peek().is_empty();
    let mut makers = if is_2008 {
        vec![cluster.directory().cluster_object_may_create()]
    } else {
        let accounts = findings.each(cluster.service_accounts(on_2003));
        accounts.into_iter().map(At::<ServiceAccount>::creates_computer_objects).collect()
    };
    if makers.is_empty() {
        return findings.not_applicable("no node has Windows 2003 or 2008");
    }
    makers.retain(|may| may.peek() != Some(&true));
    if makers.is_empty() {
        return;
    }
    let names = if is_2008 { names_on_2008(cluster, findings) } else { names_on_2003(cluster, findings) };
    for (name, place) in names {
        has_object(name, place, &makers, findings);
    }
}

/// The names that are not known to be online and have Kerberos, each with what stands for it.
fn names_on_2003<'a>(cluster: ClusterRef<'a>, findings: &mut Findings) -> Vec<(At<'a, Name>, FactPath)> {
    let mut names = findings.each(cluster.resources_of(&ResourceType::NetworkName));
    names.retain(|name| {
        name.state().peek() != Some(&ResourceState::Online)
            && findings.need(name.parameters().require_kerberos()).is_some_and(|required| *required)
    });
    names.into_iter().map(|name| (name.parameters().name(), name.path())).collect()
}

/// The names that are not known to be online, but for the cluster's own, and those of virtual servers that are still to
/// be made; each with what stands for it.
fn names_on_2008<'a>(cluster: ClusterRef<'a>, findings: &mut Findings) -> Vec<(At<'a, Name>, FactPath)> {
    let mut names = findings.each(cluster.resources_of(&ResourceType::NetworkName));
    names.retain(|name| {
        name.state().peek() != Some(&ResourceState::Online)
            && (name.parameters().name().peek().is_none()
                || name.parameters().name().peek() != cluster.name().peek())
    });
    let mut names: Vec<_> = names.into_iter().map(|name| (name.parameters().name(), name.path())).collect();
    for evs in findings.each(cluster.clustered_mailbox_servers()) {
        if findings.need_all(evs.group()).is_some_and(|groups| groups.is_empty()) {
            names.push((evs.name(), evs.path()));
        }
    }
    names
}

fn has_object(name: At<'_, Name>, place: FactPath, makers: &[At<'_, bool>], findings: &mut Findings) {
    let Some(known) = findings.need(name) else { return };
    let objects = name.cluster().directory().computer_objects();
    let own = objects.whose(|object| object.name(), |other| other == known.value());
    if let [object, ..] = own.peek() {
        let writable = object.writable();
        if findings.need(writable).is_some_and(|writable| !*writable) {
            let message =
                format!("the computer object of `{name}` cannot be written by whoever brings it online");
            findings.report(writable.path(), message).related(place, "the network name");
        }
    } else if findings.need_all(own).is_some() {
        for maker in makers {
            if findings.need(*maker).is_some_and(|may| !*may) {
                let message =
                    format!("no computer object can be made for `{name}`, and none was made beforehand");
                findings.report(maker.path(), message).related(place, "the network name");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the account may make computer objects", TWO_NODES_2003),
    passes("it may not any more, and all names are online", FOUR_NODES_2003)
        .with("service_account = { creates_computer_objects = false }"),
    passes("made beforehand, and writable", TWO_NODES_2003).with(
        r#"
        service_account = { creates_computer_objects = false }
        directory = { computer_objects = [{ name = "evs1", writable = true }] }
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", state = "offline" }]
        "#,
    ),
    passes("a name without Kerberos", TWO_NODES_2003).with(
        r#"
        service_account = { creates_computer_objects = false }
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", state = "offline", parameters = { require_kerberos = false } }]
        "#,
    ),
    passes("Windows 2008: made beforehand", SCC_2007).with(
        r#"
        directory = { cluster_object_may_create = false }
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", state = "offline" }]
        "#,
    ),
    passes("Windows 2008: the cluster's object may make others", CCR_2007_WINDOWS_2008).with(
        r#"
        directory = { cluster_object_may_create = true, computer_objects = [] }
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", state = "offline" }]
        "#,
    ),
    passes("Windows 2008: the cluster's own name is made by who forms the cluster", SCC_2007).with(
        r#"
        directory = { cluster_object_may_create = false }
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Cluster Name", state = "offline" }]
        "#,
    ),
    fails("the account's ten objects are used up", CCR_2007, &["service_account.creates_computer_objects"])
        .with(
            r#"
        service_account = { creates_computer_objects = false }
        directory = { computer_objects = [] }
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", state = "failed" }]
        "#,
        ),
    fails(
        "made beforehand, and the account may not write it",
        TWO_NODES_2003,
        &["directory.computer_objects[EVS1].writable"],
    )
    .with(
        r#"
        service_account = { creates_computer_objects = false }
        directory = { computer_objects = [{ name = "EVS1", writable = false }] }
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", state = "offline" }]
        "#,
    ),
    fails("Windows 2008: Setup is still to come", SCC_2007, &["directory.cluster_object_may_create"])
        .without(&["groups[CMS1]", "directory.computer_objects"])
        .with("directory = { cluster_object_may_create = false, computer_objects = [] }"),
    not_applicable("Windows 2000", TWO_NODES_2000),
    unknown(
        "whether the account may is not known",
        TWO_NODES_2003,
        &["service_account.creates_computer_objects"],
    )
    .without(&["service_account.creates_computer_objects"])
    .with(
        r#"
        directory = { computer_objects = [] }
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", state = "offline" }]
        "#,
    ),
    unknown(
        "Windows 2008, and neither the right nor the object is known",
        SCC_2007,
        &["directory.computer_objects"],
    )
    .without(&["directory.computer_objects"])
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", state = "offline" }]
        "#,
    ),
];
