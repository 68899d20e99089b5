//! The rules, one file each.
mod mailbox_role_only;
mod no_tunnel_addresses;
mod node_limit;
mod short_lifetime_of_host_records;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
