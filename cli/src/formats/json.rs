//! JSON: one document, written as a stream; and NDJSON, whose lines are the document's results.

use std::borrow::Cow;

use rules_core::{Outcome, RuleMeta, fleet::Participation, input::InputError, model::Name};
use serde::Serialize;

use super::{Format, Run, report};
use crate::{
    digest,
    examined::{Audited, Examined, Refused},
    held::{self, Compared},
    part::Kind,
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
        self.around_results(&Tally::default(), None).0
    }

    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        out.push_str(&text(self.run, examined));
    }

    fn separator(&self) -> &'static str {
        ",\n"
    }

    fn end(&self, tally: &Tally, compared: Option<&Compared>) -> String {
        self.around_results(tally, compared).1
    }
}

impl Json<'_> {
    /// The report without its results: what stands before them, and what after.
    fn around_results(&self, tally: &Tally, compared: Option<&Compared>) -> (String, String) {
        const RESULTS: &str = "\"results\":[";
        let report = to_json(&envelope(self.run, tally, compared));
        // In a text, the quotes would have a `\` before them.
        let (before, after) = report.split_once(RESULTS).expect("a report has results");
        (format!("{before}{RESULTS}\n"), format!("\n{after}\n"))
    }
}

impl Format for Ndjson<'_> {
    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        let is_skipped = match examined {
            Examined::Skipped(_) => true,
            Examined::Earlier(earlier) => earlier.result.kind == Kind::Skipped,
            _ => false,
        };
        if !is_skipped {
            out.push_str(&text(self.run, examined));
            out.push('\n');
        }
    }

    fn end(&self, _tally: &Tally, compared: Option<&Compared>) -> String {
        match compared {
            Some(compared) if compared.findings().next().is_some() => {
                let line = report::FleetLine {
                    format: report::FLEET,
                    tool: report::VERSION,
                    plan: &self.run.digest,
                    findings: fleet(self.run, compared),
                };
                to_json(&line) + "\n"
            }
            _ => String::new(),
        }
    }
}

pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers, texts and lists can be written as JSON")
}

fn envelope<'a>(run: &'a Run<'_>, tally: &Tally, compared: Option<&'a Compared>) -> report::Report<'a> {
    let planned = |meta: &RuleMeta, name: &'a String| report::PlannedRule {
        rule: name,
        severity: meta.severity,
        title: meta.title(),
    };
    let rules = run.plan.rules().zip(&run.rules);
    let fleet_rules = run.plan.fleet_rules().zip(&run.fleet_rules);
    report::Report {
        format: report::REPORT,
        tool: report::Tool { name: "excluster", version: report::VERSION },
        plan: report::Plan {
            digest: &run.digest,
            profile: run.plan.base().as_str(),
            select: run.select.clone(),
            ignore: run.ignore.clone(),
            rules: rules.map(|(rule, name)| planned(rule.meta(), name)).collect(),
            fleet_rules: fleet_rules.map(|(rule, name)| planned(rule.meta(), name)).collect(),
        },
        inputs: run.inputs.clone(),
        results: Vec::new(),
        fleet: compared.map(|compared| fleet(run, compared)),
        summary: summary(run, tally, compared),
    }
}

/// What was found between clusters.
fn fleet<'a>(run: &'a Run<'_>, compared: &'a Compared) -> Vec<report::FleetFinding<'a>> {
    let findings = compared.findings().map(|(rule, finding)| {
        let rule = run.fleet_rules[rule].as_str();
        report::FleetFinding {
            rule,
            fingerprint: digest::of_finding(rule, "", &finding.key),
            severity: finding.severity,
            message: &finding.message,
            holders: &finding.holders,
        }
    });
    findings.collect()
}

fn summary<'a>(run: &'a Run<'_>, tally: &Tally, compared: Option<&'a Compared>) -> report::Summary<'a> {
    let mut found: Vec<(u64, &'a str)> = tally.found(run).collect();
    found.sort_by_key(|(_, rule)| *rule);
    let missing = tally.most_missing().into_iter();
    report::Summary {
        files: tally.files,
        refused: tally.refused,
        skipped: tally.skipped,
        counts: tally.counts,
        rules: found.into_iter().map(|(findings, rule)| report::RuleFindings { rule, findings }).collect(),
        missing: missing
            .map(|(kind, missing)| report::MissingFact {
                fact: kind.pattern(),
                would_settle: missing.alone,
                would_help: missing.among_others,
            })
            .collect(),
        fleet: compared.map(|compared| {
            let participations = compared.participations().zip(&run.fleet_rules);
            participations.map(|(participation, rule)| comparison(participation, rule)).collect()
        }),
    }
}

fn comparison<'a>(participation: &'a Participation, rule: &'a str) -> report::Comparison<'a> {
    report::Comparison {
        rule,
        compared: participation.compared,
        incomplete: participation.incomplete,
        missing: held::most_missing(participation)
            .into_iter()
            .map(|(kind, clusters)| report::LackingFact { fact: kind.pattern(), clusters })
            .collect(),
        broken: participation.broken.as_deref(),
    }
}

/// A result on one line.
fn text<'a>(run: &Run<'_>, examined: &'a Examined<'_>) -> Cow<'a, str> {
    let result = match examined {
        Examined::Cluster(audited) => report::Examined::Cluster(cluster(run, audited)),
        Examined::Refused(refused) => report::Examined::Refused(self::refused(run, refused)),
        Examined::Skipped(skipped) => report::Examined::Skipped(report::Skipped {
            format: report::RESULT,
            file: skipped.file,
            reason: skipped.reason,
        }),
        Examined::Earlier(earlier) => return earlier.text.into(),
    };
    to_json(&result).into()
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
        tool: report::VERSION,
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
                at: audited.location(finding.path),
                related: finding
                    .related
                    .iter()
                    .map(|(path, label)| report::Related { label, at: audited.location(*path) })
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
        drift: drift(run, audited),
        identity: audited.identity(),
        fleet: audited
            .held()
            .iter()
            .map(|held| report::FleetKey {
                rule: &run.fleet_rules[held.rule],
                key: &held.key,
                value: &held.value,
                at: &held.at,
            })
            .collect(),
        not_compared: audited
            .facts()
            .rules
            .iter()
            .zip(&run.fleet_rules)
            .filter(|(facts, _)| !facts.missing.is_empty() || facts.broken.is_some())
            .map(|(facts, rule)| report::NotCompared {
                rule,
                missing: facts.missing.iter().map(|path| audited.names(*path)).collect(),
                broken: facts.broken.as_deref(),
            })
            .collect(),
    }
}

/// What differs between the nodes. What is only not known on some is no difference.
fn drift<'a>(run: &'a Run<'_>, audited: &'a Audited<'_>) -> Vec<report::Drift<'a>> {
    let drift = audited.cluster.view().drift();
    let differing = drift.rows.iter().filter(|row| row.differs);
    differing
        .map(|row| report::Drift {
            setting: row.setting.name,
            label: row.setting.label,
            network: row.network,
            unit: row.setting.unit,
            rule: run.judge_of(row.setting.name),
            usual: row.usual.to_string(),
            nodes: row
                .cells
                .iter()
                .map(|cell| report::DriftingNode {
                    node: drift.nodes[cell.node].name().peek().map(Name::as_str),
                    value: cell.reading.value.map(|value| value.to_string()),
                    odd: cell.is_odd,
                    at: audited.location(cell.reading.path),
                })
                .collect(),
        })
        .collect()
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
        tool: report::VERSION,
        plan: &run.digest,
        file: refused.file,
        line: refused.line,
        problems: refused.problems.iter().map(problem).collect(),
    }
}
