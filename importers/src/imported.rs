//! What every importer answers: definitions with notes, or what kept the artefact from being read.

use std::collections::HashMap;

use rules_core::model::{Cluster, FactPath};

use crate::reg::RegError;

/// A cluster as an artefact describes it.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The definition.
    pub cluster: Cluster,
    /// What was not understood or contradicts itself, in the order of reading.
    pub notes: Vec<Note>,
    pub(crate) lines: HashMap<FactPath, u32>,
}

impl Imported {
    /// The line of the artefact, 1-based, that a fact comes from, or else the nearest thing above it. `None` where the
    /// artefact is not text.
    pub fn line_of(&self, path: FactPath) -> Option<u32> {
        let above = |path: &FactPath| (*path != FactPath::ROOT).then(|| path.parent());
        std::iter::successors(Some(path), above).find_map(|path| self.lines.get(&path).copied())
    }
}

/// Something in an artefact that was not understood, or that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where it is: a registry key below the root of the database, `Resources\<id>\Parameters`; empty for the root.
    pub key: String,
    /// The line of the artefact, 1-based; `None` where it is not text.
    pub line: Option<u32>,
}

/// Something that keeps an artefact from being read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImportError {
    /// The line, 1-based, where one is to blame.
    pub line: Option<u32>,
    /// The column in characters, 1-based, where one is to blame.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl From<RegError> for ImportError {
    fn from(error: RegError) -> Self {
        Self {
            line: Some(error.line),
            column: Some(error.column),
            message: error.problem.to_string(),
            hint: error.hint(),
        }
    }
}
