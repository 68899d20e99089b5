//! Colours. What they say, words say, too.

use anstyle::{AnsiColor, Style};
use rules_core::Severity;

/// The styles of what is printed; all plain where colours are off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    pub(crate) error: Style,
    pub(crate) warning: Style,
    pub(crate) information: Style,
    pub(crate) note: Style,
    pub(crate) strong: Style,
    /// Lines, arrows and line numbers around what is said.
    pub(crate) frame: Style,
}

impl Palette {
    pub(crate) fn new(coloured: bool) -> Self {
        if !coloured {
            return Self::default();
        }
        Self {
            error: AnsiColor::BrightRed.on_default().bold(),
            warning: AnsiColor::Yellow.on_default().bold(),
            information: AnsiColor::BrightCyan.on_default().bold(),
            note: AnsiColor::BrightGreen.on_default().bold(),
            strong: Style::new().bold(),
            frame: AnsiColor::BrightBlue.on_default().bold(),
        }
    }

    pub(crate) fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Information => self.information,
        }
    }
}
