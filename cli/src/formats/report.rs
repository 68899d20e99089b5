//! The types of JSON reports: what the formats `json` and `ndjson` write, and what their schema is made from.
//!
//! They are a promise: keys may be added, but none changes its meaning or goes away without a new version.

use rules_core::{Counts, Severity};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};

/// The version of a report.
pub(crate) const REPORT: &str = "report/1";

/// The version of a result.
pub(crate) const RESULT: &str = "result/1";

/// The version of a line with findings between clusters.
pub(crate) const FLEET: &str = "fleet/1";

/// The version of the program, which every result bears.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The JSON Schema (draft 2020-12) of the reports of `audit --format json`. Lines of `ndjson` are its `results`,
/// the last one may be a `FleetLine`.
pub fn report_schema() -> Schema {
    let settings =
        SchemaSettings::draft2020_12().with_transform(rules_core::model::PlainNumbers).for_serialize();
    let mut generator = settings.into_generator();
    // The last line of `ndjson` is among the definitions.
    generator.subschema_for::<FleetLine<'_>>();
    let mut schema = generator.into_root_schema_for::<Report<'_>>();
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
    /// What was found between clusters: by rule, then in the order of the results. Not in a report that was made with
    /// `--part`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fleet: Option<Vec<FleetFinding<'a>>>,
    /// What it comes to.
    pub(crate) summary: Summary<'a>,
}

/// Findings between clusters; by itself, the last line of NDJSON.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FleetLine<'a> {
    /// The version of the line, `fleet/1`.
    pub(crate) format: &'a str,
    /// The version of the program.
    pub(crate) tool: &'a str,
    /// The digest of the plan.
    pub(crate) plan: &'a str,
    /// What was found: by rule, then in the order of the fleet.
    pub(crate) findings: Vec<FleetFinding<'a>>,
}

/// Something wrong between clusters.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FleetFinding<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// The same in every report for this rule and what the clusters have in common. 16 hexadecimal digits.
    pub(crate) fingerprint: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: &'a str,
    /// Where it is: in two definitions at least, in the order of the fleet.
    pub(crate) holders: &'a [Holder],
}

/// A place in one of the definitions.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Holder {
    /// The file; `<stdin>` is the standard input.
    pub(crate) file: String,
    /// The line at which the definition begins, from 1; of an artefact, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// The cluster's name, if the definition has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cluster: Option<String>,
    /// Where it is in the definition.
    pub(crate) at: Location,
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
    /// The rules that look at one cluster at a time, by full name.
    pub(crate) rules: Vec<PlannedRule<'a>>,
    /// The rules that compare clusters, by full name.
    pub(crate) fleet_rules: Vec<PlannedRule<'a>>,
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
    /// The version of the program.
    pub(crate) tool: &'a str,
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
    /// What differs between the nodes and should not, in a fixed order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) drift: Vec<Drift<'a>>,
    /// The same for two definitions of one cluster: made from its name and those of its nodes. 32 hexadecimal digits; none
    /// if they are not known, or no rule compares clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<String>,
    /// What the rules that compare clusters need of this one, by full name, then place: `excluster merge` reads it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fleet: Vec<FleetKey<'a>>,
    /// The rules that could not compare this cluster, or not in full.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_compared: Vec<NotCompared<'a>>,
}

/// A setting that differs between the nodes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Drift<'a> {
    /// What it is recognised by: the fact's keys below the node, `windows.service_pack`.
    pub(crate) setting: &'a str,
    /// What people call it.
    pub(crate) label: &'a str,
    /// The network, of a setting that a node has once for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<&'a str>,
    /// The unit of the values.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) unit: &'a str,
    /// The full name of the rule that judges it, if one of the plan does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'a str>,
    /// The usual value: what more than half of the nodes have, or else what the first has.
    pub(crate) usual: String,
    /// What the nodes that are compared have, in the order of the definition.
    pub(crate) nodes: Vec<DriftingNode<'a>>,
}

/// A node in the row of a setting.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DriftingNode<'a> {
    /// The node's name, if the definition has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<&'a str>,
    /// What it has; none if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    /// Whether that is not the usual value.
    pub(crate) odd: bool,
    /// Where it is.
    pub(crate) at: Location,
}

/// Something that a cluster holds and that another one may hold, too.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FleetKey<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// What is compared, exactly.
    pub(crate) key: &'a str,
    /// What else the rule needs to judge it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) value: &'a str,
    /// Where it is.
    pub(crate) at: &'a Location,
}

/// A rule that could not compare a cluster, or not in full.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NotCompared<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// The facts that are missing, by names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
    /// The last words of a rule that broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) broken: Option<&'a str>,
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
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
    /// The version of the program.
    pub(crate) tool: &'a str,
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
    /// What the rules that compare clusters could compare, by full name. Not in a report that was made with `--part`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fleet: Option<Vec<Comparison<'a>>>,
}

/// What a rule found in all clusters.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RuleFindings<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// How many findings it has.
    pub(crate) findings: u64,
}

/// What a rule could compare.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Comparison<'a> {
    /// The full name of the rule.
    pub(crate) rule: &'a str,
    /// Clusters that it compared.
    pub(crate) compared: u64,
    /// Clusters that it could not compare, or not in full.
    pub(crate) incomplete: u64,
    /// What these lack, what most of them lack first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<LackingFact>,
    /// The last words of a rule that broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) broken: Option<&'a str>,
}

/// A kind of fact that clusters lack.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LackingFact {
    /// The fact, with `[*]` for any element of a list: `nodes[*].domain`.
    pub(crate) fact: String,
    /// How many clusters lack it.
    pub(crate) clusters: u64,
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
