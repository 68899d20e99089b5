//! Where reports go: the standard output and files, several at once.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use crate::{args::FormatRequest, console::Stream, formats::Format};

/// What is wrong with the outputs that were asked for, or with one that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error("two formats go to the standard output; give one of them a file: `--format json=report.json`")]
    TwoToStdout,
    #[error("two formats go to `{0}`; give each a file of its own")]
    TwoToOneFile(String),
    #[error("cannot write `{file}`: {error}")]
    Write { file: String, error: io::Error },
}

impl OutputError {
    pub(crate) fn stdout(error: io::Error) -> Self {
        Self::Write { file: STDOUT.to_owned(), error }
    }
}

/// What messages call it.
const STDOUT: &str = "the standard output";

/// Why writing stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Nobody reads any output any more.
    Closed,
    Failed(OutputError),
}

/// The outputs, in the order of the formats.
pub(crate) struct Outputs<'c> {
    outputs: Vec<Output<'c>>,
}

struct Output<'c> {
    name: String,
    to: Box<dyn Write + Send + 'c>,
    /// Whether something was written that the next thing is to be separated from.
    begun: bool,
    /// Whether nobody reads it any more.
    closed: bool,
}

impl<'c> Outputs<'c> {
    /// Opens what was asked for; files are emptied.
    pub(crate) fn open<F>(
        requests: &[FormatRequest<F>],
        stdout: &'c mut Stream<'_>,
    ) -> Result<Self, OutputError> {
        let mut files: Vec<PathBuf> = Vec::new();
        let mut stdout = Some(stdout);
        let mut outputs = Vec::new();
        let mut opened: Vec<(String, File)> = Vec::new();
        for request in requests {
            let (name, to): (_, Box<dyn Write + Send + 'c>) = match &request.file {
                None => {
                    let stdout = stdout.take().ok_or(OutputError::TwoToStdout)?;
                    (STDOUT.to_owned(), Box::new(stdout))
                }
                Some(path) => {
                    let name = path.display().to_string();
                    let failed = |error| OutputError::Write { file: name.clone(), error };
                    // Not emptied before every request is known to be good.
                    let file = File::options().create(true).append(true).open(path).map_err(failed)?;
                    // Two paths may lead to one file, which is there by now.
                    let real = path.canonicalize().map_err(failed)?;
                    if files.contains(&real) {
                        return Err(OutputError::TwoToOneFile(name));
                    }
                    files.push(real);
                    opened.push((name.clone(), file.try_clone().map_err(failed)?));
                    (name, Box::new(BufWriter::new(file)))
                }
            };
            outputs.push(Output { name, to, begun: false, closed: false });
        }
        for (file, opened) in opened {
            // What is no file, such as a device, cannot be emptied and need not be.
            if opened.metadata().is_ok_and(|metadata| metadata.is_file()) {
                opened.set_len(0).map_err(|error| OutputError::Write { file, error })?;
            }
        }
        Ok(Self { outputs })
    }

    /// Writes what every format made of the same thing.
    pub(crate) fn write(&mut self, formats: &[Box<dyn Format + '_>], pieces: &[String]) -> Result<(), Stop> {
        for ((output, format), piece) in self.outputs.iter_mut().zip(formats).zip(pieces) {
            if !piece.is_empty() {
                let separator = if output.begun { format.separator() } else { "" };
                output.begun = true;
                output.write(separator)?;
                output.write(piece)?;
            }
        }
        if self.outputs.iter().all(|output| output.closed) { Err(Stop::Closed) } else { Ok(()) }
    }

    /// Writes what stands before or after everything else: a text for each output.
    pub(crate) fn frame(&mut self, texts: impl IntoIterator<Item = String>) -> Result<(), Stop> {
        for (output, text) in self.outputs.iter_mut().zip(texts) {
            output.write(&text)?;
            output.flush()?;
        }
        Ok(())
    }
}

impl Output<'_> {
    fn write(&mut self, text: &str) -> Result<(), Stop> {
        if self.closed || text.is_empty() {
            return Ok(());
        }
        let result = self.to.write_all(text.as_bytes());
        self.check(result)
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let result = self.to.flush();
        self.check(result)
    }

    fn check(&mut self, result: io::Result<()>) -> Result<(), Stop> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(Stop::Failed(OutputError::Write { file: self.name.clone(), error })),
        }
    }
}
