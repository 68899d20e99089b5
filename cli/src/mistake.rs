//! [`Mistake`]: what the one who runs the tool has to mend before anything is done.

use std::io;

use rules_core::{ProfileError, UnknownRule};

use crate::{outputs::OutputError, part::PartError};

/// A mistake on the command line, or something in its way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mistake {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("`{0}` is to be audited, and the report would overwrite it; write the report elsewhere")]
    OverwritesInput(String),
    #[error(transparent)]
    Part(#[from] PartError),
    #[error("`{0}` is a part, and the report would overwrite it; write the report elsewhere")]
    OverwritesPart(String),
    #[error("`{0}` is the definition, and the runbook would overwrite it; write the runbook elsewhere")]
    OverwritesDefinition(String),
    #[error("the standard input can be one part only")]
    PartsFromStdin,
    #[error("cannot read the list of files `{file}`: {error}")]
    List { file: String, error: io::Error },
    #[error("`--input-format` says how the standard input is written, but `-` is not among the paths")]
    InputFormatWithoutStdin,
    #[error("the standard input cannot be both a definition and the list of files")]
    StdinTwice,
    #[error("cannot start {threads} threads: {error}; try `--jobs 1`")]
    Threads { threads: usize, error: rayon::ThreadPoolBuildError },
}

impl Mistake {
    /// What to try next, where the message does not say it.
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::Part(error) => Some(error.help),
            Self::Rule(_) => Some("`excluster rules` lists the rules"),
            Self::Profile(ProfileError::UnknownSelector { .. }) => {
                Some("`excluster rules` lists sets, rules and severities; docs/catalogue.md has the rows")
            }
            Self::List { .. } => Some("write one path a line; `-` is the standard input"),
            _ => None,
        }
    }
}
