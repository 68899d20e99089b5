//! What was looked at, as every format sees it: a cluster with its report, or an input without one.

use std::{cell::OnceCell, ops::Range};

use importers::{Imported, Note};
use rules_core::{
    ClusterReport, Finding, Plan, RuleMeta,
    fleet::{FleetFacts, Triple, fleet_facts},
    input::{InputError, Locator, Syntax},
    model::{Cluster, FactPath, Names},
};

use crate::{
    digest,
    escape::shown,
    excerpt::Excerpt,
    formats::report::{Location, Place},
    held::Held,
    part::Earlier,
};

/// One thing that was looked at.
pub(crate) enum Examined<'a> {
    Cluster(Audited<'a>),
    Refused(Refused<'a>),
    Skipped(Skipped<'a>),
    /// One of the above, of an earlier run.
    Earlier(Earlier<'a>),
}

/// A cluster with its report.
pub(crate) struct Audited<'a> {
    pub(crate) file: &'a str,
    pub(crate) cluster: &'a Cluster,
    pub(crate) report: ClusterReport<'a>,
    pub(crate) origin: Origin<'a>,
    plan: &'a Plan,
    paths: Names<'a>,
    /// What the rules that compare clusters need of it, once they are asked.
    facts: OnceCell<FleetFacts>,
    /// Reads the text again, once there is something to point at.
    locator: OnceCell<Locator<'a>>,
    /// Those facts with their places.
    held: OnceCell<Vec<Held>>,
}

/// What a cluster was read from.
pub(crate) enum Origin<'a> {
    /// A definition, which begins at this line and this byte of its file.
    Definition { text: &'a str, syntax: Syntax, line: u64, offset: u64 },
    /// An artefact; whatever its bytes are, as text.
    Artefact { text: &'a str, imported: &'a Imported },
}

/// An input, or a line of one, that could not be read.
pub(crate) struct Refused<'a> {
    pub(crate) file: &'a str,
    /// The line, if it is one of NDJSON.
    pub(crate) line: Option<u64>,
    /// Bytes before the text.
    pub(crate) offset: u64,
    /// What the places of the problems are places of; empty if it is no text.
    pub(crate) text: &'a str,
    pub(crate) problems: &'a [InputError],
}

/// A file that is no definition.
pub(crate) struct Skipped<'a> {
    pub(crate) file: &'a str,
    pub(crate) reason: &'a str,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// From 1.
    pub(crate) line: u64,
    /// In characters, from 1; a line of an artefact is pointed at as a whole.
    pub(crate) column: Option<u64>,
    /// Bytes from the start of the file to the text that `span` is a part of.
    pub(crate) offset: u64,
    pub(crate) span: Range<usize>,
}

impl<'a> Audited<'a> {
    pub(crate) fn new(
        file: &'a str,
        cluster: &'a Cluster,
        report: ClusterReport<'a>,
        plan: &'a Plan,
        origin: Origin<'a>,
    ) -> Self {
        let paths = Names::of(cluster);
        let (facts, locator, held) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { file, cluster, report, origin, plan, paths, facts, locator, held }
    }

    /// What the rules that compare clusters need of it.
    pub(crate) fn facts(&self) -> &FleetFacts {
        self.facts.get_or_init(|| fleet_facts(self.plan, self.cluster))
    }

    /// What is the same in two definitions of the cluster.
    pub(crate) fn identity(&self) -> Option<String> {
        self.facts().identity.as_deref().map(digest::of_identity)
    }

    /// What it holds that other clusters may hold, too.
    pub(crate) fn held(&self) -> &[Held] {
        self.held.get_or_init(|| {
            let rules = self.facts().rules.iter().enumerate();
            let triples = rules.flat_map(|(rule, facts)| facts.triples.iter().map(move |it| (rule, it)));
            triples
                .map(|(rule, Triple { path, key, value })| Held {
                    rule,
                    key: key.clone(),
                    value: value.clone(),
                    at: self.location(*path),
                })
                .collect()
        })
    }

    /// A path by names.
    pub(crate) fn names(&self, path: FactPath) -> String {
        self.paths.of_path(path)
    }

    /// What messages call the cluster.
    pub(crate) fn title(&self) -> String {
        match self.cluster.name.get() {
            Some(name) => format!("`{}`", shown(name.as_str())),
            None => "a cluster without a name".to_owned(),
        }
    }

    /// The line that the definition begins at; of an artefact, none.
    pub(crate) fn line(&self) -> Option<u64> {
        match self.origin {
            Origin::Definition { line, .. } => Some(line),
            Origin::Artefact { .. } => None,
        }
    }

    /// The digest of what the cluster was read from.
    pub(crate) fn sha256(&self) -> Option<String> {
        match self.origin {
            Origin::Definition { text, .. } => Some(digest::sha256(text)),
            Origin::Artefact { .. } => self.cluster.source.get()?.first()?.sha256.get().cloned(),
        }
    }

    /// What an importer did not understand.
    pub(crate) fn notes(&self) -> &[Note] {
        match self.origin {
            Origin::Definition { .. } => &[],
            Origin::Artefact { imported, .. } => &imported.notes,
        }
    }

    /// The findings, the most severe first, and else by rule, path and message.
    pub(crate) fn worst_first(&self) -> Vec<(&RuleMeta, &Finding)> {
        let mut findings: Vec<_> = self.report.findings().collect();
        findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
        findings
    }

    /// Where a path stands in the file.
    pub(crate) fn spot(&self, path: FactPath) -> Option<Spot> {
        match self.origin {
            Origin::Definition { text, syntax, line, offset } => {
                let locator = self.locator.get_or_init(|| Locator::new(text, syntax).starting_at(line));
                let place = locator.find(path);
                Some(Spot { line: place.line, column: Some(place.column), offset, span: place.span })
            }
            Origin::Artefact { text, imported } => {
                let line = u64::from(imported.line_of(path)?);
                Some(Spot { line, column: None, offset: 0, span: line_span(text, line) })
            }
        }
    }

    /// A place as reports have it.
    pub(crate) fn location(&self, path: FactPath) -> Location {
        let place = |spot: Spot| {
            let exact = spot.column.is_some();
            Place {
                line: spot.line,
                column: spot.column,
                offset: exact.then(|| spot.offset + spot.span.start as u64),
                length: exact.then_some(spot.span.len() as u64),
            }
        };
        Location {
            path: self.names(path),
            pointer: path.pointer(self.cluster),
            place: self.spot(path).map(place),
        }
    }

    /// The line at a place.
    pub(crate) fn excerpt(&self, spot: &Spot) -> Option<Excerpt> {
        let (Origin::Definition { text, .. } | Origin::Artefact { text, .. }) = self.origin;
        Excerpt::of(text, &spot.span)
    }
}

/// The bytes of a line, which counts from 1.
pub(crate) fn line_span(text: &str, line: u64) -> Range<usize> {
    let before = usize::try_from(line - 1).unwrap_or(usize::MAX);
    let mut lines = text.split_inclusive('\n');
    let start = lines.by_ref().take(before).map(str::len).sum();
    start..start + lines.next().map_or(0, |line| line.trim_end().len())
}
