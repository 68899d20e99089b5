//! What is set in System Manager once a virtual server is online.

use rules_core::{
    Source,
    model::{
        Cluster, ExchangeVersion, Fact, Group, Resource, ResourceState, ResourceType, VirtualServer,
        WindowsPath,
    },
    runbook::{How, Phase, Step},
};

use super::{Named, with_resources, with_virtual_server};

/// The steps that bring folders, storage groups and monitoring of a virtual server to what is wanted.
pub(super) fn settings(
    server: Named<'_, VirtualServer>,
    group: Named<'_, Group>,
    version: ExchangeVersion,
) -> impl Iterator<Item = Step> {
    // The documents are about Exchange 2003.
    let source = |of_2003: Source, reason| match version {
        ExchangeVersion::V2000 => Source::Practice(reason),
        _ => of_2003,
    };
    let specific = || Source::TechNet("bb124140", "Cluster-Specific Configurations");
    let help = Source::Microsoft("Exchange Server 2003 help, \"Managing Storage Groups\"");
    [
        set_folders(server, group)
            .map(|step| Step { source: source(specific(), "a local disk does not follow"), ..step }),
        set_storage_groups(server, group).map(|step| Step {
            source: source(help, "a lost disk must not take logs and databases"),
            ..step
        }),
        set_monitoring(server, group)
            .map(|step| Step { source: source(specific(), "there is one MTA in a cluster"), ..step }),
    ]
    .into_iter()
    .flatten()
}

fn set_folders(server: Named<'_, VirtualServer>, group: Named<'_, Group>) -> Option<Step> {
    let folders = moved_folders(server);
    if folders == VirtualServer::default() {
        return None;
    }
    let screens = [
        (
            "Protocols, SMTP, Default SMTP Virtual Server, Properties",
            &[
                ("General, Enable logging, Properties: log file directory", &folders.smtp_log_path),
                ("Messages: queue directory", &folders.queue_path),
            ][..],
        ),
        ("Protocols, X.400, Properties", &[("General: message queue directory", &folders.mta_path)][..]),
        ("the mailbox store, full-text index", &[("Location", &folders.full_text_path)][..]),
    ];
    let how = screens.into_iter().filter_map(|(place, fields)| {
        let mut fields = fields.iter().filter_map(|(label, path)| Some((label, path.get()?))).peekable();
        fields.peek()?;
        let screen = How::screen(format!("System Manager: Servers, {}, {place}", server.name));
        Some(fields.fold(screen, |screen, (label, path)| screen.field(label, path.as_str())))
    });
    let how = how.collect();
    Some(Step {
        why: "By default the SMTP log lies on the local disk of whichever node the virtual server runs \
              on, and after a failover a part of it is on each node. On a shared disk it follows.",
        needs: online(group),
        how,
        check: "The pages show these folders, and files appear in them.".into(),
        undo: "Choose the former folders on the same pages: note them before.".into(),
        makes: with_virtual_server(folders.name(server.name)),
        proven_by: &["exchange2003/smtp-log-on-own-disk", "cluster/exchange-data-on-own-disks"],
        ..Step::new(
            Phase::VirtualServers,
            Source::TechNet("bb124140", "Cluster-Specific Configurations"),
            format!("set-folders {}", server.name),
            format!("Put the folders of {} on its own disks", server.name),
        )
    })
}

fn set_storage_groups(server: Named<'_, VirtualServer>, group: Named<'_, Group>) -> Option<Step> {
    let storage_groups = server.known.storage_groups.get()?.clone();
    let mut screen = How::screen(format!(
        "System Manager: Servers, {}: New, Storage Group for those that are missing, then Properties of \
         each storage group and store",
        server.name
    ));
    for storage_group in &storage_groups {
        let databases = storage_group.database_paths.get().into_iter().flatten();
        let paths = [
            ("Storage group", storage_group.name.get().map(|name| name.as_str().to_owned())),
            ("Transaction log location", storage_group.log_path.get().map(|path| path.as_str().to_owned())),
            ("System path location", storage_group.system_path.get().map(|path| path.as_str().to_owned())),
            ("Databases", storage_group.databases.get().map(u32::to_string)),
        ];
        let files = databases.map(|path| ("Exchange database", Some(path.as_str().to_owned())));
        for (label, value) in paths.into_iter().chain(files) {
            screen = value.into_iter().fold(screen, |screen, value| screen.field(label, value));
        }
    }
    Some(Step {
        why: "The virtual server has one storage group, in the data path. Logs belong on other disks than \
              databases. Move them before there are users: the databases are dismounted for it.",
        needs: online(group),
        how: vec![screen],
        check: "The databases are mounted, Properties shows these paths, and there are no other databases."
            .into(),
        undo: "Choose the former paths on the same pages; System Manager moves the files. A new storage \
               group is deleted once it is empty."
            .into(),
        makes: with_virtual_server(VirtualServer::default().name(server.name).storage_groups(storage_groups)),
        proven_by: &[
            "cluster/logs-apart-from-databases",
            "cluster/exchange-data-on-own-disks",
            "exchange2003/storage-group-limit",
            "exchange2003/database-limit",
        ],
        ..Step::new(
            Phase::VirtualServers,
            Source::Microsoft("Exchange Server 2003 help, \"Managing Storage Groups\""),
            format!("set-storage-groups {}", server.name),
            format!(
                "Create the storage groups of {}, and put logs and databases in their places",
                server.name
            ),
        )
    })
}

fn set_monitoring(server: Named<'_, VirtualServer>, group: Named<'_, Group>) -> Option<Step> {
    (server.known.mta_monitored.get() == Some(&false)).then(|| Step {
        why: "The MTA runs with the first virtual server only; on the others System Manager would report \
              it as stopped.",
        article: &["L14"],
        needs: online(group),
        how: vec![
            How::screen(format!(
                "System Manager: Servers, {}, Properties, Monitoring, Default Microsoft Exchange \
                 Services, Details",
                server.name
            ))
            .field("Remove", "Microsoft Exchange MTA Stacks"),
        ],
        check: "Tools, Monitoring and Status, Status shows the virtual server as available.".into(),
        undo: "Add the service again on the same page.".into(),
        makes: with_virtual_server(VirtualServer::default().name(server.name).mta_monitored(false)),
        proven_by: &["exchange2003/mta-monitored-where-it-is"],
        ..Step::new(
            Phase::VirtualServers,
            Source::TechNet("bb124140", "Cluster-Specific Configurations"),
            format!("set-monitoring {}", server.name),
            format!("Take the MTA out of the monitoring of {}", server.name),
        )
    })
}

/// The folders that do not lie in the data path, where the wizard puts them.
pub(super) fn moved_folders(server: Named<'_, VirtualServer>) -> VirtualServer {
    let data = server.known.data_paths.get().and_then(|paths| paths.first());
    let moved = |path: &Fact<WindowsPath>| {
        path.get().filter(|path| data.is_none_or(|data| !path.is_within(data))).cloned().into()
    };
    VirtualServer {
        smtp_log_path: server.known.smtp_log_path.clone(),
        queue_path: moved(&server.known.queue_path),
        mta_path: moved(&server.known.mta_path),
        full_text_path: moved(&server.known.full_text_path),
        ..VirtualServer::default()
    }
}

/// The System Attendant of a group is online.
fn online(group: Named<'_, Group>) -> Cluster {
    let online = Resource::default().state(ResourceState::Online);
    let attendants = group.resources().filter(|resource| resource.is_of(&ResourceType::SystemAttendant));
    with_resources(group.name, attendants.map(|it| (it.name, online.clone())))
}
