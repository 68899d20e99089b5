//! What a rule is: [`Rule`], its metadata, rule sets, and the [`rule!`](crate::rule!) macro that declares one.

use std::fmt;

use crate::{
    Example, Findings,
    fleet::{FleetExample, StaticFleetRule},
    model::{ClusterRef, ExchangeVersion},
};

/// A check of one requirement on one cluster.
///
/// A rule is pure: it looks at the facts of one cluster and says what it found. It reads no clock, no file and no
/// environment, keeps no state, and has no error to return: what it cannot judge is *unknown*, noted by asking for a
/// fact through [`Findings`].
///
/// Rules of a crate are usually declared with [`rule!`](crate::rule!); a program can also implement the trait and
/// [add](crate::RuleBook::add) its rule at run time.
pub trait Rule: Send + Sync {
    /// What there is to know about the rule.
    fn meta(&self) -> &RuleMeta;

    /// Looks at a cluster whose version is among the rule's.
    fn check(&self, cluster: ClusterRef<'_>, findings: &mut Findings);
}

/// What there is to know about a rule, apart from its check.
#[derive(Clone, Copy, Debug)]
pub struct RuleMeta {
    /// The set that the rule belongs to.
    pub set: &'static RuleSet,
    /// Its name within the set, for ever: a noun phrase in kebab-case that states the requirement.
    pub name: &'static str,
    /// The highest severity that the rule reports.
    pub severity: Severity,
    /// From when on it can be judged.
    pub stage: Stage,
    /// The Exchange versions that it concerns. For other versions it is not applicable.
    pub versions: &'static [ExchangeVersion],
    /// On whose word the requirement stands.
    pub sources: &'static [Source],
    /// What kind of word that is.
    pub basis: Basis,
    /// The rows of the catalogue that the rule checks.
    pub covers: &'static [&'static str],
    /// Clusters that pass, fail or cannot be judged, and what the rule says of them.
    pub examples: &'static [Example],
    /// Of a fleet rule: small fleets, and what the rule says of them.
    pub fleets: &'static [FleetExample],
    /// Markdown: a title of one sentence, text, `# Why it matters`, `# How to fix it`.
    pub docs: &'static str,
    /// The source file that declares the rule.
    pub file: &'static str,
}

impl RuleMeta {
    /// Set and name: `exchange2003/mta-once-per-cluster`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.set.name, self.name)
    }

    /// Whether the article "Exchange Clustering Basics" states the requirement.
    pub fn is_in_article(&self) -> bool {
        self.sources.iter().any(|source| matches!(source, Source::Article(_)))
    }

    /// The first sentence of the documentation, without its full stop.
    pub fn title(&self) -> String {
        let paragraph = self.docs.trim_start().split("\n\n").next().unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
    }

    /// The text of a section of the documentation, such as `How to fix it`.
    pub fn section(&self, heading: &str) -> Option<String> {
        let mut lines = dedented(self.docs).skip_while(|line| line.strip_prefix("# ") != Some(heading));
        lines.next()?;
        let section: Vec<&str> = lines.take_while(|line| !line.starts_with("# ")).collect();
        Some(section.join("\n").trim().to_owned())
    }

    /// The documentation as markdown, without the indent that doc comments have.
    pub fn markdown(&self) -> String {
        dedented(self.docs).collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}

/// The lines of a doc comment without the space after `///`.
fn dedented(docs: &str) -> impl Iterator<Item = &str> {
    docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
}

/// A rule whose check is a function: what [`rule!`](crate::rule!) declares.
#[derive(Clone, Copy, Debug)]
pub struct StaticRule {
    /// What there is to know about it.
    pub meta: RuleMeta,
    /// Its check.
    pub check: fn(ClusterRef<'_>, &mut Findings),
}

impl Rule for StaticRule {
    fn meta(&self) -> &RuleMeta {
        &self.meta
    }

    fn check(&self, cluster: ClusterRef<'_>, findings: &mut Findings) {
        (self.check)(cluster, findings);
    }
}

/// The rules of a crate: collected by the linker, named by a static.
///
/// Naming the static in a [`RuleBook`](crate::RuleBook) is what links the crate; a dependency that is only listed in
/// `Cargo.toml` registers nothing.
#[derive(Debug)]
pub struct RuleSet {
    /// The first part of its rules' full names.
    pub name: &'static str,
    /// One sentence about what its rules demand.
    pub summary: &'static str,
}

impl RuleSet {
    /// The rules that were declared for this set, by name.
    pub fn rules(&'static self) -> Vec<&'static StaticRule> {
        let mut rules: Vec<_> = inventory::iter::<Registration>
            .into_iter()
            .map(|registration| registration.0)
            .filter(|rule| std::ptr::eq(rule.meta.set, self))
            .collect();
        rules.sort_by_key(|rule| rule.meta.name);
        rules
    }

    /// The fleet rules that were declared for this set, by name.
    pub fn fleet_rules(&'static self) -> Vec<&'static StaticFleetRule> {
        let mut rules: Vec<_> = inventory::iter::<FleetRegistration>
            .into_iter()
            .map(|registration| registration.0)
            .filter(|rule| std::ptr::eq(rule.meta.set, self))
            .collect();
        rules.sort_by_key(|rule| rule.meta.name);
        rules
    }
}

/// How [`rule!`](crate::rule!) hands a rule to the linker.
#[doc(hidden)]
pub struct Registration(pub &'static StaticRule);

/// How [`fleet_rule!`](crate::fleet_rule!) hands a rule to the linker.
#[doc(hidden)]
pub struct FleetRegistration(pub &'static StaticFleetRule);

inventory::collect!(Registration);
inventory::collect!(FleetRegistration);

#[doc(hidden)]
pub use inventory;

/// Declares a rule: a doc comment, a static, and the fields of [`RuleMeta`] (all but `docs` and `file`) after
/// `check`, a `fn(ClusterRef<'_>, &mut Findings)`.
///
/// The doc comment is what `explain` shows: a title of one sentence, text, `# Why it matters` and `# How to fix it`.
#[macro_export]
macro_rules! rule {
    (
        $(#[doc = $docs:literal])+
        $vis:vis static $NAME:ident = { $check:ident, $($meta:tt)+ }
    ) => {
        $(#[doc = $docs])+
        $vis static $NAME: $crate::StaticRule = $crate::StaticRule {
            meta: $crate::RuleMeta { docs: concat!($($docs, "\n"),+), file: file!(), fleets: &[], $($meta)+ },
            check: $check,
        };
        $crate::rule::inventory::submit! { $crate::rule::Registration(&$NAME) }
    };
}

/// How bad a finding is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Best practice, or a recommendation.
    Information,
    /// An outage, a failed Setup or lost mail is likely, or Microsoft's own analyser warns.
    Warning,
    /// Unsupported, or it will not work.
    Error,
}

impl Severity {
    /// Every severity, the mildest first.
    pub const ALL: [Self; 3] = [Self::Information, Self::Warning, Self::Error];

    /// The severity in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// From when on a requirement can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It must hold before Exchange Setup first runs: Windows, nodes, networks, disks, quorum, directory, accounts.
    BeforeSetup,
    /// It is about Exchange and its virtual servers.
    WithExchange,
}

/// What kind of word a requirement stands on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The article "Exchange Clustering Basics" alone.
    Article,
    /// A document of Microsoft's.
    Microsoft,
    /// A book, a magazine, a maker's guide.
    ThirdParty,
    /// Practice, or what follows from the facts themselves.
    Practice,
}

impl Basis {
    /// The basis in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Microsoft => "microsoft",
            Self::ThirdParty => "third-party",
            Self::Practice => "practice",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A document that states a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The article "Exchange Clustering Basics" by Nirmal Sharma: the part of it.
    Article(&'static str),
    /// An article of the Microsoft Knowledge Base.
    Kb(u32),
    /// A page of Microsoft TechNet: its id and title.
    TechNet(&'static str, &'static str),
    /// Another document of Microsoft's.
    Microsoft(&'static str),
    /// A document of somebody else's.
    ThirdParty(&'static str),
    /// It follows from the facts, or from practice; the reason.
    Practice(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Article(part) => write!(f, "Exchange Clustering Basics (N. Sharma), {part}"),
            Self::Kb(number) => write!(f, "Microsoft Knowledge Base {number}"),
            Self::TechNet(id, title) => write!(f, "Microsoft TechNet {id}, \"{title}\""),
            Self::Microsoft(title) => write!(f, "Microsoft, {title}"),
            Self::ThirdParty(title) => f.write_str(title),
            Self::Practice(reason) => write!(f, "practice: {reason}"),
        }
    }
}

/// Every Exchange version that can be clustered: for rules that concern all of them.
pub const EVERY_VERSION: &[ExchangeVersion] = ExchangeVersion::ALL;
