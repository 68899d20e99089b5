//! The digest of a plan: two reports can be compared or merged only if they were made with the same rules.

use std::fmt::Write as _;

use rules_core::Plan;
use sha2::{Digest as _, Sha256};

/// SHA-256, in lower-case hexadecimal, over a line for each rule: full name, severity, versions.
pub(crate) fn of(plan: &Plan) -> String {
    let mut digest = Sha256::new();
    for rule in plan.rules() {
        let meta = rule.meta();
        let versions: Vec<&str> = meta.versions.iter().map(|version| version.as_str()).collect();
        digest.update(format!("{} {} {}\n", meta.full_name(), meta.severity, versions.join(",")));
    }
    digest.finalize().iter().fold(String::from("sha256:"), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}
