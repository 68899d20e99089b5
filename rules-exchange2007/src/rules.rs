//! The rules, one file each.

mod clustered_mailbox_server_has_own_group;
mod database_dependencies;
mod mailbox_role_only;
mod node_limit;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
