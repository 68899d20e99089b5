//! [`Key`]: every key of the fact model.

macro_rules! keys {
    ($($key:ident),+ $(,)?) => {
        /// A key of the fact model. Variants are spelt as definitions spell the keys.
        #[expect(non_camel_case_types, missing_docs, reason = "a variant is the key it stands for; the tables document them")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key { $($key),+ }

        impl Key {
            /// Every key.
            pub const ALL: &'static [Self] = &[$(Self::$key),+];

            /// The key as definitions spell it.
            pub const fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$(plain(stringify!($key))),+];
                NAMES[self as usize]
            }
        }
    };
}

keys! {
    format, name, exchange, layout, partial, storage_bus,
    solution, virtual_server_mode, failures_to_survive, directory, dns, service_account,
    installer, quorum, nodes, networks, disks, groups,
    virtual_servers, standby_targets, setup, labels, source, listed,
    validation, skipped_tests, failed_tests, exchange_role, local_administrator, enterprise_administrator,
    schema_administrator, forest_prepared_for, domains, domain_controllers, group_members, exchange_55_site,
    recipient_policy_domains, public_folder_servers, computer_objects, prepared_for, netbios_name, domain,
    site, windows, global_catalog, read_only, members, writable,
    kind, user_rights, creates_computer_objects, domain_administrator, shared, rights_stripped_by_policy,
    subnet, role, priority, free_static_addresses, servers, dynamic_updates,
    host_records, foreign_records, wins, letter, mounted_on, file_system,
    partition_style, size_mib, physical_disk, raid, empty_before_setup, resource,
    log_path, max_log_size_kib, witness, missed_heartbeats, share, host,
    by_alias, installer_has_full_control, cluster_has_access, state, domain_controller, primary_dns_suffix,
    disjoint_namespace_registered, local_administrators, hardware, services, software, interfaces,
    local_drives, boot, version, edition, service_pack, build,
    architecture, updates, features, installed, install_path, roles,
    cluster_aware, front_end, exifs_drive, setup_unfinished, model, processor,
    processors, memory_mib, hba, largest_free_block_mib, sustained_cpu_percent, www,
    smtp, nntp, pop3, imap4, asp_net, dot_net,
    srs, clussvc, msdtc, system_attendant, information_store, mta,
    routing, search, startup, excludes_exchange, network, address,
    dhcp, teamed, speed, gateway, has_gateway, register_dns,
    dns_servers, wins_servers, netbios, binding_order, microsoft_client, file_sharing,
    media_sense, shares_hardware, appends_parent_suffixes, three_gb, userva, delay_s,
    owner, preferred_owners, failback, failover_threshold, failover_period_h, anti_affinity_classes,
    resources, r#type, depends_on, depends_on_any, possible_owners, parameters,
    restart, pending_timeout_ms, is_alive_ms, looks_alive_ms, separate_monitor, enable_netbios,
    require_dns, require_kerberos, dns_name, host_record_ttl_s, service_principal_names, network_address,
    signature, share_path, dest_path, data_path, service_name, other,
    action, threshold, period_s, group, running_on, protocols,
    data_paths, queue_path, mta_path, full_text_path, smtp_log_path, storage_groups,
    concurrent_users, mailboxes, client_endpoints, components, mta_monitored, administrative_group_changed,
    first_in_exchange_55_site, dumpster_size_mib, dumpster_days, mount_dial, databases, database_paths,
    system_path, recovery, public_folder_databases, local_replication, of, clustered,
    has_clustered_mailbox_server, recovery_storage_group, same_paths, step, failed_step, node,
    virtual_server, by, delegated, started, finished, unattended,
    node_owned_groups, msdtc_online, disks_empty, shared_storage, artefact,
    file, sha256, absent, dtc, network_access, authentication,
    cluster_object_may_create,
}

impl Key {
    /// The key of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}

/// The name of a raw identifier (`r#type`).
pub(super) const fn plain(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}
