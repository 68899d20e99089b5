//! Small databases, each written as the `.reg` file that it would be, without the path of its keys:
//! `[Nodes\1]` stands for `[HKEY_LOCAL_MACHINE\Cluster\Nodes\1]`, and `multi:a,b` for a list of texts.

use std::collections::BTreeSet;

use rules_core::{
    input,
    model::{Reflect, ResourceType, Shape, Term},
};

use super::*;
use crate::reg;

fn import_all(database: &str) -> Result<Vec<Imported>, ImportError> {
    let mut text = "Windows Registry Editor Version 5.00\n".to_owned();
    for line in database.trim_start().lines().map(str::trim) {
        let statement = match (line.strip_prefix('['), line.split_once("multi:")) {
            (Some(key), _) => format!("[HKEY_LOCAL_MACHINE\\Cluster\\{key}").replace("\\]", "]"),
            (None, Some((name, list))) => format!("{name}{}", multi(list)),
            (None, None) => line.to_owned(),
        };
        text.extend([&statement, "\n"]);
    }
    let root = reg::read(text.as_bytes()).expect("the database of the test can be read");
    clusters(&root, &Source::default().artefact("registry-export"))
}

fn multi(list: &str) -> String {
    let texts: String = list.split(',').flat_map(|text| [text, "\0"]).chain(["\0"]).collect();
    let bytes: Vec<String> =
        texts.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect();
    format!("hex(7):{}", bytes.join(","))
}

fn import(database: &str) -> Imported {
    import_all(database).expect("the database is within the limits").pop().expect("it is one")
}

/// The notes with their keys.
fn notes(imported: &Imported) -> Vec<(&str, &str)> {
    imported.notes.iter().map(|note| (note.key.as_str(), note.message.as_str())).collect()
}

/// The facts at paths by names, as a definition would have them; `-` where one is not known.
fn facts(imported: &Imported, paths: &[&str]) -> Vec<String> {
    let toml: toml::Table = input::to_toml(&imported.cluster).parse().expect("a definition is TOML");
    let fact = |path: &&str| {
        let found = FactPath::resolve(path, &imported.cluster).expect("the path is well-formed")?;
        let pointer = found.pointer(&imported.cluster);
        let mut steps = pointer.split('/').skip(1);
        steps
            .try_fold(&toml::Value::Table(toml.clone()), |value, step| match value {
                toml::Value::Array(items) => items.get(step.parse::<usize>().ok()?),
                _ => value.get(step),
            })
            .map(ToString::to_string)
    };
    paths.iter().map(|path| fact(path).unwrap_or_else(|| "-".to_owned())).collect()
}

#[track_caller]
fn assert_facts(imported: &Imported, expected: &[(&str, &str)]) {
    let paths: Vec<&str> = expected.iter().map(|(path, _)| *path).collect();
    let found = facts(imported, &paths);
    let found: Vec<(&str, &str)> = paths.into_iter().zip(found.iter().map(String::as_str)).collect();
    assert_eq!(found, expected);
}

/// Windows 2003, Majority Node Set with a witness, and every kind of resource that has a key for its parameters.
const WINDOWS_2003: &str = r#"
    []
    "ClusterName"="MAILCLU2"
    [Nodes\1]
    "NodeName"="NODE1"
    "MajorVersion"=dword:5
    "MinorVersion"=dword:2
    "BuildNumber"=dword:ece
    "CSDVersion"="Service Pack 1, v.1277"
    "ProductSuite"=dword:192
    [Networks\NET-A]
    "Name"="Public"
    "Address"="192.0.2.0"
    "AddressMask"="255.255.255.0"
    "Priority"=dword:ffffffff
    [NetworkInterfaces\IF-A]
    "Node"="1"
    "Network"="net-a"
    "Address"="192.0.2.1"
    "DhcpEnabled"=dword:1
    [Groups\G]
    "Name"="CMS1"
    "Contains"=multi:NAME,ADDRESS,MNS,SHARE,SERVICE,SA
    "PreferredOwners"=multi:1
    "AutoFailbackType"=dword:1
    "FailoverThreshold"=dword:ffffffff
    [Resources\name]
    "Name"="CMS1 Name"
    "Type"="network name"
    "DependsOn"=multi:Address
    "SeparateMonitor"=dword:1
    [Resources\name\Parameters]
    "Name"="CMS1"
    "DnsName"="cms1"
    "HostRecordTTL"=dword:12c
    [Resources\address]
    "Name"="CMS1 Address"
    "Type"="IP Address"
    [Resources\address\Parameters]
    "Address"="192.0.2.21"
    "SubnetMask"="255.255.255.0"
    "Network"="Public"
    "EnableDhcp"=dword:0
    [Resources\mns]
    "Name"="Majority Node Set"
    "Type"="Majority Node Set"
    [Resources\mns\Parameters]
    "MNSFileShare"="\\\\HUB1\\MNS"
    [Resources\share]
    "Name"="Share"
    "Type"="File Share"
    [Resources\share\Parameters]
    "Path"="S:\\share"
    "Security"=hex:01
    "MaxUsers"=dword:ffffffff
    [Resources\service]
    "Name"="Service"
    "Type"="Generic Service"
    [Resources\service\Parameters]
    "ServiceName"="Spooler"
    [Resources\sa]
    "Name"="Attendant"
    "Type"="Microsoft Exchange System Attendant"
    [Resources\sa\Parameters]
    "DestPath"="D:\\Exchsrvr"
    "DataPath"="S:\\Data"
    [Quorum]
    "Resource"="MNS"
    "Path"="Q:\\MSCS\\"
    "MaxQuorumLogSize"=dword:00010000
"#;

/// Windows 2008 with a disk, an address of version 6, and dependencies in a section of their own.
const WINDOWS_2008: &str = r#"
    []
    "ClusterName"="MAILCLU3"
    "SameSubnetThreshold"=dword:5
    [Nodes\1]
    "NodeName"="NODE1"
    "MajorVersion"=dword:6
    "MinorVersion"=dword:0
    [Networks\N]
    "Name"="Heartbeat"
    "Priority"=dword:1
    [Groups\G]
    "Name"="CMS1"
    "Contains"=multi:NAME,ADDRESS-4,ADDRESS-6,DISK,DATABASE
    [Resources\NAME]
    "Name"="Name"
    "Type"="Network Name"
    [Resources\NAME\Parameters]
    "Name"="CMS1"
    [Resources\ADDRESS-4]
    "Name"="Address"
    "Type"="IP Address"
    [Resources\ADDRESS-6]
    "Name"="Address 6"
    "Type"="IPv6 Address"
    [Resources\ADDRESS-6\Parameters]
    "Address"="2001:db8::1"
    "PrefixLength"=dword:40
    [Resources\DISK]
    "Name"="Cluster Disk 1"
    "Type"="Physical Disk"
    [Resources\DISK\Parameters]
    "DiskSignature"=dword:2a
    [Resources\DATABASE]
    "Name"="Database"
    "Type"="Microsoft Exchange Database Instance"
    [Dependencies\D1]
    "dependent"="name"
    "Expression"="([ADDRESS-4] or [address-6])"
    [Dependencies\D2]
    "dependent"="DATABASE"
    "ProviderList"=multi:NAME,DISK
    [Quorum]
    "Resource"="DISK"
"#;

#[test]
fn windows_2003_is_read() {
    let imported = import(WINDOWS_2003);
    assert_facts(
        &imported,
        &[
            ("nodes[NODE1].state", r#""member""#),
            ("nodes[NODE1].windows.version", r#""2003""#),
            ("nodes[NODE1].windows.edition", r#""datacenter""#),
            ("nodes[NODE1].windows.service_pack", "1"),
            ("nodes[NODE1].interfaces[Public].address", r#""192.0.2.1/24""#),
            ("nodes[NODE1].interfaces[Public].dhcp", "true"),
            ("networks[Public].subnet", r#""192.0.2.0/24""#),
            ("networks[Public].role", r#""mixed""#),
            ("networks[Public].priority", "-"),
            ("groups[CMS1].failback", r#""allow""#),
            ("groups[CMS1].failover_threshold", "0"),
            ("groups[CMS1].resources[CMS1 Name].depends_on", r#"["CMS1 Address"]"#),
            ("groups[CMS1].resources[CMS1 Name].parameters.host_record_ttl_s", "300"),
            ("groups[CMS1].resources[CMS1 Address].parameters.address", r#""192.0.2.21/24""#),
            ("groups[CMS1].resources[CMS1 Address].parameters.network", r#""Public""#),
            ("groups[CMS1].resources[CMS1 Address].parameters.dhcp", "false"),
            ("groups[CMS1].resources[Share].parameters.share_path", r"'S:\share'"),
            ("groups[CMS1].resources[Share].parameters.other", "{ MaxUsers = 4294967295 }"),
            ("groups[CMS1].resources[Service].parameters.service_name", r#""Spooler""#),
            ("virtual_servers[CMS1].group", r#""CMS1""#),
            ("virtual_servers[CMS1].data_paths", r"['S:\Data']"),
            ("quorum.kind", r#""majority-node-set""#),
            ("quorum.witness.share", r"'\\HUB1\MNS'"),
            ("quorum.max_log_size_kib", "64"),
        ],
    );
    assert_eq!(notes(&imported), []);
}

#[test]
fn windows_2008_is_read() {
    let imported = import(WINDOWS_2008);
    assert_facts(
        &imported,
        &[
            ("nodes[NODE1].windows.version", r#""2008""#),
            ("nodes[NODE1].windows.service_pack", "-"),
            ("nodes[NODE1].interfaces", "-"),
            ("networks[Heartbeat].subnet", "-"),
            ("networks[Heartbeat].priority", "1"),
            ("groups[CMS1].failover_threshold", "0"),
            ("groups[CMS1].resources[Name].depends_on", "[]"),
            ("groups[CMS1].resources[Name].depends_on_any", r#"[["Address", "Address 6"]]"#),
            ("groups[CMS1].resources[Name].parameters.require_kerberos", "-"),
            ("groups[CMS1].resources[Address 6].depends_on", "[]"),
            ("groups[CMS1].resources[Address 6].parameters.address", r#""2001:db8::1/64""#),
            ("groups[CMS1].resources[Cluster Disk 1].parameters.signature", "42"),
            ("groups[CMS1].resources[Database].depends_on", "-"),
            ("disks[Cluster Disk 1].kind", "-"),
            ("virtual_servers", "[]"),
            ("quorum.resource", r#""Cluster Disk 1""#),
            ("quorum.kind", "-"),
            ("quorum.missed_heartbeats", "5"),
        ],
    );
    let not_understood = "what it depends on, below `Dependencies`, is not understood";
    assert_eq!(notes(&imported), [("Resources\\DATABASE", not_understood)]);
}

#[test]
fn absent_values_mean_their_defaults() {
    let imported = import(
        r#"
        [Nodes\1]
        "MajorVersion"=dword:5
        [Nodes\2]
        "NodeName"="NODE2"
        [Groups\G]
        "Name"="Group"
        "Contains"=multi:R,N
        [Resources\R]
        "Name"="Address"
        "Type"="IP Address"
        [Resources\R\Parameters]
        "Address"="192.0.2.1"
        [Resources\N]
        "Name"="Name"
        "Type"="Network Name"
        [Resources\N\Parameters]
        "Name"="EVS1"
        [Groups\Empty]
        "Name"="Group 0"
        "#,
    );
    assert_facts(
        &imported,
        &[
            ("name", "-"),
            ("nodes[#1].name", "-"),
            ("nodes[#1].windows.service_pack", "-"),
            ("nodes[#1].windows.edition", "-"),
            ("groups[Group].preferred_owners", "[]"),
            ("groups[Group].anti_affinity_classes", "[]"),
            ("groups[Group].failback", r#""prevent""#),
            ("groups[Group].failover_threshold", "10"),
            ("groups[Group].failover_period_h", "6"),
            ("groups[Group].resources[Address].depends_on", "[]"),
            ("groups[Group].resources[Address].possible_owners", r#"["1", "NODE2"]"#),
            ("groups[Group].resources[Address].restart.action", r#""restart-and-affect-group""#),
            ("groups[Group].resources[Address].restart.threshold", "3"),
            ("groups[Group].resources[Address].restart.period_s", "900"),
            ("groups[Group].resources[Address].pending_timeout_ms", "180000"),
            ("groups[Group].resources[Address].is_alive_ms", "4294967295"),
            ("groups[Group].resources[Address].looks_alive_ms", "4294967295"),
            ("groups[Group].resources[Address].separate_monitor", "false"),
            ("groups[Group].resources[Address].parameters.address", r#""192.0.2.1""#),
            ("groups[Group].resources[Address].parameters.enable_netbios", "true"),
            ("groups[Group].resources[Address].parameters.dhcp", "-"),
            ("groups[Group].resources[Name].parameters.require_dns", "false"),
            ("groups[Group].resources[Name].parameters.require_kerberos", "false"),
            ("groups[Group 0].resources", "[]"),
            ("quorum", "-"),
            ("virtual_servers", "[]"),
        ],
    );
    assert_eq!(notes(&imported), [("Nodes\\1", "there is no `NodeName`")]);
}

#[test]
fn what_is_not_understood_is_noted_and_not_known() {
    let imported = import(
        r#"
        [Nodes\1]
        "NodeName"="NODE1"
        "MajorVersion"=dword:6
        "MinorVersion"=dword:2
        "CSDVersion"="Release Candidate"
        "BuildNumber"="9200"
        [Networks\N]
        "Name"="Public"
        "Role"=dword:7
        "Address"="192.0.2.0"
        "AddressMask"="255.0.255.0"
        [Groups\G]
        "Contains"="R"
        [Resources\R]
        "Name"=dword:1
        "#,
    );
    assert_facts(
        &imported,
        &[
            ("nodes[NODE1].windows", "-"),
            ("networks[Public].role", "-"),
            ("networks[Public].subnet", "-"),
            ("groups[#1].resources", "-"),
            (
                "partial",
                r#"["nodes[*].interfaces", "disks", "virtual_servers[*].data_paths", "groups", "virtual_servers"]"#,
            ),
        ],
    );
    assert_eq!(
        notes(&imported),
        [
            ("Nodes\\1", "Windows `6.2` is not known"),
            ("Nodes\\1", "`BuildNumber` is not a number of 32 bits"),
            ("Nodes\\1", "`CSDVersion` is `Release Candidate`, which is not understood"),
            ("Networks\\N", "`Address` is `192.0.2.0/255.0.255.0`, which is not understood"),
            ("Networks\\N", "`Role` is `7`, which is not understood"),
            ("Groups\\G", "there is no `Name`"),
            ("Groups\\G", "`Contains` is not a list of texts"),
            ("Resources\\R", "the resource `R` of type `?` is in no group"),
        ]
    );
    assert_eq!(imported.notes[4].line, Some(10), "the line of the value");
    assert_eq!(imported.notes[5].line, Some(13), "the line of the key");
}

#[test]
fn contradictions_leave_lists_incomplete() {
    let imported = import(
        r#"
        [Nodes\1]
        "NodeName"="NODE1"
        "MajorVersion"=dword:5
        [NetworkInterfaces\I]
        "Node"="7"
        [Groups\A]
        "Name"="Group.A"
        "Contains"=multi:ONE,GONE
        [Groups\B]
        "Name"="Group B"
        "Contains"=multi:TWO
        [Groups\C]
        "Name"="Group C"
        "Contains"=multi:one
        [Resources\ONE]
        "Name"="One"
        "Type"="Generic Application"
        "DependsOn"=multi:two,nowhere
        "PossibleOwners"=multi:1,3
        [Resources\TWO]
        "Name"="Two"
        "Type"="Generic Application"
        [Resources\LOST]
        "Name"="MTA"
        "Type"="Microsoft Exchange Message Transfer Agent"
        "#,
    );
    assert_facts(
        &imported,
        &[
            ("groups[Group\\.A].resources[One].depends_on", r#"["Two", "nowhere"]"#),
            ("groups[Group\\.A].resources[One].possible_owners", r#"["NODE1", "3"]"#),
            ("groups[Group C].resources", "[]"),
        ],
    );
    let partial: Vec<&str> =
        imported.cluster.partial.get().unwrap().iter().map(PathPattern::as_str).collect();
    assert_eq!(
        partial[values::PARTIAL.len()..],
        ["groups", "virtual_servers", "groups[Group\\.A].resources", "groups[Group C].resources"]
    );
    assert_eq!(
        notes(&imported),
        [
            ("Resources\\ONE", "`DependsOn` names `nowhere`, which is not there"),
            ("Resources\\ONE", "`PossibleOwners` names `3`, which is not there"),
            ("Groups\\A", "`Contains` lists the resource `GONE`, which is not there"),
            ("Groups\\C", "`Contains` lists the resource `one`, which is listed already"),
            ("NetworkInterfaces\\I", "the interface belongs to no node"),
            (
                "Resources\\LOST",
                "the resource `MTA` of type `Microsoft Exchange Message Transfer Agent` is in no group"
            ),
        ]
    );
    let mtas = imported.cluster.view().resources_of(&ResourceType::Mta);
    assert!(mtas.peek().is_empty() && !mtas.is_complete(), "there may be one");
}

#[test]
fn editions_follow_the_suite_and_the_version() {
    for (major, minor, suite, edition) in [
        (5, 0, 0x102, r#""advanced""#),
        (5, 2, 0x112, r#""enterprise""#),
        (5, 0, 0x82, r#""datacenter""#),
        (6, 1, 0x80, r#""datacenter""#),
        (5, 2, 0x110, "-"),
        (5, 7, 0x112, "-"),
    ] {
        let imported = import(&format!(
            r#"
            [Resources]
            [Nodes\1]
            "NodeName"="NODE1"
            "MajorVersion"=dword:{major}
            "MinorVersion"=dword:{minor}
            "ProductSuite"=dword:{suite:x}
            "#
        ));
        assert_facts(&imported, &[("nodes[NODE1].windows.edition", edition)]);
    }
}

#[test]
fn virtual_servers_take_their_name_from_their_network_name() {
    for (depends_on, own_name, name, notes) in [
        ("B", "", r#""EVS2""#, 0),
        ("", "", "-", 0),
        ("", "EVS1", r#""EVS1""#, 0),
        ("B", "EVS1", r#""EVS2""#, 1),
    ] {
        let imported = import(&format!(
            r#"
            [Nodes]
            [Groups\G]
            "Name"="Group"
            "Contains"=multi:SA,A,B
            [Resources\A]
            "Name"="A"
            "Type"="Network Name"
            [Resources\A\Parameters]
            "Name"="EVS1"
            [Resources\B]
            "Name"="B"
            "Type"="Network Name"
            [Resources\B\Parameters]
            "Name"="EVS2"
            [Resources\SA]
            "Name"="SA"
            "Type"="Microsoft Exchange System Attendant"
            "DependsOn"=multi:{depends_on}
            [Resources\SA\Parameters]
            "NetworkName"="{own_name}"
            "#
        ));
        assert_facts(
            &imported,
            &[("virtual_servers[#1].name", name), ("virtual_servers[#1].group", r#""Group""#)],
        );
        assert_eq!(imported.notes.len(), notes, "{:?}", imported.notes);
    }
}

/// A database of as many keys as there are numbers, each made of its number.
fn keys(count: usize, key: impl Fn(usize) -> String) -> String {
    (0..count).map(key).collect::<Vec<_>>().concat()
}

fn problem(database: &str) -> String {
    import_all(database).expect_err("the database is too large").message
}

#[test]
fn databases_have_limits() {
    let nodes = keys(MAX_OBJECTS, |id| format!("[Nodes\\{id}]\n"));
    assert_eq!(import(&format!("{nodes}[Resources]\n")).notes.len(), reader::MAX_NOTES + 1, "just within");
    assert_eq!(
        problem(&format!("{nodes}[Resources\\R]\n")),
        "the database has more than 10000 nodes, networks, groups and resources"
    );
    let databases = keys(MAX_DATABASES + 1, |id| format!("[{id}]\n\"ClusterName\"=\"C\"\n"));
    assert_eq!(problem(&databases), "there are more than 64 cluster databases");
}

#[test]
fn references_have_a_limit() {
    let name = "N".repeat(7_000);
    let nodes = keys(100, |id| format!("[Nodes\\{id}]\n\"NodeName\"=\"{name}\"\n"));
    let resources = keys(100, |id| format!("[Resources\\{id}]\n"));
    let ids: Vec<String> = (0..100).map(|id| id.to_string()).collect();
    let group = format!("[Groups\\G]\n\"Contains\"=multi:{}\n", ids.join(","));
    assert_eq!(
        problem(&format!("{nodes}{resources}{group}")),
        "the references stand for more than 64 MiB of names"
    );
}

#[test]
fn notes_and_private_properties_have_limits() {
    let strays = keys(reader::MAX_NOTES + 5, |id| format!("[Resources\\{id}]\n"));
    let imported = import(&format!("[Nodes]\n[Groups]\n{strays}"));
    assert_eq!(imported.notes.len(), reader::MAX_NOTES + 1);
    assert_eq!(notes(&imported).last(), Some(&("", "5 more notes are left out")));

    let properties = keys(resource::MAX_OTHER + 1, |id| format!("\"P{id}\"=dword:1\n"));
    let imported = import(&format!(
        r#"
        [Nodes]
        [Groups\G]
        "Name"="Group"
        "Contains"=multi:R
        [Resources\R]
        "Name"="Resource"
        "Type"="A type"
        [Resources\R\Parameters]
        {properties}"#
    ));
    assert_eq!(notes(&imported), [("Resources\\R\\Parameters", "1 private properties are left out")]);
}

#[test]
fn many_incomplete_groups_are_named_as_one() {
    let groups = keys(MAX_PARTIAL_GROUPS + 1, |id| format!("[Groups\\{id}]\n\"Contains\"=multi:gone\n"));
    let imported = import(&format!("[Nodes]\n[Resources]\n{groups}"));
    let partial = imported.cluster.partial.get().expect("some lists always are");
    assert_eq!(partial.last().map(PathPattern::as_str), Some("groups[*].resources"));
    assert!(!imported.cluster.view().groups().members().peek()[7].resources().members().is_complete());
}

#[test]
fn lines_are_those_of_the_values() {
    let imported = import(WINDOWS_2003);
    let line_of = |path: &str| {
        imported
            .line_of(FactPath::resolve(path, &imported.cluster).unwrap().expect("the path leads somewhere"))
    };
    let texts: Vec<&str> = WINDOWS_2003.trim_start().lines().map(str::trim).collect();
    let line = |wanted: &str| (2..).zip(&texts).find(|(_, text)| **text == wanted).map(|(line, _)| line);
    for (path, text) in [
        ("exchange", "[]"),
        ("name", r#""ClusterName"="MAILCLU2""#),
        ("nodes", r"[Nodes\1]"),
        ("nodes[NODE1]", r"[Nodes\1]"),
        ("nodes[NODE1].domain", r"[Nodes\1]"),
        ("nodes[NODE1].windows.build", r#""BuildNumber"=dword:ece"#),
        ("nodes[NODE1].interfaces[Public].network", r#""Network"="net-a""#),
        ("groups[CMS1].failback", r#""AutoFailbackType"=dword:1"#),
        ("groups[CMS1].failover_period_h", r"[Groups\G]"),
        ("groups[CMS1].resources[Service].parameters.service_name", r#""ServiceName"="Spooler""#),
        ("virtual_servers[CMS1].group", r"[Resources\sa]"),
        ("quorum.witness.share", r#""MNSFileShare"="\\\\HUB1\\MNS""#),
    ] {
        assert_eq!(line_of(path), line(text), "{path}");
        assert!(line(text).is_some(), "{text}");
    }
}

/// The keys of the model that are no tables: `nodes[*].windows.build`.
fn leaves(shape: &Shape, path: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Table(keys) => {
            for (key, shape) in *keys {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(shape, &format!("{path}{dot}{key}"), found);
            }
        }
        Shape::List(Shape::Table(keys)) => leaves(&Shape::Table(keys), &format!("{path}[*]"), found),
        Shape::OrNone(shape) => leaves(shape, path, found),
        Shape::List(_) | Shape::Leaf(_) => {
            found.insert(path.to_owned());
        }
    }
}

/// The same of what is known in a definition.
fn known(here: &dyn Reflect, path: &str, found: &mut BTreeSet<String>) {
    let keys = here.known_keys();
    for key in &keys {
        let dot = if path.is_empty() { "" } else { "." };
        let value = here.key(*key).expect("the key is known");
        known(value, &format!("{path}{dot}{}", key.name()), found);
    }
    for index in 0..here.items() {
        known(here.item(index).expect("the list is that long"), &format!("{path}[*]"), found);
    }
    found.insert(path.trim_end_matches("[*]").to_owned());
}

#[test]
fn every_fact_is_carried_or_listed_as_absent() {
    let mut model = BTreeSet::new();
    leaves(&Cluster::SHAPE, "", &mut model);
    let mut carried = BTreeSet::new();
    for database in [WINDOWS_2003, WINDOWS_2008] {
        known(&import(database).cluster, "", &mut carried);
    }
    for path in values::ABSENT.iter().chain(values::PARTIAL) {
        PathPattern::parse(path).unwrap_or_else(|error| panic!("{error}"));
    }
    let is_absent = |fact: &str| {
        let lies_in = |path: &&str| {
            fact.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        values::ABSENT.iter().any(lies_in)
    };
    let about_the_file = [
        "format",
        "partial",
        "labels",
        "source[*].artefact",
        "source[*].file",
        "source[*].sha256",
        "source[*].absent",
    ];
    for fact in model.iter().filter(|fact| !about_the_file.contains(&fact.as_str())) {
        match (carried.contains(fact), is_absent(fact)) {
            (false, false) => panic!("`{fact}` is neither read from a database nor listed as absent from it"),
            (true, true) => panic!("`{fact}` is read from a database and listed as absent from it"),
            _ => {}
        }
    }
    for path in values::ABSENT {
        assert!(
            model.iter().any(|fact| is_absent(fact) && fact.starts_with(path)),
            "`{path}` is no key of the model"
        );
    }
}
