//! Readers of what administrators have: the cluster database of a node, exports and listings of its tools.

pub mod reg;
pub mod registry;
