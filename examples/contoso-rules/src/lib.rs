//! The rules of Contoso, a company with its own ideas of a good cluster.
//!
//! A crate of rules is a [`RuleSet`], a module for each rule, and one test. Whoever names the set in a rule book has
//! the rules: see `main.rs`, which is the command line tool with Contoso's rules beside those it ships.

mod rules;

use rules_core::RuleSet;

/// What Contoso demands of its clusters.
pub static CONTOSO: RuleSet = RuleSet { name: "contoso", summary: "what Contoso demands of its clusters" };

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_are_sound() {
        rules_core::testing::assert_sound(&super::CONTOSO, concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"));
    }
}
