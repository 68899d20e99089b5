//! Blocks of text: a title, a place with its line and carets, notes.

use std::fmt::Write as _;

use anstyle::Style;

use crate::{
    escape::{escape, shown},
    examined::Spot,
    excerpt::Excerpt,
    palette::Palette,
};

/// Where a list goes on on the next line, in bytes.
const LIST_WIDTH: usize = 90;

/// Some lines that belong together. The column of their frames depends on the longest line number.
pub(super) struct Block<'a> {
    palette: &'a Palette,
    lines: Vec<Line>,
}

enum Line {
    Title(String),
    Arrow(String),
    Source(u64, String),
    /// Under the source: spaces, carets, their style.
    Carets(usize, usize, Style),
    Note(&'static str, String),
}

impl<'a> Block<'a> {
    pub(super) fn new(palette: &'a Palette) -> Self {
        Self { palette, lines: Vec::new() }
    }

    pub(super) fn title(&mut self, style: Style, kind: &str, text: &str) {
        let strong = self.palette.strong;
        self.lines.push(Line::Title(format!("{style}{kind}{style:#}{strong}: {text}{strong:#}")));
    }

    pub(super) fn arrow(&mut self, place: &str) {
        self.lines.push(Line::Arrow(place.to_owned()));
    }

    pub(super) fn excerpt(&mut self, line: u64, excerpt: Excerpt, style: Style) {
        let carets = Line::Carets(excerpt.indent, excerpt.width, style);
        self.lines.extend([Line::Source(line, excerpt.line), carets]);
    }

    pub(super) fn note(&mut self, label: &'static str, text: &str) {
        self.lines.push(Line::Note(label, text.to_owned()));
    }

    /// Words with commas between them, on as many lines as they need.
    pub(super) fn list(&mut self, label: &'static str, words: &[String]) {
        let mut line = String::new();
        for (index, word) in words.iter().enumerate() {
            let word = shown(word);
            if !line.is_empty() && line.len() + word.len() > LIST_WIDTH {
                self.note(label, line.trim_end());
                line.clear();
            }
            line.push_str(&word);
            line.push_str(if index + 1 < words.len() { ", " } else { "" });
        }
        self.note(label, &line);
    }

    pub(super) fn finish(self, out: &mut String) {
        let widest = self.lines.iter().filter_map(|line| match line {
            Line::Source(number, _) => Some(number.to_string().len()),
            _ => None,
        });
        let width = widest.max().unwrap_or(1);
        let (frame, strong) = (self.palette.frame, self.palette.strong);
        for line in &self.lines {
            match line {
                Line::Title(text) => writeln!(out, "{text}"),
                Line::Arrow(place) => writeln!(out, "{:width$}{frame}-->{frame:#} {place}", ""),
                Line::Source(number, text) => writeln!(out, "{frame}{number:>width$} |{frame:#} {text}"),
                Line::Carets(indent, carets, style) => {
                    let (indent, carets) = (" ".repeat(*indent), "^".repeat(*carets));
                    writeln!(out, "{:width$} {frame}|{frame:#} {indent}{style}{carets}{style:#}", "")
                }
                Line::Note(label, text) => {
                    writeln!(out, "{:width$} {frame}={frame:#} {strong}{label}{strong:#}: {text}", "")
                }
            }
            .expect("a string takes any text");
        }
        out.push('\n');
    }
}

/// A place as people and editors read it: `file:line:column`, as far as known.
pub(super) fn spot_text(file: &str, spot: Option<&Spot>) -> String {
    place(file, spot.map(|spot| spot.line), spot.and_then(|spot| spot.column))
}

pub(crate) fn place(file: &str, line: Option<u64>, column: Option<u64>) -> String {
    let mut place = escape(file).into_owned();
    for number in [line, column].into_iter().flatten() {
        write!(place, ":{number}").expect("a string takes any text");
    }
    place
}
