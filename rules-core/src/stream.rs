//! The streaming evaluator: a fleet of any size as NDJSON, in constant memory.

use std::{
    io::Read,
    sync::{Mutex, PoisonError},
};

use crate::{
    Auditor, ClusterReport, Plan,
    input::{
        self, InputError, LONGEST_JSON, Locator, Syntax, Utf16Reader,
        lines::{Content, Line, LinesError, in_pieces},
    },
    model::Cluster,
};

/// One line of a fleet in NDJSON, audited or refused.
#[derive(Debug)]
pub struct AuditedLine<'a> {
    /// Its number in the input, from 1.
    pub number: u64,
    /// Bytes from the start of the input to the line.
    pub offset: u64,
    /// The line; empty if it was too long or no text.
    pub text: &'a str,
    /// The cluster with its report, or every problem of the line, with line numbers of the input.
    pub result: Result<(&'a Cluster, ClusterReport<'a>), Vec<InputError>>,
}

impl<'a> AuditedLine<'a> {
    /// Finds the places of paths, with line numbers of the input and bytes of the line.
    pub fn locator(&self) -> Locator<'a> {
        Locator::new(self.text, Syntax::Json).starting_at(self.number)
    }
}

/// Audits a fleet in NDJSON: one definition a line, blank lines are skipped.
///
/// Lines are read, judged and given to `look` in parallel (in rayon's current pool); what `look` makes of them goes
/// to `sink` in the order of the input, the same for any number of threads. Memory does not grow with the input: a few
/// MiB, the longest line twice, and for each thread the largest cluster.
///
/// # Errors
/// The reader failed, or the sink did: then reading is given up at once.
pub fn audit_stream<R, T, E>(
    plan: &Plan,
    reader: R,
    look: impl Fn(AuditedLine<'_>) -> T + Sync,
    mut sink: impl FnMut(T) -> Result<(), E>,
) -> Result<(), LinesError<E>>
where
    R: Read + Send + 'static,
    T: Send,
{
    // Clusters and auditors whose storage the next piece refills.
    let spare: Mutex<Vec<(Cluster, Auditor<'_>)>> = Mutex::default();
    let take = || spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let give_back = |used| spare.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    in_pieces(
        Utf16Reader::new(reader),
        LONGEST_JSON,
        |piece| {
            let (mut cluster, mut auditor) =
                take().unwrap_or_else(|| (Cluster::default(), Auditor::new(plan)));
            let audited =
                piece.lines().filter_map(|line| audit_line(&mut auditor, line, &mut cluster, &look));
            let rendered: Vec<T> = audited.collect();
            give_back((cluster, auditor));
            rendered
        },
        |rendered| rendered.into_iter().try_for_each(&mut sink),
    )
}

fn audit_line<T>(
    auditor: &mut Auditor<'_>,
    line: Line<'_>,
    cluster: &mut Cluster,
    look: impl Fn(AuditedLine<'_>) -> T,
) -> Option<T> {
    let Line { number, offset, content } = line;
    let refused = |text: &str, problems: Vec<InputError>| {
        let result = Err(problems.into_iter().map(|problem| problem.in_line(number)).collect());
        Some(look(AuditedLine { number, offset, text, result }))
    };
    let text = match content {
        Content::Bytes(bytes) if bytes.trim_ascii().is_empty() => return None,
        Content::Bytes(bytes) => match input::decode(bytes) {
            Ok(text) => text,
            Err(problem) => return refused("", vec![problem]),
        },
        Content::TooLong { bytes } => {
            let message = format!(
                "the line has {bytes} bytes, more than the {LONGEST_JSON} that are read of a definition"
            );
            return refused(
                "",
                vec![InputError::new(message, "write one cluster a line; a cluster does not need so much")],
            );
        }
    };
    match input::read_into(&text, Syntax::Json, cluster) {
        Ok(()) => {
            let report = auditor.audit(cluster);
            Some(look(AuditedLine { number, offset, text: &text, result: Ok((cluster, report)) }))
        }
        Err(problems) => refused(&text, problems),
    }
}
