//! `excluster rules`: the rules that there are, and why each is on or off.

use std::fmt::Write as _;

use rules_core::{Basis, Choice, RuleBook, RuleMeta, Severity};
use serde::Serialize;

use crate::{
    args::{RulesArguments, RulesFormat},
    console::Console,
    exit::Exit,
    formats::json::to_json,
    mistake::Mistake,
    palette::Palette,
    summary::number,
};

/// The list as a document.
#[derive(Serialize)]
struct Rules<'a> {
    format: &'a str,
    rules: Vec<Row<'a>>,
}

/// A rule in the list.
#[derive(Serialize)]
struct Row<'a> {
    rule: String,
    title: String,
    severity: Severity,
    basis: Basis,
    versions: Vec<&'a str>,
    covers: &'a [&'a str],
    on: bool,
    because: String,
}

/// Prints the list.
pub(crate) fn rules(
    book: &RuleBook,
    arguments: &RulesArguments,
    console: &mut Console<'_>,
) -> Result<Exit, Mistake> {
    let profile = arguments.selection.profile();
    book.plan(&profile)?;
    let rows: Vec<Row<'_>> = book.metas().into_iter().map(|rule| row(rule, profile.choice(rule))).collect();
    let text = match arguments.format {
        RulesFormat::Json => to_json(&Rules { format: "rules/1", rules: rows }) + "\n",
        RulesFormat::Text => table(&rows, &Palette::new(console.out.coloured)),
    };
    console.print(&text)
}

fn row<'a>(meta: &'a RuleMeta, choice: Choice<'_>) -> Row<'a> {
    Row {
        rule: meta.full_name(),
        title: meta.title(),
        severity: meta.severity,
        basis: meta.basis,
        versions: meta.versions.iter().map(|version| version.as_str()).collect(),
        covers: meta.covers,
        on: choice.is_on(),
        because: match choice {
            Choice::InProfile(profile) => format!("in the profile `{}`", profile.as_str()),
            Choice::NotInProfile(profile) => format!("not in the profile `{}`", profile.as_str()),
            Choice::Selected(selector) => format!("selected by `{}`", selector.as_str()),
            Choice::NotSelected => "not selected".to_owned(),
            Choice::Ignored(selector) => format!("ignored by `{}`", selector.as_str()),
        },
    }
}

fn table(rows: &[Row<'_>], palette: &Palette) -> String {
    let widest = rows.iter().map(|row| row.rule.len()).max().unwrap_or_default();
    let chosen = rows.iter().any(|row| !row.on);
    let mut out = String::new();
    for row in rows {
        let Row { rule, title, severity, .. } = row;
        let (style, strong) = (palette.severity(*severity), palette.strong);
        let versions = row.versions.join(" ");
        let choice = match (chosen, row.on) {
            (false, _) => String::new(),
            (true, true) => format!("on   {:<30}  ", row.because),
            (true, false) => format!("off  {:<30}  ", row.because),
        };
        writeln!(
            out,
            "{choice}{strong}{rule:<widest$}{strong:#}  {style}{severity:<11}{style:#}  {versions:<18}  {title}"
        )
        .expect("a string takes any text");
    }
    let on = rows.iter().filter(|row| row.on).count();
    let all = number(rows.len() as u64, "rule", "rules");
    writeln!(out, "\n{all}, {on} of them on; `excluster explain RULE` says more")
        .expect("a string takes any text");
    out
}
