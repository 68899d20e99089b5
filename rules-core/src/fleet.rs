//! Fleet rules: what one definition cannot show, because it takes two.
//!
//! A [`FleetRule`] says of each cluster which names it holds ([`Triples`]: a key, a value, and where it stands), and
//! judges all holders of one key ([`Holders`]). So it works alike on a whole fleet and on parts of it that are put
//! together later, and memory grows with names, not with definitions ([`FleetIndex`]).

mod arena;
mod example;
mod index;

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

pub use self::{
    arena::{Arena, NewRecord, Record},
    example::{FleetExample, FleetExpectation, Member, fleet_fails, fleet_incomplete, fleet_passes, member},
    index::{FleetFinding, FleetIndex, FleetOutcome, FleetReport, Participation},
};
use crate::{
    Findings, Plan, RuleMeta, Severity,
    audit::{Concern, catch, concern},
    model::{At, Cluster, ClusterRef, FactPath, Known, Several},
};

/// A check of one requirement on the clusters of a fleet among each other.
///
/// As pure as a [`Rule`](crate::Rule): it looks at the facts of one cluster, later at the holders of one key, and keeps
/// nothing in between.
///
/// Rules of a crate are declared with [`fleet_rule!`](crate::fleet_rule!); a program can also implement the trait and
/// [add](crate::RuleBook::add_fleet) its rule at run time.
pub trait FleetRule: Send + Sync {
    /// What there is to know about the rule.
    fn meta(&self) -> &RuleMeta;

    /// Says which keys a cluster holds whose version is among the rule's.
    fn collect(&self, cluster: ClusterRef<'_>, triples: &mut Triples);

    /// Judges the holders of one key. It is called only for keys that two definitions hold at least.
    fn judge(&self, holders: &Holders<'_>, findings: &mut FleetFindings);
}

/// A fleet rule whose parts are functions: what [`fleet_rule!`](crate::fleet_rule!) declares.
#[derive(Clone, Copy, Debug)]
pub struct StaticFleetRule {
    /// What there is to know about it.
    pub meta: RuleMeta,
    /// Which keys a cluster holds.
    pub collect: fn(ClusterRef<'_>, &mut Triples),
    /// What is wrong with the holders of a key.
    pub judge: fn(&Holders<'_>, &mut FleetFindings),
}

impl FleetRule for StaticFleetRule {
    fn meta(&self) -> &RuleMeta {
        &self.meta
    }

    fn collect(&self, cluster: ClusterRef<'_>, triples: &mut Triples) {
        (self.collect)(cluster, triples);
    }

    fn judge(&self, holders: &Holders<'_>, findings: &mut FleetFindings) {
        (self.judge)(holders, findings);
    }
}

/// Something that a cluster holds and that another one may hold, too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Triple {
    /// Where it stands.
    pub path: FactPath,
    /// What is compared, exactly: a name without case ([`folded`]), say.
    pub key: String,
    /// What else the rule needs to judge it.
    pub value: String,
}

/// What a fleet rule says of one cluster. As with [`Findings`], asking is recording: a fact that is asked for and absent
/// is noted, so that a report can say which clusters could not be compared.
#[derive(Debug, Default)]
pub struct Triples {
    triples: Vec<Triple>,
    asked: Findings,
}

impl Triples {
    /// The cluster holds a key, at a place.
    pub fn hold(&mut self, key: impl Into<String>, value: impl Into<String>, path: FactPath) {
        self.triples.push(Triple { path, key: key.into(), value: value.into() });
    }

    /// A fact that the comparison needs. `None`: it is absent, and noted.
    pub fn need<'a, T: ?Sized>(&mut self, fact: At<'a, T>) -> Option<Known<'a, T>> {
        self.asked.need(fact)
    }

    /// The members of a set that are known. Absent facts that may hide more are noted.
    pub fn each<S: Several>(&mut self, set: S) -> S::Members {
        self.asked.each(set)
    }

    /// The name of the cluster's domain, without case; empty if it is not known, which is noted.
    pub fn domain(&mut self, cluster: ClusterRef<'_>) -> String {
        self.need(cluster.domain_of_nodes()).map_or_else(String::new, |domain| cluster.domain_key(&domain))
    }

    /// Notes an absent fact.
    pub fn unknown(&mut self, path: FactPath) {
        self.asked.unknown(path);
    }
}

/// A text as it is compared where case does not matter: in lower case. Of one that is no name of Windows, for its length,
/// there remain the beginning and a hash: what is kept of a cluster is not to outgrow its definition.
pub fn folded(text: &str) -> String {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    if text.len() <= LONGEST_NAME {
        return lower(text);
    }
    let mut hasher = DefaultHasher::new();
    lower(text).hash(&mut hasher);
    format!("{}… ({:016x})", lower(beginning(text)), hasher.finish())
}

/// A text as it is kept to be shown: whole, or its beginning.
pub fn kept(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_NAME {
        return text.into();
    }
    format!("{}… ({} bytes)", beginning(text), text.len()).into()
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_NAME)]
}

/// The longest name that is kept whole, in bytes. Names of Windows have at most 255 characters.
const LONGEST_NAME: usize = 1024;

/// What a cluster has to say to the fleet rules of a plan.
#[derive(Debug)]
pub struct FleetFacts {
    /// What is the same in two definitions of one cluster: its name and those of its nodes. `None` if they are not known.
    pub identity: Option<String>,
    /// What it has to say to each rule, in the plan's order.
    pub rules: Vec<RuleFacts>,
}

/// What a cluster has to say to one fleet rule.
#[derive(Debug, Default)]
pub struct RuleFacts {
    /// What it holds, by place.
    pub triples: Vec<Triple>,
    /// Absent facts that may hide more, by place.
    pub missing: Vec<FactPath>,
    /// The rule broke; its message.
    pub broken: Option<String>,
}

/// What a cluster has to say to the fleet rules of a plan.
pub fn fleet_facts(plan: &Plan, cluster: &Cluster) -> FleetFacts {
    let identity = if plan.fleet_rules().len() == 0 { None } else { cluster.view().identity() };
    FleetFacts { identity, rules: plan.fleet_rules().map(|rule| facts_for(rule, cluster)).collect() }
}

fn facts_for(rule: &dyn FleetRule, cluster: &Cluster) -> RuleFacts {
    match concern(rule.meta(), cluster.view()) {
        Concern::Concerned => {}
        Concern::NotConcerned => return RuleFacts::default(),
        Concern::Unknown(exchange) => return RuleFacts { missing: vec![exchange], ..RuleFacts::default() },
    }
    let mut said = Triples::default();
    if let Err(message) = catch(|| rule.collect(cluster.view(), &mut said)) {
        return RuleFacts { broken: Some(message), ..RuleFacts::default() };
    }
    let Triples { mut triples, mut asked } = said;
    triples.sort_unstable();
    triples.dedup();
    RuleFacts { triples, missing: asked.take().missing, broken: None }
}

/// The holders of one key, in the order of the fleet.
#[derive(Debug)]
pub struct Holders<'f> {
    /// The key.
    pub key: &'f str,
    /// Its holders.
    pub list: Vec<Holder<'f>>,
}

/// One that holds a key.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'f> {
    /// What the rule said beside the key.
    pub value: &'f str,
    /// The place of the cluster's definition in the fleet, from 0.
    pub definition: u32,
    /// The cluster: the place of its first definition. Two definitions of one name with the same nodes are one cluster.
    pub cluster: u32,
    /// The place of the holder among those of the key.
    place: usize,
}

/// Holders of one key whose clusters are, or may be, in one domain.
#[derive(Debug)]
pub struct InDomain<'f> {
    /// The holders, in the order of the fleet.
    pub list: Vec<Holder<'f>>,
    /// Whether the domain of all of them is known.
    pub certain: bool,
}

impl<'f> Holders<'f> {
    /// The holders by the domain that their value names, as [`Triples::domain`] gives it: those in one domain together.
    /// A NetBIOS name is that of the domain whose DNS name begins with it. Holders whose domain is not known may be in
    /// any: they are put to the first.
    pub fn by_domain(&self, domain: impl Fn(&'f str) -> &'f str) -> Vec<InDomain<'f>> {
        let label = |name: &'f str| name.split('.').next().unwrap_or_default();
        let mut groups: Vec<InDomain<'f>> = Vec::new();
        let mut by_name: HashMap<&str, usize> = HashMap::new();
        let mut by_label: HashMap<&str, usize> = HashMap::new();
        let is_dns_name = |name: &str| name.contains('.');
        let mut add = |wanted: &dyn Fn(&str) -> bool| {
            for holder in &self.list {
                let name = domain(holder.value);
                if !wanted(name) {
                    continue;
                }
                let known = match name {
                    "" => (!groups.is_empty()).then_some(0),
                    _ if is_dns_name(name) => by_name.get(name).copied(),
                    _ => by_label.get(name).copied(),
                };
                let group = known.unwrap_or(groups.len());
                if known.is_none() {
                    groups.push(InDomain { list: Vec::new(), certain: true });
                    if !name.is_empty() {
                        by_name.insert(name, group);
                        by_label.entry(label(name)).or_insert(group);
                    }
                }
                groups[group].certain &= !name.is_empty();
                groups[group].list.push(*holder);
            }
        };
        add(&is_dns_name);
        add(&|name| !name.is_empty() && !is_dns_name(name));
        add(&str::is_empty);
        for group in &mut groups {
            group.list.sort_unstable_by_key(|holder| holder.place);
        }
        groups
    }
}

impl InDomain<'_> {
    /// How many clusters there are among the holders, however often each is defined.
    pub fn clusters(&self) -> usize {
        clusters(&self.list)
    }

    /// What a message adds where the domain of a holder is not known.
    pub fn doubt(&self) -> &'static str {
        if self.certain { "" } else { ", if they are in one domain" }
    }
}

/// How many clusters there are among some holders, however often each is defined.
pub fn clusters(holders: &[Holder<'_>]) -> usize {
    let mut clusters: Vec<u32> = holders.iter().map(|holder| holder.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.len()
}

/// What a fleet rule says while it looks at the holders of one key.
#[derive(Debug, Default)]
pub struct FleetFindings {
    reports: Vec<Report>,
}

/// One report of a fleet rule.
#[derive(Debug)]
pub struct Report {
    message: String,
    at_most: Option<Severity>,
    /// Places among the holders of the key.
    holders: Vec<usize>,
}

impl FleetFindings {
    /// Reports that something is wrong with some holders of the key. The message says what, as that of a
    /// [`Findings::report`] does.
    pub fn report<'h, 'f: 'h>(
        &mut self,
        holders: impl IntoIterator<Item = &'h Holder<'f>>,
        message: impl Into<String>,
    ) -> &mut Report {
        let holders = holders.into_iter().map(|holder| holder.place).collect();
        self.reports.push(Report { message: message.into(), at_most: None, holders });
        self.reports.last_mut().expect("one was just pushed")
    }
}

impl Report {
    /// Reports a milder case of the same thought: at most this severity.
    pub fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.at_most = Some(severity);
        self
    }
}

/// Where a cluster holds a key: the place of the cluster in its fleet, from 0, and the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FleetPlace {
    /// The cluster.
    pub cluster: usize,
    /// The path in its definition.
    pub path: FactPath,
}

/// Looks at the clusters of a fleet among each other, with every fleet rule of a plan.
///
/// For a fleet that does not fit into memory, a [`FleetIndex`] is fed with the [`fleet_facts`] of one cluster after the
/// other.
pub fn audit_fleet<'p>(plan: &'p Plan, clusters: &[Cluster]) -> FleetReport<'p, FleetPlace> {
    use rayon::prelude::*;

    let facts: Vec<FleetFacts> = clusters.par_iter().map(|cluster| fleet_facts(plan, cluster)).collect();
    let mut identities: HashMap<&str, u128> = HashMap::new();
    let mut index = FleetIndex::new(plan);
    let mut places = Vec::new();
    for (cluster, facts) in facts.iter().enumerate() {
        let next = identities.len() as u128 + 1;
        let identity = facts.identity.as_deref().map(|text| *identities.entry(text).or_insert(next));
        index.add_cluster(identity);
        for (rule, facts) in facts.rules.iter().enumerate() {
            let kinds = facts.missing.iter().map(|path| path.kind());
            index.note(rule, !facts.triples.is_empty(), kinds, facts.broken.as_deref());
            for triple in &facts.triples {
                index.hold(rule, &triple.key, &triple.value, places.len() as u64);
                places.push(FleetPlace { cluster, path: triple.path });
            }
        }
    }
    index.judge(|_, token| places[usize::try_from(token).expect("it was one of theirs")])
}

/// Declares a fleet rule: a doc comment, a static, `collect` and `judge` (a `fn(ClusterRef<'_>, &mut Triples)` and a
/// `fn(&Holders<'_>, &mut FleetFindings)`), and the fields of [`RuleMeta`], with `fleets` for its examples.
#[macro_export]
macro_rules! fleet_rule {
    (
        $(#[doc = $docs:literal])+
        $vis:vis static $NAME:ident = { $collect:ident, $judge:ident, $($meta:tt)+ }
    ) => {
        $(#[doc = $docs])+
        $vis static $NAME: $crate::fleet::StaticFleetRule = $crate::fleet::StaticFleetRule {
            meta: $crate::RuleMeta { docs: concat!($($docs, "\n"),+), file: file!(), examples: &[], $($meta)+ },
            collect: $collect,
            judge: $judge,
        };
        $crate::rule::inventory::submit! { $crate::rule::FleetRegistration(&$NAME) }
    };
}

/// The parts of a value that was put together with spaces: the last one may have spaces of its own.
pub fn parts<const N: usize>(value: &str) -> [&str; N] {
    let mut parts = value.splitn(N, ' ');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
