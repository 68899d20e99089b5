//! Digests: of a plan, of what was read, of a finding.

use std::fmt::Write as _;

use rules_core::{FleetRule, Plan, Rule};
use sha2::{Digest as _, Sha256};

/// SHA-256, in lower-case hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes any text");
        digits
    })
}

/// What two definitions of one cluster have in common, in 32 hexadecimal digits: the first half of SHA-256.
pub(crate) fn of_identity(identity: &str) -> String {
    let mut digest = sha256(identity);
    digest.truncate(32);
    digest
}

/// The digest of a plan: two reports can be compared or merged only if they were made with the same rules. Over a line
/// with the named profile, and one for each rule, those that compare clusters last: full name, severity, versions.
pub(crate) fn of_plan(plan: &Plan) -> String {
    let metas = plan.rules().map(Rule::meta).chain(plan.fleet_rules().map(FleetRule::meta));
    let rules = metas.fold(format!("{}\n", plan.base().as_str()), |mut rules, meta| {
        let versions: Vec<&str> = meta.versions.iter().map(|version| version.as_str()).collect();
        writeln!(rules, "{} {} {}", meta.full_name(), meta.severity, versions.join(","))
            .expect("a string takes any text");
        rules
    });
    format!("sha256:{}", sha256(&rules))
}

/// What a finding is recognised by in another report: its rule, the cluster's name and the path by names, none of which
/// holds a line feed that could make two of them one.
pub(crate) fn of_finding(rule: &str, cluster: &str, path: &str) -> String {
    let mut digest = sha256(&format!("{rule}\n{}\n{path}", cluster.to_lowercase()));
    digest.truncate(16);
    digest
}
