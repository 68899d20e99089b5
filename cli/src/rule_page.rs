//! Rules as markdown: one, as `explain` shows it, and the page of all of them.

use std::fmt::Write as _;

use rules_core::{
    BaseProfile, Example, Expectation, RuleBook, RuleMeta,
    fleet::{FleetExample, FleetExpectation},
    testing::reference,
};

/// The page of all rules, `docs/rules.md`.
pub fn rules_page(book: &RuleBook) -> String {
    let rules = book.metas();
    let mut page = Page(
        "# Rules\n\nGenerated from the rules: `UPDATE_GOLDENS=1 cargo test --workspace` rewrites this page.\n"
            .to_owned(),
    );
    for set in rules.chunk_by(|a, b| a.set.name == b.set.name) {
        page.line(format_args!("\n## {}\n\n{}.\n", set[0].set.name, sentence(set[0].set.summary)));
        page.line(format_args!("| rule | severity | versions | what it demands |\n|---|---|---|---|"));
        for rule in set {
            let (name, severity, versions) = (rule.name, rule.severity, versions(rule));
            let (anchor, title) = (format!("{}{name}", rule.set.name), rule.title().replace('|', "\\|"));
            page.line(format_args!("| [`{name}`](#{anchor}) | {severity} | {versions} | {title} |"));
        }
    }
    for rule in rules {
        page.line(format_args!("\n{}", markdown(rule, 2).trim_end()));
    }
    page.0
}

/// A rule as markdown, under a heading of this level.
pub(crate) fn markdown(rule: &RuleMeta, level: usize) -> String {
    let heading = "#".repeat(level);
    let mut page = Page(format!("{heading} {}\n\n", rule.full_name()));
    for line in rule.markdown().lines() {
        match line.strip_prefix("# ") {
            Some(section) => page.line(format_args!("{heading}# {section}")),
            None => page.line(format_args!("{line}")),
        }
    }
    page.line(format_args!("\n{heading}# On whose word\n"));
    for source in rule.sources {
        page.line(format_args!("- {source}"));
    }
    let (severity, basis, versions) = (rule.severity, rule.basis, versions(rule));
    let covers = match rule.covers {
        [] => String::new(),
        rows => format!("; catalogue: {}", rows.join(", ")),
    };
    let profiles = profiles(rule).join(", ");
    page.line(format_args!(
        "\nSeverity: {severity}; basis: {basis}; Exchange: {versions}; profiles: {profiles}{covers}."
    ));
    page.line(format_args!("\n{heading}# Examples"));
    for example in rule.examples {
        page.example(example);
    }
    for example in rule.fleets {
        page.fleet(example);
    }
    page.0
}

/// The named profiles that have a rule on.
pub(crate) fn profiles(rule: &RuleMeta) -> Vec<&'static str> {
    let having = BaseProfile::ALL.into_iter().filter(|profile| profile.contains(rule));
    having.map(BaseProfile::as_str).collect()
}

/// What a fleet rule says of an example.
pub(crate) fn fleet_outcome(example: &FleetExample) -> String {
    let paths = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        paths.join(", ")
    };
    match example.expect {
        FleetExpectation::Passes => example.expect.to_string(),
        FleetExpectation::Fails(findings) => {
            let findings: Vec<String> = findings.iter().map(|at| paths(at)).collect();
            format!("fails at {}", findings.join("; at "))
        }
        FleetExpectation::Incomplete(absent) => {
            format!("cannot be compared as a whole for want of {}", paths(absent))
        }
    }
}

/// What a rule says of an example.
pub(crate) fn outcome(example: &Example) -> String {
    let paths = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        paths.join(", ")
    };
    match example.expect {
        Expectation::Passes | Expectation::NotApplicable => example.expect.to_string(),
        // The path of a cluster as a whole is empty.
        Expectation::Fails([""]) => "fails for the cluster as a whole".to_owned(),
        Expectation::Fails(at) => format!("fails at {}", paths(at)),
        Expectation::Unknown(absent) => format!("cannot be judged for want of {}", paths(absent)),
    }
}

/// The name of the reference cluster that an example starts from, unless it starts from a definition of its own.
pub(crate) fn base_name(base: &str) -> Option<&'static str> {
    reference::ALL.iter().find(|it| it.definition == base).map(|it| it.name)
}

/// Lines without the indent that they have in common, and without blank ones around them.
pub(crate) fn dedented(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let indent = lines().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    let lines: Vec<&str> =
        text.lines().map(|line| line.get(indent..).unwrap_or_default().trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

struct Page(String);

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes any text");
    }

    fn example(&mut self, example: &Example) {
        self.line(format_args!("\n**{}** ({})\n", sentence(example.title), outcome(example)));
        self.cluster("It", example.base, example.without, example.with);
    }

    fn fleet(&mut self, example: &FleetExample) {
        self.line(format_args!("\n**{}** ({})\n", sentence(example.title), fleet_outcome(example)));
        for (index, member) in example.members.iter().enumerate() {
            if index > 0 {
                self.line(format_args!(""));
            }
            self.cluster(&format!("Cluster {}", index + 1), member.base, member.without, member.with);
        }
    }

    /// What a cluster is made from.
    fn cluster(&mut self, what: &str, base: &str, without: &[&str], with: &str) {
        let without: Vec<String> = without.iter().map(|path| format!(", without `{path}`")).collect();
        let base = base_name(base).map_or("a definition of its own".to_owned(), |name| format!("`{name}`"));
        let (without, with) = (without.concat(), dedented(with));
        if with.is_empty() {
            self.line(format_args!("{what} is {base}{without}."));
        } else {
            self.line(format_args!("{what} is {base}{without}, with:\n\n```toml\n{with}\n```"));
        }
    }
}

/// A text with its first letter in upper case.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn versions(rule: &RuleMeta) -> String {
    let versions: Vec<&str> = rule.versions.iter().map(|version| version.as_str()).collect();
    versions.join(", ")
}
