//! What is kept of every cluster, to compare it with the others at the end: names and their places, not definitions.

use std::cmp::Reverse;

use rules_core::{
    Plan, Severity,
    fleet::{Arena, FleetIndex, FleetReport, Participation},
    model::{FactPath, Name},
};

use crate::{
    examined::Audited,
    formats::{
        place,
        report::{Holder, Location, Place},
    },
};

/// Something that a cluster holds and that another one may hold, too.
#[derive(Debug)]
pub(crate) struct Held {
    /// The place of the rule among the plan's fleet rules.
    pub(crate) rule: usize,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) at: Location,
}

/// What is kept of a cluster.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) file: String,
    pub(crate) line: Option<u64>,
    pub(crate) name: Option<String>,
    /// As reports have it.
    pub(crate) identity: Option<String>,
    pub(crate) held: Vec<Held>,
    /// For each fleet rule of the plan: the kinds of facts that it lacks, and the message of one that broke.
    pub(crate) lacking: Vec<(Vec<FactPath>, Option<String>)>,
}

impl Kept {
    pub(crate) fn of(audited: &Audited<'_>) -> Self {
        let lacking = audited.facts().rules.iter().map(|facts| {
            let kinds = facts.missing.iter().map(|path| path.kind()).collect();
            (kinds, facts.broken.clone())
        });
        let held = audited.held().iter().map(|held| Held {
            rule: held.rule,
            key: held.key.clone(),
            value: held.value.clone(),
            at: held.at.clone(),
        });
        Self {
            file: audited.file.to_owned(),
            line: audited.line(),
            name: audited.cluster.name.get().map(Name::as_str).map(str::to_owned),
            identity: audited.identity(),
            held: held.collect(),
            lacking: lacking.collect(),
        }
    }
}

/// Keeps clusters in the order of the fleet.
///
/// A name costs 16 bytes, its key and value, its path by names and pointer, and some 20 bytes more. Measured on 100,000
/// clusters of two nodes and one virtual server, each with 13 names: 135 bytes a name, 1.8 KB a cluster, all told.
pub(crate) struct Keeper<'p> {
    index: FleetIndex<'p>,
    /// Of each cluster its line, name and file; of each name its place.
    arena: Arena,
    clusters: Vec<u64>,
    /// The file of the last cluster, and where it stands.
    file: Option<(String, u64)>,
}

impl<'p> Keeper<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let (index, arena) = (FleetIndex::new(plan), Arena::default());
        Self { index, arena, clusters: Vec::new(), file: None }
    }

    pub(crate) fn keep(&mut self, kept: &Kept) {
        let identity = kept.identity.as_deref().and_then(|digits| u128::from_str_radix(digits, 16).ok());
        self.index.add_cluster(identity);
        let known = self.file.take().filter(|(file, _)| *file == kept.file);
        let file = known.unwrap_or_else(|| {
            let at = self.arena.push(|record| {
                record.text(&kept.file);
            });
            (kept.file.clone(), at)
        });
        let cluster = self.arena.push(|record| {
            record.number(file.1).number(kept.line.unwrap_or(0)).number(kept.name.is_some().into());
            record.text(kept.name.as_deref().unwrap_or_default());
        });
        self.file = Some(file);
        self.clusters.push(cluster);
        for (rule, (kinds, broken)) in kept.lacking.iter().enumerate() {
            let holds = kept.held.iter().any(|held| held.rule == rule);
            self.index.note(rule, holds, kinds.iter().copied(), broken.as_deref());
        }
        for Held { rule, key, value, at } in &kept.held {
            let token = self.arena.push(|record| {
                record.text(&at.path).text(&at.pointer);
                let place = at.place.as_ref();
                record.number(place.map_or(0, |place| place.line));
                record.number(place.and_then(|place| place.column).unwrap_or(0));
                // Of no known offset: 0; else one more.
                record.number(place.and_then(|place| place.offset).map_or(0, |offset| offset + 1));
                record.number(place.and_then(|place| place.length).unwrap_or(0));
            });
            self.index.hold(*rule, key, value, token);
        }
    }

    /// Compares the clusters.
    pub(crate) fn compare(self) -> Compared {
        let Self { index, arena, clusters, .. } = self;
        let report: FleetReport<'_, Holder> = index.judge(|cluster, token| {
            let mut record = arena.record(clusters[cluster as usize]);
            let (file, line, is_named) = (record.number(), record.number(), record.number() == 1);
            let name = record.text();
            let mut at = arena.record(token);
            let (path, pointer) = (at.text().to_owned(), at.text().to_owned());
            let [line_of_place, column, offset, length] = std::array::from_fn(|_| at.number());
            let place = (line_of_place > 0).then(|| Place {
                line: line_of_place,
                column: (column > 0).then_some(column),
                offset: offset.checked_sub(1),
                length: (offset > 0).then_some(length),
            });
            Holder {
                file: arena.record(file).text().to_owned(),
                line: (line > 0).then_some(line),
                cluster: is_named.then(|| name.to_owned()),
                at: Location { path, pointer, place },
            }
        });
        let outcomes = report.outcomes.into_iter().map(|(_, outcome)| {
            let findings = outcome.findings.into_iter().map(|finding| Between {
                severity: finding.severity,
                key: finding.key,
                message: finding.message,
                holders: finding.holders,
            });
            (findings.collect(), outcome.participation)
        });
        Compared { outcomes: outcomes.collect() }
    }
}

/// What came of comparing clusters: for each fleet rule of the plan.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    outcomes: Vec<(Vec<Between>, Participation)>,
}

/// A finding between clusters.
#[derive(Debug)]
pub(crate) struct Between {
    pub(crate) severity: Severity,
    pub(crate) key: String,
    pub(crate) message: String,
    pub(crate) holders: Vec<Holder>,
}

impl Compared {
    /// Every finding with the place of its rule among the plan's fleet rules.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (usize, &Between)> {
        let rules = self.outcomes.iter().enumerate();
        rules.flat_map(|(rule, (findings, _))| findings.iter().map(move |finding| (rule, finding)))
    }

    /// What each fleet rule could compare.
    pub(crate) fn participations(&self) -> impl ExactSizeIterator<Item = &Participation> {
        self.outcomes.iter().map(|(_, participation)| participation)
    }
}

impl Holder {
    /// The place as people and editors read it.
    pub(crate) fn place(&self) -> String {
        let at = self.at.place.as_ref();
        place(&self.file, at.map(|place| place.line).or(self.line), at.and_then(|place| place.column))
    }

    /// What is there: `nodes[NODE1].name` of `MAILCLU1`.
    pub(crate) fn title(&self) -> String {
        let cluster = match &self.cluster {
            Some(name) => format!("`{name}`"),
            None => "a cluster without a name".to_owned(),
        };
        if self.at.path.is_empty() { cluster } else { format!("{} of {cluster}", self.at.path) }
    }
}

/// What the clusters lack that a rule could not compare, what most of them lack first.
pub(crate) fn most_missing(participation: &Participation) -> Vec<(FactPath, u64)> {
    let mut missing: Vec<_> =
        participation.missing.iter().map(|(kind, clusters)| (*kind, *clusters)).collect();
    missing.sort_by_key(|(kind, clusters)| (Reverse(*clusters), *kind));
    missing
}
