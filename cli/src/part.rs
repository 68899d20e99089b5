//! Parts of a fleet: reports and results of earlier runs, read back one result at a time.

use std::{
    collections::HashMap,
    fmt,
    fs::File,
    hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState},
    io::{self, BufRead, BufReader, Cursor, Read as _},
    path::{Path, PathBuf},
};

use rules_core::{Severity, model::FactPath};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    formats::{
        place,
        report::{self, Location, Verdict},
    },
    held::{Held, Kept},
    inputs::STDIN,
    tally::Tally,
};

/// What is wrong with a part.
#[derive(Debug, thiserror::Error)]
#[error("the part `{part}` {problem}")]
pub(crate) struct PartError {
    part: String,
    problem: String,
    pub(crate) help: &'static str,
}

/// A report, or results, of a part of a fleet.
pub(crate) struct Part {
    /// As messages call it.
    pub(crate) name: String,
    source: Source,
}

enum Source {
    File(PathBuf),
    /// The standard input can be read only once.
    Bytes(Vec<u8>),
}

/// What a report says before its results.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) tool: String,
    pub(crate) plan: Plan,
    pub(crate) inputs: Vec<String>,
}

/// The plan of a report.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Plan {
    pub(crate) digest: String,
    pub(crate) profile: String,
    #[serde(default)]
    pub(crate) select: Vec<String>,
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
}

/// A result of an earlier run, and its text.
pub(crate) struct Earlier<'a> {
    pub(crate) text: &'a str,
    pub(crate) result: EarlierResult,
}

/// A result of an earlier run, as far as it is needed.
#[derive(Debug, Deserialize)]
pub(crate) struct EarlierResult {
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) tool: Option<String>,
    #[serde(default)]
    pub(crate) plan: Option<String>,
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) line: Option<u64>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) findings: Vec<EarlierFinding>,
    #[serde(default)]
    pub(crate) outcomes: Vec<EarlierOutcome>,
    #[serde(default)]
    pub(crate) problems: Vec<EarlierProblem>,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    identity: Option<String>,
    #[serde(default)]
    fleet: Vec<EarlierKey>,
    #[serde(default)]
    not_compared: Vec<EarlierLack>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Cluster,
    Refused,
    Skipped,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EarlierFinding {
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) at: Location,
    #[serde(default)]
    pub(crate) related: Vec<EarlierRelated>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EarlierRelated {
    pub(crate) label: String,
    pub(crate) at: Location,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EarlierOutcome {
    pub(crate) rule: String,
    pub(crate) outcome: Verdict,
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EarlierProblem {
    pub(crate) message: String,
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) place: Option<report::Place>,
}

#[derive(Debug, Deserialize)]
struct EarlierKey {
    rule: String,
    key: String,
    #[serde(default)]
    value: String,
    at: Location,
}

#[derive(Debug, Deserialize)]
struct EarlierLack {
    rule: String,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    broken: Option<String>,
}

const NO_PART: &str =
    "a part is what `excluster audit --part --format json` or `--format ndjson` printed, whole and unchanged";

impl Part {
    /// The part at a path; `-` is the standard input, which is read at once.
    pub(crate) fn open(path: &Path) -> Result<Self, PartError> {
        if path.as_os_str() != "-" {
            let (name, source) = (path.display().to_string(), Source::File(path.to_owned()));
            return Ok(Self { name, source });
        }
        let mut part = Self { name: STDIN.to_owned(), source: Source::Bytes(Vec::new()) };
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map_err(|error| part.unreadable(&error))?;
        part.source = Source::Bytes(bytes);
        Ok(part)
    }

    /// The file, unless it is the standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::File(path) => Some(path),
            Source::Bytes(_) => None,
        }
    }

    pub(crate) fn error(&self, problem: impl Into<String>, help: &'static str) -> PartError {
        PartError { part: self.name.clone(), problem: problem.into(), help }
    }

    fn unreadable(&self, error: &io::Error) -> PartError {
        self.error(format!("cannot be read: {error}"), "check the path, and that it may be read")
    }

    fn malformed(&self, error: &serde_json::Error, line: usize) -> PartError {
        let (line, what) = (line + error.line().saturating_sub(1), error.to_string());
        let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
        self.error(format!("is no report of this program: line {line}: {what}"), NO_PART)
    }

    /// Reads the part, result by result; of a report, what stands before the results.
    pub(crate) fn read(
        &self,
        mut sink: impl FnMut(Earlier<'_>) -> Result<(), PartError>,
    ) -> Result<Option<Head>, PartError> {
        let reader: Box<dyn io::Read + '_> = match &self.source {
            Source::File(path) => Box::new(File::open(path).map_err(|error| self.unreadable(&error))?),
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        };
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).map_err(|error| self.unreadable(&error))?;
        if Self::is_result(&line) {
            self.read_lines(line, reader, &mut sink).map(|()| None)
        } else {
            self.read_report(Cursor::new(line).chain(reader), &mut sink).map(Some)
        }
    }

    /// Whether a line is one of NDJSON: an object by itself, and not a report.
    fn is_result(line: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Line {
            format: String,
        }
        serde_json::from_slice(line).is_ok_and(|line: Line| line.format != report::REPORT)
    }

    fn read_lines(
        &self,
        mut line: Vec<u8>,
        mut reader: impl BufRead,
        sink: &mut impl FnMut(Earlier<'_>) -> Result<(), PartError>,
    ) -> Result<(), PartError> {
        let mut number = 1;
        loop {
            let text = line.trim_ascii();
            if !text.is_empty() {
                let text = std::str::from_utf8(text)
                    .map_err(|_| self.error(format!("is not UTF-8 in line {number}"), NO_PART))?;
                self.result(text, number, sink)?;
            }
            line.clear();
            number += 1;
            if reader.read_until(b'\n', &mut line).map_err(|error| self.unreadable(&error))? == 0 {
                return Ok(());
            }
        }
    }

    fn result(
        &self,
        text: &str,
        line: usize,
        sink: &mut impl FnMut(Earlier<'_>) -> Result<(), PartError>,
    ) -> Result<(), PartError> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let malformed = |error: serde_json::Error| self.malformed(&error, line);
        let Format { format } = serde_json::from_str(text).map_err(malformed)?;
        match format.as_str() {
            report::RESULT => {
                let result = serde_json::from_str(text).map_err(malformed)?;
                sink(Earlier { text, result })
            }
            // What was found between the clusters of the part is found again, and more.
            report::FLEET => Ok(()),
            other => {
                let problem = format!("has the format `{other}` in line {line}, not `{}`", report::RESULT);
                Err(self.error(problem, NO_PART))
            }
        }
    }

    fn read_report(
        &self,
        reader: impl io::Read,
        sink: &mut impl FnMut(Earlier<'_>) -> Result<(), PartError>,
    ) -> Result<Head, PartError> {
        let mut failed = None;
        let mut results = |raw: &RawValue| {
            let text = compact(raw.get());
            self.result(&text, 1, sink).map_err(|error| failed = Some(error))
        };
        let mut deserializer = serde_json::Deserializer::from_reader(reader);
        let head = Report(&mut results).deserialize(&mut deserializer);
        let head = head.and_then(|head| deserializer.end().map(|()| head));
        match (head, failed) {
            (_, Some(error)) => Err(error),
            (Err(error), None) => Err(self.malformed(&error, 1)),
            (Ok(head), None) => Ok(head),
        }
    }

    /// Checks that the same version of the program made it.
    pub(crate) fn check_tool(&self, tool: &str) -> Result<(), PartError> {
        if tool == report::VERSION {
            return Ok(());
        }
        let own = report::VERSION;
        let problem = format!("was made by version {tool} of the program, and this is version {own}");
        Err(self.error(problem, "audit every part, and merge, with one version"))
    }

    /// Checks that it was made with the same rules.
    pub(crate) fn check_plan(&self, plan: &str, digest: &str) -> Result<(), PartError> {
        if plan == digest {
            return Ok(());
        }
        let problem =
            format!("was made with other rules: its plan is `{plan}`, and that of the whole `{digest}`");
        Err(self.error(
            problem,
            "audit every part with the same `--profile`, `--select` and `--ignore`; where no part is a report in JSON, give \
             them to `merge`, too",
        ))
    }
}

/// A report: what stands before and after its results is gathered, each result is handed on.
struct Report<'s, S>(&'s mut S);

impl<'de, S: FnMut(&RawValue) -> Result<(), ()>> DeserializeSeed<'de> for Report<'_, S> {
    type Value = Head;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Head, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: FnMut(&RawValue) -> Result<(), ()>> Visitor<'de> for Report<'_, S> {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        #[derive(Deserialize)]
        struct Tool {
            version: String,
        }
        let mut head = Head::default();
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => {
                    let format: String = map.next_value()?;
                    if format != report::REPORT {
                        let problem = format!("its format is `{format}`, not `{}`", report::REPORT);
                        return Err(A::Error::custom(problem));
                    }
                }
                "tool" => head.tool = map.next_value::<Tool>()?.version,
                "plan" => head.plan = map.next_value()?,
                "inputs" => head.inputs = map.next_value()?,
                "results" => map.next_value_seed(Results(&mut *self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
            seen.push(key);
        }
        for key in ["format", "tool", "plan", "inputs", "results", "summary"] {
            if !seen.iter().any(|seen| seen == key) {
                return Err(A::Error::custom(format!("it has no `{key}`")));
            }
        }
        Ok(head)
    }
}

struct Results<'s, S>(&'s mut S);

impl<'de, S: FnMut(&RawValue) -> Result<(), ()>> DeserializeSeed<'de> for Results<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: FnMut(&RawValue) -> Result<(), ()>> Visitor<'de> for Results<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<Box<RawValue>>()? {
            (self.0)(&raw).map_err(|()| A::Error::custom("a result is not as it should be"))?;
        }
        Ok(())
    }
}

/// JSON on one line, as this program writes it: another one may have put spaces and line breaks between.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if in_string || !character.is_ascii_whitespace() {
            compact.push(character);
        }
        (in_string, escaped) = match character {
            '"' if !escaped => (!in_string, false),
            '\\' if !escaped => (in_string, true),
            _ => (in_string, false),
        };
    }
    compact
}

/// The names of a plan's rules, with their places.
pub(crate) struct Rules<'a> {
    rules: HashMap<&'a str, usize>,
    fleet_rules: HashMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    pub(crate) fn of(rules: &'a [String], fleet_rules: &'a [String]) -> Self {
        let places = |names: &'a [String]| {
            names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
        };
        Self { rules: places(rules), fleet_rules: places(fleet_rules) }
    }
}

impl Location {
    /// The place in a file as people and editors read it.
    pub(crate) fn of(&self, file: &str) -> String {
        let at = self.place.as_ref();
        place(file, at.map(|place| place.line), at.and_then(|place| place.column))
    }
}

impl EarlierResult {
    /// The rules that broke, with their last words.
    pub(crate) fn broken(&self) -> impl Iterator<Item = (&str, &str)> {
        let broken = self.outcomes.iter().filter(|outcome| matches!(outcome.outcome, Verdict::Broken));
        broken.map(|outcome| (outcome.rule.as_str(), outcome.reason.as_deref().unwrap_or_default()))
    }

    /// Counts the result.
    pub(crate) fn count(&self, rules: &Rules<'_>, tally: &mut Tally) {
        match self.kind {
            Kind::Refused => tally.refused += 1,
            Kind::Skipped => tally.skipped += 1,
            Kind::Cluster => {
                let counts = &mut tally.counts;
                counts.clusters += 1;
                let mut judged = false;
                for outcome in &self.outcomes {
                    judged |= matches!(outcome.outcome, Verdict::Passed | Verdict::Failed);
                    match outcome.outcome {
                        Verdict::Passed => counts.passed += 1,
                        Verdict::Failed => counts.failed += 1,
                        Verdict::Unknown => counts.unknown += 1,
                        Verdict::NotApplicable => counts.not_applicable += 1,
                        Verdict::Broken => counts.broken += 1,
                    }
                }
                counts.clusters_not_judged += u64::from(!judged);
                for finding in &self.findings {
                    counts.add_finding(finding.severity);
                    if let Some(&place) = rules.rules.get(finding.rule.as_str()) {
                        tally.findings.resize(rules.rules.len(), 0);
                        tally.findings[place] += 1;
                    }
                }
                for outcome in &self.outcomes {
                    if matches!(outcome.outcome, Verdict::Unknown) {
                        tally.add_missing(kinds(&outcome.missing));
                    }
                }
            }
        }
    }

    /// What is kept of a cluster, to compare it with others.
    pub(crate) fn kept(&self, rules: &Rules<'_>) -> Kept {
        let mut lacking = vec![(Vec::new(), None); rules.fleet_rules.len()];
        for lack in &self.not_compared {
            if let Some(&place) = rules.fleet_rules.get(lack.rule.as_str()) {
                lacking[place] = (kinds(&lack.missing), lack.broken.clone());
            }
        }
        let held = self.fleet.iter().filter_map(|key| {
            Some(Held {
                rule: *rules.fleet_rules.get(key.rule.as_str())?,
                key: key.key.clone(),
                value: key.value.clone(),
                at: key.at.clone(),
            })
        });
        Kept {
            file: self.file.clone(),
            line: self.line,
            name: self.name.clone(),
            identity: self.identity.clone(),
            held: held.collect(),
            lacking,
        }
    }
}

/// The kinds of facts that some paths by names lead to.
fn kinds(paths: &[String]) -> Vec<FactPath> {
    paths.iter().filter_map(|path| FactPath::kind_of(path)).collect()
}

/// Finds what is there twice: a definition in two parts, or a part given twice. A result costs some 30 bytes.
#[derive(Default)]
pub(crate) struct Twice {
    hasher: RandomState,
    /// What was read, by two hashes of file and line, with the part that holds it.
    results: HashMap<(u64, u64), usize>,
    /// The parts by a hash of all that they hold.
    parts: HashMap<u64, usize>,
    part: DefaultHasher,
    is_empty: bool,
}

impl Twice {
    /// A new part begins.
    pub(crate) fn begin(&mut self) {
        (self.part, self.is_empty) = (DefaultHasher::new(), true);
    }

    /// The part that holds the same definition, if one does. Lines of the standard input of one run are not those of
    /// another.
    pub(crate) fn holder(&mut self, part: usize, earlier: &Earlier<'_>) -> Option<usize> {
        earlier.text.hash(&mut self.part);
        self.is_empty = false;
        let EarlierResult { file, line, .. } = &earlier.result;
        if file == STDIN {
            return None;
        }
        let hashes = (self.hasher.hash_one((file, line)), self.hasher.hash_one((line, file, 1)));
        // An artefact may hold several clusters, which have no line of their own.
        self.results.insert(hashes, part).filter(|&other| line.is_some() || other != part)
    }

    /// The part that holds exactly what the current one does, if one does.
    pub(crate) fn same(&mut self, part: usize) -> Option<usize> {
        if self.is_empty { None } else { self.parts.insert(self.part.finish(), part) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_on_several_lines_becomes_one() {
        let pretty = "{\n  \"a\" : [ 1, \"x \\\" y\", \"\\\\\" ] ,\n\t\"b c\": null }";
        assert_eq!(compact(pretty), r#"{"a":[1,"x \" y","\\"],"b c":null}"#);
    }
}
