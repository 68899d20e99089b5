//! Auditing a fleet: inputs are read, judged and rendered in parallel, and written in order.
//!
//! Files are taken a batch at a time, streams a few MiB at a time, so that memory does not grow with the fleet.

use std::{
    io::Read,
    mem,
    sync::{Mutex, PoisonError},
};

use importers::{ImportError, Imported};
use rayon::prelude::*;
use rules_core::{
    AuditedLine, Auditor, ClusterReport, Plan, audit_stream,
    input::{self, InputError, Place, Syntax, lines::LinesError},
    model::Cluster,
};

use crate::{
    args::InputFormat,
    examined::{Audited, Examined, Origin, Refused, Skipped, line_span},
    formats::Format,
    held::{Compared, Keeper, Kept},
    inputs::{self, Input, Inputs, unreadable},
    outputs::{Outputs, Stop},
    progress::Progress,
    reading::{self, Content, WHAT_A_DEFINITION_IS, lossy, not_a_definition},
    summary::number,
    tally::Tally,
};

/// A batch has at most so many files, and is full with so many bytes.
const BATCH_FILES: usize = 256;
const BATCH_BYTES: u64 = 16 << 20;

/// What is audited, with which rules, and how it is rendered.
pub(crate) struct Fleet<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) inputs: &'a Inputs,
    pub(crate) formats: &'a [Box<dyn Format + 'a>],
    /// What the operator says of the standard input.
    pub(crate) stdin: Option<InputFormat>,
    /// Tallies of parts of the fleet, which the next thing looked at is added to.
    pub(crate) tallies: Mutex<Vec<Tally>>,
    /// Whether it is a part of a fleet: then clusters are not compared, and nothing is kept of them.
    pub(crate) is_part: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    /// What was found between clusters.
    pub(crate) compared: Option<Compared>,
    /// Paths that lead to nothing: mistakes on the command line.
    pub(crate) mistakes: u64,
}

impl Seen {
    /// Whether there was nothing to audit.
    pub(crate) fn is_empty(&self) -> bool {
        self.tally.counts.clusters == 0 && self.tally.refused == 0
    }
}

/// What the formats make of one thing that was looked at.
struct Rendered {
    pieces: Vec<String>,
    kind: Kind,
    /// What is kept of a cluster, to compare it with others.
    kept: Option<Kept>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cluster,
    Refused,
    Skipped,
}

/// What the parallel part makes of an input.
enum Looked {
    At(Vec<Rendered>),
    /// One that is too long to be looked at as a whole.
    Stream(Box<dyn Read + Send>),
}

/// The part that is done in order.
struct Writer<'w, 'o, 'p> {
    formats: &'w [Box<dyn Format + 'w>],
    outputs: &'w mut Outputs<'o>,
    progress: &'w mut Progress<'p>,
    keeper: Option<Keeper<'w>>,
    /// Clusters, and all things but skipped ones, of the current input.
    clusters: u64,
    definitions: u64,
}

impl Writer<'_, '_, '_> {
    fn write(&mut self, rendered: Rendered) -> Result<(), Stop> {
        if rendered.kind == Kind::Cluster {
            self.clusters += 1;
            self.progress.advance();
        }
        if let (Some(keeper), Some(kept)) = (&mut self.keeper, &rendered.kept) {
            keeper.keep(kept);
        }
        self.definitions += u64::from(rendered.kind != Kind::Skipped);
        self.outputs.write(self.formats, &rendered.pieces)
    }
}

impl<'a> Fleet<'a> {
    /// Audits everything.
    pub(crate) fn audit(self, outputs: &mut Outputs<'_>, progress: &mut Progress<'_>) -> Result<Seen, Stop> {
        let formats = self.formats;
        outputs.frame(formats.iter().map(|format| format.begin()))?;
        let mut seen = Seen::default();
        let keeper = (!self.is_part).then(|| Keeper::new(self.plan));
        let mut folders = vec![Found::default(); self.inputs.folders.len()];
        let mut writer = Writer { formats, outputs, progress, keeper, clusters: 0, definitions: 0 };
        let mut rest = self.inputs.list.as_slice();
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(batch_length(rest));
            rest = after;
            let looked: Vec<Looked> = batch
                .par_iter()
                .map_init(
                    || (Cluster::default(), Auditor::new(self.plan)),
                    |(cluster, auditor), input| self.look(input, cluster, auditor),
                )
                .collect();
            for (input, looked) in batch.iter().zip(looked) {
                match looked {
                    Looked::At(all) => all.into_iter().try_for_each(|rendered| writer.write(rendered))?,
                    Looked::Stream(reader) => self.stream(input, reader, &mut writer)?,
                }
                let (clusters, definitions) =
                    (mem::take(&mut writer.clusters), mem::take(&mut writer.definitions));
                seen.tally.files += u64::from(clusters > 0 && !matches!(input.origin, inputs::Origin::Stdin));
                seen.mistakes += u64::from(matches!(input.origin, inputs::Origin::Absent(_)));
                if let Some(folder) = input.folder {
                    folders[folder].files += 1;
                    folders[folder].definitions += definitions;
                }
            }
        }
        for (folder, found) in self.inputs.folders.iter().zip(folders) {
            if found.definitions == 0 && !folder.shared {
                seen.mistakes += 1;
                writer.write(self.refused(&folder.name, &[found.no_definition()]))?;
            }
        }
        for part in self.tallies.into_inner().unwrap_or_else(PoisonError::into_inner) {
            seen.tally.merge(&part);
        }
        seen.compared = writer.keeper.take().map(Keeper::compare);
        if let Some(compared) = &seen.compared {
            seen.tally.add_compared(compared);
        }
        writer.progress.finish();
        let ends = formats.iter().map(|format| format.end(&seen.tally, seen.compared.as_ref()));
        writer.outputs.frame(ends)?;
        Ok(seen)
    }

    /// Reads, judges and renders an input, unless it is a stream.
    fn look(&self, input: &Input, cluster: &mut Cluster, auditor: &mut Auditor<'a>) -> Looked {
        let rendered = match reading::open(input, self.stdin) {
            Ok(Content::Stream(reader)) => return Looked::Stream(reader),
            Ok(Content::Definition { bytes, syntax, certain }) => {
                vec![self.definition(input, &bytes, syntax, certain || input.named, cluster, auditor)]
            }
            Ok(Content::Artefact(bytes)) => self.artefact(input, &bytes, auditor),
            Ok(Content::Other(reason)) => vec![self.other(input, &reason)],
            Err(problem) => vec![self.refused(&input.name, &[problem])],
        };
        Looked::At(rendered)
    }

    fn definition(
        &self,
        input: &Input,
        bytes: &[u8],
        syntax: Syntax,
        certain: bool,
        cluster: &mut Cluster,
        auditor: &mut Auditor<'a>,
    ) -> Rendered {
        let file = &input.name;
        let refused = |text: &str, problems: &[InputError]| {
            self.render(&Examined::Refused(Refused { file, line: None, offset: 0, text, problems }))
        };
        let text = match input::decode(bytes) {
            Ok(text) => text,
            Err(problem) if certain => return refused(&lossy(bytes), &[problem]),
            Err(problem) => return self.other(input, &problem.message),
        };
        match input::read_into(&text, syntax, cluster) {
            Ok(()) => {
                let origin = Origin::Definition { text: &text, syntax, line: 1, offset: 0 };
                self.cluster(file, cluster, auditor.audit(cluster), origin)
            }
            Err(problems) if input.named || text.len() > syntax.longest() => refused(&text, &problems),
            Err(problems) => match not_a_definition(&text, syntax, certain) {
                Some(reason) => self.other(input, &reason),
                None => refused(&text, &problems),
            },
        }
    }

    fn artefact(&self, input: &Input, bytes: &[u8], auditor: &mut Auditor<'a>) -> Vec<Rendered> {
        let file = &input.name;
        let text = lossy(bytes);
        match importers::import(bytes, file) {
            Ok(None) => vec![self.other(input, "it is no artefact that can be read")],
            Ok(Some(imported)) if imported.is_empty() => {
                vec![self.other(input, "it is an export of a registry without a cluster database")]
            }
            Ok(Some(imported)) => {
                imported.iter().map(|imported| self.imported(file, &text, imported, auditor)).collect()
            }
            Err(errors) => {
                let problems: Vec<InputError> = errors.iter().map(|error| problem(error, &text)).collect();
                let refused = Refused { file, line: None, offset: 0, text: &text, problems: &problems };
                vec![self.render(&Examined::Refused(refused))]
            }
        }
    }

    fn imported(&self, file: &str, text: &str, imported: &Imported, auditor: &mut Auditor<'a>) -> Rendered {
        let cluster = &imported.cluster;
        self.cluster(file, cluster, auditor.audit(cluster), Origin::Artefact { text, imported })
    }

    fn cluster(
        &self,
        file: &str,
        cluster: &Cluster,
        report: ClusterReport<'_>,
        origin: Origin<'_>,
    ) -> Rendered {
        self.render(&Examined::Cluster(Audited::new(file, cluster, report, self.plan, origin)))
    }

    /// Something that is no definition: a mistake if it was asked for by itself.
    fn other(&self, input: &Input, reason: &str) -> Rendered {
        if input.named {
            let problem = InputError::new(format!("this is no definition: {reason}"), WHAT_A_DEFINITION_IS);
            return self.refused(&input.name, &[problem]);
        }
        self.render(&Examined::Skipped(Skipped { file: &input.name, reason }))
    }

    /// A definition a line.
    fn stream(
        &self,
        input: &Input,
        reader: Box<dyn Read + Send>,
        writer: &mut Writer<'_, '_, '_>,
    ) -> Result<(), Stop> {
        let result = audit_stream(
            self.plan,
            reader,
            |line| self.line(&input.name, line),
            |rendered| writer.write(rendered),
        );
        match result {
            Ok(()) => {}
            Err(LinesError::Read(error)) => writer.write(self.refused(&input.name, &[unreadable(&error)]))?,
            Err(LinesError::Sink(stop)) => return Err(stop),
        }
        if writer.definitions == 0 && !matches!(input.origin, inputs::Origin::Stdin) {
            let problem = InputError::new(
                "the file is empty",
                "restore it from where it came, or remove it from the fleet",
            );
            writer.write(self.refused(&input.name, &[problem]))?;
        }
        Ok(())
    }

    fn line(&self, file: &str, line: AuditedLine<'_>) -> Rendered {
        let AuditedLine { number, offset, text, result } = line;
        match result {
            Ok((cluster, report)) => {
                let origin = Origin::Definition { text, syntax: Syntax::Json, line: number, offset };
                self.cluster(file, cluster, report, origin)
            }
            Err(problems) => {
                let refused = Refused { file, line: Some(number), offset, text, problems: &problems };
                self.render(&Examined::Refused(refused))
            }
        }
    }

    /// An input that has no text to show.
    fn refused(&self, file: &str, problems: &[InputError]) -> Rendered {
        self.render(&Examined::Refused(Refused { file, line: None, offset: 0, text: "", problems }))
    }

    fn render(&self, examined: &Examined<'_>) -> Rendered {
        let mut tally = self.tallies.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        tally.add(examined);
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner).push(tally);
        let render = |format: &dyn Format| {
            let mut piece = String::new();
            format.render(examined, &mut piece);
            piece
        };
        let kept = match examined {
            Examined::Cluster(audited) if !self.is_part => Some(Kept::of(audited)),
            _ => None,
        };
        Rendered {
            kept,
            pieces: self.formats.iter().map(|format| render(&**format)).collect(),
            kind: match examined {
                Examined::Cluster(_) => Kind::Cluster,
                Examined::Refused(_) => Kind::Refused,
                Examined::Skipped(_) => Kind::Skipped,
                Examined::Earlier(_) => unreachable!("an audit looks for itself"),
            },
        }
    }
}

/// What was found in a folder that was named.
#[derive(Clone, Default)]
struct Found {
    files: u64,
    definitions: u64,
}

impl Found {
    fn no_definition(&self) -> InputError {
        let looked = number(self.files, "file was", "files were");
        InputError::new(
            format!("there is no definition in the folder: {looked} looked at"),
            format!("{WHAT_A_DEFINITION_IS}; `--verbose` lists what was skipped, and why"),
        )
    }
}

fn batch_length(inputs: &[Input]) -> usize {
    let mut bytes = 0;
    let fits = |input: &&Input| {
        let room = bytes < BATCH_BYTES;
        bytes += input.size();
        room
    };
    inputs.iter().take(BATCH_FILES).take_while(fits).count()
}

/// What an importer says, as a problem with a place in the text.
fn problem(error: &ImportError, text: &str) -> InputError {
    let place = error.line.map(|line| {
        let (line, column) = (u64::from(line), error.column.unwrap_or(1));
        let span = line_span(text, line);
        let before: usize = text[span.clone()].chars().zip(1..column).map(|(it, _)| it.len_utf8()).sum();
        let start = span.start + before;
        Place { line, column: column.into(), span: start..start }
    });
    InputError { place, message: error.message.clone(), hint: error.hint.to_owned() }
}
