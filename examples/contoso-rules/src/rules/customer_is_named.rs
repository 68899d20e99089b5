use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Scalar},
    passes, rule,
    testing::reference::TWO_NODES_2003,
    unknown,
};

use crate::CONTOSO;

rule! {
    /// Every definition names the customer whose cluster it is.
    ///
    /// The label `customer` is a text that is not empty.
    ///
    /// # Why it matters
    ///
    /// Findings go to customers. One without a name goes to nobody.
    ///
    /// # How to fix it
    ///
    /// Add `customer = "…"` under `[labels]`.
    pub static CUSTOMER_IS_NAMED = {
        check,
        set: &CONTOSO,
        name: "customer-is-named",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("Contoso's handbook")],
        basis: Basis::Practice,
        covers: &[],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(customer) = findings.need(cluster.labels().entry("customer")) else { return };
    if !matches!(customer.value(), Scalar::Text(name) if !name.trim().is_empty()) {
        findings.report(customer.path(), format!("`{customer}` is no name of a customer"));
    }
}

const EXAMPLES: &[Example] = &[
    passes("a customer", TWO_NODES_2003).with("labels = { customer = 'Fabrikam' }"),
    fails("an empty name", TWO_NODES_2003, &["labels.customer"]).with("labels = { customer = '' }"),
    unknown("no label", TWO_NODES_2003, &["labels"]),
];
