//! The rules, one file each.

mod data_path_on_a_drive;
mod database_limit;
mod disk_before_clustered_mailbox_server;
mod heartbeat_tolerance;
mod mailbox_role_only;
mod mailbox_server_made_on_first_node;
mod mount_dial_usual;
mod node_limit;
mod one_database_per_storage_group;
mod prerequisites_installed;
mod public_folders_with_ccr;
mod setup_finished;
mod shared_storage_switch;
mod standby_edition;
mod standby_paths_equal;
mod standby_service_pack;
mod standby_target_without_mailbox_server;
mod standby_target_without_other_copies;
mod transport_dumpster;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
