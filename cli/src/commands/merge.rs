//! `excluster merge`: reports of parts of a fleet become one, the same as that of one run over the whole.

use std::fs;

use rules_core::{BaseProfile, Profile, RuleBook, Selector};

use super::audit::{exit, text_to};
use crate::{
    args::{FormatName, FormatRequest, MergeArguments},
    console::Console,
    examined::Examined,
    exit::Exit,
    fleet::Seen,
    formats::{self, Format, Run, Verbosity},
    held::Keeper,
    inputs::STDIN,
    mistake::Mistake,
    outputs::{Outputs, Stop},
    palette::Palette,
    part::{Head, Kind, Part, PartError, Rules, Twice},
    summary,
};

/// What the parts are, all of them read once.
struct Survey {
    /// What the first report says of its rules; none if no part is a report.
    head: Option<Head>,
    /// What was audited.
    inputs: Vec<String>,
    /// Of each part, the digest of its plan, unless it holds nothing that has one.
    plans: Vec<Option<String>>,
}

/// Merges what the arguments name.
pub(crate) fn merge(
    book: &RuleBook,
    arguments: &MergeArguments,
    console: &mut Console<'_>,
) -> Result<Exit, Mistake> {
    let json_to_stdout = FormatRequest { format: FormatName::Json, file: None };
    let requests = match arguments.formats.as_slice() {
        [] => &[json_to_stdout],
        requests => requests,
    };
    if arguments.parts.iter().filter(|part| part.as_os_str() == "-").count() > 1 {
        return Err(Mistake::PartsFromStdin);
    }
    let parts = arguments.parts.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>, _>>()?;
    spare(&parts, requests)?;
    let survey = survey(&parts)?;

    let (profile, select, ignore) = selection(arguments, survey.head.as_ref());
    let selectors =
        |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect::<Vec<Selector>>();
    let plan = book.plan(&Profile::from(profile).select(selectors(&select)).ignore(selectors(&ignore)))?;
    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Usual,
    };
    let run = Run {
        select: select.iter().map(String::as_str).collect(),
        ignore: ignore.iter().map(String::as_str).collect(),
        inputs: survey.inputs.clone(),
        ..Run::new(&plan, verbosity)
    };
    for (part, plan) in parts.iter().zip(&survey.plans) {
        plan.as_ref().map_or(Ok(()), |plan| part.check_plan(plan, &run.digest))?;
    }

    let formats: Vec<Box<dyn Format + '_>> = requests
        .iter()
        .map(|request| {
            let coloured = request.file.is_none() && console.out.coloured;
            formats::of(request.format, &run, Palette::new(coloured))
        })
        .collect();
    let Console { out, err, .. } = console;
    let mut outputs = Outputs::open(requests, out)?;
    let seen = match join(&parts, &run, &formats, &mut outputs) {
        Ok(seen) => seen,
        Err(Stopped::Outputs(Stop::Closed)) => return Ok(Exit::Clean),
        Err(Stopped::Outputs(Stop::Failed(error))) => return Err(error.into()),
        Err(Stopped::Part(error)) => return Err(error.into()),
    };
    if !text_to(requests) {
        let palette = Palette::new(err.coloured);
        err.say(&summary::text(&seen.tally, seen.compared.as_ref(), &run, &palette));
    }
    if seen.is_empty() {
        let level = if arguments.exit_zero { "note" } else { "error" };
        err.say(&format!("{level}: the parts hold nothing\n"));
    }
    Ok(exit(arguments.fail_on, arguments.exit_zero, &seen))
}

/// Refuses to write over a part.
fn spare(parts: &[Part], requests: &[FormatRequest]) -> Result<(), Mistake> {
    let real: Vec<_> =
        parts.iter().filter_map(Part::path).filter_map(|path| fs::canonicalize(path).ok()).collect();
    for file in requests.iter().filter_map(|request| request.file.as_deref()) {
        if fs::canonicalize(file).is_ok_and(|file| real.contains(&file)) {
            return Err(Mistake::OverwritesPart(file.display().to_string()));
        }
    }
    Ok(())
}

/// Reads every part once, to know whether they can be merged before anything is written.
fn survey(parts: &[Part]) -> Result<Survey, PartError> {
    let mut survey = Survey { head: None, inputs: Vec::new(), plans: Vec::new() };
    let mut twice = Twice::default();
    for (index, part) in parts.iter().enumerate() {
        // Lines of NDJSON do not say what was to be audited: their files do.
        let mut files: Vec<String> = Vec::new();
        let mut plan: Option<String> = None;
        twice.begin();
        let head = part.read(|earlier| {
            if let Some(other) = twice.holder(index, &earlier) {
                let result = &earlier.result;
                let line = result.line.map_or_else(String::new, |line| format!(":{line}"));
                let other = if other == index { "itself" } else { &parts[other].name };
                let problem = format!("holds `{}{line}`, which `{other}` holds already", result.file);
                return Err(part.error(problem, "give every part once; a definition belongs to one part"));
            }
            if let Some(tool) = &earlier.result.tool {
                part.check_tool(tool)?;
            }
            match (&plan, earlier.result.plan) {
                (Some(plan), Some(other)) => part.check_plan(&other, plan)?,
                (None, other) => plan = other,
                (Some(_), None) => {}
            }
            if files.last() != Some(&earlier.result.file) {
                files.push(earlier.result.file);
            }
            Ok(())
        })?;
        if let Some(other) = twice.same(index) {
            let problem = format!("holds exactly what `{}` holds", parts[other].name);
            return Err(part.error(problem, "give every part once"));
        }
        let Some(mut head) = head else {
            let files = files.into_iter().map(|file| if file == STDIN { "-".to_owned() } else { file });
            survey.inputs.extend(files);
            survey.plans.push(plan);
            continue;
        };
        part.check_tool(&head.tool)?;
        if let Some(plan) = plan {
            part.check_plan(&plan, &head.plan.digest)?;
        }
        survey.plans.push(Some(head.plan.digest.clone()));
        survey.inputs.append(&mut head.inputs);
        match &survey.head {
            None => survey.head = Some(head),
            Some(first) => part.check_plan(&head.plan.digest, &first.plan.digest)?,
        }
    }
    Ok(survey)
}

/// Which rules looked at the whole: those that the arguments name, or else those of the first report.
fn selection(arguments: &MergeArguments, head: Option<&Head>) -> (BaseProfile, Vec<String>, Vec<String>) {
    let given = |selectors: &[Selector]| selectors.iter().map(|it| it.as_str().to_owned()).collect();
    let is_given =
        arguments.profile.is_some() || !arguments.select.is_empty() || !arguments.ignore.is_empty();
    match head {
        Some(head) if !is_given => {
            let named = BaseProfile::ALL.into_iter().find(|base| base.as_str() == head.plan.profile);
            (named.unwrap_or_default(), head.plan.select.clone(), head.plan.ignore.clone())
        }
        _ => {
            let profile = arguments.profile.map_or(BaseProfile::default(), Into::into);
            (profile, given(&arguments.select), given(&arguments.ignore))
        }
    }
}

/// Why merging stopped.
enum Stopped {
    Outputs(Stop),
    Part(PartError),
}

/// Writes the results of all parts, in order, and what there is between them.
fn join(
    parts: &[Part],
    run: &Run<'_>,
    formats: &[Box<dyn Format + '_>],
    outputs: &mut Outputs<'_>,
) -> Result<Seen, Stopped> {
    let rules = Rules::of(&run.rules, &run.fleet_rules);
    let mut keeper = Keeper::new(run.plan);
    let mut seen = Seen::default();
    // The last file that a cluster was in.
    let mut file = String::new();
    outputs.frame(formats.iter().map(|format| format.begin())).map_err(Stopped::Outputs)?;
    let mut stop = None;
    for part in parts {
        let read = part.read(|earlier| {
            let result = &earlier.result;
            result.count(&rules, &mut seen.tally);
            if result.kind == Kind::Cluster {
                keeper.keep(&result.kept(&rules));
                if result.file != file {
                    file.clone_from(&result.file);
                    seen.tally.files += u64::from(file != STDIN);
                }
            }
            let examined = Examined::Earlier(earlier);
            let pieces: Vec<String> = formats
                .iter()
                .map(|format| {
                    let mut piece = String::new();
                    format.render(&examined, &mut piece);
                    piece
                })
                .collect();
            outputs.write(formats, &pieces).map_err(|reason| {
                stop = Some(reason);
                part.error("was not read to its end", "free some space")
            })
        });
        if let Some(reason) = stop {
            return Err(Stopped::Outputs(reason));
        }
        read.map_err(Stopped::Part)?;
    }
    let compared = keeper.compare();
    seen.tally.add_compared(&compared);
    let ends = formats.iter().map(|format| format.end(&seen.tally, Some(&compared)));
    outputs.frame(ends).map_err(Stopped::Outputs)?;
    seen.compared = Some(compared);
    Ok(seen)
}
