//! The command line tool with Contoso's rules beside those that it ships:
//!
//! ```sh
//! cargo run --package contoso-rules -- audit examples/fleet --select contoso
//! ```

use std::{env, process::ExitCode};

use contoso_rules::CONTOSO;
use rules_cluster::CLUSTER;
use rules_exchange2003::EXCHANGE_2003;
use rules_exchange2007::EXCHANGE_2007;

fn main() -> ExitCode {
    excluster::run(&[&CLUSTER, &EXCHANGE_2003, &EXCHANGE_2007, &CONTOSO], env::args_os()).into()
}
