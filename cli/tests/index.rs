//! What rules find out through an index is what they find out without one.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rayon::prelude::*;
use rules_core::{
    Findings,
    input::{self, Syntax},
    model::{Cluster, Index},
    testing::reference,
};

#[test]
fn an_index_changes_no_answer() {
    let book = excluster::book();
    let every_rule: Vec<_> = book.rules().collect();
    let references = reference::ALL.iter().map(|it| input::read(it.definition, Syntax::Toml).unwrap());
    let whole = references.chain([long_lists()]).map(|cluster| (cluster, every_rule.clone()));
    let examples = every_rule.iter().flat_map(|&rule| {
        rule.meta().examples.iter().map(move |example| (example.cluster().unwrap(), vec![rule]))
    });
    let cases: Vec<_> = whole.chain(examples).collect();
    cases.par_iter().for_each_init(Index::default, |index, (cluster, rules)| {
        let indexed = index.view(cluster);
        for rule in rules {
            let said = |view| {
                let mut findings = Findings::default();
                rule.check(view, &mut findings);
                format!("{findings:?}")
            };
            assert_eq!(said(indexed), said(cluster.view()), "{}", rule.meta().full_name());
        }
    });
}

/// A cluster whose lists are so long that names are looked up, with some that are not known and some twice.
fn long_lists() -> Cluster {
    let mut cluster = input::read(reference::FOUR_NODES_2003, Syntax::Toml).unwrap();
    let groups = cluster.groups.get_or_default();
    let (group, servers) = (groups[1].clone(), cluster.virtual_servers.get_or_default());
    let server = servers[0].clone();
    for number in 4..40 {
        let mut group = group.clone();
        if number % 7 == 0 {
            group.name.forget();
        } else {
            group.name.set(format!("evs{} group", number / 2));
        }
        for resource in group.resources.get_or_default().iter_mut().filter(|_| number % 5 == 0) {
            resource.name.set(format!("Resource {number}"));
            resource.r#type.forget();
        }
        groups.push(group);
        servers.push(server.clone().name(format!("EVS{number}")).group(format!("EVS{number} Group")));
    }
    let disks = cluster.disks.get_or_default();
    disks.extend((0..30).map(|number| disks[number % 5].clone()).collect::<Vec<_>>());
    disks[20].name.forget();
    cluster
}
