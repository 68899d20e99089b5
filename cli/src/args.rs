//! The command line: what can be asked for, and what `--help` says about it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rules_core::{BaseProfile, Profile, Selector};

/// Audits definitions of Microsoft Exchange clusters (2000, 2003, 2007) against sourced rules.
#[derive(Debug, Parser)]
#[command(name = "excluster", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to colour what is printed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(AuditArguments),
    Merge(MergeArguments),
    Rules(RulesArguments),
    Plan(PlanArguments),
    Explain(ExplainArguments),
    Schema(SchemaArguments),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Even into a pipe
    Always,
    /// Not at all
    Never,
}

/// Audit definitions, and exports of the cluster registry.
///
/// A definition is TOML, JSON or NDJSON (one cluster a line) with `format = "cluster/1"`. In a folder every file is
/// looked at; what is no definition is counted as skipped. What cannot be read is reported, and the rest audited.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct AuditArguments {
    /// Files, folders, patterns such as `fleet/*.toml`, or `-` for the standard input
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,

    /// Also audit the files that this file lists, one a line or NUL-separated; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,

    /// How the standard input is written; told from its first line if not given
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<InputFormat>,

    /// What to print, text if not given; `json=FILE` writes to a file, several formats at once
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = FormatRequest::<FormatName>::parse)]
    pub(crate) formats: Vec<FormatRequest>,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// The mildest thing that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub(crate) fail_on: FailOn,

    /// Exit with 0 for findings, and for unreadable inputs that the report carries, but not for paths that lead to nothing
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// These are a part of a fleet: leave the rules that compare clusters to `excluster merge`, in constant memory
    #[arg(long)]
    pub(crate) part: bool,

    /// How many threads to use, at most 256; 0 means one for each core
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u16).range(..=256))]
    pub(crate) jobs: u16,

    /// Print the summary only (formats text and concise)
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Also print what was skipped and why, and a line for each cluster (format text)
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

const EXIT_CODES: &str = "\
Exit codes, the highest wins:
  0  everything was audited, and nothing was found at or above --fail-on
  1  something was found at or above --fail-on
  2  a mistake on the command line, an input that could not be read, or nothing to audit
  3  a rule broke";

/// Join reports of parts of a fleet into one, and compare the clusters of all parts.
///
/// A part is what `excluster audit --part` printed with `--format json` or `--format ndjson`. Given in the order of the
/// fleet, the parts become the report of one run over the whole, byte for byte. Parts that were made with other rules or
/// another version of the program, and parts that hold the same definition, are refused. Memory grows with the names in the
/// fleet, not with the reports; the standard input is held as a whole.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct MergeArguments {
    /// Reports in JSON or results in NDJSON, in the order of the fleet; `-` is the standard input
    #[arg(value_name = "PART", required = true)]
    pub(crate) parts: Vec<PathBuf>,

    /// What to print, json if not given; `text=FILE` writes to a file, several formats at once
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = FormatRequest::<FormatName>::parse)]
    pub(crate) formats: Vec<FormatRequest>,

    /// The profile that the parts were audited with; needed only if no part is a report in JSON
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileName>,

    /// Likewise the rules that were selected
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<Selector>,

    /// Likewise the rules that were ignored
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<Selector>,

    /// The mildest thing that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub(crate) fail_on: FailOn,

    /// Exit with 0 for findings, and for unreadable inputs that the report carries
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Print the summary only (formats text and concise)
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Also print what was skipped and why, and a line for each cluster (format text)
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Which rules look.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Which rules look, and by whose words they judge
    #[arg(long, value_name = "PROFILE", default_value = "recommended")]
    pub(crate) profile: ProfileName,

    /// Only these rules, whatever the profile: set, rule, severity or catalogue row, separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<Selector>,

    /// Not these rules, selected or not
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<Selector>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// What the article "Exchange Clustering Basics" says, as hard as it says it
    Article,
    /// What must hold, and what is likely to cost an outage or mail
    Recommended,
    /// Every rule: also best practices, and what is merely worth knowing
    Strict,
    /// What must hold before Exchange Setup first runs
    Build,
}

impl From<ProfileName> for BaseProfile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Article => Self::Article,
            ProfileName::Recommended => Self::Recommended,
            ProfileName::Strict => Self::Strict,
            ProfileName::Build => Self::Build,
        }
    }
}

impl Selection {
    pub(crate) fn profile(&self) -> Profile {
        Profile::from(BaseProfile::from(self.profile))
            .select(self.select.iter().cloned())
            .ignore(self.ignore.iter().cloned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// One definition in TOML
    Toml,
    /// One definition in JSON
    Json,
    /// One definition in JSON a line
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    /// Findings of severity error
    Error,
    /// Also warnings
    Warning,
    /// Any finding
    Information,
    /// Also rules that could not judge
    Unknown,
}

/// A format, and the file that it goes to; none is the standard output.
#[derive(Clone, Debug)]
pub(crate) struct FormatRequest<F = FormatName> {
    pub(crate) format: F,
    pub(crate) file: Option<PathBuf>,
}

impl<F: ValueEnum> FormatRequest<F> {
    fn parse(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            None => (text, None),
            Some((_, "")) => return Err("there is no file after the `=`".to_owned()),
            Some((format, file)) => (format, Some(file.into())),
        };
        Ok(Self { format: F::from_str(format, false).map_err(|_| Self::expected())?, file })
    }

    fn expected() -> String {
        let names: Vec<String> = F::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        format!("expected {}", rules_core::words::alternatives(names.iter().map(String::as_str)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// For people: each finding with its place in the definition
    Text,
    /// One line a finding
    Concise,
    /// One document, `report/1`
    Json,
    /// One line a cluster or refused input
    Ndjson,
}

/// Print the runbook that builds a cluster as it is defined.
///
/// Takes one definition (TOML or JSON) of a cluster that is wanted, and prints the steps to it in an order in which they
/// can be taken: where each is done, why, how, how to see that it worked, and how to take it back. What the definition
/// leaves open is a blank, and all blanks are listed first. A definition that cannot work gets its findings instead.
///
/// Before it is printed, the runbook is proven: a simulator takes every step, and the rules judge the cluster in which
/// they end.
#[derive(Debug, Args)]
#[command(after_help = PLAN_EXIT_CODES)]
pub(crate) struct PlanArguments {
    /// The definition; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// What to print, text if not given; `cmd=FILE` writes to a file, several formats at once
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = FormatRequest::<PlanFormat>::parse)]
    pub(crate) formats: Vec<FormatRequest<PlanFormat>>,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Print the runbook even if it cannot work; the exit code stays what it is
    #[arg(long)]
    pub(crate) force: bool,
}

const PLAN_EXIT_CODES: &str = "\
Exit codes:
  0  the runbook was printed, and is proven
  1  the definition cannot work: it has errors, or there is no procedure for it
  2  a mistake on the command line, or a definition that could not be read
  3  the program is at fault: its runbook does not stand the proof, or a rule broke";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// To follow at a console
    Text,
    /// A checklist
    Markdown,
    /// One document, `plan/1`
    Json,
    /// One line a step, for a spreadsheet
    Csv,
    /// A command script with a part for each node
    Cmd,
    /// The steps as a graph
    Mermaid,
}

/// List the rules, and why each is on or off.
#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// A table
    Text,
    /// One document, `rules/1`
    Json,
}

/// Say what a rule demands, why, and how to fix what it finds.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The rule, such as `exchange2003/mta-once-per-cluster`, or its name alone where only one set has it
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,

    /// How to print the rule
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For the terminal
    Text,
    /// As `docs/rules.md` has it
    Markdown,
    /// One document, `rule/1`
    Json,
}

/// Print the JSON Schema (draft 2020-12) of a kind of file.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// The kind of file
    #[arg(value_name = "KIND")]
    pub(crate) kind: SchemaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// A cluster definition
    Cluster,
    /// What `audit --format json` prints
    Report,
    /// What `plan --format json` prints
    Plan,
}
