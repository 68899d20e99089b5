//! The tool as people use it: arguments in, text and exit code out.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod exit_codes;
mod formats;
#[path = "../golden/mod.rs"]
mod golden;
mod goldens;
mod inputs;
mod merge;
mod plan;
mod procedure;
mod refused;
mod runner;
