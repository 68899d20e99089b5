use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Evs, ExchangeVersion::V2003, Name, ResourceRef, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The computer account of a virtual server has the service principal name of SMTP with the full host name.
    ///
    /// It looks like `SMTPSVC/evs1.corp.example.com`. Exchange 2003 on Windows 2003 is judged; network names of Windows
    /// 2000 need no computer account. A name with Kerberos off has no account either, which
    /// `exchange2003/kerberos-on-network-name` reports. A further name in the group is not judged.
    ///
    /// # Why it matters
    ///
    /// Exchange servers prove to each other who they are when they exchange mail by SMTP. Without the name they find no
    /// account for Kerberos and use NTLM, which is slower and tells neither side for sure with whom it talks.
    ///
    /// # How to fix it
    ///
    /// `setspn.exe` is in the Support Tools of Windows. `setspn -L EVS1` lists what the account has. First search the
    /// directory for another account that has the name already, and take it from there: a name that two accounts have
    /// serves neither. Then add it, as an administrator of the domain: `setspn -A SMTPSVC/evs1.corp.example.com EVS1`.
    /// Nothing goes offline.
    pub static SMTP_SERVICE_PRINCIPAL_NAME = {
        check,
        set: &EXCHANGE_2003,
        name: "smtp-service-principal-name",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2003],
        sources: &[Source::Microsoft(
            "Exchange Best Practices Analyzer, service principal name of SMTPSVC on a Windows Server 2003 cluster",
        )],
        basis: Basis::Microsoft,
        covers: &["NAM-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    if findings.each(cluster.nodes_on(WindowsVersion::is_2003)).is_empty() {
        return findings.not_applicable("no node has Windows 2003");
    }
    for names in all.into_iter().map(Evs::network_names) {
        for name in findings.each(names) {
            judge(name, findings);
        }
    }
}

fn judge(resource: ResourceRef<'_>, findings: &mut Findings) {
    let parameters = resource.parameters();
    let Some(name) = findings.need(parameters.name()) else { return };
    let principals = parameters.service_principal_names();
    let full = principals.whose(|principal| is_smtp_of(*principal, &name), |is_it| *is_it);
    if full.peek().is_empty()
        && findings.need_all(full).is_some()
        && findings.need(parameters.require_kerberos()).is_some_and(|has_account| *has_account)
    {
        let message = format!("the account of `{name}` has no `SMTPSVC` with its full host name");
        findings.report(principals.path(), message);
    }
}

/// Whether a service principal name is that of SMTP on a host, by its full name.
fn is_smtp_of<'a>(principal: At<'a, Name>, name: &Name) -> At<'a, bool> {
    const SERVICE: &str = "SMTPSVC/";
    let text = principal.peek().map_or("", Name::as_str);
    let service = text.get(..SERVICE.len()).filter(|service| service.eq_ignore_ascii_case(SERVICE));
    let host = service.and_then(|_| text.get(SERVICE.len()..)).filter(|host| host.contains('.'));
    match host {
        Some(host) => principal.cluster().is_host(&Name::from(host), name),
        None => principal.map(|_| Some(&false)),
    }
}

const EXAMPLES: &[Example] = &[
    passes("each virtual server has it", FOUR_NODES_2003),
    passes("written in another case, alone", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { service_principal_names = ["smtpsvc/EVS1.CORP.EXAMPLE.COM"] } }]
        "#,
    ),
    passes("a name without a computer account is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.service_principal_names"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [
                { name = "EVS1 Name", parameters = { require_kerberos = false, service_principal_names = [] } },
            ]
            "#,
        ),
    fails(
        "the short name alone",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.service_principal_names"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { service_principal_names = ["SMTPSVC/EVS1"] } }]
        "#,
    ),
    fails(
        "the names of another host and of another service",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.service_principal_names"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"

        [[groups.resources]]
        name = "EVS1 Name"
        parameters = { service_principal_names = ["SMTPSVC/node1.corp.example.com", "HTTP/evs1.corp.example.com"] }
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    not_applicable("Windows 2000", TWO_NODES_2003).with(
        r#"
        nodes = [
            { name = "NODE1", windows = { version = "2000" } },
            { name = "NODE2", windows = { version = "2000" } },
        ]
        "#,
    ),
    unknown(
        "nobody looked",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.service_principal_names"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.service_principal_names"]),
];
