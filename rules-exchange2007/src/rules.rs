//! The rules, one file each.

mod mailbox_role_only;
mod node_limit;
mod public_folders_of_one_server;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
