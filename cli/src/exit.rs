//! [`Exit`]: how a run ended.

use std::process::ExitCode;

/// How a run ended. The worst of what happened wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything was done, and nothing was found that counts.
    #[default]
    Clean = 0,
    /// Something was found that counts.
    Findings = 1,
    /// A mistake on the command line, an input that could not be read, an output that could not be written, or
    /// nothing to audit.
    Trouble = 2,
    /// A rule broke.
    Broken = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
