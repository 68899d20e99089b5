//! The evaluator and the rule book, with rules that a program adds at run time.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{convert::Infallible, io::Cursor};

use rules_core::{
    Basis, Findings, Outcome, Plan, Profile, Rule, RuleBook, RuleMeta, RuleSet, Severity, Source, Stage,
    audit, audit_cluster, audit_stream,
    model::{Cluster, ClusterRef, ExchangeVersion, Node},
};

static SITE: RuleSet = RuleSet { name: "site", summary: "rules of these tests" };

static EMPTY: RuleSet = RuleSet { name: "empty", summary: "a set without rules" };

/// A rule made at run time.
struct AdHoc {
    meta: RuleMeta,
    check: fn(ClusterRef<'_>, &mut Findings),
}

impl Rule for AdHoc {
    fn meta(&self) -> &RuleMeta {
        &self.meta
    }

    fn check(&self, cluster: ClusterRef<'_>, findings: &mut Findings) {
        (self.check)(cluster, findings);
    }
}

fn rule(name: &'static str, check: fn(ClusterRef<'_>, &mut Findings)) -> AdHoc {
    let meta = RuleMeta {
        set: &SITE,
        name,
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[ExchangeVersion::V2003],
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &[],
        examples: &[],
        fleets: &[],
        docs: "A rule.",
        file: file!(),
    };
    AdHoc { meta, check }
}

fn book() -> RuleBook {
    let mut book = RuleBook::default();
    book.add(rule("sites-are-named", |cluster, findings| {
        for node in findings.each(cluster.nodes()) {
            let Some(site) = findings.need(node.site()) else { continue };
            if site.as_str().is_empty() {
                findings
                    .report(site.path(), format!("`{}` has no site", node.name()))
                    .at_most(Severity::Warning);
            }
        }
    }))
    .unwrap();
    book.add(rule("never-asks-for-a-stranger", |cluster, findings| {
        let nodes = findings.each(cluster.nodes());
        assert!(nodes.len() < 3, "three is a crowd");
        if nodes.is_empty() {
            findings.not_applicable("there is no node");
        }
    }))
    .unwrap();
    book
}

fn plan() -> Plan {
    book().plan(&Profile::recommended()).unwrap()
}

fn cluster(sites: &[Option<&str>]) -> Cluster {
    let node = |site: Option<&str>| site.map_or_else(Node::default, |site| Node::default().site(site));
    Cluster::new("C")
        .exchange(ExchangeVersion::V2003)
        .nodes(sites.iter().copied().map(node).collect::<Vec<_>>())
}

/// Both outcomes of a cluster as words.
fn outcomes(plan: &Plan, cluster: &Cluster) -> [&'static str; 2] {
    let report = audit_cluster(plan, cluster);
    [report.outcomes[0].1.as_str(), report.outcomes[1].1.as_str()]
}

#[test]
fn an_outcome_is_failed_before_unknown_before_not_applicable_before_passed() {
    let plan = plan();
    assert_eq!(outcomes(&plan, &cluster(&[Some("HQ")])), ["passed", "passed"]);
    assert_eq!(outcomes(&plan, &cluster(&[Some("HQ"), None])), ["passed", "unknown"]);
    assert_eq!(outcomes(&plan, &cluster(&[Some(""), None])), ["passed", "failed"]);
    assert_eq!(outcomes(&plan, &cluster(&[])), ["not-applicable", "passed"]);
    assert_eq!(outcomes(&plan, &Cluster::new("C").exchange(ExchangeVersion::V2003)), ["unknown", "unknown"]);
    assert_eq!(
        outcomes(&plan, &cluster(&[Some("HQ")]).exchange(ExchangeVersion::V2007)),
        ["not-applicable", "not-applicable"]
    );
    let mut versionless = cluster(&[Some("HQ")]);
    versionless.exchange.forget();
    assert_eq!(outcomes(&plan, &versionless), ["unknown", "unknown"]);
}

#[test]
fn a_rule_that_panics_costs_one_outcome_and_says_where() {
    let plan = plan();
    let crowd = cluster(&[Some("HQ"), Some("HQ"), Some("")]);
    let report = audit_cluster(&plan, &crowd);
    let Outcome::Broken(message) = &report.outcomes[0].1 else { panic!("{:?}", report.outcomes[0].1) };
    assert!(message.starts_with("three is a crowd (") && message.contains("audit.rs:"), "{message}");
    assert_eq!(report.findings().count(), 1, "the other rule is not affected");
    assert_eq!((report.counts().broken, report.counts().warnings), (1, 1));
    assert_eq!(outcomes(&plan, &cluster(&[Some("HQ")])), ["passed", "passed"], "and nothing is left behind");
}

#[test]
fn the_book_sorts_rules_and_refuses_two_of_one_name() {
    let mut book = book();
    let names: Vec<String> = book.rules().map(|rule| rule.meta().full_name()).collect();
    assert_eq!(names, ["site/never-asks-for-a-stranger", "site/sites-are-named"]);
    let error = book.add(rule("sites-are-named", |_, _| {})).unwrap_err();
    assert!(error.to_string().starts_with("two rules are called `site/sites-are-named`: one in "), "{error}");
    assert!(
        RuleBook::of(&[&EMPTY]).unwrap_err().to_string().starts_with("the rule set `empty` has no rules")
    );
    assert_eq!(book.find("sites-are-named").unwrap().full_name(), "site/sites-are-named");
    assert_eq!(
        book.find("sites-are-nammed").unwrap_err().to_string(),
        "no rule is called `sites-are-nammed`; did you mean `site/sites-are-named`?"
    );
}

#[test]
fn a_profile_selects_and_ignores_and_knows_its_words() {
    let book = book();
    let names = |profile: Profile| -> Result<Vec<&'static str>, String> {
        let plan = book.plan(&profile).map_err(|error| error.to_string())?;
        Ok(plan.rules().map(|rule| rule.meta().name).collect())
    };
    assert_eq!(
        names(Profile::recommended().select(["sites-are-named".into()])).unwrap(),
        ["sites-are-named"]
    );
    assert_eq!(
        names(Profile::recommended().select(["site".into()]).ignore(["site/sites-are-named".into()]))
            .unwrap(),
        ["never-asks-for-a-stranger"]
    );
    assert_eq!(
        names(Profile::recommended().ignore(["sites-are-nemd".into()])).unwrap_err(),
        "`sites-are-nemd` is no set, rule, severity or catalogue row; did you mean `sites-are-named`?"
    );
    assert_eq!(
        names(Profile::recommended().select(["eror".into()])).unwrap_err(),
        "`eror` is no set, rule, severity or catalogue row; did you mean `error`?"
    );
    assert!(
        names(Profile::recommended().ignore(["all".into()])).unwrap_err().starts_with("no rule is selected")
    );
}

/// What a stream comes to, a line for each line.
fn streamed(input: Vec<u8>, threads: usize) -> Vec<String> {
    let plan = plan();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut lines = Vec::new();
    let look = |line: rules_core::AuditedLine<'_>| match &line.result {
        Ok((cluster, report)) => {
            let locator = line.locator();
            let findings: Vec<String> = report
                .findings()
                .map(|(_, finding)| {
                    let place = locator.find(finding.path);
                    format!(" {}:{} {}", place.line, place.column, finding.path.names(cluster))
                })
                .collect();
            format!("{}{}", line.number, findings.concat())
        }
        Err(problems) => {
            let place = problems[0].place.as_ref().unwrap();
            format!("{} {}:{} {}", line.number, place.line, place.column, problems[0].message)
        }
    };
    pool.install(|| {
        audit_stream(&plan, Cursor::new(input), look, |line| {
            lines.push(line);
            Ok::<_, Infallible>(())
        })
    })
    .unwrap();
    lines
}

#[test]
fn a_stream_is_judged_line_by_line_in_order_and_bad_lines_stay_in_their_place() {
    let mut text = String::new();
    let mut expected = Vec::new();
    for number in (1..=3000).step_by(3) {
        let cluster = cluster(&[Some("HQ"), Some("")]);
        text += &serde_json::to_string(&cluster).unwrap();
        text += "\r\n\n{\"format\": \"cluster/1\", \"nmae\": 1}\n";
        expected.push(format!("{number} {number}:83 nodes[#2].site"));
        expected.push(format!("{} {}:25 unknown key `nmae`", number + 2, number + 2));
    }
    let one = streamed(text.clone().into_bytes(), 1);
    assert_eq!(one[..4], expected[..4]);
    assert_eq!(one, expected);
    assert_eq!(streamed(text.clone().into_bytes(), 4), expected);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(streamed(utf16, 4), expected);
    assert_eq!(streamed([b"\xef\xbb\xbf", text.as_bytes()].concat(), 2), expected);
}

#[test]
fn broken_text_in_a_stream_is_refused_where_it_stands() {
    let lines = streamed(
        b"{\"format\": \"cluster/1\"}\n{\"format\": \"clu\xff\"}\n{\"format\": \"cluster/1\"".to_vec(),
        1,
    );
    assert_eq!(lines[1], "2 2:16 the byte 0xff is not UTF-8");
    assert!(lines[2].starts_with("3 3:"), "{}", lines[2]);
}

#[test]
fn a_fleet_in_memory_comes_out_in_its_order() {
    let plan = plan();
    let fleet: Vec<Cluster> = (0..100).map(|number| cluster(&vec![Some(""); number % 3])).collect();
    let found: Vec<usize> = audit(&plan, &fleet).iter().map(|report| report.findings().count()).collect();
    assert_eq!(found, (0..100).map(|number| number % 3).collect::<Vec<_>>());
}
