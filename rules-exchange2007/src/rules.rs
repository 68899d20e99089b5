//! The rules, one file each.

mod ccr_paths_on_both_nodes;
mod ccr_storage_not_shared;
mod mailbox_role_only;
mod no_disk_quorum_in_ccr;
mod node_limit;
mod quorum_model_of_scc;
mod virtual_server_created_by_setup;
mod virtual_server_resources_complete;
mod witness_accessible;
mod witness_by_own_name;
mod witness_off_the_nodes;
mod witness_supported_by_windows;
