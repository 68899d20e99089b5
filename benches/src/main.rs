//! Writes generated fleets, and measures the ratios that the project holds itself to.

use std::{
    hint::black_box,
    io::{self, BufWriter, Write},
    time::{Duration, Instant},
};

use benches::Fleet;
use clap::{Parser, Subcommand};
use rules_core::{
    Plan, Profile, audit_cluster,
    input::{Syntax, read_into},
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
    /// Write a fleet as NDJSON to the standard output.
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
    },
    /// Measure parse, rules and both on one core, in interleaved rounds, and print the medians.
    Ratios {
        /// How many clusters.
        #[arg(long, default_value_t = 2_000)]
        clusters: u64,
        /// How many rounds.
        #[arg(long, default_value_t = 15)]
        rounds: usize,
    },
    /// Measure each rule alone, on clusters that are parsed, and print the dearest first.
    Rules {
        /// How many clusters.
        #[arg(long, default_value_t = 500)]
        clusters: u64,
    },
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match Arguments::parse().command {
        Command::Fleet { clusters, seed, violations } => {
            for line in (Fleet { seed, clusters, violations_per_mille: violations }).lines() {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
        Command::Ratios { clusters, rounds } => ratios(&mut out, clusters, rounds),
        Command::Rules { clusters } => rules(&mut out, clusters),
    }
}

fn rules(out: &mut impl Write, clusters: u64) -> io::Result<()> {
    let book = excluster::book();
    let fleet: Vec<Cluster> = Fleet::of(clusters).clusters().collect();
    let mut costs: Vec<(Duration, String)> = book
        .rules()
        .map(|rule| {
            let name = rule.meta().full_name();
            let plan =
                book.plan(&Profile::recommended().select([name.as_str().into()])).expect("the rule is there");
            let look = || fleet.iter().for_each(|cluster| drop(black_box(audit_cluster(&plan, cluster))));
            ((0..9).map(|_| time(look)).min().unwrap_or_default(), name)
        })
        .collect();
    costs.sort_unstable_by(|a, b| b.cmp(a));
    let count = u32::try_from(fleet.len()).unwrap_or(u32::MAX).max(1);
    for (cost, name) in costs {
        writeln!(out, "{:>8} ns  {name}", (cost / count).as_nanos())?;
    }
    Ok(())
}

/// What is measured, each over all lines once.
const WORK: [&str; 4] =
    ["skip (serde_json IgnoredAny)", "parse, in place", "rules, parsed clusters", "end to end"];

fn ratios(out: &mut impl Write, clusters: u64, rounds: usize) -> io::Result<()> {
    let plan = excluster::book().plan(&Profile::recommended()).expect("every rule is selected");
    let lines: Vec<String> = Fleet::of(clusters).lines().collect();
    let fleet: Vec<Cluster> = Fleet::of(clusters).clusters().collect();
    let bytes: usize = lines.iter().map(String::len).sum();
    let mut times = [const { Vec::new() }; WORK.len()];
    for _ in 0..rounds.max(1) {
        for (work, times) in times.iter_mut().enumerate() {
            times.push(time(|| run(work, &plan, &lines, &fleet)));
        }
    }
    let medians = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    writeln!(
        out,
        "{clusters} clusters, {} KB each, {} rules, one core, medians of {rounds} rounds\n",
        bytes / lines.len().max(1) / 1000,
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

fn run(work: usize, plan: &Plan, lines: &[String], fleet: &[Cluster]) {
    let mut cluster = Cluster::default();
    for (line, parsed) in lines.iter().zip(fleet) {
        if work == 0 {
            black_box(serde_json::from_str::<IgnoredAny>(line).expect("the line is JSON"));
        }
        if work == 1 || work == 3 {
            read_into(line, Syntax::Json, &mut cluster).expect("the line is a definition");
            black_box(&cluster);
        }
        if work == 2 || work == 3 {
            black_box(audit_cluster(plan, if work == 2 { parsed } else { &cluster }));
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
