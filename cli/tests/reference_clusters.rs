//! Good clusters are silent: on the reference clusters no rule fails at warning or error, is unknown, or breaks.

use rules_core::{
    Outcome, Profile, Severity, audit_cluster,
    input::{self, Syntax},
    testing::{
        describe,
        reference::{self, Reference},
    },
};

#[test]
fn the_reference_clusters_give_no_warning_no_error_and_no_unknown() {
    let plan = excluster::book().plan(&Profile::recommended()).unwrap();
    let mut noise = Vec::new();
    for Reference { name, definition, .. } in reference::ALL {
        let cluster = input::read(definition, Syntax::Toml).unwrap();
        for (rule, outcome) in audit_cluster(&plan, &cluster).outcomes {
            let silent = match &outcome {
                Outcome::Passed | Outcome::NotApplicable(_) => true,
                Outcome::Failed(findings) => {
                    findings.iter().all(|finding| finding.severity == Severity::Information)
                }
                Outcome::Unknown(_) | Outcome::Broken(_) => false,
            };
            if !silent {
                noise.push(format!("{name}: {} {}", rule.full_name(), describe(&outcome, &cluster)));
            }
        }
    }
    assert!(noise.is_empty(), "{}", noise.join("\n"));
}
