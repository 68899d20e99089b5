//! The types of JSON reports: what the formats `json` and `ndjson` write, and what their schema is made from.
//!
//! They are a promise: keys may be added, but none changes its meaning or goes away without a new version.

use rules_core::{Counts, Severity};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;

/// The version of a report.
pub(crate) const REPORT: &str = "report/1";

/// The version of a result.
pub(crate) const RESULT: &str = "result/1";

/// The JSON Schema (draft 2020-12) of the reports of `audit --format json`. Lines of `ndjson` are its `results`.
pub fn report_schema() -> Schema {
    let settings =
        SchemaSettings::draft2020_12().with_transform(rules_core::model::PlainNumbers).for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report<'_>>();
    schema.insert("title".to_owned(), "A report of an audit".into());
    schema
}

/// A report of an audit. It is written as a stream, in the order of its keys.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Report<'a> {
    /// The kind and version of the document, `report/1`.
    pub(crate) format: &'a str,
    /// What made the report.
    pub(crate) tool: Tool<'a>,
    /// The rules that looked at the clusters.
    pub(crate) plan: Plan<'a>,
    /// What was to be audited, as given.
    pub(crate) inputs: Vec<String>,
    /// What was looked at, in the order of paths and lines.
    pub(crate) results: Vec<Examined<'a>>,
    /// What it comes to.
    pub(crate) summary: Summary<'a>,
}

/// A program.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Tool<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its version.
    pub(crate) version: &'a str,
}

/// The rules that looked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Plan<'a> {
    /// Identifies the rules with their severities and versions: reports with another digest cannot be compared.
    pub(crate) digest: &'a str,
    /// The named profile: `article`, `recommended`, `strict` or `build`.
    pub(crate) profile: &'a str,
    /// The selectors of `--select`.
    pub(crate) select: Vec<&'a str>,
    /// The selectors of `--ignore`.
    pub(crate) ignore: Vec<&'a str>,
    /// The rules, by full name.
    pub(crate) rules: Vec<PlannedRule<'a>>,
}

/// A rule.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PlannedRule<'a> {
    /// Its full name, `set/rule`.
    pub(crate) rule: &'a str,
    /// The highest severity that it reports.
    pub(crate) severity: Severity,
    /// What it demands, in one sentence.
    pub(crate) title: String,
}

/// One thing that was looked at; by itself, a line of NDJSON.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Examined<'a> {
    /// A cluster, audited.
    Cluster(Cluster<'a>),
    /// An input, or a line of one, that could not be read.
    Refused(Refused<'a>),
    /// A file that is no definition. Not in NDJSON.
    Skipped(Skipped<'a>),
}

/// A cluster with what the rules said of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cluster<'a> {
    /// The version of the result, `result/1`.
    pub(crate) format: &'a str,
    /// The digest of the plan.
    pub(crate) plan: &'a str,
    /// The file; `<stdin>` is the standard input.
    pub(crate) file: &'a str,
    /// The line at which the definition begins, from 1; of an artefact, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// The cluster's name, if the definition has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    /// The Exchange version, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exchange: Option<&'a str>,
    /// SHA-256 of the definition, in hexadecimal: of its text in UTF-8 without a byte order mark, of its line without the
    /// line break, or of the bytes of an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Findings, the most severe first, then by rule, path and message.
    pub(crate) findings: Vec<Finding<'a>>,
    /// What each rule of the plan came to, by full name.
    pub(crate) outcomes: Vec<RuleOutcome<'a>>,
    /// What was not understood in the artefact that the cluster was imported from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Note<'a>>,
}

/// Something wrong in a cluster.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// The same in every report for this rule, this name of a cluster and this path; two findings of a rule at one path
    /// share it. 16 hexadecimal digits.
    pub(crate) fingerprint: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: &'a str,
    /// Where it is.
    pub(crate) at: Location,
    /// Other places that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) related: Vec<Related<'a>>,
}

/// A place in a definition.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Location {
    /// The path by names, which does not change when the definition is reordered; empty for the cluster as a whole.
    pub(crate) path: String,
    /// The same as a JSON Pointer (RFC 6901). What is absent is pointed at, too.
    pub(crate) pointer: String,
    /// Where the path, or else the nearest thing above it, stands in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The line, from 1.
    pub(crate) line: u64,
    /// The column in Unicode characters, from 1. Of an artefact, none: the line as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u64>,
    /// Bytes before the place, of the text in UTF-8 without a byte order mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<u64>,
    /// Bytes of what is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) length: Option<u64>,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Related<'a> {
    /// What is there, in a few words.
    pub(crate) label: &'a str,
    /// Where it is.
    pub(crate) at: Location,
}

/// What a rule came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RuleOutcome<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// The outcome.
    pub(crate) outcome: Verdict,
    /// Of an unknown outcome: the facts that are missing, by names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
    /// Of one that is not applicable: why. Of a broken one: the rule's last words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
}

/// The outcome of a rule in one word.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// Nothing is wrong, and every fact that the rule needs is there.
    Passed,
    /// Something is wrong: see the findings.
    Failed,
    /// Facts are missing.
    Unknown,
    /// The rule does not concern the cluster.
    NotApplicable,
    /// The rule itself broke.
    Broken,
}

/// Something that an importer did not understand.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Note<'a> {
    /// What it is.
    pub(crate) message: &'a str,
    /// The registry key, below the root of the cluster database.
    pub(crate) key: &'a str,
    /// The line of the artefact, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
}

/// An input that could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Refused<'a> {
    /// The version of the result, `result/1`.
    pub(crate) format: &'a str,
    /// The digest of the plan.
    pub(crate) plan: &'a str,
    /// The file or folder; `<stdin>` is the standard input.
    pub(crate) file: &'a str,
    /// The line, from 1, if the file has one definition a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem<'a>>,
}

/// Something that keeps an input from being read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Problem<'a> {
    /// What is wrong.
    pub(crate) message: &'a str,
    /// What to do about it.
    pub(crate) help: &'a str,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
}

/// A file that is no definition.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Skipped<'a> {
    /// The version of the result, `result/1`.
    pub(crate) format: &'a str,
    /// The file.
    pub(crate) file: &'a str,
    /// Why it is not taken for a definition.
    pub(crate) reason: &'a str,
}

/// What an audit comes to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Summary<'a> {
    /// Files that held clusters.
    pub(crate) files: u64,
    /// Inputs, or lines of inputs, that could not be read.
    pub(crate) refused: u64,
    /// Files that are no definitions.
    pub(crate) skipped: u64,
    /// Clusters, outcomes and findings.
    pub(crate) counts: Counts,
    /// The rules that found something, by full name.
    pub(crate) rules: Vec<RuleFindings<'a>>,
    /// The facts that unknown outcomes lack, the one that would settle most of them first.
    pub(crate) missing: Vec<MissingFact>,
}

/// What a rule found in all clusters.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RuleFindings<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// How many findings it has.
    pub(crate) findings: u64,
}

/// A kind of fact that is missing.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MissingFact {
    /// The fact, with `[*]` for any element of a list: `nodes[*].domain_controller`.
    pub(crate) fact: String,
    /// Unknown outcomes that lack nothing else.
    pub(crate) would_settle: u64,
    /// Unknown outcomes that lack other facts, too.
    pub(crate) would_help: u64,
}
