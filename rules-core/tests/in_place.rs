//! Reading into the storage of an earlier cluster gives what reading into a fresh one gives.

use proptest::{prelude::*, sample::Index};
use rules_core::{
    input::{self, Syntax},
    model::Cluster,
    testing::reference,
};

/// A text to read: a reference cluster from which some facts are taken away, in one of the syntaxes, or broken off.
fn documents() -> impl Strategy<Value = (String, Syntax)> {
    let whole: Vec<Cluster> = reference::ALL
        .iter()
        .map(|it| input::read(it.definition, Syntax::Toml).expect("the reference clusters are read"))
        .collect();
    let holes = prop::collection::vec(any::<Index>(), 0..40);
    let broken = prop::option::weighted(0.15, any::<Index>());
    (0..whole.len(), holes, any::<bool>(), broken).prop_map(move |(base, holes, as_toml, broken)| {
        let mut cluster = whole[base].clone();
        let facts = cluster.fact_paths();
        for hole in holes {
            cluster.forget(facts[hole.index(facts.len())]);
        }
        cluster.format.set(rules_core::model::Format);
        let (mut text, syntax) = if as_toml {
            (input::to_toml(&cluster), Syntax::Toml)
        } else {
            (serde_json::to_string(&cluster).expect("a cluster can be written as JSON"), Syntax::Json)
        };
        if let Some(broken) = broken {
            text.truncate(text.floor_char_boundary(broken.index(text.len())));
        }
        (text, syntax)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_place_equals_fresh(sequence in prop::collection::vec(documents(), 1..8)) {
        let mut reused = Cluster::default();
        for (text, syntax) in sequence {
            let outcome = input::read_into(&text, syntax, &mut reused);
            match input::read(&text, syntax) {
                Ok(fresh) => {
                    prop_assert!(outcome.is_ok());
                    prop_assert_eq!(&reused, &fresh);
                }
                Err(problems) => {
                    prop_assert_eq!(outcome, Err(problems));
                    prop_assert_eq!(&reused, &Cluster::default());
                }
            }
        }
    }
}
