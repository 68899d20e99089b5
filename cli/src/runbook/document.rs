//! The types of a printed runbook: what every format is written from, what `plan --format json` prints, and what its
//! schema is made from.
//!
//! They are a promise: keys may be added, but none changes its meaning or goes away without a new version.

use std::collections::BTreeSet;

use rules_core::{
    Severity,
    model::{Cluster, Name},
    runbook::{self, Facts, Phase, Runbook, Statement, Value},
};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;

use super::text::steps_in_words;
use crate::{
    formats::report::{Tool, VERSION},
    summary,
};

/// The version of a printed runbook.
const PLAN: &str = "plan/1";

/// The JSON Schema (draft 2020-12) of what `plan --format json` prints.
pub(crate) fn plan_schema() -> Schema {
    let settings =
        SchemaSettings::draft2020_12().with_transform(rules_core::model::PlainNumbers).for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Plan>();
    schema.insert("title".to_owned(), "A runbook that builds a cluster".into());
    schema
}

/// A runbook that builds a cluster.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Plan {
    /// The kind and version of the document, `plan/1`.
    pub(crate) format: &'static str,
    /// What made it.
    pub(crate) tool: Tool<'static>,
    /// The file with the definition; `<stdin>` is the standard input.
    pub(crate) file: String,
    /// The SHA-256 of the definition.
    pub(crate) sha256: String,
    /// The cluster's name, if the definition has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cluster: Option<String>,
    /// The Exchange version.
    pub(crate) exchange: &'static str,
    /// What the simulator and the rules say of it.
    pub(crate) proof: Proof,
    /// The values to fill in before the first step, in the order of their first use.
    pub(crate) blanks: Vec<Blank>,
    /// What is to be there before the first step, since no step makes it.
    pub(crate) ground: Vec<Fact>,
    /// The parts of the work that have steps, in order.
    pub(crate) phases: Vec<Part>,
    /// The steps, in an order in which they can be taken.
    pub(crate) steps: Vec<Step>,
}

/// What the simulator and the rules say of a runbook.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Proof {
    /// Whether the simulator took every step, ended in what is wanted, and no rule found an error there.
    pub(crate) proven: bool,
    /// The step that the simulator did not take, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<String>,
    /// In what the cluster in which the steps end is not as it is wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unlike: Vec<Fact>,
    /// The digest of the rules that judged the cluster in which the steps end.
    pub(crate) rules: String,
    /// Rules that passed.
    pub(crate) passed: u64,
    /// Rules that failed.
    pub(crate) failed: u64,
    /// Rules that could not judge.
    pub(crate) unknown: u64,
    /// Rules that do not concern the cluster.
    pub(crate) not_applicable: u64,
    /// Rules that broke.
    pub(crate) broken: u64,
    /// What is wrong in the cluster in which the steps end, the most severe first.
    pub(crate) findings: Vec<Finding>,
    /// What the rules that could not judge lack, with `[*]` for any element of a list.
    pub(crate) missing: Vec<String>,
}

/// Something wrong in the cluster in which the steps end.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Finding {
    /// The full name of the rule.
    pub(crate) rule: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: String,
    /// Where it is, by names.
    pub(crate) path: String,
}

/// A value to fill in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Blank {
    /// The variable that stands for it between percent signs: `EVS1_ADDRESS`.
    pub(crate) name: String,
    /// What it is.
    pub(crate) what: String,
    /// The steps that use it, from 1.
    pub(crate) steps: Vec<usize>,
}

/// A fact of a definition.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Fact {
    /// Its path by names: `nodes[NODE1].state`.
    pub(crate) path: String,
    /// Its value, as in a definition in JSON.
    pub(crate) value: serde_json::Value,
}

/// A part of the work.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Part {
    /// Its name in one word: `virtual-servers`.
    pub(crate) phase: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// How many steps it has.
    pub(crate) steps: usize,
}

/// A step: one thing that is done in one place, and can be seen to have worked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Step {
    /// Its place in the runbook, from 1.
    pub(crate) number: usize,
    /// What it is called, once in a runbook.
    pub(crate) id: String,
    /// The part of the work that it belongs to.
    pub(crate) phase: &'static str,
    /// The node on which it is done; without one, any computer with the tools will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    /// What is done.
    pub(crate) title: String,
    /// Why, and why now.
    pub(crate) why: &'static str,
    /// On whose word.
    pub(crate) source: String,
    /// The statements of the article "Exchange Clustering Basics" that it follows.
    pub(crate) article: &'static [&'static str],
    /// The steps that it waits for, from 1.
    pub(crate) after: Vec<usize>,
    /// What must be so before.
    pub(crate) needs: Vec<Fact>,
    /// How it is done: one after the other.
    pub(crate) how: Vec<How>,
    /// How to see that it worked.
    pub(crate) check: String,
    /// How to take it back.
    pub(crate) undo: String,
    /// The groups that are not online while it is done.
    pub(crate) offline: Vec<String>,
    /// What is so afterwards.
    pub(crate) makes: Vec<Fact>,
    /// The rules that fail when it is left out or done otherwise, by full name.
    pub(crate) proven_by: &'static [&'static str],
}

/// How a thing is done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum How {
    /// At a command prompt.
    Run {
        /// The command, quoted for cmd.exe. Between percent signs are variables.
        command: String,
    },
    /// In a program with windows.
    Screen {
        /// The program and the way through its menus and pages.
        path: String,
        /// What to enter or choose there, in order.
        fields: Vec<Field>,
    },
}

/// What to enter or choose on a screen.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Field {
    /// The label on the screen.
    pub(crate) label: &'static str,
    /// The value, unless it is a blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    /// The variable of a value that is to be filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blank: Option<String>,
}

impl Plan {
    /// The document of a runbook.
    pub(crate) fn of(runbook: &Runbook, file: &str, sha256: String, proof: Proof) -> Self {
        let edges = runbook.edges();
        Self {
            format: PLAN,
            tool: Tool { name: "excluster", version: VERSION },
            file: file.to_owned(),
            sha256,
            cluster: runbook.target.name.get().map(Name::to_string),
            exchange: runbook.target.exchange.get().map_or("", |version| version.as_str()),
            proof,
            blanks: blanks(runbook),
            ground: facts(&runbook.ground),
            phases: Phase::ALL.into_iter().filter_map(|phase| part(phase, runbook)).collect(),
            steps: (1..)
                .zip(runbook.steps.iter().zip(edges))
                .map(|(number, (step, before))| Step::of(number, step, before))
                .collect(),
        }
    }

    /// What people call the cluster.
    pub(crate) fn title(&self) -> String {
        let name = self.cluster.as_deref().unwrap_or("a cluster without a name");
        format!("{name}, Exchange {}", self.exchange)
    }

    /// The steps of a part of the work.
    pub(crate) fn steps_of(&self, part: &Part) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.phase == part.phase)
    }
}

impl Step {
    fn of(number: usize, step: &runbook::Step, before: Vec<usize>) -> Self {
        Self {
            number,
            id: step.id.clone(),
            phase: step.phase.as_str(),
            node: step.node.as_ref().map(Name::to_string),
            title: step.title.clone(),
            why: step.why,
            source: step.source.to_string(),
            article: step.article,
            after: before.into_iter().map(|index| index + 1).collect(),
            needs: facts(&step.needs),
            how: step.how.iter().map(How::of).collect(),
            check: step.check.clone(),
            undo: step.undo.clone(),
            offline: step.offline.iter().map(Name::to_string).collect(),
            makes: facts(&step.makes),
            proven_by: step.proven_by,
        }
    }

    /// Where it is done.
    pub(crate) fn place(&self) -> String {
        match &self.node {
            Some(node) => format!("`{node}`"),
            None => "any computer with the tools".to_owned(),
        }
    }

    /// What must be there before: steps, and what no step makes.
    pub(crate) fn waits_for(&self, plan: &Plan) -> String {
        let given = self.needs.iter().filter(|fact| plan.ground.contains(fact)).map(Fact::in_words);
        let steps = Some(steps_in_words(&self.after)).filter(|steps| !steps.is_empty());
        steps.into_iter().chain(given).collect::<Vec<_>>().join("; ")
    }

    /// On whose word it stands, the article's statements among them.
    pub(crate) fn sources(&self) -> String {
        match self.article {
            [] => self.source.clone(),
            statements => format!("{}; the article's {}", self.source, statements.join(", ")),
        }
    }
}

impl Proof {
    /// What the rules came to.
    pub(crate) fn counts(&self) -> String {
        let Self { passed, failed, unknown, not_applicable, broken, .. } = self;
        let broken = if *broken > 0 { format!(", {broken} broken") } else { String::new() };
        format!(
            "{passed} passed, {failed} failed, {unknown} unknown, {not_applicable} not applicable{broken}"
        )
    }

    /// Why it is no proof, if it is none.
    pub(crate) fn failure(&self) -> String {
        if let Some(refusal) = &self.refusal {
            return refusal.clone();
        }
        match self.unlike.as_slice() {
            [] => "the rules find errors in the cluster in which the steps end".to_owned(),
            [fact, ..] => format!("the steps do not end in what is wanted: {}", fact.in_words()),
        }
    }

    /// What is proven: less where rules could not judge the cluster in which the steps end.
    pub(crate) fn success(&self) -> String {
        const TAKEN: &str = "every step can be taken, and they end in what is wanted";
        match self.unknown {
            0 => TAKEN.to_owned(),
            rules => format!(
                "{TAKEN}, but {} could not judge that for want of facts",
                summary::number(rules, "rule", "rules")
            ),
        }
    }

    /// All in one sentence.
    pub(crate) fn in_words(&self) -> String {
        let verdict = if self.proven {
            format!("proven by simulation: {}", self.success())
        } else {
            format!("not proven: {}", self.failure())
        };
        format!("{verdict}; rules: {}", self.counts())
    }
}

impl Finding {
    /// What is wrong, where, and who says so.
    pub(crate) fn in_words(&self) -> String {
        let at = if self.path.is_empty() { String::new() } else { format!(" at {}", self.path) };
        format!("{}{at} ({})", self.message, self.rule)
    }
}

impl How {
    fn of(how: &runbook::How) -> Self {
        match how {
            runbook::How::Run(line) => Self::Run { command: line.to_string() },
            runbook::How::Screen { path, fields } => Self::Screen {
                path: path.clone(),
                fields: fields.iter().map(|(label, value)| Field::of(label, value)).collect(),
            },
        }
    }
}

impl Field {
    fn of(label: &'static str, value: &Value) -> Self {
        match value {
            Value::Given(given) => Self { label, value: Some(given.clone()), blank: None },
            Value::Blank { name, .. } => Self { label, value: None, blank: Some(name.clone()) },
        }
    }

    /// The value, or the variable that stands for it.
    pub(crate) fn shown(&self) -> String {
        match (&self.value, &self.blank) {
            (Some(value), _) => value.clone(),
            (None, blank) => format!("%{}%", blank.as_deref().unwrap_or_default()),
        }
    }
}

impl Fact {
    pub(crate) fn of(statement: Statement) -> Self {
        let value = serde_json::from_str(&statement.value).expect("a fact's value is JSON");
        Self { path: statement.path, value }
    }

    /// The path and the value.
    pub(crate) fn in_words(&self) -> String {
        format!("{} = {}", self.path, self.shown())
    }

    /// The value as people write it.
    pub(crate) fn shown(&self) -> String {
        fn shown(value: &serde_json::Value) -> String {
            match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(values) if values.is_empty() => "none".to_owned(),
                serde_json::Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(" + "),
                serde_json::Value::Bool(true) => "yes".to_owned(),
                serde_json::Value::Bool(false) => "no".to_owned(),
                other => other.to_string(),
            }
        }
        shown(&self.value)
    }
}

fn facts(part: &Cluster) -> Vec<Fact> {
    Facts::of(part).into_iter().map(Fact::of).collect()
}

fn part(phase: Phase, runbook: &Runbook) -> Option<Part> {
    let steps = runbook.steps.iter().filter(|step| step.phase == phase).count();
    (steps > 0).then(|| Part { phase: phase.as_str(), title: phase.title(), steps })
}

fn blanks(runbook: &Runbook) -> Vec<Blank> {
    let using = |name: &str| -> BTreeSet<usize> {
        let steps = (1..).zip(&runbook.steps);
        let using = steps.filter(|(_, step)| step.blanks().any(|(used, _)| used == name));
        using.map(|(number, _)| number).collect()
    };
    let blanks = runbook.blanks().into_iter();
    blanks
        .map(|(name, what)| Blank {
            name: name.to_owned(),
            what: what.to_owned(),
            steps: using(name).into_iter().collect(),
        })
        .collect()
}
