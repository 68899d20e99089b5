//! The binary: the library with the rule sets that are shipped.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    excluster::run(excluster::SETS, env::args_os()).into()
}
