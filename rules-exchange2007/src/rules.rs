//! The rules, one file each.

mod directory_prepared_before_setup;
mod disjoint_namespace_registered;
mod global_catalog_in_site;
mod mailbox_role_only;
mod no_tunnel_addresses;
mod node_limit;
mod nodes_in_one_site;
mod public_adapters_in_dns;
mod supported_windows;
mod short_lifetime_of_host_records;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
