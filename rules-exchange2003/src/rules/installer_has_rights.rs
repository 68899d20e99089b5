use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, ExchangeRole,
        ExchangeVersion::{self, V2000, V2003},
        Known,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The account that runs Exchange Setup and makes virtual servers has the rights for it.
    ///
    /// The account has to be administrator of the nodes, and Exchange Full Administrator of the organisation. Where the
    /// nodes are already in Exchange Domain Servers, Exchange Full Administrator of the administrative group is enough.
    /// While ForestPrep of this version is still to come, the account also has to be in Enterprise Admins and Schema
    /// Admins. Afterwards it does not need these two groups any more, and is better taken out of them.
    ///
    /// For Setup this stands in the Deployment Guide. That a virtual server of Exchange 2003 needs the same follows
    /// from how the wizard makes it, with the rights of the administrator in front of it; we do not have the
    /// wording of the article about it.
    ///
    /// # Why it matters
    ///
    /// Setup checks the rights and stops, sometimes only after it has copied files. The wizard of the System Attendant
    /// fails with access denied, and leaves a resource without a server object behind. ForestPrep stops without Schema
    /// Admins.
    ///
    /// # How to fix it
    ///
    /// Delegate *Exchange Full Administrator* to the account in System Manager, on the organisation; ForestPrep asks for
    /// the first account that gets it. Add the account to the local Administrators group of each node. For ForestPrep,
    /// add it to Enterprise Admins and Schema Admins, log on anew, run `setup /forestprep`, and take it out again; or let
    /// those who are in these groups run ForestPrep.
    pub static INSTALLER_HAS_RIGHTS = {
        check,
        set: &EXCHANGE_2003,
        name: "installer-has-rights",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Server 2003 Deployment Guide, table 3, on running Setup on a cluster server, and on ForestPrep"),
            Source::Kb(821_834),
        ],
        basis: Basis::Microsoft,
        covers: &["ACC-008", "SET-021"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    use ExchangeRole as R;
    let installer = cluster.installer();
    let name = installer.name();
    let role = findings.need(installer.exchange_role());
    if let Some(role) =
        role.filter(|role| matches!(**role, R::None | R::ServerAdministrator | R::DelegatedSetup))
    {
        let message =
            format!("`{name}` has the Exchange role `{role}`, and needs Exchange Full Administrator");
        findings.report(role.path(), message);
    }
    if let Some(is_one) = findings.need(installer.local_administrator()).filter(|is_one| !**is_one) {
        findings.report(is_one.path(), format!("`{name}` is no administrator of the nodes"));
    }
    if let Some(version) = findings.need(cluster.exchange()).map(Known::value) {
        can_prepare_forest(cluster, *version, findings);
    }
}

fn can_prepare_forest(cluster: ClusterRef<'_>, version: ExchangeVersion, findings: &mut Findings) {
    let installer = cluster.installer();
    let groups = [
        (installer.enterprise_administrator(), "Enterprise Admins"),
        (installer.schema_administrator(), "Schema Admins"),
    ];
    if groups.iter().all(|(is_member, _)| is_member.peek() == Some(&true)) {
        return;
    }
    let prepared_for = findings.need(cluster.directory().forest_prepared_for());
    let Some(prepared_for) = prepared_for.filter(|prepared_for| **prepared_for < version) else { return };
    for (is_member, group) in groups {
        if findings.need(is_member).is_some_and(|is_member| !*is_member) {
            let message = format!(
                "`{}` is not in {group}, and ForestPrep of Exchange `{version}` is still to come",
                installer.name()
            );
            findings
                .report(is_member.path(), message)
                .related(prepared_for.path(), "what the forest is prepared for");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange Full Administrator of the organisation", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("Exchange Full Administrator of the administrative group", FOUR_NODES_2003)
        .with(r#"installer = { exchange_role = "group-full-administrator" }"#),
    passes("the forest is prepared, and the account is in neither group any more", TWO_NODES_2003)
        .with("installer = { enterprise_administrator = false, schema_administrator = false }"),
    passes("ForestPrep is still to come, and the account is in both groups", TWO_NODES_2003)
        .with(r#"directory = { forest_prepared_for = "2000" }"#),
    fails("no role", TWO_NODES_2003, &["installer.exchange_role"])
        .with(r#"installer = { exchange_role = "none" }"#),
    fails("no administrator of the nodes", TWO_NODES_2000, &["installer.local_administrator"])
        .with("installer = { local_administrator = false }"),
    fails("ForestPrep is still to come", TWO_NODES_2003, &["installer.schema_administrator"]).with(
        r#"
        installer = { schema_administrator = false }
        directory = { forest_prepared_for = "2000" }
        "#,
    ),
    unknown("the role is not known", TWO_NODES_2003, &["installer.exchange_role"])
        .without(&["installer.exchange_role"]),
    unknown(
        "in neither group, and who knows whether the forest is prepared",
        TWO_NODES_2003,
        &["directory.forest_prepared_for"],
    )
    .without(&["directory.forest_prepared_for"])
    .with("installer = { enterprise_administrator = false, schema_administrator = false }"),
];
