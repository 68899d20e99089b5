//! `excluster explain`: what a rule demands, why, and how to fix what it finds.

use rules_core::{
    Basis, Expectation, RuleBook, RuleMeta, Severity,
    fleet::{FleetExample, FleetExpectation},
};
use serde::Serialize;

use crate::{
    args::{ExplainArguments, ExplainFormat},
    console::Console,
    exit::Exit,
    formats::json::to_json,
    mistake::Mistake,
    palette::Palette,
    rule_page::{base_name, dedented, markdown, profiles},
};

/// A rule as a document.
#[derive(Serialize)]
struct Explanation<'a> {
    format: &'a str,
    rule: String,
    set: &'a str,
    name: &'a str,
    title: String,
    severity: Severity,
    basis: Basis,
    versions: Vec<&'a str>,
    profiles: Vec<&'a str>,
    sources: Vec<String>,
    covers: &'a [&'a str],
    markdown: String,
    examples: Vec<Example<'a>>,
    /// Of a rule that compares clusters: small fleets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fleets: Vec<Fleet<'a>>,
}

/// A small fleet on which the rule is shown.
#[derive(Serialize)]
struct Fleet<'a> {
    title: &'a str,
    outcome: String,
    /// For each finding its places, or one list of missing facts: the cluster, from 1, and a path by names.
    at: Vec<&'a [&'a str]>,
    clusters: Vec<Member<'a>>,
}

/// A cluster of a small fleet.
#[derive(Serialize)]
struct Member<'a> {
    base: Option<&'a str>,
    without: &'a [&'a str],
    with: String,
}

/// A cluster on which the rule is shown.
#[derive(Serialize)]
struct Example<'a> {
    title: &'a str,
    outcome: String,
    /// Findings, or missing facts, by names.
    at: &'a [&'a str],
    /// A reference cluster; if none, the example has a definition of its own.
    base: Option<&'a str>,
    without: &'a [&'a str],
    with: String,
}

/// Explains a rule.
pub(crate) fn explain(
    book: &RuleBook,
    arguments: &ExplainArguments,
    console: &mut Console<'_>,
) -> Result<Exit, Mistake> {
    let rule = book.find(&arguments.rule)?;
    let text = match arguments.format {
        ExplainFormat::Markdown => markdown(rule, 1),
        ExplainFormat::Text => for_terminal(&markdown(rule, 1), &Palette::new(console.out.coloured)),
        ExplainFormat::Json => to_json(&document(rule)) + "\n",
    };
    console.print(&text)
}

fn document(rule: &RuleMeta) -> Explanation<'_> {
    Explanation {
        format: "rule/1",
        rule: rule.full_name(),
        set: rule.set.name,
        name: rule.name,
        title: rule.title(),
        severity: rule.severity,
        basis: rule.basis,
        versions: rule.versions.iter().map(|version| version.as_str()).collect(),
        profiles: profiles(rule),
        sources: rule.sources.iter().map(ToString::to_string).collect(),
        covers: rule.covers,
        markdown: rule.markdown(),
        examples: rule
            .examples
            .iter()
            .map(|example| Example {
                title: example.title,
                outcome: example.expect.to_string(),
                at: match example.expect {
                    Expectation::Fails(at) | Expectation::Unknown(at) => at,
                    Expectation::Passes | Expectation::NotApplicable => &[],
                },
                base: base_name(example.base),
                without: example.without,
                with: dedented(example.with),
            })
            .collect(),
        fleets: rule.fleets.iter().map(fleet).collect(),
    }
}

fn fleet(example: &FleetExample) -> Fleet<'_> {
    let member = |member: &'static rules_core::fleet::Member| Member {
        base: base_name(member.base),
        without: member.without,
        with: dedented(member.with),
    };
    Fleet {
        title: example.title,
        outcome: example.expect.to_string(),
        at: match example.expect {
            FleetExpectation::Passes => Vec::new(),
            FleetExpectation::Fails(findings) => findings.to_vec(),
            FleetExpectation::Incomplete(absent) => vec![absent],
        },
        clusters: example.members.iter().map(member).collect(),
    }
}

/// Markdown as it reads well on a terminal: without its marks, but for backticks.
fn for_terminal(markdown: &str, palette: &Palette) -> String {
    let strong = palette.strong;
    let mut out = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let heading = line.trim_start_matches('#');
        let line = if in_code {
            format!("    {line}")
        } else if heading.len() < line.len() {
            format!("{strong}{}{strong:#}", heading.trim_start())
        } else {
            without_stars(line, palette)
        };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A line without the stars of emphasis; those in backticks are meant.
fn without_stars(line: &str, palette: &Palette) -> String {
    let strong = palette.strong;
    let mut is_strong = false;
    let parts = line.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            return part.to_owned();
        }
        let mut shown = String::new();
        for (index, piece) in part.split("**").enumerate() {
            if index > 0 {
                is_strong = !is_strong;
                let mark =
                    if is_strong { strong.render().to_string() } else { strong.render_reset().to_string() };
                shown.push_str(&mark);
            }
            shown.push_str(&piece.replace('*', ""));
        }
        shown
    });
    parts.collect::<Vec<_>>().join("`")
}
