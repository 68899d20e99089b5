//! Forest and domains.

use rules_core::{
    Source,
    model::{
        Cluster, Directory, Domain,
        ExchangeVersion::{self, V2007},
        SetupAction,
    },
    runbook::{CommandLine, How, Phase, Step, Value},
};

use super::{
    design::{Design, Named, named},
    parts::{by_setup, step},
};

const SOURCE: Source = Source::TechNet("bb125224", "How to Prepare Active Directory and Domains");
const PROVEN_BY: &[&str] = &["exchange2007/directory-prepared-before-setup"];

/// What is waited for before the schema is extended.
const REPLICATED: &str =
    "Command prompt: repadmin /showrepl, until every domain controller has what the last command changed";

/// The groups of Exchange 2000 and 2003 in a domain.
const OLDER_GROUPS: [&str; 2] = ["Exchange Domain Servers", "Exchange Enterprise Servers"];

pub(super) fn steps(design: &Design<'_>) -> Vec<Step> {
    let domains = design
        .target
        .directory
        .get()
        .into_iter()
        .flat_map(|directory| named(&directory.domains, |domain| &domain.name));
    std::iter::once(forest(design.target)).chain(domains.map(domain)).collect()
}

/// That the forest is prepared.
pub(super) fn prepared() -> Directory {
    Directory::default().forest_prepared_for(V2007)
}

fn forest(target: &Cluster) -> Step {
    let setup = || CommandLine::of("Setup.com");
    let organization = Value::or_blank(
        None::<String>,
        "ORGANIZATION",
        "the name of the new Exchange organisation; where there is one already, leave out /OrganizationName",
    );
    let mut how: Vec<How> = Vec::new();
    let prepare = setup().word("/PrepareAD");
    if has_older_organization(target) {
        how.push(setup().word("/PrepareLegacyExchangePermissions").into());
        // What follows would take rights away from the older servers until every domain controller has this.
        how.push(How::screen(REPLICATED));
        how.push(setup().word("/PrepareSchema").into());
        how.push(prepare.into());
    } else {
        how.push(setup().word("/PrepareSchema").into());
        how.push(prepare.option("/OrganizationName:", organization).into());
    }
    Step {
        why: "Setup needs classes, groups and rights in the directory. A member of Schema Admins and Enterprise Admins runs it \
              from the media of the service pack that the nodes get, in the site and domain of the schema master. The computer \
              needs .NET Framework 2.0 and PowerShell, and on Windows 2008 the tools for the directory (`ServerManagerCmd -i \
              RSAT-ADDS`, and a restart).",
        source: SOURCE,
        article: &["P1"],
        how,
        check: "Setup ends without an error, and after replication every domain controller shows the group `Exchange \
                Organization Administrators` in the organisational unit `Microsoft Exchange Security Groups` of the root \
                domain."
            .to_owned(),
        undo: "The schema cannot be taken back to what it was: back up the system state of the schema master before. Running \
               the commands again does no harm."
            .to_owned(),
        log: Some(by_setup(SetupAction::ForestPrep)),
        makes: Cluster::default().directory(prepared()),
        proven_by: PROVEN_BY,
        ..step("prepare-forest", Phase::Directory, "Prepare the forest for Exchange 2007")
    }
}

fn domain(Named { name, .. }: Named<'_, Domain>) -> Step {
    let made = Domain::default().name(name.clone()).prepared_for(V2007);
    Step {
        why: "Every domain with nodes or with users of mailboxes needs the rights of the Exchange servers in it. A member of \
              Domain Admins of this domain runs the command.",
        source: SOURCE,
        article: &["P1"],
        needs: Cluster::default().directory(prepared()),
        how: vec![CommandLine::of("Setup.com").option("/PrepareDomain:", name.as_str()).into()],
        check: format!(
            "The container `Microsoft Exchange System Objects` of `{name}` holds the group `Exchange Install Domain Servers`."
        ),
        undo: "Nothing needs to be taken back: it does no harm where no Exchange follows.".to_owned(),
        log: Some(by_setup(SetupAction::DomainPrep).domain(name.clone())),
        makes: Cluster::default().directory(Directory::default().domains([made])),
        proven_by: PROVEN_BY,
        ..step(format!("prepare-domain {name}"), Phase::Directory, format!("Prepare the domain `{name}`"))
    }
}

/// Whether there are servers with Exchange 2000 or 2003 already, as far as the definition shows it.
fn has_older_organization(target: &Cluster) -> bool {
    let Some(directory) = target.directory.get() else { return false };
    let mut domains = directory.domains.get().into_iter().flatten();
    let mut groups = directory.group_members.get().into_iter().flatten();
    let is_older = |prepared: Option<&ExchangeVersion>| matches!(prepared, Some(version) if *version < V2007);
    is_older(directory.forest_prepared_for.get())
        || domains.any(|domain| is_older(domain.prepared_for.get()))
        || groups.any(|group| {
            let name = group.name.get().map(|name| name.as_str().rsplit('\\').next().unwrap_or_default());
            name.is_some_and(|name| {
                OLDER_GROUPS.iter().any(|older| rules_core::model::same_name(older, name))
            })
        })
}
