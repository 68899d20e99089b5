//! Nodes and networks.

use rules_core::model::{
    Fact, Interface, Key as FactKey, Name, Network, Node, NodeState, Windows, WindowsEdition, WindowsVersion,
    same_name,
};

use super::{
    Database,
    reader::{Entry, folded, text_of},
    unless_empty, values,
};

/// `ProductSuite`, a mask of suites: Enterprise (Windows 2000: Advanced Server).
const SUITE_ENTERPRISE: u32 = 0x2;
/// `ProductSuite`: Datacenter, beside which the bit of Enterprise is set, too.
const SUITE_DATACENTER: u32 = 0x80;

impl<'k> Database<'k> {
    pub(super) fn node(&mut self, entry: &Entry<'k>) -> Node {
        Node {
            name: self.reader.required(entry, FactKey::name, "NodeName"),
            // Evicting a node removes its key: what has one is a member.
            state: NodeState::Member.into(),
            windows: unless_empty(self.windows(&entry.with_facts_below(FactKey::windows))),
            interfaces: self.interfaces(entry),
            ..Node::default()
        }
    }

    fn windows(&mut self, entry: &Entry<'k>) -> Windows {
        let mut windows = Windows::default();
        let minor = self.reader.number(entry, FactKey::version, &values::MINOR_VERSION);
        let major = self.reader.number(entry, FactKey::version, &values::MAJOR_VERSION);
        if let Some((major, minor)) = major.zip(minor) {
            windows.version = windows_version(major, minor).into();
            if !windows.version.is_known() {
                self.reader.note(entry, format!("Windows `{major}.{minor}` is not known"));
            }
        }
        windows.build = self.reader.number(entry, FactKey::build, &values::BUILD_NUMBER).into();
        windows.service_pack = self.service_pack(entry);
        let suite = self.reader.number(entry, FactKey::edition, &values::PRODUCT_SUITE);
        if let Some((suite, version)) = suite.zip(windows.version.get()) {
            windows.edition = windows_edition(suite, *version).into();
            if !windows.edition.is_known() {
                self.reader.not_understood(entry, values::PRODUCT_SUITE.name, &format!("{suite:#x}"));
            }
        }
        windows
    }

    fn service_pack(&mut self, entry: &Entry<'k>) -> Fact<u32> {
        const NAME: &str = "CSDVersion";
        let Some(text) = self.reader.text(entry, FactKey::service_pack, NAME) else {
            return entry.key.text(NAME).map(|_empty| 0).into();
        };
        let number = service_pack(text);
        if number.is_none() {
            self.reader.not_understood(entry, NAME, text);
        }
        number.into()
    }

    fn interfaces(&mut self, node: &Entry<'k>) -> Fact<Vec<Interface>> {
        let Some(section) = self.interfaces.entry.clone() else { return Fact::default() };
        let list = node.path.key(FactKey::interfaces);
        let keys = self.interfaces_of.remove(&folded(&node.key.name)).unwrap_or_default();
        let interfaces = keys.into_iter().enumerate().map(|(index, key)| {
            let entry = section.below(key).with_facts_in(list.index(index));
            self.reader.comes_from(entry.path, key.line);
            self.interface(&entry)
        });
        interfaces.collect::<Vec<_>>().into()
    }

    fn interface(&mut self, entry: &Entry<'k>) -> Interface {
        let network = text_of(entry.key, "Network").and_then(|id| self.networks.get(id));
        let mask = network.and_then(|network| text_of(network, "AddressMask"));
        Interface {
            network: self.network_name(entry),
            address: self.reader.address(entry, FactKey::address, mask),
            dhcp: self.reader.word(entry, FactKey::dhcp, &values::DHCP_ENABLED),
            ..Interface::default()
        }
    }

    /// The network that the value `Network` stands for, by its id or, among parameters, also by its name.
    pub(super) fn network_name(&mut self, entry: &Entry<'k>) -> Fact<Name> {
        const NAME: &str = "Network";
        let id = self.reader.text(entry, FactKey::network, NAME);
        let networks = &self.networks;
        let name_of = |id: &str| {
            let mut names = networks.keys().map(|key| networks.name(key));
            networks.name_of(id).or_else(|| names.find(|name| same_name(name, id)))
        };
        self.reader.names(entry, NAME, id, name_of).pop().into()
    }

    pub(super) fn network(&mut self, entry: &Entry<'k>) -> Network {
        let priority = self.reader.number(entry, FactKey::priority, &values::PRIORITY);
        Network {
            name: self.reader.required(entry, FactKey::name, "Name"),
            subnet: self.reader.address(entry, FactKey::subnet, text_of(entry.key, "AddressMask")),
            role: self.reader.word(entry, FactKey::role, &values::ROLE),
            // A network that the nodes do not use among themselves has no place in the order of those that they do.
            priority: priority.filter(|&priority| priority != u32::MAX).into(),
            ..Network::default()
        }
    }
}

/// Windows Server 2003 R2 has the numbers of Windows Server 2003, and its Cluster service.
fn windows_version(major: u32, minor: u32) -> Option<WindowsVersion> {
    match (major, minor) {
        (4, 0) => Some(WindowsVersion::Nt4),
        (5, 0) => Some(WindowsVersion::V2000),
        (5, 2) => Some(WindowsVersion::V2003),
        (6, 0) => Some(WindowsVersion::V2008),
        (6, 1) => Some(WindowsVersion::V2008R2),
        _ => None,
    }
}

/// A mask with neither of the two suites that can cluster is not taken for the Standard edition: it is not known that
/// the Cluster service always writes them.
fn windows_edition(suite: u32, version: WindowsVersion) -> Option<WindowsEdition> {
    if suite & SUITE_DATACENTER != 0 {
        Some(WindowsEdition::Datacenter)
    } else if suite & SUITE_ENTERPRISE == 0 {
        None
    } else if version == WindowsVersion::V2000 {
        Some(WindowsEdition::Advanced)
    } else {
        Some(WindowsEdition::Enterprise)
    }
}

/// The number in `Service Pack 2` or `Service Pack 1, v.1277`.
fn service_pack(text: &str) -> Option<u32> {
    let number = text.trim().strip_prefix("Service Pack ")?;
    let end = number.find(|character: char| !character.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}
