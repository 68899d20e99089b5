//! Views and paths are passed by value, everywhere: they have to stay small.

use rules_core::model::{At, Cluster, FactPath};

#[test]
fn views_and_paths_are_small() {
    assert!(size_of::<FactPath>() <= 32, "{}", size_of::<FactPath>());
    assert!(size_of::<At<'_, Cluster>>() <= 48, "{}", size_of::<At<'_, Cluster>>());
}
