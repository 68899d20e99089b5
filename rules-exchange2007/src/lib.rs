//! What Exchange 2007 demands of a cluster: SCC and CCR, built by Setup.
//!
//! One rule, one file, in `rules/`; what rules and build procedure both need to know stands in [`facts`] as tables.

pub mod facts;
pub mod procedure;
mod rules;

use rules_core::RuleSet;

/// The rules of this crate: Exchange 2007: clustered mailbox servers made by Setup, SCC and CCR.
pub static EXCHANGE_2007: RuleSet = RuleSet {
    name: "exchange2007",
    summary: "Exchange 2007: clustered mailbox servers made by Setup, SCC and CCR",
};

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_are_sound() {
        rules_core::testing::assert_sound(
            &super::EXCHANGE_2007,
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"),
        );
    }
}
