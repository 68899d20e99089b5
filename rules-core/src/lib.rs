//! The core of excluster: the fact model of Exchange clusters, the [`Rule`] trait, the rule registry and the parallel
//! evaluator. It holds no rules and does no input or output but through readers handed to it.
//!
//! - [`model`]: what a definition says about a cluster, every fact optional and with a path.
//! - [`input`]: definitions in TOML, JSON and NDJSON, and everything that is wrong with them.
//! - [`rule!`], [`RuleSet`], [`RuleBook`]: rules, declared in a crate of their own or added at run time.
//! - [`Profile`], [`Plan`]: which rules look at a fleet.
//! - [`audit()`], [`audit_cluster`], [`audit_stream`]: the evaluator.
//! - [`fleet`]: rules that compare the clusters of a fleet.
//! - [`testing`]: the net under every crate of rules.

mod audit;
mod book;
mod example;
mod findings;
pub mod fleet;
pub mod input;
pub mod model;
mod profile;
mod report;
pub mod rule;
pub mod runbook;
mod stream;
pub mod testing;
pub mod words;

pub use audit::{Auditor, audit, audit_cluster};
pub use book::{RuleBook, RuleBookError, UnknownRule};
pub use example::{Example, ExampleError, Expectation, fails, not_applicable, passes, unknown};
pub use findings::{ByArticle, Findings, Report};
pub use fleet::{FleetRule, audit_fleet};
pub use profile::{BaseProfile, Choice, Plan, Profile, ProfileError, Selector};
pub use report::{ClusterReport, Counts, Finding, Outcome};
pub use rule::{Basis, EVERY_VERSION, Rule, RuleMeta, RuleSet, Severity, Source, Stage, StaticRule};
pub use stream::{AuditedLine, audit_stream};
