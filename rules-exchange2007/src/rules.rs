//! The rules, one file each.

mod mailbox_role_only;
mod node_limit;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
