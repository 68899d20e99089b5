//! Resources made by hand, and what is set on those that a wizard or a System Attendant brings.

use std::net::IpAddr;

use rules_core::{
    Source,
    model::{
        Actor, Address, Cluster, ExchangeVersion, Fact, Group, Name, Parameters, Resource, ResourceState,
        ResourceType, Restart, RestartAction, SetupAction, SetupStep,
    },
    runbook::{CommandLine, Facts, How, Phase, Step, Value},
};

use super::{Build, Named, cluster_exe, in_group, named, with_resources};
use crate::facts::{LEAST_PENDING_TIMEOUT_MS, Standing, dependencies, stands_for};

/// The poll intervals of a resource that has those of its type.
const INTERVAL_OF_TYPE: u64 = 4_294_967_295;

impl<'t> Build<'t> {
    /// Makes a resource in a group by hand, or moves a disk there. It stays offline.
    pub(super) fn create_resource(
        &self,
        phase: Phase,
        group: Named<'t, Group>,
        resource: Named<'t, Resource>,
    ) -> Step {
        let Text { why, article, source, proven_by } = text_of(resource.known.r#type.get());
        let is_disk = is_storage(resource);
        let log = SetupStep::default()
            .step(SetupAction::CreateResource)
            .group(group.name)
            .resource(resource.name)
            .by(Actor::Hand);
        let (verb, title, check, undo) = if is_disk {
            (
                "move-disk",
                format!("Move the disk {} into {}", resource.name, group.name),
                format!("`cluster res \"{}\"` shows the disk in {}.", resource.name, group.name),
                "Move it back in the same way into the group that it came from, which stays behind empty."
                    .to_owned(),
            )
        } else {
            (
                "create-resource",
                format!("Create {} in {}", resource.name, group.name),
                format!(
                    "`cluster res` shows it in {1}; `cluster res \"{0}\" /priv`, and the same with /prop and \
                     with /listdep, shows what was entered.",
                    resource.name, group.name
                ),
                format!(
                    "`cluster res \"{}\" /delete`, while it is offline and nothing depends on it.",
                    resource.name
                ),
            )
        };
        let made = Resource { parameters: by_hand(&resource.known.parameters), ..resource.known.clone() };
        let dependencies = resource.known.depends_on.get().into_iter().flatten();
        let there = dependencies.filter_map(|name| group.resources().find(|other| other.is(name.as_str())));
        let there = there.map(|other| {
            (other.name, Resource { r#type: other.known.r#type.clone(), ..Resource::default() })
        });
        Step {
            why,
            article,
            needs: Facts::together([self.owned(group), with_resources(group.name, there)]),
            how: self.making(group, resource),
            check,
            undo,
            log: (!is_disk).then_some(log),
            makes: with_resources(group.name, [(resource.name, made.state(ResourceState::Offline))]),
            proven_by,
            ..Step::new(phase, source, format!("{verb} {}", resource.name), title)
        }
    }

    /// The commands that make a resource.
    fn making(&self, group: Named<'t, Group>, resource: Named<'t, Resource>) -> Vec<How> {
        let kind = resource.known.r#type.get();
        let command = || cluster_exe("res", resource.name);
        if let Some(screen) = protocol_screen(group, resource) {
            return [screen].into_iter().chain(properties(resource).map(How::from)).collect();
        }
        let mut lines = Vec::new();
        let mut how = Vec::new();
        if is_storage(resource) {
            if let Some(owner) = self.owner(group).filter(|_| self.members.len() > 1) {
                let place = format!(
                    "Cluster Administrator: the group that holds {} today, unless {owner} owns it",
                    resource.name
                );
                how.push(How::screen(place).field("Move Group", owner));
            }
            let is_known = named(self.target.disks.get()).any(|disk| disk.is(resource.name));
            if !is_known {
                let today = Value::or_blank(
                    None::<&str>,
                    &format!("{} today", resource.name),
                    "what the disk's resource is called now",
                );
                lines.push(
                    CommandLine::of("cluster").word("res").value(today).option("/rename:", resource.name),
                );
            }
            lines.push(command().option("/moveto:", group.name));
            if resource.known.depends_on.get().is_some_and(|on| !on.is_empty()) {
                lines.push(command().word("/offline"));
            }
        } else {
            let blank = format!("{} type", resource.name);
            let kind = Value::or_blank(kind.map(ResourceType::as_str), &blank, "the type of the resource");
            lines.push(command().word("/create").option("/group:", group.name).option("/type:", kind));
        }
        let mut parameters = None;
        match self.private(resource) {
            Some(Private::Line(line)) => lines.push(line),
            Some(Private::Screen(screen)) => parameters = Some(screen),
            None => {}
        }
        let dependencies = resource.known.depends_on.get().into_iter().flatten();
        lines.extend(dependencies.map(|on| command().option("/adddep:", on.as_str())));
        lines.extend(self.owners_to_remove(resource));
        lines.extend(properties(resource));
        how.into_iter().chain(lines.into_iter().map(How::from)).chain(parameters).collect()
    }

    /// The private properties of a resource.
    fn private(&self, resource: Named<'t, Resource>) -> Option<Private> {
        let nothing = Parameters::default();
        let known = resource.known.parameters.get().unwrap_or(&nothing);
        let text = |fact: &Fact<Name>| fact.get().map(|name| name.as_str().to_owned());
        let line = cluster_exe("res", resource.name).word("/priv");
        match resource.known.r#type.get()? {
            kind if kind.is_address() => {
                let blank = |what: &str| format!("{} {what}", resource.name);
                let network = text(&known.network);
                let netbios = if known.enable_netbios.get() == Some(&false) {
                    "EnableNetBIOS=0"
                } else {
                    "EnableNetBIOS=1"
                };
                Some(Private::Line(
                    line.option(
                        "Address=",
                        Value::or_blank(
                            address_of(resource.known),
                            &blank("address"),
                            "a free static address on the network of the clients",
                        ),
                    )
                    .option(
                        "SubnetMask=",
                        Value::or_blank(
                            self.mask_of(known),
                            &blank("mask"),
                            "the subnet mask of that network",
                        ),
                    )
                    .option(
                        "Network=",
                        Value::or_blank(network, &blank("network"), "the cluster network of the clients"),
                    )
                    .word(netbios),
                ))
            }
            ResourceType::NetworkName => {
                let name = Value::or_blank(
                    text(&known.name),
                    &format!("{} itself", resource.name),
                    "the network name",
                );
                let mut line = line.option("Name=", name);
                for (flag, on, off) in [
                    (&known.require_dns, "RequireDNS=1:DWORD", "RequireDNS=0:DWORD"),
                    (&known.require_kerberos, "RequireKerberos=1:DWORD", "RequireKerberos=0:DWORD"),
                ] {
                    // Windows 2000 has neither unless a service pack brought it; off is how a name is made.
                    match flag.get() {
                        Some(true) => line = line.word(on),
                        Some(false) if self.windows().is_2003() => line = line.word(off),
                        _ => {}
                    }
                }
                Some(Private::Line(line))
            }
            ResourceType::FileShare => {
                Some(Private::Line(line.option("Path=", known.share_path.get()?.as_str())))
            }
            ResourceType::GenericService => {
                Some(Private::Line(line.option("ServiceName=", text(&known.service_name)?)))
            }
            _ => {
                let other = known.other.get()?;
                let path = format!("Cluster Administrator: {}, Properties, Parameters", resource.name);
                let screen = other.iter().fold(How::screen(path), |screen, (key, value)| {
                    screen.field("Parameter", format!("{key}: {value}"))
                });
                Some(Private::Screen(screen))
            }
        }
    }

    /// The mask of an address: by its own prefix, or that of its network.
    fn mask_of(&self, parameters: &Parameters) -> Option<String> {
        let own = parameters.address.get().and_then(|address| address.prefix);
        let network = || {
            let name = parameters.network.get()?;
            let network = named(self.target.networks.get()).find(|network| network.is(name.as_str()))?;
            network.known.subnet.get()?.prefix
        };
        let prefix = u32::from(own.or_else(network)?);
        let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix)?).unwrap_or(0);
        Some(std::net::Ipv4Addr::from(mask).to_string())
    }

    /// The commands that take the nodes away on which a resource is not to run; a new one may run on every node.
    fn owners_to_remove(&self, resource: Named<'_, Resource>) -> Vec<CommandLine> {
        let Some(owners) = resource.known.possible_owners.get() else { return Vec::new() };
        let stays = |node: &str| owners.iter().any(|owner| owner == node);
        let gone = self.members.iter().filter(|node| !stays(node.name));
        gone.map(|node| cluster_exe("res", resource.name).option("/removeowner:", node.name)).collect()
    }

    /// What the resources that a wizard made are set to, where it made them otherwise.
    pub(super) fn set_resources(
        &self,
        phase: Phase,
        group: Named<'t, Group>,
        made: &[Named<'t, Resource>],
    ) -> Option<Step> {
        let attendant = made.iter().find(|resource| resource.is_of(&ResourceType::SystemAttendant));
        let mut how: Vec<How> = Vec::new();
        let mut facts = Vec::new();
        for &resource in made {
            let (_, mut set) = settings(resource.known);
            how.extend(properties(resource).map(How::from));
            if let Some(attendant) = attendant.filter(|attendant| !attendant.is(resource.name)) {
                let others = self.other_dependencies(group, resource);
                if !others.is_empty() {
                    how.extend(others.into_iter().map(How::from));
                    set.depends_on = resource.known.depends_on.clone();
                }
                if resource.known.possible_owners != attendant.known.possible_owners {
                    how.extend(self.owners_to_remove(resource).into_iter().map(How::from));
                    set.possible_owners = resource.known.possible_owners.clone();
                }
            }
            if set != Resource::default() {
                facts.push((resource.name, set));
            }
        }
        if facts.is_empty() {
            return None;
        }
        let needed = facts.iter().filter_map(|(name, _)| group.resources().find(|it| it.is(name)));
        let needed =
            needed.map(|it| (it.name, Resource { r#type: it.known.r#type.clone(), ..Resource::default() }));
        Some(Step {
            why: "These resources were made with the defaults of Windows. What is to differ from them is \
                  set now, while nobody uses the resources.",
            needs: with_resources(group.name, needed),
            how,
            check: "For each of these resources, `cluster res NAME /prop`, `cluster res NAME /listdep` and \
                    `cluster res NAME /listowners` show the values."
                .into(),
            undo: "The same commands with the defaults: RestartAction=2, RestartThreshold=3, \
                   RestartPeriod=900000, PendingTimeout=180000. /removedep takes back /adddep, and \
                   /addowner takes back /removeowner."
                .into(),
            makes: with_resources(group.name, facts),
            proven_by: &[
                "exchange2003/restart-policy",
                "exchange2003/pending-timeout-of-store",
                "exchange2003/resource-dependencies",
            ],
            ..Step::new(
                phase,
                Source::Microsoft("Windows Clustering, resource common properties"),
                format!("set-resources {}", group.name),
                format!("Set what differs from the defaults on the resources of {}", group.name),
            )
        })
    }

    /// The commands that change what a resource depends on from what its System Attendant made to what is wanted.
    fn other_dependencies(&self, group: Named<'_, Group>, resource: Named<'_, Resource>) -> Vec<CommandLine> {
        let Some((wanted, kind)) = resource.known.depends_on.get().zip(resource.known.r#type.get()) else {
            return Vec::new();
        };
        let made = usual_dependencies(self.version, group.known, kind);
        let command = || cluster_exe("res", resource.name);
        let more =
            wanted.iter().filter(|on| !made.contains(on)).map(|on| command().option("/adddep:", on.as_str()));
        let fewer = made
            .iter()
            .filter(|on| !wanted.contains(on))
            .map(|on| command().option("/removedep:", on.as_str()));
        more.chain(fewer).collect()
    }

    /// A resource as its System Attendant brings it.
    pub(super) fn as_brought(
        &self,
        group: Named<'_, Group>,
        attendant: Named<'_, Resource>,
        resource: Named<'_, Resource>,
    ) -> Resource {
        let mut made = with_defaults(resource);
        if !self.other_dependencies(group, resource).is_empty() {
            let kind = resource.known.r#type.get();
            made.depends_on
                .set(kind.map_or_else(Vec::new, |kind| usual_dependencies(self.version, group.known, kind)));
        }
        if resource.known.possible_owners != attendant.known.possible_owners {
            made.possible_owners = attendant.known.possible_owners.clone();
        }
        made
    }

    /// The fact that a group is there, and where.
    pub(super) fn owned(&self, group: Named<'_, Group>) -> Cluster {
        self.owner(group)
            .map_or_else(Cluster::default, |owner| in_group(group.name, Group::default().owner(owner)))
    }
}

/// How a protocol of Exchange gets a resource: the wizard asks which virtual server of the protocol it is to run, which no
/// command does.
fn protocol_screen(group: Named<'_, Group>, resource: Named<'_, Resource>) -> Option<How> {
    let kind = resource.known.r#type.get()?;
    let server = match kind {
        ResourceType::Pop3 => "Default POP3 Virtual Server, or the one that is wanted",
        ResourceType::Imap4 => "Default IMAP4 Virtual Server, or the one that is wanted",
        ResourceType::Smtp => "Default SMTP Virtual Server, or the one that is wanted",
        ResourceType::Http => "Exchange Virtual Server, or the one that is wanted",
        _ => return None,
    };
    let join = |names: &[Name]| names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
    let every = || "every node that has Exchange".to_owned();
    let owners = resource.known.possible_owners.get().map_or_else(every, |owners| join(owners));
    let on = resource.known.depends_on.get().map_or_else(String::new, |on| join(on));
    let screen = How::screen(format!("Cluster Administrator: {}, New, Resource", group.name))
        .field("Name", resource.name)
        .field("Resource type", kind.as_str())
        .field("Possible owners", owners)
        .field("Resource dependencies", on);
    Some(screen.field("Virtual server of the protocol", server))
}

fn is_storage(resource: Named<'_, Resource>) -> bool {
    resource.known.r#type.get().is_some_and(ResourceType::is_storage)
}

enum Private {
    Line(CommandLine),
    Screen(How),
}

/// The parameters that somebody enters; the others come with Exchange.
fn by_hand(parameters: &Fact<Parameters>) -> Fact<Parameters> {
    let Some(known) = parameters.get() else { return Fact::default() };
    let mut known = known.clone();
    known.network_address.forget();
    known.service_principal_names.forget();
    if known == Parameters::default() { Fact::default() } else { known.into() }
}

/// The address of an IP Address.
pub(super) fn address_of(resource: &Resource) -> Option<String> {
    let Address { ip, .. } = *resource.parameters.get()?.address.get()?;
    let ip: IpAddr = ip;
    Some(ip.to_string())
}

/// What a resource depends on by the table of its version, directly: names of its group.
pub(super) fn usual_dependencies(version: ExchangeVersion, group: &Group, kind: &ResourceType) -> Vec<Name> {
    let usual = |standing| matches!(standing, Standing::Documented | Standing::Implied | Standing::Customary);
    let on: Vec<&ResourceType> = dependencies(version)
        .filter(|dependency| dependency.kind == *kind && usual(dependency.standing))
        .map(|dependency| &dependency.on)
        .collect();
    let of_kind = |resource: &Named<'_, Resource>, on: &ResourceType| {
        resource.known.r#type.get().is_some_and(|kind| stands_for(kind, on, version))
    };
    on.iter()
        .flat_map(|on| named(group.resources.get()).filter(|resource| of_kind(resource, on)))
        .map(|resource| resource.name.into())
        .collect()
}

/// A resource as a wizard leaves it: without what is [set](Build::set_resources) afterwards.
pub(super) fn with_defaults(resource: Named<'_, Resource>) -> Resource {
    settings(resource.known).0
}

/// A resource as Windows makes one, and what then is set otherwise.
fn settings(resource: &Resource) -> (Resource, Resource) {
    let (mut made, mut set) = (resource.clone(), Resource::default());
    let mut restart = Restart::default();
    if let Some(known) = made.restart.get_mut() {
        take(&mut known.action, &mut restart.action, &RestartAction::RestartAndAffectGroup);
        take(&mut known.threshold, &mut restart.threshold, &3);
        take(&mut known.period_s, &mut restart.period_s, &900);
        if *known == Restart::default() {
            made.restart.forget();
        }
    }
    if restart != Restart::default() {
        set.restart.set(restart);
    }
    take(&mut made.pending_timeout_ms, &mut set.pending_timeout_ms, &LEAST_PENDING_TIMEOUT_MS);
    take(&mut made.is_alive_ms, &mut set.is_alive_ms, &INTERVAL_OF_TYPE);
    take(&mut made.looks_alive_ms, &mut set.looks_alive_ms, &INTERVAL_OF_TYPE);
    take(&mut made.separate_monitor, &mut set.separate_monitor, &false);
    (made, set)
}

/// Takes a fact that is not as by default.
fn take<T: Clone + Default + PartialEq>(from: &mut Fact<T>, to: &mut Fact<T>, default: &T) {
    if from.get().is_some_and(|value| value != default) {
        *to = std::mem::take(from);
    }
}

/// The command that sets the properties of a resource that are not as by default.
fn properties(resource: Named<'_, Resource>) -> Option<CommandLine> {
    let (_, set) = settings(resource.known);
    if set == Resource::default() {
        return None;
    }
    let mut line = cluster_exe("res", resource.name).word("/prop");
    let restart = set.restart.get().cloned().unwrap_or_default();
    if let Some(action) = restart.action.get() {
        line = line.word(match action {
            RestartAction::DoNotRestart => "RestartAction=0",
            RestartAction::Restart => "RestartAction=1",
            RestartAction::RestartAndAffectGroup => "RestartAction=2",
        });
    }
    if let Some(monitor) = set.separate_monitor.get() {
        line = line.word(if *monitor { "SeparateMonitor=1" } else { "SeparateMonitor=0" });
    }
    let numbers = [
        ("RestartThreshold=", restart.threshold.get().map(|it| u64::from(*it))),
        ("RestartPeriod=", restart.period_s.get().map(|it| u64::from(*it) * 1000)),
        ("PendingTimeout=", set.pending_timeout_ms.get().copied()),
        ("IsAlivePollInterval=", set.is_alive_ms.get().copied()),
        ("LooksAlivePollInterval=", set.looks_alive_ms.get().copied()),
    ];
    for (word, number) in numbers {
        if let Some(number) = number {
            line = line.option(word, number.to_string());
        }
    }
    Some(line)
}

/// What is said of making a resource.
struct Text {
    why: &'static str,
    article: &'static [&'static str],
    source: Source,
    proven_by: &'static [&'static str],
}

fn text_of(kind: Option<&ResourceType>) -> Text {
    match kind {
        Some(kind) if kind.is_address() => Text {
            why: "The address comes first, because the network name depends on it. It is a static address \
                  of the network that clients use, with NetBIOS, which Exchange needs to find the virtual \
                  server.",
            article: &["P14", "F3"],
            source: Source::Kb(821_833),
            proven_by: &[
                "exchange2003/virtual-server-resources-complete",
                "cluster/addresses-in-their-subnet",
                "cluster/addresses-on-client-networks",
                "exchange2003/netbios-on-virtual-server-address",
            ],
        },
        Some(ResourceType::NetworkName) => Text {
            why: "The name by which clients know the virtual server. It depends on the address, and \
                  registers in DNS as it comes online.",
            article: &["P14", "F1"],
            source: Source::Kb(821_833),
            proven_by: &[
                "exchange2003/virtual-server-resources-complete",
                "exchange2003/kerberos-on-network-name",
                "exchange2003/resource-dependencies",
            ],
        },
        Some(kind) if kind.is_storage() => Text {
            why: "Databases and logs follow the virtual server on its own disks, which have to be in its \
                  group. A disk changes its group only while one node owns both groups.",
            article: &["P14", "F5", "L10"],
            source: Source::Kb(821_833),
            proven_by: &[
                "exchange2003/virtual-server-resources-complete",
                "cluster/exchange-data-on-own-disks",
                "exchange2003/resource-dependencies",
            ],
        },
        Some(ResourceType::Pop3 | ResourceType::Imap4) => Text {
            why: "Clients are offered this protocol, and Exchange 2003 makes no resource for it.",
            article: &["L12"],
            source: Source::Microsoft("What's New in Exchange Server 2003"),
            proven_by: &["cluster/dependencies-resolve", "exchange2003/pop3-imap4-as-intended"],
        },
        _ => Text {
            why: "The definition has this resource, and the System Attendant does not bring it.",
            article: &[],
            source: Source::Microsoft("Windows Server 2003, cluster.exe resource (cc785087)"),
            proven_by: &["cluster/dependencies-resolve", "exchange2003/pop3-imap4-as-intended"],
        },
    }
}
