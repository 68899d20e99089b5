//! JSON: one document, written as a stream; and NDJSON, whose lines are the document's results.

use rules_core::{
    Outcome,
    input::InputError,
    model::{FactPath, Name},
};
use serde::Serialize;

use super::{Format, Run, report};
use crate::{
    digest,
    examined::{Audited, Examined, Refused, Spot},
    tally::Tally,
};

/// One document, `report/1`.
pub(crate) struct Json<'a> {
    pub(crate) run: &'a Run<'a>,
}

/// One line a cluster or refused input, `result/1`.
pub(crate) struct Ndjson<'a> {
    pub(crate) run: &'a Run<'a>,
}

impl Format for Json<'_> {
    fn begin(&self) -> String {
        self.around_results(&Tally::default()).0
    }

    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        out.push_str(&to_json(&result(self.run, examined)));
    }

    fn separator(&self) -> &'static str {
        ",\n"
    }

    fn end(&self, tally: &Tally) -> String {
        self.around_results(tally).1
    }
}

impl Json<'_> {
    /// The report without its results: what stands before them, and what after.
    fn around_results(&self, tally: &Tally) -> (String, String) {
        const RESULTS: &str = "\"results\":[";
        let report = to_json(&envelope(self.run, tally));
        // In a text, the quotes would have a `\` before them.
        let (before, after) = report.split_once(RESULTS).expect("a report has results");
        (format!("{before}{RESULTS}\n"), format!("\n{after}\n"))
    }
}

impl Format for Ndjson<'_> {
    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        if !matches!(examined, Examined::Skipped(_)) {
            out.push_str(&to_json(&result(self.run, examined)));
            out.push('\n');
        }
    }
}

pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers, texts and lists can be written as JSON")
}

fn envelope<'a>(run: &'a Run<'_>, tally: &Tally) -> report::Report<'a> {
    let rules = run.plan.rules().zip(&run.rules);
    report::Report {
        format: report::REPORT,
        tool: report::Tool { name: "excluster", version: env!("CARGO_PKG_VERSION") },
        plan: report::Plan {
            digest: &run.digest,
            profile: run.plan.base().as_str(),
            select: run.select.clone(),
            ignore: run.ignore.clone(),
            rules: rules
                .map(|(rule, name)| report::PlannedRule {
                    rule: name,
                    severity: rule.meta().severity,
                    title: rule.meta().title(),
                })
                .collect(),
        },
        inputs: run.inputs.clone(),
        results: Vec::new(),
        summary: summary(run, tally),
    }
}

fn summary<'a>(run: &'a Run<'_>, tally: &Tally) -> report::Summary<'a> {
    let found = tally.findings.iter().zip(&run.rules).filter(|(findings, _)| **findings > 0);
    let missing = tally.most_missing().into_iter();
    report::Summary {
        files: tally.files,
        refused: tally.refused,
        skipped: tally.skipped,
        counts: tally.counts,
        rules: found.map(|(&findings, rule)| report::RuleFindings { rule, findings }).collect(),
        missing: missing
            .map(|(kind, missing)| report::MissingFact {
                fact: kind.pattern(),
                would_settle: missing.alone,
                would_help: missing.among_others,
            })
            .collect(),
    }
}

fn result<'a>(run: &'a Run<'_>, examined: &'a Examined<'_>) -> report::Examined<'a> {
    match examined {
        Examined::Cluster(audited) => report::Examined::Cluster(cluster(run, audited)),
        Examined::Refused(refused) => report::Examined::Refused(self::refused(run, refused)),
        Examined::Skipped(skipped) => report::Examined::Skipped(report::Skipped {
            format: report::RESULT,
            file: skipped.file,
            reason: skipped.reason,
        }),
    }
}

fn cluster<'a>(run: &'a Run<'_>, audited: &'a Audited<'_>) -> report::Cluster<'a> {
    let name_of = |rule: &rules_core::RuleMeta| {
        let index = audited.report.outcomes.iter().position(|(other, _)| std::ptr::eq(*other, rule));
        index.map_or("", |index| run.rules[index].as_str())
    };
    let cluster_name = audited.cluster.name.get().map_or("", Name::as_str);
    let fingerprint = |rule, path| digest::of_finding(rule, cluster_name, &audited.names(path));
    report::Cluster {
        format: report::RESULT,
        plan: &run.digest,
        file: audited.file,
        line: audited.line(),
        name: audited.cluster.name.get().map(Name::as_str),
        exchange: audited.cluster.exchange.get().map(|version| version.as_str()),
        sha256: audited.sha256(),
        findings: audited
            .worst_first()
            .into_iter()
            .map(|(rule, finding)| report::Finding {
                rule: name_of(rule),
                fingerprint: fingerprint(name_of(rule), finding.path),
                severity: finding.severity,
                message: &finding.message,
                at: location(audited, finding.path),
                related: finding
                    .related
                    .iter()
                    .map(|(path, label)| report::Related { label, at: location(audited, *path) })
                    .collect(),
            })
            .collect(),
        outcomes: audited
            .report
            .outcomes
            .iter()
            .zip(&run.rules)
            .map(|((_, outcome), rule)| self::outcome(audited, rule, outcome))
            .collect(),
        notes: audited
            .notes()
            .iter()
            .map(|note| report::Note { message: &note.message, key: &note.key, line: note.line })
            .collect(),
    }
}

fn outcome<'a>(audited: &Audited<'_>, rule: &'a str, outcome: &'a Outcome) -> report::RuleOutcome<'a> {
    let (verdict, missing, reason) = match outcome {
        Outcome::Passed => (report::Verdict::Passed, [].as_slice(), None),
        Outcome::Failed(_) => (report::Verdict::Failed, [].as_slice(), None),
        Outcome::Unknown(missing) => (report::Verdict::Unknown, missing.as_slice(), None),
        Outcome::NotApplicable(why) => (report::Verdict::NotApplicable, [].as_slice(), Some(&**why)),
        Outcome::Broken(message) => (report::Verdict::Broken, [].as_slice(), Some(message.as_str())),
    };
    let missing = missing.iter().map(|path| audited.names(*path)).collect();
    report::RuleOutcome { rule, outcome: verdict, missing, reason }
}

fn location(audited: &Audited<'_>, path: FactPath) -> report::Location {
    report::Location {
        path: audited.names(path),
        pointer: path.pointer(audited.cluster),
        place: audited.spot(path).map(place),
    }
}

fn place(spot: Spot) -> report::Place {
    let exact = spot.column.is_some();
    report::Place {
        line: spot.line,
        column: spot.column,
        offset: exact.then(|| spot.offset + spot.span.start as u64),
        length: exact.then_some(spot.span.len() as u64),
    }
}

fn refused<'a>(run: &'a Run<'_>, refused: &'a Refused<'_>) -> report::Refused<'a> {
    let problem = |problem: &'a InputError| report::Problem {
        message: &problem.message,
        help: &problem.hint,
        place: problem.place.as_ref().map(|place| report::Place {
            line: place.line,
            column: Some(place.column),
            offset: Some(refused.offset + place.span.start as u64),
            length: Some(place.span.len() as u64),
        }),
    };
    report::Refused {
        format: report::RESULT,
        plan: &run.digest,
        file: refused.file,
        line: refused.line,
        problems: refused.problems.iter().map(problem).collect(),
    }
}
