//! [`Console`]: where a run prints to.

use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};

use crate::{
    args::ColorWhen, escape::escape, exit::Exit, mistake::Mistake, outputs::OutputError, palette::Palette,
};

/// Where a run prints to: results to `out`, everything else to `err`.
pub struct Console<'c> {
    pub(crate) out: Stream<'c>,
    pub(crate) err: Stream<'c>,
    /// Whether somebody would see how far a long run has come.
    pub(crate) shows_progress: bool,
}

/// One of the two.
pub(crate) struct Stream<'c> {
    to: Box<dyn Write + Send + 'c>,
    /// What `--color auto` comes to.
    automatic: bool,
    pub(crate) coloured: bool,
}

impl Console<'static> {
    /// The standard streams of the process.
    pub fn standard() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let automatic =
            [AutoStream::choice(&out) != ColorChoice::Never, AutoStream::choice(&err) != ColorChoice::Never];
        let shows_progress = err.is_terminal() && !out.is_terminal();
        Self {
            out: Stream::new(AutoStream::new(out, ColorChoice::Always), automatic[0]),
            err: Stream::new(AutoStream::new(err, ColorChoice::Always), automatic[1]),
            shows_progress,
        }
    }
}

impl<'c> Console<'c> {
    /// Other streams, which are no terminals.
    pub fn new(out: impl Write + Send + 'c, err: impl Write + Send + 'c) -> Self {
        Self { out: Stream::new(out, false), err: Stream::new(err, false), shows_progress: false }
    }

    /// Prints a result. That nobody reads it any more is not for us to complain about.
    pub(crate) fn print(&mut self, text: &str) -> Result<Exit, Mistake> {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(OutputError::stdout(error).into()),
            _ => Ok(Exit::Clean),
        }
    }

    /// Says why nothing was done.
    pub(crate) fn fail(&mut self, error: &dyn std::error::Error, help: Option<&str>) -> Exit {
        let palette = Palette::new(self.err.coloured);
        let (style, strong) = (palette.error, palette.strong);
        let help = help.map_or_else(String::new, |help| format!("  {strong}help{strong:#}: {help}\n"));
        self.err.say(&format!("{style}error{style:#}: {}\n{help}", escape(&error.to_string())));
        Exit::Trouble
    }

    /// Prints the help that was asked for, or what is wrong with the arguments.
    pub(crate) fn answer(&mut self, answer: &clap::Error) -> Exit {
        let (stream, exit) =
            if answer.use_stderr() { (&mut self.err, Exit::Trouble) } else { (&mut self.out, Exit::Clean) };
        let text = answer.render();
        stream.say(&if stream.coloured { text.ansi().to_string() } else { text.to_string() });
        exit
    }

    pub(crate) fn colour(&mut self, when: ColorWhen) {
        for stream in [&mut self.out, &mut self.err] {
            stream.coloured = match when {
                ColorWhen::Auto => stream.automatic,
                ColorWhen::Always => true,
                ColorWhen::Never => false,
            };
        }
    }
}

impl<'c> Stream<'c> {
    fn new(to: impl Write + Send + 'c, automatic: bool) -> Self {
        Self { to: Box::new(to), automatic, coloured: automatic }
    }

    /// Prints what is no result.
    pub(crate) fn say(&mut self, text: &str) {
        // There is nowhere to say that this does not work.
        let _ = self.to.write_all(text.as_bytes()).and_then(|()| self.to.flush());
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
