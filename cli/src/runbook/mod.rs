//! Runbooks as they are printed: one document, written in several ways.

mod cmd;
mod csv;
pub(crate) mod document;
mod ground;
mod markdown;
mod mermaid;
mod proof;
mod text;

pub(crate) use self::proof::Proven;

use self::document::Plan;
use crate::{args::PlanFormat, formats::json::to_json, palette::Palette};

/// A runbook in a format.
pub(crate) fn render(plan: &Plan, format: PlanFormat, palette: Palette) -> String {
    match format {
        PlanFormat::Text => text::render(plan, palette),
        PlanFormat::Markdown => markdown::render(plan),
        PlanFormat::Json => to_json(plan) + "\n",
        PlanFormat::Csv => csv::render(plan),
        PlanFormat::Cmd => cmd::render(plan),
        PlanFormat::Mermaid => mermaid::render(plan),
    }
}
