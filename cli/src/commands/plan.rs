//! `excluster plan`: one definition in, the runbook that builds its cluster out, proven before it is printed.

use std::{io::Read, slice};

use rules_core::{
    Outcome, Plan, RuleBook, Severity, audit_cluster,
    input::{self, InputError, Syntax},
    model::{Cluster, ExchangeVersion, PathPattern},
    runbook::{How, Procedure, Refusal, Runbook, Value, can_be_quoted},
    words::alternatives,
};

use crate::{
    args::{FormatName, FormatRequest, PlanArguments, PlanFormat},
    console::Console,
    digest,
    escape::escape,
    examined::{Audited, Examined, Origin, Refused},
    exit::Exit,
    formats::{self, Run, Verbosity},
    inputs::{Input, Inputs, unreadable},
    mistake::Mistake,
    outputs::{Outputs, Stop},
    palette::Palette,
    reading::{self, Content, WHAT_A_DEFINITION_IS, lossy},
    runbook::{self, Proven, document},
    summary::number,
};

/// Prints the runbook of a definition.
pub(crate) fn plan(
    book: &RuleBook,
    procedures: &[&'static Procedure],
    arguments: &PlanArguments,
    console: &mut Console<'_>,
) -> Result<Exit, Mistake> {
    let rules = book.plan(&arguments.selection.profile())?;
    let inputs = Inputs::find(slice::from_ref(&arguments.file), &[]);
    spare_definition(&inputs, &arguments.formats)?;
    let wanted = match Wanted::read(&inputs) {
        Ok(wanted) => wanted,
        Err(unread) => {
            console.show(&rules, &unread.examined());
            return Ok(Exit::Trouble);
        }
    };
    let mut obstacles = wanted.errors(&rules, console);
    let Some((mut runbook, procedure)) = Runbook::of(procedures, &wanted.cluster) else {
        obstacles.push(Obstacle::no_procedure(procedures, &wanted.cluster));
        return Ok(console.tell(&obstacles));
    };
    obstacles.extend(Obstacle::too_little(procedure, &wanted.cluster));
    obstacles.extend(fill_in_what_cannot_be_quoted(&mut runbook));
    if !obstacles.is_empty() && !arguments.force {
        return Ok(console.tell(&obstacles));
    }
    let proven = Proven::of(&runbook, procedure, &rules);
    if obstacles.is_empty() {
        obstacles.extend(Obstacle::faults(&proven));
    }
    let exit = console.tell(&obstacles);
    if exit == Exit::Clean || arguments.force {
        let plan =
            document::Plan::of(&runbook, &wanted.file, digest::sha256(&wanted.text), proven.into_proof());
        print(&plan, &arguments.formats, console)?;
    }
    Ok(exit)
}

/// The definition of a cluster that is wanted.
struct Wanted {
    file: String,
    text: String,
    syntax: Syntax,
    /// Without what was done already.
    cluster: Cluster,
}

/// A definition that could not be read.
struct Unread {
    file: String,
    text: String,
    problems: Vec<InputError>,
}

impl Wanted {
    fn read(inputs: &Inputs) -> Result<Self, Unread> {
        let [input] = inputs.list.as_slice() else {
            let files = number(inputs.list.len() as u64, "file", "files");
            return Err(Unread::of("the command line", several(&files)));
        };
        let file = input.name.clone();
        if !inputs.folders.is_empty() {
            return Err(Unread::of(&file, several("a folder")));
        }
        let (bytes, syntax) = bytes(input).map_err(|problem| Unread::of(&file, problem))?;
        let text = match input::decode(&bytes) {
            Ok(text) => text.into_owned(),
            Err(problem) => return Err(Unread { file, text: lossy(&bytes), problems: vec![problem] }),
        };
        match input::read(&text, syntax) {
            Ok(mut cluster) => {
                cluster.setup.forget();
                Ok(Self { file, text, syntax, cluster })
            }
            Err(problems) => Err(Unread { file, text, problems }),
        }
    }

    /// Why the cluster cannot work, if it cannot; the findings are printed.
    fn errors(&self, rules: &Plan, console: &mut Console<'_>) -> Vec<Obstacle> {
        let mut report = audit_cluster(rules, &self.cluster);
        let is_error = |outcome: &Outcome| match outcome {
            Outcome::Broken(_) => true,
            outcome => outcome.findings().iter().any(|finding| finding.severity == Severity::Error),
        };
        report.outcomes.retain(|(_, outcome)| is_error(outcome));
        let counts = report.counts();
        if counts.failed + counts.broken == 0 {
            return Vec::new();
        }
        let origin = Origin::Definition { text: &self.text, syntax: self.syntax, line: 1, offset: 0 };
        let audited = Audited::new(&self.file, &self.cluster, report, rules, origin);
        let title = audited.title();
        console.show(rules, &Examined::Cluster(audited));
        let errors = (counts.errors > 0).then_some(Obstacle::Errors { title, errors: counts.errors });
        let broken = (counts.broken > 0).then_some(Obstacle::Broken(counts.broken));
        errors.into_iter().chain(broken).collect()
    }
}

impl Unread {
    fn of(file: &str, problem: InputError) -> Self {
        Self { file: file.to_owned(), text: String::new(), problems: vec![problem] }
    }

    fn examined(&self) -> Examined<'_> {
        let Self { file, text, problems } = self;
        Examined::Refused(Refused { file, line: None, offset: 0, text, problems })
    }
}

/// The text of a definition.
fn bytes(input: &Input) -> Result<(Vec<u8>, Syntax), InputError> {
    match reading::open(input, None)? {
        Content::Definition { bytes, syntax, .. } => Ok((bytes, syntax)),
        Content::Stream(lines) => Ok((only_line(lines)?, Syntax::Json)),
        Content::Artefact(_) => Err(InputError::new(
            "this is an export of a cluster that is there, no definition of one that is wanted",
            WHAT_A_DEFINITION_IS,
        )),
        Content::Other(reason) => {
            Err(InputError::new(format!("this is no definition: {reason}"), WHAT_A_DEFINITION_IS))
        }
    }
}

/// The definition of a file with one in each line, if it has one only.
fn only_line(lines: Box<dyn Read + Send>) -> Result<Vec<u8>, InputError> {
    let longest = Syntax::Json.longest();
    let mut bytes = Vec::new();
    lines.take(longest as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    let mut definitions = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    match (definitions.next(), definitions.next()) {
        (None, _) => Err(InputError::new("the file is empty", WHAT_A_DEFINITION_IS)),
        (Some(_), Some(_)) => Err(several("a file with a definition in each line")),
        _ if bytes.len() > longest => Err(InputError::too_long(Syntax::Json)),
        (Some(_), None) => Ok(bytes),
    }
}

fn several(what: &str) -> InputError {
    InputError::new(
        format!("a runbook is made for one cluster, and this is {what}"),
        "give one file with the definition of one cluster, in TOML or JSON",
    )
}

/// Makes blanks of the values of commands that cannot stand there, and says which they are.
fn fill_in_what_cannot_be_quoted(runbook: &mut Runbook) -> Vec<Obstacle> {
    let mut refused: Vec<String> = Vec::new();
    let mut filled_in = |value: Value| match value {
        // What cannot be seen does not belong into a command either.
        Value::Given(given) if !can_be_quoted(&given) || escape(&given) != given => {
            let index = refused.iter().position(|other| *other == given).unwrap_or_else(|| {
                refused.push(given.clone());
                refused.len() - 1
            });
            let what = format!("what stands for `{}`, which cannot be quoted for cmd.exe", escape(&given));
            Value::or_blank(None::<String>, &format!("UNQUOTED_{}", index + 1), &what)
        }
        value => value,
    };
    for how in runbook.steps.iter_mut().flat_map(|step| &mut step.how) {
        if let How::Run(line) = how {
            *line = line.clone().map(&mut filled_in);
        }
    }
    refused.into_iter().map(Obstacle::Unquotable).collect()
}

/// Why there is no runbook, or why it is not to be trusted.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("{title} cannot be built as it is defined: {}", number(*errors, "error", "errors"))]
    Errors { title: String, errors: u64 },
    #[error("which Exchange version is to be built is not known: the definition has no `exchange`")]
    NoVersion { known: String },
    #[error("there is no build procedure for Exchange {}", version.as_str())]
    NoProcedure { version: ExchangeVersion, known: String },
    #[error("too little is known to plan: the definition has no {0}")]
    TooLittle(String),
    #[error("the definition says itself that {0} is incomplete")]
    Partial(String),
    #[error("`{0}` cannot stand in a command: no quotes of cmd.exe keep it as it is")]
    Unquotable(String),
    #[error("the runbook does not work: {0}")]
    Refused(Refusal),
    #[error("the runbook does not end in what is wanted: {0}")]
    Unlike(String),
    #[error("the runbook ends in a cluster with {}", number(*.0, "error", "errors"))]
    Unsound(u64),
    #[error("{} broke", number(*.0, "rule", "rules"))]
    Broken(u64),
}

impl Obstacle {
    fn no_procedure(procedures: &[&'static Procedure], wanted: &Cluster) -> Self {
        let versions = procedures.iter().flat_map(|procedure| procedure.versions);
        let known = match alternatives(versions.map(|version| version.as_str())) {
            none if none.is_empty() => "this build of the program has no procedure".to_owned(),
            versions => format!("there are procedures for {versions}"),
        };
        match wanted.exchange.get() {
            Some(&version) => Self::NoProcedure { version, known },
            None => Self::NoVersion { known },
        }
    }

    /// What a definition lacks so much that nothing can be planned.
    fn too_little(procedure: &Procedure, wanted: &Cluster) -> Vec<Self> {
        let quoted = |paths: Vec<&str>| {
            let paths: Vec<String> = paths.into_iter().map(|path| format!("`{}`", escape(path))).collect();
            (!paths.is_empty()).then(|| paths.join(", "))
        };
        let partial = wanted.partial.get().into_iter().flatten().map(PathPattern::as_str).collect();
        let lacking = quoted((procedure.lacks)(wanted)).map(Self::TooLittle);
        lacking.into_iter().chain(quoted(partial).map(Self::Partial)).collect()
    }

    /// What the proof of a runbook for a good definition has against it.
    fn faults(proven: &Proven) -> Vec<Self> {
        if let Some(refusal) = &proven.refusal {
            return vec![Self::Refused(refusal.clone())];
        }
        let unlike = proven.unlike.first().map(|fact| Self::Unlike(fact.to_string()));
        let unsound = (proven.errors > 0).then_some(Self::Unsound(proven.errors));
        let broken = (proven.broken > 0).then_some(Self::Broken(proven.broken));
        unlike.into_iter().chain(unsound).chain(broken).collect()
    }

    fn help(&self) -> &str {
        match self {
            Self::Errors { .. } => "mend the definition; `--force` prints the runbook all the same",
            Self::NoVersion { known } | Self::NoProcedure { known, .. } => known,
            Self::TooLittle(_) => "add what is missing; `--force` prints what can be planned without it",
            Self::Partial(_) => {
                "complete the lists, and take them out of `partial`; `--force` plans with what is there"
            }
            Self::Unquotable(_) => "choose another name; `--force` leaves a blank in its place",
            Self::Refused(_) | Self::Unlike(_) | Self::Unsound(_) => {
                "the program is at fault: report it; `--force` prints the runbook, which is not proven"
            }
            Self::Broken(_) => "report this to the rule's author; `--ignore` leaves the rule out",
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Errors { .. }
            | Self::NoVersion { .. }
            | Self::NoProcedure { .. }
            | Self::TooLittle(_)
            | Self::Partial(_)
            | Self::Unquotable(_) => Exit::Findings,
            Self::Refused(_) | Self::Unlike(_) | Self::Unsound(_) | Self::Broken(_) => Exit::Broken,
        }
    }
}

impl Console<'_> {
    /// Shows what was found in the definition, or why it could not be read.
    fn show(&mut self, rules: &Plan, examined: &Examined<'_>) {
        let run = Run::new(rules, Verbosity::Usual);
        let mut out = String::new();
        formats::of(FormatName::Text, &run, Palette::new(self.err.coloured)).render(examined, &mut out);
        self.err.say(&out);
    }

    /// Says what is in the way, and how that ends.
    fn tell(&mut self, obstacles: &[Obstacle]) -> Exit {
        for obstacle in obstacles {
            self.fail(obstacle, Some(obstacle.help()));
        }
        obstacles.iter().map(Obstacle::exit).max().unwrap_or_default()
    }
}

fn print(
    plan: &document::Plan,
    requests: &[FormatRequest<PlanFormat>],
    console: &mut Console<'_>,
) -> Result<(), Mistake> {
    let text_to_stdout = FormatRequest { format: PlanFormat::Text, file: None };
    let requests = match requests {
        [] => &[text_to_stdout],
        requests => requests,
    };
    let coloured = console.out.coloured;
    let mut outputs = Outputs::open(requests, &mut console.out)?;
    let texts = requests.iter().map(|request| {
        runbook::render(plan, request.format, Palette::new(coloured && request.file.is_none()))
    });
    match outputs.frame(texts) {
        // As for any program that is no longer listened to, it is not for us to complain.
        Ok(()) | Err(Stop::Closed) => Ok(()),
        Err(Stop::Failed(error)) => Err(error.into()),
    }
}

/// The definition is not to be lost.
fn spare_definition(inputs: &Inputs, requests: &[FormatRequest<PlanFormat>]) -> Result<(), Mistake> {
    let files = requests.iter().filter_map(|request| request.file.as_deref());
    match files.into_iter().find(|file| inputs.position(file).is_some()) {
        Some(file) => Err(Mistake::OverwritesDefinition(file.display().to_string())),
        None => Ok(()),
    }
}
