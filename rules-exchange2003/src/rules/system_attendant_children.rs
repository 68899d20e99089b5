use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{self, V2000, V2003},
        GroupRef, ResourceRef, ResourceType,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{self, Need},
};

rule! {
    /// The resources that a System Attendant brings with it are all there.
    ///
    /// Creating the System Attendant of a virtual server makes the Information Store, the Routing Service, SMTP, HTTP and
    /// Microsoft Search in the same group, and for the first virtual server the MTA. HTTP or Microsoft Search missing is a
    /// warning: the rest works without them.
    ///
    /// The MTA is judged by `exchange2003/mta-once-per-cluster`. Exchange 2000 makes POP3 and IMAP4, too, which may be
    /// deleted where nobody uses them; these are judged by `exchange2003/pop3-imap4-as-intended`. A group without a
    /// System Attendant is reported by `exchange2003/virtual-server-resources-complete`.
    ///
    /// # Why it matters
    ///
    /// A service without its resource is neither started nor moved nor watched by the cluster: without the store there is
    /// no mailbox, without SMTP and Routing no mail arrives, and without HTTP no Outlook Web Access.
    ///
    /// # How to fix it
    ///
    /// HTTP or Microsoft Search: in Cluster Administrator, *New, Resource* in the group of the virtual server, with the
    /// missing type and a dependency on the System Attendant (HTTP of Exchange 2000: on the Information Store).
    ///
    /// For the others, on Exchange 2003: back up first and note what is set otherwise than by default. In a maintenance
    /// window take the virtual server offline, delete the System Attendant *resource* and create it again with the same
    /// data path and the same administrative group. It brings its resources back, and databases and mailboxes stay; KB
    /// 922254 does so for the MTA. Deleting the resource is not the same as *Remove Exchange Virtual Server*, which
    /// would destroy the virtual server.
    ///
    /// We know of no such article for Exchange 2000, where the Cluster service itself makes the objects in the directory:
    /// ask Microsoft's support before you delete a resource there.
    pub static SYSTEM_ATTENDANT_CHILDREN = {
        check,
        set: &EXCHANGE_2003,
        name: "system-attendant-children",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("limitation 13"),
            Source::Kb(314_266),
            Source::Kb(922_254),
            Source::Microsoft("What's New in Exchange Server 2003, failover and resource dependencies"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()).map(|version| *version) else { return };
    let evs = findings.each(cluster.evs());
    if evs.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in evs {
        for group in findings.each(evs.group()) {
            if let [attendant, ..] = findings.each(group.resources_of(&ResourceType::SystemAttendant))[..] {
                children_present(group, attendant, version, findings);
            }
        }
    }
}

fn children_present(
    group: GroupRef<'_>,
    attendant: ResourceRef<'_>,
    version: ExchangeVersion,
    findings: &mut Findings,
) {
    for brought in facts::brought_by_system_attendant(version) {
        let most = match brought.need {
            Need::Vital => Severity::Error,
            Need::Useful => Severity::Warning,
            Need::OncePerCluster | Need::WhereOffered => continue,
        };
        let children = group.resources_of(&brought.kind);
        if children.peek().is_empty() && findings.need_all(children).is_some() {
            let message = format!("`{}` lacks its `{}`", attendant.name(), brought.kind);
            findings
                .report(group.resources().path(), message)
                .at_most(most)
                .related(attendant.path(), "the System Attendant that brought it");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2003, and the MTA with the first virtual server only", FOUR_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("POP3 and IMAP4 deleted on Exchange 2000", TWO_NODES_2000).without(&[
        "groups[EVS1 Group].resources[POP3 (EVS1)]",
        "groups[EVS1 Group].resources[IMAP4 (EVS1)]",
    ]),
    passes("a System Attendant that is missing itself is the matter of another rule", TWO_NODES_2003)
        .without(&[
            "groups[EVS1 Group].resources[Exchange System Attendant (EVS1)]",
            "groups[EVS1 Group].resources[SMTP (EVS1)]",
        ]),
    passes("no MTA is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)]"]),
    fails(
        "no store and no SMTP",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources", "groups[EVS1 Group].resources"],
    )
    .without(&[
        "groups[EVS1 Group].resources[Exchange Information Store (EVS1)]",
        "groups[EVS1 Group].resources[SMTP (EVS1)]",
    ]),
    fails("no HTTP: a warning", FOUR_NODES_2003, &["groups[EVS2 Group].resources"])
        .without(&["groups[EVS2 Group].resources[HTTP (EVS2)]"]),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "a resource that may be the Routing Service",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Routing (EVS1)].type"],
    )
    .without(&["groups[EVS1 Group].resources[Routing (EVS1)].type"]),
    unknown("a group whose resources are not all known", TWO_NODES_2003, &["groups[EVS1 Group].resources"])
        .with(r#"partial = ["groups[EVS1 Group].resources"]"#)
        .without(&["groups[EVS1 Group].resources[MS Search (EVS1)]"]),
];
