//! `excluster audit`: inputs in, reports out, in bounded memory and in one order whatever the number of threads.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use rules_core::{RuleBook, Selector};

use crate::{
    args::{AuditArguments, FailOn, FormatName, FormatRequest},
    console::Console,
    exit::Exit,
    fleet::{Fleet, Seen},
    formats::{self, Format, Run, Verbosity},
    inputs::{Inputs, Origin, parse_list},
    mistake::Mistake,
    outputs::{Outputs, Stop},
    palette::Palette,
    progress::Progress,
    reading::is_definition,
    summary,
};

/// Audits what the arguments name.
pub(crate) fn audit(
    book: &RuleBook,
    arguments: &AuditArguments,
    console: &mut Console<'_>,
) -> Result<Exit, Mistake> {
    let plan = book.plan(&arguments.selection.profile())?;
    let listed = listed(arguments)?;
    let mut inputs = Inputs::find(&arguments.paths, &listed);
    if arguments.input_format.is_some()
        && !inputs.list.iter().any(|input| matches!(input.origin, Origin::Stdin))
    {
        return Err(Mistake::InputFormatWithoutStdin);
    }
    let text_to_stdout = FormatRequest { format: FormatName::Text, file: None };
    let requests = match arguments.formats.as_slice() {
        [] => &[text_to_stdout],
        requests => requests,
    };
    spare_inputs(&mut inputs, requests)?;

    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Usual,
    };
    let run = Run {
        select: arguments.selection.select.iter().map(Selector::as_str).collect(),
        ignore: arguments.selection.ignore.iter().map(Selector::as_str).collect(),
        inputs: arguments.paths.iter().chain(&listed).map(|path| path.display().to_string()).collect(),
        ..Run::new(&plan, verbosity)
    };
    let formats: Vec<Box<dyn Format + '_>> = requests
        .iter()
        .map(|request| {
            let coloured = request.file.is_none() && console.out.coloured;
            formats::of(request.format, &run, Palette::new(coloured))
        })
        .collect();
    let Console { out, err, shows_progress } = console;
    let mut outputs = Outputs::open(requests, out)?;
    let mut progress = Progress::new(shows_progress.then_some(err as _));
    let fleet = Fleet {
        plan: &plan,
        inputs: &inputs,
        formats: &formats,
        stdin: arguments.input_format,
        tallies: Mutex::default(),
        is_part: arguments.part,
    };
    let seen = match in_threads(arguments.jobs.into(), || fleet.audit(&mut outputs, &mut progress))? {
        Ok(seen) => seen,
        // As for any program that is no longer listened to, it is not for us to complain.
        Err(Stop::Closed) => return Ok(Exit::Clean),
        Err(Stop::Failed(error)) => return Err(error.into()),
    };

    if !text_to(requests) {
        let palette = Palette::new(err.coloured);
        err.say(&summary::text(&seen.tally, seen.compared.as_ref(), &run, &palette));
    }
    if seen.is_empty() {
        let level = if arguments.exit_zero { "note" } else { "error" };
        err.say(&format!("{level}: there is nothing to audit\n"));
    }
    Ok(exit(arguments.fail_on, arguments.exit_zero, &seen))
}

/// Whether the format text, which ends with the summary, goes to the standard output.
pub(super) fn text_to(requests: &[FormatRequest]) -> bool {
    requests.iter().any(|request| request.file.is_none() && request.format == FormatName::Text)
}

/// How a run ends.
pub(super) fn exit(level: FailOn, exit_zero: bool, seen: &Seen) -> Exit {
    let counts = &seen.tally.counts;
    if counts.broken > 0 {
        return Exit::Broken;
    }
    if seen.mistakes > 0 {
        return Exit::Trouble;
    }
    if exit_zero {
        return Exit::Clean;
    }
    if seen.tally.refused > 0 || seen.is_empty() {
        return Exit::Trouble;
    }
    let found = counts.errors > 0
        || (level >= FailOn::Warning && counts.warnings > 0)
        || (level >= FailOn::Information && counts.informations > 0)
        || (level >= FailOn::Unknown && counts.unknown > 0);
    if found { Exit::Findings } else { Exit::Clean }
}

/// The paths of `--files-from`.
fn listed(arguments: &AuditArguments) -> Result<Vec<PathBuf>, Mistake> {
    let Some(list) = &arguments.files_from else { return Ok(Vec::new()) };
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    let bytes = if is_stdin(list) {
        if arguments.paths.iter().any(|path| is_stdin(path)) {
            return Err(Mistake::StdinTwice);
        }
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        fs::read(list)
    };
    bytes
        .map(|bytes| parse_list(&bytes))
        .map_err(|error| Mistake::List { file: list.display().to_string(), error })
}

/// Leaves out what an earlier run wrote to where this one writes; a definition there is not to be lost.
fn spare_inputs(inputs: &mut Inputs, requests: &[FormatRequest]) -> Result<(), Mistake> {
    for file in requests.iter().filter_map(|request| request.file.as_deref()) {
        if let Some(index) = inputs.position(file) {
            if is_definition(&inputs.list[index]) {
                return Err(Mistake::OverwritesInput(file.display().to_string()));
            }
            inputs.list.remove(index);
        }
    }
    Ok(())
}

fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Mistake> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map(|pool| pool.install(work)).map_err(|error| Mistake::Threads { threads, error })
}
