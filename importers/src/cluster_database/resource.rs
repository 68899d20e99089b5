//! Resources: their common properties, what they depend on, and their private properties.

use rules_core::model::{
    Fact, FreeTable, Key as FactKey, Name, Parameters, Resource, ResourceType, Restart, Scalar,
};

use super::{
    Database, dependencies,
    reader::{Entry, folded},
    unless_empty,
    values::{self, Number},
};
use crate::registry::Data;

/// The most private properties of a resource that are kept without a key of their own.
pub(super) const MAX_OTHER: usize = 200;

impl<'k> Database<'k> {
    pub(super) fn resource(&mut self, entry: &Entry<'k>) -> Resource {
        let kind: Fact<ResourceType> = self.reader.required(entry, FactKey::r#type, "Type");
        let parameters = entry.child("Parameters").map(|child| child.with_facts_below(FactKey::parameters));
        let parameters = kind.get().zip(parameters).map(|(kind, entry)| self.parameters(kind, &entry));
        let (depends_on, depends_on_any) = self.dependencies(entry);
        Resource {
            name: self.reader.required(entry, FactKey::name, "Name"),
            r#type: kind,
            depends_on,
            depends_on_any,
            possible_owners: self.node_names(entry, FactKey::possible_owners, &values::POSSIBLE_OWNERS),
            parameters: unless_empty(parameters.unwrap_or_default()),
            restart: unless_empty(self.restart(&entry.with_facts_below(FactKey::restart))),
            pending_timeout_ms: self.milliseconds(
                entry,
                FactKey::pending_timeout_ms,
                &values::PENDING_TIMEOUT,
            ),
            is_alive_ms: self.milliseconds(entry, FactKey::is_alive_ms, &values::IS_ALIVE),
            looks_alive_ms: self.milliseconds(entry, FactKey::looks_alive_ms, &values::LOOKS_ALIVE),
            separate_monitor: self.reader.word(entry, FactKey::separate_monitor, &values::SEPARATE_MONITOR),
            ..Resource::default()
        }
    }

    fn milliseconds(&mut self, entry: &Entry<'k>, fact: FactKey, number: &Number) -> Fact<u64> {
        self.reader.number(entry, fact, number).map(u64::from).into()
    }

    /// `depends_on` and `depends_on_any`.
    fn dependencies(&mut self, entry: &Entry<'k>) -> (Fact<Vec<Name>>, Fact<Vec<Vec<Name>>>) {
        let keys = self.dependencies_of.get(&folded(&entry.key.name)).map_or(&[][..], Vec::as_slice);
        let has_own_list = entry.key.value(values::DEPENDS_ON.name).is_some();
        if has_own_list || self.dependencies.entry.is_none() {
            let ids = self.reader.list(entry, FactKey::depends_on, &values::DEPENDS_ON);
            return (ids.map(|ids| self.resource_names(entry, ids)).into(), Fact::default());
        }
        let clauses = match *keys {
            [] => Some(Vec::new()),
            [only] => dependencies::providers(only),
            _ => None,
        };
        let Some(clauses) = clauses else {
            self.reader.note(entry, "what it depends on, below `Dependencies`, is not understood");
            return (Fact::default(), Fact::default());
        };
        let (all, any): (Vec<_>, Vec<_>) = clauses.into_iter().partition(|clause| clause.len() == 1);
        let all = self.resource_names(entry, all.into_iter().flatten());
        let any: Vec<Vec<Name>> = any.into_iter().map(|clause| self.resource_names(entry, clause)).collect();
        (all.into(), Some(any).filter(|any| !any.is_empty()).into())
    }

    fn resource_names(&mut self, entry: &Entry<'k>, ids: impl IntoIterator<Item = &'k str>) -> Vec<Name> {
        let resources = &self.resources;
        self.reader.names(entry, values::DEPENDS_ON.name, ids, |id| resources.name_of(id))
    }

    fn restart(&mut self, entry: &Entry<'k>) -> Restart {
        let period = self.reader.number(entry, FactKey::period_s, &values::RESTART_PERIOD);
        Restart {
            action: self.reader.word(entry, FactKey::action, &values::RESTART_ACTION),
            threshold: self.reader.number(entry, FactKey::threshold, &values::RESTART_THRESHOLD).into(),
            period_s: period.map(|milliseconds| milliseconds / 1000).into(),
        }
    }

    fn parameters(&mut self, kind: &ResourceType, entry: &Entry<'k>) -> Parameters {
        let mut parameters = Parameters::default();
        let reader = &mut self.reader;
        let named: &[&str] = match kind {
            ResourceType::IpAddress => {
                let mask = super::text_of(entry.key, "SubnetMask");
                parameters.address = reader.address(entry, FactKey::address, mask);
                parameters.enable_netbios =
                    reader.word(entry, FactKey::enable_netbios, &values::ENABLE_NETBIOS);
                parameters.dhcp = reader.word(entry, FactKey::dhcp, &values::ENABLE_DHCP);
                parameters.network = self.network_name(entry);
                &["Address", "SubnetMask", "Network", "EnableNetBIOS", "EnableDhcp"]
            }
            ResourceType::Ipv6Address => {
                let prefix = reader.number(entry, FactKey::address, &values::PREFIX_LENGTH);
                let prefix = prefix.map(|prefix| prefix.to_string());
                parameters.address = reader.address(entry, FactKey::address, prefix.as_deref());
                parameters.network = self.network_name(entry);
                &["Address", "PrefixLength", "Network"]
            }
            ResourceType::NetworkName => {
                parameters.name = reader.required(entry, FactKey::name, "Name");
                parameters.require_dns = reader.word(entry, FactKey::require_dns, &values::REQUIRE_DNS);
                parameters.require_kerberos =
                    reader.word(entry, FactKey::require_kerberos, &values::REQUIRE_KERBEROS);
                parameters.dns_name = reader.fact(entry, FactKey::dns_name, "DnsName");
                parameters.host_record_ttl_s =
                    reader.number(entry, FactKey::host_record_ttl_s, &values::HOST_RECORD_TTL).into();
                &["Name", "RequireDNS", "RequireKerberos", "DnsName", "HostRecordTTL"]
            }
            ResourceType::PhysicalDisk => {
                let signature = reader.number(entry, FactKey::signature, &values::SIGNATURE);
                parameters.signature = signature
                    .or_else(|| reader.number(entry, FactKey::signature, &values::DISK_SIGNATURE))
                    .into();
                &["Signature", "DiskSignature"]
            }
            ResourceType::FileShare => {
                parameters.share_path = reader.fact(entry, FactKey::share_path, "Path");
                &["Path"]
            }
            ResourceType::FileShareWitness => {
                parameters.share_path = reader.fact(entry, FactKey::share_path, "SharePath");
                &["SharePath"]
            }
            ResourceType::GenericService => {
                parameters.service_name = reader.fact(entry, FactKey::service_name, "ServiceName");
                &["ServiceName"]
            }
            kind if kind.is_exchange() => {
                parameters.dest_path = reader.fact(entry, FactKey::dest_path, "DestPath");
                parameters.data_path = reader.fact(entry, FactKey::data_path, "DataPath");
                &["DestPath", "DataPath"]
            }
            _ => &[],
        };
        parameters.other = unless_empty(self.other(entry, named));
        parameters
    }

    /// The private properties that have no key of their own, as far as they are text or numbers.
    fn other(&mut self, entry: &Entry<'k>, named: &[&str]) -> FreeTable {
        let has_key = |name: &str| named.iter().any(|named| named.eq_ignore_ascii_case(name));
        let mut others = entry.key.values.iter().filter(|value| !has_key(&value.name)).filter_map(|value| {
            let scalar = match &value.data {
                Data::Text(text) | Data::ExpandText(text) => Scalar::from(text.split('\0').next()?),
                Data::Dword(number) => Scalar::Integer((*number).into()),
                Data::Qword(number) => Scalar::Integer(i64::try_from(*number).ok()?),
                _ => return None,
            };
            let name = value.name.split('\0').next().filter(|name| !name.is_empty())?;
            Some((name, scalar))
        });
        let mut table = FreeTable::default();
        for (name, scalar) in others.by_ref().take(MAX_OTHER) {
            table.insert(name, scalar);
        }
        let left_out = others.count();
        if left_out > 0 {
            self.reader.note(entry, format!("{left_out} private properties are left out"));
        }
        table
    }
}
