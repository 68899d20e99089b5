//! What Windows clustering, the directory and the network demand of an Exchange cluster of any version.
//!
//! One rule, one file, in `rules/`; what rules and build procedure both need to know stands in [`facts`] as tables.

pub mod facts;
mod rules;

use rules_core::RuleSet;

/// The rules of this crate: what is true of every Exchange version: Windows clustering, directory, networks, disks.
pub static CLUSTER: RuleSet = RuleSet {
    name: "cluster",
    summary: "what is true of every Exchange version: Windows clustering, directory, networks, disks",
};

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_are_sound() {
        rules_core::testing::assert_sound(&super::CLUSTER, concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"));
    }
}
