//! Writes generated fleets, and measures the ratios that the project holds itself to.

mod cost;

use std::{
    hint::black_box,
    io::{self, BufWriter, Write},
    time::{Duration, Instant},
};

use benches::{Fleet, growth::Growing, large};
use clap::{Parser, Subcommand, ValueEnum};
use rules_core::{
    Auditor, Plan, Profile,
    input::{Syntax, read_into, to_toml},
    model::Cluster,
};
use serde::de::IgnoredAny;

/// Fleets to measure with, and what is measured.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a fleet as NDJSON to the standard output: clusters of 2 to 8 nodes, 6 KB each on average, each the same for
    /// the same seed.
    Fleet {
        /// How many clusters.
        #[arg(long, default_value_t = 10_000)]
        clusters: u64,
        /// Where the random numbers begin.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many of a thousand clusters have something wrong.
        #[arg(long, default_value_t = 40)]
        violations: u64,
        /// Instead of the fleet write what is to be found in it: the names of clusters, each with the rules that find
        /// something.
        #[arg(long)]
        expected: bool,
    },
    /// Measure parse, rules and both on one core, in interleaved rounds, and print the medians.
    Ratios {
        /// How many clusters.
        #[arg(long, default_value_t = 2_000)]
        clusters: u64,
        /// How many rounds.
        #[arg(long, default_value_t = 15)]
        rounds: usize,
        /// From TOML instead of JSON.
        #[arg(long)]
        toml: bool,
    },
    /// Measure what each rule adds to an audit, on typical clusters and on two of 8 nodes, all of them parsed and with
    /// their index made, and print the dearest first; then the index, and an audit as a whole. No rule should cost more
    /// than a microsecond on 8 nodes without a reason.
    Rules {
        /// How many typical clusters.
        #[arg(long, default_value_t = 200)]
        clusters: u64,
    },
    /// Measure each rule on clusters that grow in one direction, and print those whose time grows faster.
    Growth {
        /// How many nodes, virtual servers and so on; and twice as many.
        #[arg(long, default_value_t = 2_000)]
        size: u64,
    },
    /// Judge clusters of one kind again and again, for a profiler: `valgrind --tool=callgrind` counts the same
    /// instructions each time. What 100 more rounds add is what one of them costs.
    Judge {
        /// Which clusters.
        #[arg(value_enum)]
        kind: Kind,
        /// How many rounds.
        #[arg(long, default_value_t = 100)]
        rounds: usize,
        /// One rule instead of all of them, by full name.
        #[arg(long)]
        rule: Option<String>,
    },
    /// Read clusters of one kind again and again, for a profiler.
    Read {
        /// Which clusters.
        #[arg(value_enum)]
        kind: Kind,
        /// How many rounds.
        #[arg(long, default_value_t = 100)]
        rounds: usize,
        /// From TOML instead of JSON.
        #[arg(long)]
        toml: bool,
    },
}

/// Clusters to measure with.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Of the generated fleet: mostly 2 nodes, Exchange 2003.
    Typical,
    /// 8 nodes, 7 virtual servers, Exchange 2003.
    #[value(name = "large-2003")]
    Large2003,
    /// 8 nodes, 7 clustered mailbox servers, a single copy cluster of Exchange 2007.
    #[value(name = "large-2007")]
    Large2007,
}

impl Kind {
    fn clusters(self, typical: u64) -> Vec<Cluster> {
        match self {
            Self::Typical => Fleet::of(typical).clusters().collect(),
            Self::Large2003 => vec![large::exchange_2003()],
            Self::Large2007 => vec![large::exchange_2007()],
        }
    }
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match Arguments::parse().command {
        Command::Fleet { clusters, seed, violations, expected } => {
            let fleet = Fleet { seed, clusters, violations_per_mille: violations };
            if expected {
                let mut expected = fleet.expected();
                return expected.try_for_each(|(name, rules)| writeln!(out, "{name} {}", rules.join(" ")));
            }
            fleet.lines().try_for_each(|line| writeln!(out, "{line}"))
        }
        Command::Ratios { clusters, rounds, toml } => ratios(&mut out, clusters, rounds, syntax(toml)),
        Command::Rules { clusters } => cost::rules(&mut out, clusters),
        Command::Growth { size } => growth(&mut out, size),
        Command::Judge { kind, rounds, rule } => {
            judge(kind, rounds, rule);
            Ok(())
        }
        Command::Read { kind, rounds, toml } => {
            read(kind, rounds, syntax(toml));
            Ok(())
        }
    }
}

fn syntax(toml: bool) -> Syntax {
    if toml { Syntax::Toml } else { Syntax::Json }
}

fn growth(out: &mut impl Write, size: u64) -> io::Result<()> {
    let book = excluster::book();
    for growing in Growing::ALL {
        let clusters = [size, size * 2].map(|size| growing.cluster(size));
        let mut all = [Duration::ZERO; 2];
        let mut lines = Vec::new();
        for rule in book.rules() {
            let name = rule.meta().full_name();
            let plan =
                book.plan(&Profile::strict().select([name.as_str().into()])).expect("the rule is there");
            let mut auditor = Auditor::new(&plan);
            let times = clusters.each_ref().map(|cluster| {
                (0..3).map(|_| time(|| drop(black_box(auditor.audit(cluster))))).min().unwrap_or_default()
            });
            all[0] += times[0];
            all[1] += times[1];
            let ratio = times[1].as_secs_f64() / times[0].as_secs_f64();
            if ratio > 3.0 && times[1] > Duration::from_millis(2) {
                lines.push(format!("  {name}: {:.1?}, then {:.1?}, {ratio:.1} times", times[0], times[1]));
            }
        }
        writeln!(out, "{growing:?}, {size} and twice as many: {:.1?}, then {:.1?}", all[0], all[1])?;
        for line in lines {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// One round judges or reads a typical fleet of this many clusters, or a large cluster once.
const TYPICAL: u64 = 100;

fn judge(kind: Kind, rounds: usize, rule: Option<String>) {
    let profile = Profile::strict();
    let profile = rule.iter().fold(profile, |profile, rule| profile.select([rule.as_str().into()]));
    let plan = excluster::book().plan(&profile).expect("the rule is there");
    let clusters = kind.clusters(TYPICAL);
    let mut auditor = Auditor::new(&plan);
    for _ in 0..rounds {
        for cluster in &clusters {
            black_box(auditor.audit(cluster));
        }
    }
}

fn read(kind: Kind, rounds: usize, syntax: Syntax) {
    let texts: Vec<String> = kind.clusters(TYPICAL).iter().map(|cluster| written(cluster, syntax)).collect();
    let mut cluster = Cluster::default();
    for text in std::iter::repeat_n(&texts, rounds).flatten() {
        read_into(text, syntax, &mut cluster).expect("the text is a definition");
        black_box(&cluster);
    }
}

fn written(cluster: &Cluster, syntax: Syntax) -> String {
    match syntax {
        Syntax::Toml => to_toml(cluster),
        Syntax::Json => serde_json::to_string(cluster).expect("a cluster can be written as JSON"),
    }
}

/// What is measured, each over all texts once. To skip a text is to make nothing of it: `IgnoredAny` of `serde_json`,
/// `DeTable` of `toml`.
const WORK: [&str; 4] = ["skip", "parse, in place", "rules, parsed clusters", "end to end"];

fn ratios(out: &mut impl Write, clusters: u64, rounds: usize, syntax: Syntax) -> io::Result<()> {
    let plan = excluster::book().plan(&Profile::recommended()).expect("every rule is selected");
    let fleet: Vec<Cluster> = Fleet::of(clusters).clusters().collect();
    let texts: Vec<String> = fleet.iter().map(|cluster| written(cluster, syntax)).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut times = [const { Vec::new() }; WORK.len()];
    for _ in 0..rounds.max(1) {
        for (work, times) in times.iter_mut().enumerate() {
            times.push(time(|| run(work, &plan, &texts, syntax, &fleet)));
        }
    }
    let medians = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    writeln!(
        out,
        "{clusters} clusters, {} KB of {} each, {} rules, one core, medians of {rounds} rounds\n",
        bytes / texts.len().max(1) / 1000,
        syntax.as_str(),
        plan.rules().len()
    )?;
    writeln!(
        out,
        "{:<30} {:>12} {:>14} {:>10} {:>8} {:>8}",
        "", "us/cluster", "clusters/s", "MB/s", "/ skip", "/ parse"
    )?;
    #[expect(clippy::cast_precision_loss, reason = "the counts are far below 2^52")]
    let (count, megabytes) = (clusters as f64, bytes as f64 / 1e6);
    for (name, seconds) in WORK.iter().zip(medians) {
        writeln!(
            out,
            "{name:<30} {:>12.2} {:>14.0} {:>10.0} {:>8.2} {:>8.2}",
            seconds / count * 1e6,
            count / seconds,
            megabytes / seconds,
            seconds / medians[0],
            seconds / medians[1],
        )?;
    }
    Ok(())
}

fn run(work: usize, plan: &Plan, texts: &[String], syntax: Syntax, fleet: &[Cluster]) {
    let mut cluster = Cluster::default();
    let mut auditor = Auditor::new(plan);
    for (text, parsed) in texts.iter().zip(fleet) {
        if work == 0 {
            skip(text, syntax);
        }
        if work == 1 || work == 3 {
            read_into(text, syntax, &mut cluster).expect("the text is a definition");
            black_box(&cluster);
        }
        if work == 2 || work == 3 {
            black_box(auditor.audit(if work == 2 { parsed } else { &cluster }));
        }
    }
}

fn skip(text: &str, syntax: Syntax) {
    match syntax {
        Syntax::Json => {
            black_box(serde_json::from_str::<IgnoredAny>(text).expect("the text is JSON"));
        }
        Syntax::Toml => {
            black_box(toml::de::DeTable::parse(text).expect("the text is TOML"));
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
