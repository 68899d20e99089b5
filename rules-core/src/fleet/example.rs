//! Examples of a fleet rule: small fleets, and what the rule finds in them.

use std::fmt;

use crate::{ExampleError, example::Example, model::Cluster, passes};

/// A small fleet on which a fleet rule is shown, and what the rule says of it.
#[derive(Clone, Copy, Debug)]
pub struct FleetExample {
    /// What is shown, in a few words.
    pub title: &'static str,
    /// The clusters.
    pub members: &'static [Member],
    /// What the rule says.
    pub expect: FleetExpectation,
}

/// A cluster of a small fleet: a definition, what is taken away from it, and what is laid over the rest, as in an
/// [`Example`].
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The definition that the cluster starts from, in TOML.
    pub base: &'static str,
    /// What is taken away, as paths by names.
    pub without: &'static [&'static str],
    /// What is laid over the rest, in TOML.
    pub with: &'static str,
}

/// What a fleet rule says of an example.
///
/// A place is written `2: nodes[NODE1].name`: the cluster, from 1, and a path by names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FleetExpectation {
    /// It compares every cluster, and finds nothing.
    Passes,
    /// It finds this, and no more: each finding with the places of its holders.
    Fails(&'static [&'static [&'static str]]),
    /// It finds nothing, but lacks these facts.
    Incomplete(&'static [&'static str]),
}

/// A fleet without a finding.
pub const fn fleet_passes(title: &'static str, members: &'static [Member]) -> FleetExample {
    FleetExample { title, members, expect: FleetExpectation::Passes }
}

/// A fleet with a finding for each of these lists of places.
pub const fn fleet_fails(
    title: &'static str,
    members: &'static [Member],
    at: &'static [&'static [&'static str]],
) -> FleetExample {
    FleetExample { title, members, expect: FleetExpectation::Fails(at) }
}

/// A fleet that cannot be compared as a whole, because these facts are absent.
pub const fn fleet_incomplete(
    title: &'static str,
    members: &'static [Member],
    absent: &'static [&'static str],
) -> FleetExample {
    FleetExample { title, members, expect: FleetExpectation::Incomplete(absent) }
}

/// A cluster: a definition, with a few lines of TOML laid over it.
pub const fn member(base: &'static str, with: &'static str) -> Member {
    Member { base, without: &[], with }
}

impl Member {
    /// Takes facts or whole elements of lists away.
    #[must_use]
    pub const fn without(mut self, paths: &'static [&'static str]) -> Self {
        self.without = paths;
        self
    }
}

impl FleetExample {
    /// The example's clusters.
    ///
    /// # Errors
    /// A base, an overlay or a path is malformed, or what is to be taken away is not there.
    pub fn clusters(&self) -> Result<Vec<Cluster>, ExampleError> {
        let example = |member: &Member| Example {
            without: member.without,
            with: member.with,
            ..passes(self.title, member.base)
        };
        self.members.iter().map(|member| example(member).cluster()).collect()
    }
}

impl fmt::Display for FleetExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passes => "passes",
            Self::Fails(_) => "fails",
            Self::Incomplete(_) => "cannot be compared as a whole",
        })
    }
}
