//! Throughput of reading, of the rules, and of both, in clusters and bytes a second.

use std::hint::black_box;

use benches::Fleet;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
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
    let text: String = Fleet::of(2_000).lines().map(|line| line + "\n").collect();
    let mut group = criterion.benchmark_group("end to end");
    group.throughput(Throughput::Elements(fleet.len() as u64));
    for threads in [1, 2] {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
        group.bench_function(format!("NDJSON, {threads} threads"), |bencher| {
            bencher.iter(|| {
                let reader = std::io::Cursor::new(text.clone().into_bytes());
                pool.install(|| {
                    audit_stream(
                        &plan,
                        reader,
                        |line| line.result.map(|(_, report)| report.counts()).ok(),
                        |counts| {
                            black_box(counts);
                            Ok::<_, std::convert::Infallible>(())
                        },
                    )
                })
            });
        });
        group.bench_function(format!("clusters in memory, {threads} threads"), |bencher| {
            bencher.iter(|| pool.install(|| black_box(audit(&plan, &fleet))));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, rules, end_to_end);
criterion_main!(benches);
