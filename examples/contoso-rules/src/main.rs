//! The command line tool with Contoso's rules beside those that it ships.
fn main() {}
