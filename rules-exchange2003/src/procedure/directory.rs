//! Forest and domains.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, Directory, Domain, ExchangeRole, ExchangeVersion, Installer, Name, SetupAction,
        SetupStep,
    },
    runbook::{CommandLine, How, Phase, Step, Value},
};

use super::{Build, named};

impl Build<'_> {
    /// `ForestPrep`, then `DomainPrep` in each domain with nodes or users. What a newer Exchange prepared is left alone.
    pub(super) fn prepare_directory(&mut self) {
        let Some(directory) = self.target.directory.get() else { return };
        let is_older = |prepared: Option<_>| prepared.is_none_or(|it| it <= &self.version);
        let forest = is_older(directory.forest_prepared_for.get());
        let domains: Vec<&str> = named(directory.domains.get())
            .filter(|domain| is_older(domain.known.prepared_for.get()))
            .map(|domain| domain.name)
            .collect();
        if forest {
            self.add(self.forest_prep());
        }
        for domain in domains {
            self.add(self.domain_prep(domain));
        }
    }

    fn forest_prep(&self) -> Step {
        let installer = self.target.installer.get();
        let account = installer.and_then(|installer| installer.name.get()).map(Name::as_str);
        let role = installer.and_then(|installer| installer.exchange_role.get());
        let role = role.filter(|role| **role == ExchangeRole::OrganizationFullAdministrator);
        let screen = How::screen("Exchange Installation Wizard").field(
            "Account that is to administer Exchange",
            Value::or_blank(
                account,
                "installer",
                "the account that is to be the first Exchange Full Administrator, DOMAIN\\name",
            ),
        );
        let mut makes = Cluster::default().directory(Directory::default().forest_prepared_for(self.version));
        if let Some(role) = role {
            makes = makes.installer(Installer::default().exchange_role(*role));
        }
        Step {
            why: if self.version == ExchangeVersion::V2000 {
                "Setup installs Exchange only in a forest whose schema has its classes. Schema and \
                 configuration have to reach every domain controller before DomainPrep. ForestPrep \
                 asks for the name of a new organization, which cannot be changed later."
            } else {
                "Setup installs Exchange only in a forest whose schema has its classes, and Exchange 2003 \
                 needs its own ForestPrep even where that of Exchange 2000 ran. Schema and configuration \
                 have to reach every domain controller before DomainPrep."
            },
            article: &["P1"],
            how: vec![CommandLine::of("setup").word("/forestprep").into(), screen],
            check: "Setup ends without an error, and `repadmin /showreps` shows no domain controller that \
                    still waits for the schema."
                .into(),
            undo: "An extended schema cannot be taken back, and does no harm. Back up the system state of \
                   the schema master before the step."
                .into(),
            log: Some(
                SetupStep::default().step(SetupAction::ForestPrep).by(Actor::Setup).version(self.version),
            ),
            makes,
            proven_by: &["exchange2003/directory-prepared-before-setup"],
            ..Step::new(
                Phase::Directory,
                if self.version == ExchangeVersion::V2000 {
                    Source::Article("step 1")
                } else {
                    Source::Microsoft("Exchange Server 2003 Deployment Guide, ForestPrep")
                },
                "forest-prep",
                "Run ForestPrep from the folder \\setup\\i386 of the Exchange CD, in the domain of the \
                 schema master, as a member of Enterprise Admins and Schema Admins",
            )
        }
    }

    fn domain_prep(&self, domain: &str) -> Step {
        let prepared = Domain::default().name(domain).prepared_for(self.version);
        Step {
            why: "DomainPrep makes the groups and rights that Exchange servers need in a domain with \
                  nodes or users.",
            article: &["P1"],
            needs: Cluster::default().directory(Directory::default().forest_prepared_for(self.forest())),
            how: vec![CommandLine::of("setup").word("/domainprep").into()],
            check: format!(
                "Active Directory Users and Computers shows in `{domain}` the groups Exchange Domain \
                 Servers and Exchange Enterprise Servers, the first a member of the second."
            ),
            undo: "Leave it: the groups do no harm, and other Exchange servers may use them.".into(),
            log: Some(
                SetupStep::default()
                    .step(SetupAction::DomainPrep)
                    .domain(domain)
                    .by(Actor::Setup)
                    .version(self.version),
            ),
            makes: Cluster::default().directory(Directory::default().domains([prepared])),
            proven_by: &["exchange2003/directory-prepared-before-setup"],
            ..Step::new(
                Phase::Directory,
                Source::Article("step 1"),
                format!("domain-prep {domain}"),
                format!(
                    "Run DomainPrep from the folder \\setup\\i386 of the Exchange CD on a computer of \
                     `{domain}`, as a member of its Domain Admins"
                ),
            )
        }
    }

    /// What the forest is prepared for once ForestPrep ran.
    pub(super) fn forest(&self) -> ExchangeVersion {
        let directory = self.target.directory.get();
        let known = directory.and_then(|directory| directory.forest_prepared_for.get());
        known.copied().map_or(self.version, |known| known.max(self.version))
    }

    /// What a domain is prepared for once DomainPrep ran there.
    pub(super) fn domain(&self, name: &str) -> ExchangeVersion {
        let directory = self.target.directory.get();
        let mut domains = named(directory.and_then(|directory| directory.domains.get()));
        let known = domains.find(|domain| domain.is(name)).and_then(|domain| domain.known.prepared_for.get());
        known.copied().map_or(self.version, |known| known.max(self.version))
    }
}
