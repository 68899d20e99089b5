//! Throughput of reading, of the rules, of both, and of the whole program, in clusters and bytes a second.

use std::{
    convert::Infallible,
    ffi::OsStr,
    fs,
    hint::black_box,
    io::{self, Cursor},
};

use benches::Fleet;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use excluster::{Console, Exit};
use rules_core::{
    Profile, audit, audit_cluster, audit_stream,
    input::{Syntax, read, read_into, to_toml},
    model::Cluster,
};
use serde::de::IgnoredAny;

fn reading(criterion: &mut Criterion) {
    let lines: Vec<String> = Fleet::of(500).lines().collect();
    let mut group = criterion.benchmark_group("read");
    group.throughput(total(&lines));
    group.bench_function("skip: serde_json IgnoredAny", |bencher| {
        bencher.iter(|| each(&lines, |line| serde_json::from_str::<IgnoredAny>(line).is_ok()));
    });
    let mut cluster = Cluster::default();
    group.bench_function("JSON, in place", |bencher| {
        bencher.iter(|| each(&lines, |line| read_into(line, Syntax::Json, &mut cluster).is_ok()));
    });
    group.bench_function("JSON, fresh", |bencher| {
        bencher.iter(|| each(&lines, |line| read(line, Syntax::Json).is_ok()));
    });
    let definitions: Vec<String> = Fleet::of(500).clusters().map(|cluster| to_toml(&cluster)).collect();
    group.throughput(total(&definitions));
    group.bench_function("TOML, in place", |bencher| {
        bencher.iter(|| each(&definitions, |text| read_into(text, Syntax::Toml, &mut cluster).is_ok()));
    });
    group.finish();
}

fn total(texts: &[String]) -> Throughput {
    Throughput::BytesDecimal(texts.iter().map(String::len).sum::<usize>() as u64)
}

fn each<T>(texts: &[String], mut work: impl FnMut(&str) -> T) {
    for text in texts {
        black_box(work(text));
    }
}

fn rules(criterion: &mut Criterion) {
    let book = excluster::book();
    let plan = book.plan(&Profile::recommended()).expect("every rule is selected");
    let fleet: Vec<Cluster> = Fleet::of(500).clusters().collect();
    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements(fleet.len() as u64));
    group.bench_function("all", |bencher| {
        bencher.iter(|| {
            for cluster in &fleet {
                black_box(audit_cluster(&plan, cluster));
            }
        });
    });
    for rule in book.rules() {
        group.bench_function(rule.meta().full_name(), |bencher| {
            bencher.iter_batched_ref(
                rules_core::Findings::default,
                |findings| {
                    for cluster in &fleet {
                        rule.check(cluster.view(), findings);
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn end_to_end(criterion: &mut Criterion) {
    let plan = excluster::book().plan(&Profile::recommended()).expect("every rule is selected");
    let fleet: Vec<Cluster> = Fleet::of(2_000).clusters().collect();
    let texts = [100, 1_000, 10_000].map(|clusters| (clusters, ndjson(clusters)));
    let mut group = criterion.benchmark_group("end to end");
    for threads in [1, 2] {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
        group.throughput(Throughput::Elements(fleet.len() as u64));
        group.bench_function(format!("clusters in memory, {threads} threads"), |bencher| {
            bencher.iter(|| pool.install(|| black_box(audit(&plan, &fleet))));
        });
        for (clusters, text) in &texts {
            group.throughput(Throughput::BytesDecimal(text.len() as u64));
            group.bench_function(format!("NDJSON, {clusters} clusters, {threads} threads"), |bencher| {
                bencher.iter_batched(
                    || Cursor::new(text.clone().into_bytes()),
                    |reader| {
                        pool.install(|| {
                            audit_stream(
                                &plan,
                                reader,
                                |line| line.result.map(|(_, report)| report.counts()).ok(),
                                |counts| {
                                    black_box(counts);
                                    Ok::<_, Infallible>(())
                                },
                            )
                        })
                    },
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

fn ndjson(clusters: u64) -> String {
    Fleet::of(clusters).lines().map(|line| line + "\n").collect()
}

/// The whole program, from the arguments to the last byte of the report.
fn program(criterion: &mut Criterion) {
    const CLUSTERS: u64 = 1_000;
    let book = excluster::book();
    let folder = tempfile::tempdir().expect("there can be files");
    let lines = folder.path().join("fleet.ndjson");
    fs::write(&lines, ndjson(CLUSTERS)).expect("it can be written");
    let run = |arguments: &[&OsStr]| {
        let program = ["excluster", "audit", "--exit-zero"].map(OsStr::new);
        let arguments = program.iter().chain(arguments).map(|&it| it.to_owned());
        let exit = excluster::run_with(
            &book,
            excluster::PROCEDURES,
            arguments,
            &mut Console::new(io::sink(), io::sink()),
        );
        assert_eq!(exit, Exit::Clean);
    };
    let mut group = criterion.benchmark_group("program");
    group.throughput(Throughput::Elements(CLUSTERS));
    for format in ["text", "concise", "json", "ndjson"] {
        group.bench_function(format, |bencher| {
            bencher.iter(|| run(&["--format".as_ref(), format.as_ref(), lines.as_os_str()]));
        });
    }
    for (ending, write) in [
        ("json", (|it| serde_json::to_string_pretty(it).expect("a cluster can be written")) as fn(&_) -> _),
        ("toml", to_toml),
    ] {
        let files = folder.path().join(ending);
        fs::create_dir(&files).expect("there can be folders");
        for (number, cluster) in Fleet::of(CLUSTERS).clusters().enumerate() {
            fs::write(files.join(format!("{number}.{ending}")), write(&cluster)).expect("it can be written");
        }
        group.bench_function(format!("a folder of {ending} files"), |bencher| {
            bencher.iter(|| run(&["--quiet".as_ref(), files.as_os_str()]));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, rules, end_to_end, program);
criterion_main!(benches);
