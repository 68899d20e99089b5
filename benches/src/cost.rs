//! What each rule costs beside the others: the index of a cluster is made once, and every rule finds it.

use std::{
    cmp::Reverse,
    hint::black_box,
    io::{self, Write},
    iter::repeat_n,
    time::Duration,
};

use rules_core::{
    Auditor, Findings, Plan, Profile, Rule,
    model::{Cluster, ClusterRef, Index},
};

use crate::{Kind, time};

const KINDS: [Kind; 3] = [Kind::Typical, Kind::Large2003, Kind::Large2007];

/// So often one cluster is judged before the next, as in an audit it is near, too.
const REPEATS: u32 = 16;

/// What a cluster costs, of each kind.
type Costs = [Duration; KINDS.len()];

/// Prints the cost of each rule with its index at hand, the dearest first, and of an audit as a whole.
pub(crate) fn rules(out: &mut impl Write, clusters: u64) -> io::Result<()> {
    let plan = excluster::book().plan(&Profile::strict()).expect("every rule is selected");
    let fleets = KINDS.map(|kind| kind.clusters(clusters));
    let mut indexes =
        fleets.each_ref().map(|fleet| fleet.iter().map(|_| Index::default()).collect::<Vec<_>>());
    let mut views = indexes.iter_mut().zip(&fleets).map(|(indexes, fleet)| {
        indexes.iter_mut().zip(fleet).map(|(index, cluster)| index.view(cluster)).collect::<Vec<_>>()
    });
    let views = [(); KINDS.len()].map(|()| views.next().expect("there is one of each kind"));

    let of_each =
        plan.rules().map(|rule| (views.each_ref().map(|views| alone(rule, views)), rule.meta().full_name()));
    let mut of_each: Vec<(Costs, String)> = of_each.collect();
    of_each.sort_unstable_by_key(|(costs, name)| (Reverse(costs.iter().copied().max()), name.clone()));
    let sum = KINDS.map(|kind| of_each.iter().map(|(costs, _)| costs[kind as usize]).sum());
    let together = views.each_ref().map(|views| together(&plan, views));
    let anew = fleets.each_ref().map(|fleet| anew(&plan, fleet));
    let audit = fleets.each_ref().map(|fleet| audit(&plan, fleet));

    writeln!(out, "nanoseconds a cluster: what each rule adds where the index is made already\n")?;
    writeln!(out, "{:>10} {:>12} {:>12}", "typical", "8 nodes 2003", "8 nodes 2007")?;
    for (costs, name) in &of_each {
        line(out, *costs, name)?;
    }
    writeln!(out)?;
    line(out, sum, &format!("the sum of {} rules, each asked again and again", of_each.len()))?;
    line(out, together, "all rules, one after the other")?;
    line(out, difference(anew, together), "the index, made for each cluster")?;
    line(out, difference(audit, anew), "what an audit adds: the outcomes")?;
    line(out, audit, "an audit")
}

fn line(out: &mut impl Write, costs: Costs, what: &str) -> io::Result<()> {
    let [typical, large_2003, large_2007] = costs.map(|cost| cost.as_nanos());
    writeln!(out, "{typical:>10} {large_2003:>12} {large_2007:>12}  {what}")
}

fn difference(all: Costs, part: Costs) -> Costs {
    std::array::from_fn(|kind| all[kind].saturating_sub(part[kind]))
}

/// What one rule costs.
fn alone(rule: &dyn Rule, views: &[ClusterRef<'_>]) -> Duration {
    least(views.iter().filter(|cluster| concerns(rule, **cluster)), views.len(), |cluster| {
        check(rule, *cluster);
    })
}

/// What all rules cost that concern a cluster.
fn together(plan: &Plan, views: &[ClusterRef<'_>]) -> Duration {
    least(views.iter(), views.len(), |cluster| check_all(plan, *cluster))
}

/// The same with an index that knows nothing yet.
fn anew(plan: &Plan, fleet: &[Cluster]) -> Duration {
    let mut index = Index::default();
    least(fleet.iter(), fleet.len(), |cluster| check_all(plan, index.view(cluster)))
}

/// What an audit costs.
fn audit(plan: &Plan, fleet: &[Cluster]) -> Duration {
    let mut auditor = Auditor::new(plan);
    least(fleet.iter(), fleet.len(), |cluster| drop(black_box(auditor.audit(cluster))))
}

fn check_all(plan: &Plan, cluster: ClusterRef<'_>) {
    plan.rules().filter(|rule| concerns(*rule, cluster)).for_each(|rule| check(rule, cluster));
}

fn check(rule: &dyn Rule, cluster: ClusterRef<'_>) {
    let mut findings = Findings::default();
    rule.check(cluster, &mut findings);
    black_box(&findings);
}

fn concerns(rule: &dyn Rule, cluster: ClusterRef<'_>) -> bool {
    cluster.exchange().peek().is_none_or(|version| rule.meta().versions.contains(version))
}

/// The least time that work took, for each of so many clusters.
fn least<C: Copy>(
    clusters: impl Iterator<Item = C> + Clone,
    count: usize,
    mut work: impl FnMut(C),
) -> Duration {
    const ROUNDS: usize = 9;
    // As many times for one large cluster as for a fleet of typical ones.
    let rounds = if count == 1 { ROUNDS * 20 } else { ROUNDS };
    let mut round = || {
        time(|| clusters.clone().flat_map(|cluster| repeat_n(cluster, REPEATS as usize)).for_each(&mut work))
    };
    let least = (0..rounds).map(|_| round()).min().unwrap_or_default();
    least / REPEATS / u32::try_from(count.max(1)).unwrap_or(u32::MAX)
}
