//! A deterministic generator of fleets: Exchange 2003 clusters of 2 to 8 nodes and 1 to 7 virtual servers, most of them
//! small, 6 KB of JSON on average (3 to 20), with a stated share of them in violation of some rule, and known findings.
//!
//! No two clusters of a fleet share an address, a name or an account: each has its own 64 addresses of 10.0.0.0/8, which is
//! enough for 262,144 of them; then they begin again. What such definitions often lack, they lack: there is no setup log,
//! for one; and of every fourth little more is known than a cluster says of itself.

mod good;
pub mod growth;
pub mod large;
mod violations;

use rules_core::model::Cluster;

use crate::{good::good, violations::VIOLATIONS};

/// A fleet: the same parameters give the same clusters.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How many clusters there are.
    pub clusters: u64,
    /// How many of a thousand clusters have one thing wrong with them.
    pub violations_per_mille: u64,
}

impl Fleet {
    /// A fleet of this many clusters, 4 % of them in violation.
    pub fn of(clusters: u64) -> Self {
        Self { seed: 1, clusters, violations_per_mille: 40 }
    }

    /// The clusters, in order.
    pub fn clusters(self) -> impl Iterator<Item = Cluster> {
        (0..self.clusters).map(move |number| self.cluster(number))
    }

    /// The clusters as NDJSON.
    pub fn lines(self) -> impl Iterator<Item = String> {
        self.clusters()
            .map(|cluster| serde_json::to_string(&cluster).expect("a cluster can be written as JSON"))
    }

    /// What is wrong: the names of clusters with the rules that find something in them, and no others do.
    pub fn expected(self) -> impl Iterator<Item = (String, &'static [&'static str])> {
        (0..self.clusters).filter_map(move |number| {
            let violation = self.shape(number).violation?;
            Some((good::cluster_name(number), VIOLATIONS[violation].rules))
        })
    }

    /// One cluster of the fleet.
    fn cluster(self, number: u64) -> Cluster {
        let Shape { nodes, servers, violation, is_thin } = self.shape(number);
        let mut cluster = good(number, nodes, servers);
        if let Some(violation) = violation {
            (VIOLATIONS[violation].happen)(&mut cluster, number);
        }
        if is_thin {
            good::thin(&mut cluster);
        }
        cluster
    }

    fn shape(self, number: u64) -> Shape {
        let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
        let nodes = match random.below(100) {
            0..70 => 2,
            70..85 => 3,
            85..95 => 4,
            _ => 5 + random.below(4),
        };
        let servers = 1 + random.below(nodes - 1);
        let is_violated = random.below(1000) < self.violations_per_mille;
        let violation = random.below(VIOLATIONS.len() as u64);
        let is_thin = !is_violated && random.below(4) == 0;
        Shape { nodes, servers, violation: is_violated.then(|| good::place(violation)), is_thin }
    }
}

/// What the random numbers decide of a cluster.
struct Shape {
    nodes: u64,
    servers: u64,
    /// Which of the violations, if any.
    violation: Option<usize>,
    /// Whether little more is known than a cluster says of itself.
    is_thin: bool,
}

/// `SplitMix64`: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rules_core::{Profile, audit_cluster, model::Cluster};
    use serde_json::Value;

    use super::{Fleet, VIOLATIONS};

    #[test]
    fn clusters_share_no_address_no_name_and_no_account() {
        let fleet: Vec<Cluster> = [0, 1, 4000, 65_537, (1 << 18) - 1]
            .into_iter()
            .map(|number| Fleet::of(1 << 18).cluster(number))
            .collect();
        let mut once = BTreeSet::new();
        for cluster in &fleet {
            let text = serde_json::to_value(cluster).unwrap();
            let mut own = BTreeSet::new();
            facts(&text, "", &mut own);
            for fact in own {
                assert!(once.insert(fact.clone()), "{fact} is used twice");
            }
        }
        assert!(once.len() > 15 * fleet.len());
    }

    /// The addresses, names and accounts of a cluster that no other may have.
    fn facts(value: &Value, key: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(key, value)| facts(value, key, found)),
            Value::Array(entries) => entries.iter().for_each(|value| facts(value, key, found)),
            Value::String(text) => {
                let is_own = text.starts_with("10.")
                    || text.starts_with("MAILCLU")
                    || text.starts_with("MB")
                    || text.starts_with("EVS0")
                    || text.starts_with(r"CORP\svc")
                    || key == "physical_disk";
                if is_own {
                    found.insert(text.clone());
                }
            }
            _ => {}
        }
    }

    #[test]
    fn a_fleet_is_the_same_every_time_and_of_the_stated_size() {
        let lines: Vec<String> = Fleet::of(200).lines().collect();
        assert!(lines.iter().eq(&Fleet::of(200).lines().collect::<Vec<_>>()));
        let bytes: usize = lines.iter().map(String::len).sum();
        assert!((5000..8000).contains(&(bytes / lines.len())), "{} bytes a cluster", bytes / lines.len());
    }

    #[test]
    fn a_fleet_has_the_stated_share_of_violations() {
        let share =
            |per_mille| Fleet { violations_per_mille: per_mille, ..Fleet::of(5_000) }.expected().count();
        assert_eq!((share(0), share(1000)), (0, 5_000));
        assert!((150..250).contains(&share(40)), "{}", share(40));
    }

    #[test]
    fn the_findings_are_those_expected() {
        let book = excluster::book();
        let plan = book.plan(&Profile::recommended()).unwrap();
        let fleet = Fleet { violations_per_mille: 800, ..Fleet::of(1_000) };
        let mut expected = fleet.expected().peekable();
        let (mut kinds, mut wrong) = (BTreeSet::new(), BTreeSet::new());
        for cluster in fleet.clusters() {
            let report = audit_cluster(&plan, &cluster);
            let found: BTreeSet<String> = report.findings().map(|(rule, _)| rule.full_name()).collect();
            let name = cluster.name.get().unwrap().to_string();
            let wanted =
                expected.next_if(|(violated, _)| *violated == name).map_or(&[][..], |(_, rules)| rules);
            if !found.iter().eq(wanted) {
                wrong.insert(format!("{found:?}, expected {wanted:?}"));
            }
            kinds.insert(wanted);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(kinds.len(), VIOLATIONS.len() + 1, "a violation happened to no cluster");
    }
}
