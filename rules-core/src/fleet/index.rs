//! [`FleetIndex`]: what the clusters of a fleet hold, kept small.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::{
    FleetFindings, Holder, Holders,
    arena::{Arena, Record},
};
use crate::{Plan, RuleMeta, Severity, audit::catch, model::FactPath};

/// What the clusters of a fleet hold: fed in the order of the fleet, judged at the end.
///
/// Of each triple it keeps 16 bytes, and in an arena the key, the value, and some 10 bytes that say whose they are; of
/// each cluster 16 bytes. Where a holder stands is the caller's to keep: a triple has a `token` of the caller's choice.
pub struct FleetIndex<'p> {
    plan: &'p Plan,
    /// What each cluster is recognised by in another definition of it; 0 if nothing is known.
    identities: Vec<u128>,
    triples: Vec<Entry>,
    arena: Arena,
    participation: Vec<Participation>,
}

/// The hash of a rule and key, and where the record is. Records are in the order of the fleet.
#[derive(Clone, Copy)]
struct Entry {
    hash: u64,
    at: u64,
}

/// How many clusters a fleet rule could compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participation {
    /// Clusters of which everything was there that the rule compares.
    pub compared: u64,
    /// Clusters of which something was not, so that they were compared in part or not at all.
    pub incomplete: u64,
    /// The kinds of facts that these lack, and how many of them do.
    pub missing: BTreeMap<FactPath, u64>,
    /// The rule broke; its message.
    pub broken: Option<String>,
}

/// What a fleet rule came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetOutcome<H> {
    /// What it found: by the first holder in the order of the fleet, then message.
    pub findings: Vec<FleetFinding<H>>,
    /// How many clusters it could compare.
    pub participation: Participation,
}

/// Something wrong between clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetFinding<H> {
    /// How bad it is.
    pub severity: Severity,
    /// The key that the clusters hold.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// Where the key is held, in the order of the fleet.
    pub holders: Vec<H>,
}

/// The outcomes of all fleet rules of a plan, in its order.
#[derive(Clone, Debug)]
pub struct FleetReport<'p, H> {
    /// Each rule with its outcome.
    pub outcomes: Vec<(&'p RuleMeta, FleetOutcome<H>)>,
}

impl<H> FleetReport<'_, H> {
    /// Every finding with its rule.
    pub fn findings(&self) -> impl Iterator<Item = (&RuleMeta, &FleetFinding<H>)> {
        self.outcomes
            .iter()
            .flat_map(|(rule, outcome)| outcome.findings.iter().map(move |finding| (*rule, finding)))
    }
}

impl<'p> FleetIndex<'p> {
    /// An index for the fleet rules of a plan.
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            identities: Vec::new(),
            triples: Vec::new(),
            arena: Arena::default(),
            participation: vec![Participation::default(); plan.fleet_rules().len()],
        }
    }

    /// Adds the next cluster. `identity` is the same for two definitions of one cluster, and not 0; `None` if it is not
    /// known.
    pub fn add_cluster(&mut self, identity: Option<u128>) {
        self.identities.push(identity.unwrap_or(0));
    }

    /// Says whether the last cluster that was added holds anything for a rule (its place in the plan), which kinds of
    /// facts it lacks, and whether the rule broke on it.
    pub fn note(
        &mut self,
        rule: usize,
        holds: bool,
        missing: impl IntoIterator<Item = FactPath>,
        broken: Option<&str>,
    ) {
        let participation = &mut self.participation[rule];
        let mut kinds: Vec<FactPath> = missing.into_iter().collect();
        kinds.sort_unstable();
        kinds.dedup();
        participation.compared += u64::from(kinds.is_empty() && holds);
        participation.incomplete += u64::from(!kinds.is_empty());
        for kind in kinds {
            *participation.missing.entry(kind).or_default() += 1;
        }
        if participation.broken.is_none() {
            participation.broken = broken.map(str::to_owned);
        }
    }

    /// Adds a triple of the last cluster that was added; `token` is what [`judge`](Self::judge) gives back for it.
    pub fn hold(&mut self, rule: usize, key: &str, value: &str, token: u64) {
        let cluster = self.identities.len().saturating_sub(1) as u64;
        let mut hasher = DefaultHasher::new();
        (rule, key).hash(&mut hasher);
        let at = self.arena.push(|record| {
            record.number(rule as u64).number(cluster).number(token).text(key).text(value);
        });
        self.triples.push(Entry { hash: hasher.finish(), at });
    }

    /// Judges the holders of every key. `holder` is what reports have for a cluster's place in the fleet and a token.
    pub fn judge<H>(self, holder: impl Fn(u32, u64) -> H) -> FleetReport<'p, H> {
        let Self { plan, identities, mut triples, arena, mut participation } = self;
        let clusters = clusters_of(&identities);
        triples.sort_unstable_by(|a, b| {
            let key = |entry: &Entry| {
                let triple = Triple::read(arena.record(entry.at));
                (triple.rule, triple.key)
            };
            a.hash.cmp(&b.hash).then_with(|| key(a).cmp(&key(b))).then(a.at.cmp(&b.at))
        });
        let rules: Vec<_> = plan.fleet_rules().collect();
        // Of each rule: the place of the first holder in the fleet, and the finding.
        let mut found: Vec<Vec<(u64, FleetFinding<H>)>> = rules.iter().map(|_| Vec::new()).collect();
        let same_hash = triples.chunk_by(|a, b| a.hash == b.hash).filter(|entries| entries.len() > 1);
        for entries in same_hash {
            let records: Vec<(u64, Triple<'_>)> =
                entries.iter().map(|entry| (entry.at, Triple::read(arena.record(entry.at)))).collect();
            for records in records.chunk_by(|(_, a), (_, b)| (a.rule, a.key) == (b.rule, b.key)) {
                let first = &records[0].1;
                if records.iter().all(|(_, record)| record.cluster == first.cluster) {
                    continue;
                }
                let list = records.iter().enumerate().map(|(place, (_, record))| Holder {
                    value: record.value,
                    definition: record.cluster,
                    cluster: clusters[record.cluster as usize],
                    place,
                });
                let holders = Holders { key: first.key, list: list.collect() };
                let mut findings = FleetFindings::default();
                let rule = rules[first.rule];
                if let Err(message) = catch(|| rule.judge(&holders, &mut findings)) {
                    participation[first.rule].broken.get_or_insert(message);
                    continue;
                }
                for report in findings.reports {
                    let severity = rule.meta().severity;
                    let begins = report.holders.first().map_or(u64::MAX, |&place| records[place].0);
                    let holders = report.holders.iter().map(|&place| &records[place].1);
                    let finding = FleetFinding {
                        severity: report.at_most.map_or(severity, |most| severity.min(most)),
                        key: first.key.to_owned(),
                        message: report.message,
                        holders: holders.map(|record| holder(record.cluster, record.token)).collect(),
                    };
                    found[first.rule].push((begins, finding));
                }
            }
        }
        let outcomes =
            rules.iter().zip(found).zip(participation).map(|((rule, mut found), participation)| {
                found.sort_by(|a, b| (a.0, &a.1.message).cmp(&(b.0, &b.1.message)));
                let findings = found.into_iter().map(|(_, finding)| finding).collect();
                (rule.meta(), FleetOutcome { findings, participation })
            });
        FleetReport { outcomes: outcomes.collect() }
    }
}

/// For each definition, the first one of the same cluster.
fn clusters_of(identities: &[u128]) -> Vec<u32> {
    let place = |index: usize| u32::try_from(index).expect("a fleet has fewer than 2^32 clusters");
    let mut clusters: Vec<u32> = (0..identities.len()).map(place).collect();
    let mut known: Vec<(u128, u32)> =
        identities.iter().enumerate().map(|(index, &identity)| (identity, place(index))).collect();
    known.retain(|(identity, _)| *identity != 0);
    known.sort_unstable();
    for same in known.chunk_by(|a, b| a.0 == b.0) {
        for (_, definition) in same {
            clusters[*definition as usize] = same[0].1;
        }
    }
    clusters
}

/// A triple, read back.
struct Triple<'a> {
    rule: usize,
    cluster: u32,
    token: u64,
    key: &'a str,
    value: &'a str,
}

impl<'a> Triple<'a> {
    fn read(mut record: Record<'a>) -> Self {
        Self {
            rule: usize::try_from(record.number()).expect("it was an index"),
            cluster: u32::try_from(record.number()).expect("a fleet has fewer than 2^32 clusters"),
            token: record.number(),
            key: record.text(),
            value: record.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_definitions_of_one_cluster_are_one() {
        assert_eq!(clusters_of(&[7, 0, 5, 7, 0, 5]), [0, 1, 2, 0, 4, 2]);
    }
}
