//! What Exchange 2000 and 2003 demand of a cluster, and how one is built by hand.
//!
//! One rule, one file, in `rules/`; the steps of the build in [`procedure`]; what both need to know stands in [`facts`] as
//! tables.

pub mod facts;
pub mod procedure;
mod rules;

use rules_core::RuleSet;

/// The rules of this crate: Exchange 2000 and 2003: virtual servers made by hand, MSDTC, the resources and their dependencies.
pub static EXCHANGE_2003: RuleSet = RuleSet {
    name: "exchange2003",
    summary: "Exchange 2000 and 2003: virtual servers made by hand, MSDTC, the resources and their dependencies",
};

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_are_sound() {
        rules_core::testing::assert_sound(
            &super::EXCHANGE_2003,
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"),
        );
    }
}
