use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        AccountKind, At, ClusterRef, ExchangeRole,
        ExchangeVersion::{V2000, V2003},
        Name, ResourceType,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The account of the Cluster service has the Exchange role that its version needs: in 2003 none.
    ///
    /// In Exchange 2000 the Cluster service itself makes the objects of a virtual server in the directory. Its account
    /// has to be Exchange Full Administrator: of the organisation for the first virtual server, of the administrative
    /// group for further ones. Since Exchange 2003 the wizard does it as the administrator who runs it, and a role that
    /// the account still has is a leftover: information. It is no finding while a virtual server of the cluster is
    /// still Exchange 2000. A Cluster service that runs as Local System or as a local user is reported by
    /// `cluster/service-account-is-local-admin`.
    ///
    /// # Why it matters
    ///
    /// Without the role the System Attendant resource of Exchange 2000 is made and does not come online, since there is
    /// no server object for it; an upgrade of a virtual server fails as well. In Exchange 2003 the role is of use only to
    /// somebody who takes over a node: the account's password is stored there.
    ///
    /// # How to fix it
    ///
    /// Exchange 2000: in System Manager, right-click the organisation (or the administrative group), *Delegate control*,
    /// and give the account *Exchange Full Administrator*. Wait for replication before the virtual server is made.
    ///
    /// Exchange 2003: when no virtual server is left that is Exchange 2000, take the account out in the same wizard. The
    /// account that administers the virtual servers needs the role instead; see `exchange2003/installer-has-rights`.
    pub static SERVICE_ACCOUNT_EXCHANGE_ROLE = {
        check,
        set: &EXCHANGE_2003,
        name: "service-account-exchange-role",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[Source::Kb(821_834), Source::Kb(887_722)],
        basis: Basis::Microsoft,
        covers: &["ACC-006", "ACC-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()) else { return };
    for account in findings.each(cluster.service_accounts(cluster.nodes().members())) {
        if account.kind().peek().is_some_and(|kind| *kind != AccountKind::DomainUser) {
            continue;
        }
        if *version == V2000 {
            is_administrator(account.name(), account.exchange_role(), findings);
        } else {
            is_nobody(account.name(), account.exchange_role(), findings);
        }
    }
}

fn is_administrator(name: At<'_, Name>, role: At<'_, ExchangeRole>, findings: &mut Findings) {
    use ExchangeRole as R;
    let Some(known) = findings.need(role) else { return };
    match *known {
        R::OrganizationFullAdministrator | R::OrganizationAdministrator => {}
        R::GroupFullAdministrator => {
            let made = role.cluster().resources_of(&ResourceType::SystemAttendant);
            if made.peek().is_empty() && findings.need_all(made).is_some() {
                let message = format!(
                    "`{name}` is administrator of an administrative group only, and the first virtual server is still to be made"
                );
                findings.report(role.path(), message);
            }
        }
        R::None | R::ServerAdministrator | R::DelegatedSetup => {
            let message =
                format!("`{name}` has the Exchange role `{known}`, and needs Exchange Full Administrator");
            findings.report(role.path(), message);
        }
    }
}

fn is_nobody(name: At<'_, Name>, role: At<'_, ExchangeRole>, findings: &mut Findings) {
    let Some(known) = findings.need(role).filter(|role| **role != ExchangeRole::None) else { return };
    let servers = role.cluster().evs();
    let is_2000 = servers.peek().iter().any(|evs| evs.listed().version().peek() == Some(&V2000));
    if !is_2000 {
        findings
            .report(role.path(), format!("`{name}` has the Exchange role `{known}`, and needs none"))
            .at_most(Severity::Information);
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000: administrator of the organisation", TWO_NODES_2000),
    passes("Exchange 2003: no role", TWO_NODES_2003),
    passes(
        "Exchange 2000: of the administrative group, and the first virtual server is made",
        TWO_NODES_2000,
    )
    .with(r#"service_account = { exchange_role = "group-full-administrator" }"#),
    passes("Exchange 2003, and a virtual server is still to be upgraded", FOUR_NODES_2003).with(
        r#"
        service_account = { exchange_role = "organization-full-administrator" }
        virtual_servers = [{ name = "EVS3", version = "2000" }]
        "#,
    ),
    passes("Local System, which is another rule's finding", TWO_NODES_2000)
        .without(&["service_account"])
        .with(r#"service_account = { kind = "local-system" }"#),
    fails("Exchange 2000: no role", TWO_NODES_2000, &["service_account.exchange_role"])
        .with(r#"service_account = { exchange_role = "none" }"#),
    fails(
        "Exchange 2000: of the administrative group, and there is no virtual server",
        TWO_NODES_2000,
        &["service_account.exchange_role"],
    )
    .without(&["groups[EVS1 Group]"])
    .with(r#"service_account = { exchange_role = "group-full-administrator" }"#),
    fails(
        "Exchange 2003: a role is left over: information",
        TWO_NODES_2003,
        &["service_account.exchange_role"],
    )
    .with(r#"service_account = { exchange_role = "organization-full-administrator" }"#),
    unknown("the role is not known", TWO_NODES_2000, &["service_account.exchange_role"])
        .without(&["service_account.exchange_role"]),
];
