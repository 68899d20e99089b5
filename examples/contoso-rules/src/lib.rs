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
    use rules_core::{Profile, RuleBook, audit_cluster, model::Cluster};

    #[test]
    fn the_rules_are_sound() {
        rules_core::testing::assert_sound(&super::CONTOSO, concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"));
    }

    #[test]
    fn they_stand_beside_the_rules_that_are_shipped() {
        let book = RuleBook::of(&[excluster::SETS, &[&super::CONTOSO]].concat()).unwrap();
        let plan = book.plan(&Profile::recommended()).unwrap();
        let report = audit_cluster(&plan, &Cluster::new("MAILCLU1"));
        assert_eq!(report.outcome("contoso/customer-is-named").unwrap().as_str(), "unknown");
        let shipped = excluster::book().plan(&Profile::recommended()).unwrap().rules().len();
        assert_eq!(report.outcomes.len(), shipped + 1);
    }
}
