//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod explain;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod rules;
pub(crate) mod schema;
