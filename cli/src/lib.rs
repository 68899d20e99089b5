//! The command line tool `excluster`: audits definitions of Exchange clusters.
//!
//! It is a library so that others can build the same tool with rules of their own:
//!
//! ```no_run
//! use std::{env, process::ExitCode};
//!
//! use rules_cluster::CLUSTER;
//! use rules_exchange2003::EXCHANGE_2003;
//!
//! fn main() -> ExitCode {
//!     excluster::run(&[&CLUSTER, &EXCHANGE_2003], env::args_os()).into()
//! }
//! ```

mod args;
mod commands;
mod console;
mod digest;
mod escape;
mod examined;
mod excerpt;
mod exit;
mod fleet;
mod formats;
mod held;
mod inputs;
mod mistake;
mod outputs;
mod palette;
mod part;
mod progress;
mod reading;
mod rule_page;
mod runbook;
mod summary;
mod tally;

use std::ffi::OsString;

use clap::Parser as _;
use rules_core::{RuleBook, RuleSet, runbook::Procedure};

pub use console::Console;
pub use exit::Exit;
pub use formats::report::report_schema;
pub use rule_page::rules_page;

use crate::{
    args::{Arguments, Command},
    mistake::Mistake,
};

/// The rule sets that the tool ships.
pub const SETS: &[&RuleSet] =
    &[&rules_cluster::CLUSTER, &rules_exchange2003::EXCHANGE_2003, &rules_exchange2007::EXCHANGE_2007];

/// The build procedures that the tool ships.
pub const PROCEDURES: &[&Procedure] =
    &[&rules_exchange2003::procedure::PROCEDURE, &rules_exchange2007::procedure::PROCEDURE];

/// Every rule that the tool ships.
///
/// # Panics
/// Never: the sets are not empty and their names are distinct, which a test checks.
pub fn book() -> RuleBook {
    RuleBook::of(SETS)
        .expect("the sets that are shipped are not empty, and no two of their rules have one name")
}

/// Runs the tool with the rules of these sets and the procedures that it ships, on the standard streams. The first
/// argument is the program's name.
pub fn run(sets: &[&'static RuleSet], arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut console = Console::standard();
    match RuleBook::of(sets) {
        Ok(book) => run_with(&book, PROCEDURES, arguments, &mut console),
        Err(error) => console.fail(&error, None),
    }
}

/// Runs the tool with the rules of a book and some procedures, on streams of the caller's. The first argument is the
/// program's name.
pub fn run_with(
    book: &RuleBook,
    procedures: &[&'static Procedure],
    arguments: impl IntoIterator<Item = OsString>,
    console: &mut Console<'_>,
) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(answer) => return console.answer(&answer),
    };
    console.colour(arguments.color);
    let result = match &arguments.command {
        Command::Audit(arguments) => commands::audit::audit(book, arguments, console),
        Command::Merge(arguments) => commands::merge::merge(book, arguments, console),
        Command::Rules(arguments) => commands::rules::rules(book, arguments, console),
        Command::Plan(arguments) => commands::plan::plan(book, procedures, arguments, console),
        Command::Explain(arguments) => commands::explain::explain(book, arguments, console),
        Command::Schema(arguments) => commands::schema::schema(arguments, console),
    };
    result.unwrap_or_else(|mistake: Mistake| console.fail(&mistake, mistake.help()))
}

/// The examples of README.md are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
