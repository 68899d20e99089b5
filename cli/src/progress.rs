//! How far a long run has come, on a terminal.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::summary::number;

/// Runs shorter than this say nothing, and longer ones not more often.
const FIRST: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(200);

/// Counts clusters, and says how many there are while it takes long.
pub(crate) struct Progress<'p> {
    to: Option<&'p mut (dyn Write + Send)>,
    next: Instant,
    clusters: u64,
    shown: bool,
}

impl<'p> Progress<'p> {
    /// Shows nothing if there is nowhere to show it.
    pub(crate) fn new(to: Option<&'p mut (dyn Write + Send)>) -> Self {
        Self { to, next: Instant::now() + FIRST, clusters: 0, shown: false }
    }

    pub(crate) fn advance(&mut self) {
        self.clusters += 1;
        // Asking for the time costs more than a small cluster does.
        if !self.clusters.is_multiple_of(64) || self.to.is_none() {
            return;
        }
        let now = Instant::now();
        if now >= self.next {
            self.next = now + EVERY;
            self.shown = true;
            self.print(&format!("\r{}", number(self.clusters, "cluster", "clusters")));
        }
    }

    /// Takes the line away.
    pub(crate) fn finish(&mut self) {
        if self.shown {
            self.print("\r\x1b[K");
        }
    }

    fn print(&mut self, text: &str) {
        if let Some(to) = &mut self.to {
            // A progress that cannot be shown is no reason to stop.
            let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
        }
    }
}
