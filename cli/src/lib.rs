//! The command line tool `excluster`: audits definitions of Exchange clusters.

use rules_core::RuleBook;

/// Every rule that the tool ships.
///
/// # Panics
/// Never: the sets are not empty and their names are distinct, which a test checks.
pub fn book() -> RuleBook {
    RuleBook::of(&[
        &rules_cluster::CLUSTER,
        &rules_exchange2003::EXCHANGE_2003,
        &rules_exchange2007::EXCHANGE_2007,
    ])
    .expect("the sets that are shipped are not empty, and no two of their rules have one name")
}
