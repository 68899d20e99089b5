use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeRole, ExchangeVersion::V2007},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The account that runs Exchange 2007 Setup is administrator of the nodes and has the Exchange role for it.
    ///
    /// The account needs *Exchange Organization Administrator*, or a delegated setup: an administrator with that role
    /// has made the objects of the clustered mailbox server beforehand. An account with *Exchange Server Administrator*
    /// alone can install service packs, but makes no new clustered mailbox server: a warning.
    ///
    /// # Why it matters
    ///
    /// Setup checks the rights and stops. Where it gets past the check, as with a delegated setup that is incomplete, it
    /// leaves a group without its resources, and the next attempt finds an unfinished installation.
    ///
    /// # How to fix it
    ///
    /// `Add-ExchangeAdministrator -Identity CORP\exadmin -Role OrgAdmin` in the Exchange Management Shell, or delegate the
    /// setup as "How to Perform a Delegated Setup of a Clustered Mailbox Server" (bb124371) describes it. Add the account
    /// to the local Administrators group of every node, and log on anew.
    pub static INSTALLER_HAS_RIGHTS = {
        check,
        set: &EXCHANGE_2007,
        name: "installer-has-rights",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::TechNet("bb124371", "How to Perform a Delegated Setup of a Clustered Mailbox Server")],
        basis: Basis::Microsoft,
        covers: &["ACC-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    use ExchangeRole as R;
    let installer = cluster.installer();
    let name = installer.name();
    if let Some(role) = findings.need(installer.exchange_role()) {
        match *role {
            R::OrganizationAdministrator | R::DelegatedSetup => {}
            R::ServerAdministrator => {
                let message = format!(
                    "`{name}` has the Exchange role `{role}`, which makes no clustered mailbox server"
                );
                findings.report(role.path(), message).at_most(Severity::Warning);
            }
            R::None | R::OrganizationFullAdministrator | R::GroupFullAdministrator => {
                let message = format!(
                    "`{name}` has the Exchange role `{role}`, and needs Exchange Organization Administrator"
                );
                findings.report(role.path(), message);
            }
        }
    }
    if let Some(is_one) = findings.need(installer.local_administrator()).filter(|is_one| !**is_one) {
        findings.report(is_one.path(), format!("`{name}` is no administrator of the nodes"));
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange Organization Administrator", SCC_2007),
    passes("delegated setup", CCR_2007).with(r#"installer = { exchange_role = "delegated-setup" }"#),
    fails("no role", SCC_2007, &["installer.exchange_role"])
        .with(r#"installer = { exchange_role = "none" }"#),
    fails("a role of Exchange 2003", CCR_2007, &["installer.exchange_role"])
        .with(r#"installer = { exchange_role = "organization-full-administrator" }"#),
    fails("Exchange Server Administrator: a warning", CCR_2007, &["installer.exchange_role"])
        .with(r#"installer = { exchange_role = "server-administrator" }"#),
    fails("no administrator of the nodes", CCR_2007, &["installer.local_administrator"])
        .with("installer = { local_administrator = false }"),
    unknown(
        "nothing is known of the account",
        SCC_2007,
        &["installer.exchange_role", "installer.local_administrator"],
    )
    .without(&["installer"]),
];
