//! A step of a runbook.

use std::fmt;

use super::{CommandLine, Value};
use crate::{
    Source,
    model::{Cluster, Name, SetupStep},
};

/// A step: one thing that is done in one place, and can be seen to have worked.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is called, once in a runbook: `install-exchange NODE1`.
    pub id: String,
    /// The part of the work that it belongs to.
    pub phase: Phase,
    /// The node on which it is done; `None` if any computer with the tools will do.
    pub node: Option<Name>,
    /// What is done, as an instruction.
    pub title: String,
    /// Why, and why now.
    pub why: &'static str,
    /// On whose word.
    pub source: Source,
    /// The statements of the article "Exchange Clustering Basics" that it follows, as `docs/article.md` numbers them.
    pub article: &'static [&'static str],
    /// What must be so before, as a part of a definition.
    pub needs: Cluster,
    /// How it is done: one after the other.
    pub how: Vec<How>,
    /// How to see that it worked.
    pub check: String,
    /// How to take it back.
    pub undo: String,
    /// What a setup log says of it, without the times.
    pub log: Option<SetupStep>,
    /// What is so afterwards, as a part of a definition.
    pub makes: Cluster,
    /// The rules that fail when it is left out or done otherwise, by full name.
    pub proven_by: &'static [&'static str],
    /// The groups that are not online while it is done.
    pub offline: Vec<Name>,
}

impl Step {
    /// A step of which no more is said yet.
    pub fn new(phase: Phase, source: Source, id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            phase,
            node: None,
            title: title.into(),
            why: "",
            source,
            article: &[],
            needs: Cluster::default(),
            how: Vec::new(),
            check: String::new(),
            undo: String::new(),
            log: None,
            makes: Cluster::default(),
            proven_by: &[],
            offline: Vec::new(),
        }
    }

    /// The values to be filled in: the name of a variable, and what it stands for.
    pub fn blanks(&self) -> impl Iterator<Item = (&str, &str)> {
        self.how.iter().flat_map(How::values).filter_map(|value| match value {
            Value::Blank { name, what } => Some((name.as_str(), what.as_str())),
            Value::Given(_) => None,
        })
    }
}

/// How a thing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// A command at a command prompt.
    Run(CommandLine),
    /// By hand, in a program with windows.
    Screen {
        /// The program and the way through its menus and pages: `Cluster Administrator: File, New, Resource`.
        path: String,
        /// What to enter or choose there, in order: the label on the screen, and the value.
        fields: Vec<(&'static str, Value)>,
    },
}

impl How {
    /// A way through menus and pages, on which nothing is entered.
    pub fn screen(path: impl Into<String>) -> Self {
        Self::Screen { path: path.into(), fields: Vec::new() }
    }

    /// With a value to enter or choose.
    #[must_use]
    pub fn field(self, label: &'static str, value: impl Into<Value>) -> Self {
        match self {
            Self::Screen { path, mut fields } => {
                fields.push((label, value.into()));
                Self::Screen { path, fields }
            }
            run @ Self::Run(_) => run,
        }
    }

    /// Every value.
    pub fn values(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match self {
            Self::Run(line) => Box::new(line.values()),
            Self::Screen { fields, .. } => Box::new(fields.iter().map(|(_, value)| value)),
        }
    }
}

impl From<CommandLine> for How {
    fn from(line: CommandLine) -> Self {
        Self::Run(line)
    }
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Forest and domains.
    Directory,
    /// What Exchange Setup wants to find on each node.
    Prerequisites,
    /// The Cluster service, networks and quorum.
    Cluster,
    /// The transaction coordinator.
    Msdtc,
    /// The binaries of Exchange on each node.
    Binaries,
    /// Virtual servers.
    VirtualServers,
    /// What is set and looked at in the end.
    Afterwards,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 7] = [
        Self::Directory,
        Self::Prerequisites,
        Self::Cluster,
        Self::Msdtc,
        Self::Binaries,
        Self::VirtualServers,
        Self::Afterwards,
    ];

    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Prerequisites => "prerequisites",
            Self::Cluster => "cluster",
            Self::Msdtc => "msdtc",
            Self::Binaries => "binaries",
            Self::VirtualServers => "virtual-servers",
            Self::Afterwards => "afterwards",
        }
    }

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Directory => "Prepare the directory",
            Self::Prerequisites => "Prepare the nodes",
            Self::Cluster => "Build the cluster",
            Self::Msdtc => "Create the transaction coordinator",
            Self::Binaries => "Install Exchange on each node",
            Self::VirtualServers => "Create the virtual servers",
            Self::Afterwards => "Finish",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
