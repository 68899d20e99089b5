//! The rules, one file each.

mod installer_has_rights;
mod mailbox_role_only;
mod node_limit;
mod passive_node;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
