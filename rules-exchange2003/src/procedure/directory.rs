//! Forest and domains.

use rules_core::{
    Source,
    model::{Actor, Cluster, Directory, Domain, ExchangeVersion, SetupAction, SetupStep},
    runbook::{CommandLine, Phase, Step},
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
        Step {
            why: "Setup installs Exchange only in a forest whose schema has its classes, and Exchange \
                  2003 needs its own ForestPrep even where that of Exchange 2000 ran. Schema and \
                  configuration have to reach every domain controller before DomainPrep.",
            article: &["P1"],
            how: vec![CommandLine::of("setup").word("/forestprep").into()],
            check: "Setup ends without an error, and `repadmin /showreps` shows no domain controller that \
                    still waits for the schema."
                .into(),
            undo: "A schema cannot be taken back: back up the system state of the schema master first. An \
                   extended schema does no harm."
                .into(),
            log: Some(
                SetupStep::default().step(SetupAction::ForestPrep).by(Actor::Setup).version(self.version),
            ),
            makes: Cluster::default().directory(Directory::default().forest_prepared_for(self.version)),
            proven_by: &["exchange2003/directory-prepared-before-setup"],
            ..Step::new(
                Phase::Directory,
                Source::Microsoft("Exchange Server 2003 Deployment Guide, ForestPrep"),
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
                "`{domain}` has the groups Exchange Domain Servers and Exchange Enterprise Servers, the \
                 one a member of the other."
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
