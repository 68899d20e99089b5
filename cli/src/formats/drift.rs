//! The drift matrix as a small table: what differs between the nodes.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::Run;
use crate::{escape::shown, examined::Audited, palette::Palette};

/// How many nodes have a column; a cluster has no more.
const NODES: usize = 16;

/// The widest that a value is shown, in columns.
const WIDEST: usize = 32;

/// Adds the table, unless the nodes are equal. An odd value has a star, what is not known is `?`, what is not compared
/// `-`.
pub(super) fn table(audited: &Audited<'_>, run: &Run<'_>, palette: &Palette, out: &mut String) {
    let drift = audited.cluster.view().drift();
    let differing: Vec<_> = drift.rows.iter().filter(|row| row.differs).collect();
    if differing.is_empty() {
        return;
    }
    let nodes = drift.nodes.len().min(NODES);
    let mut head = vec![String::new()];
    head.extend(drift.nodes[..nodes].iter().map(|node| cut(&node.name().to_string())));
    let mut rows = vec![head];
    for row in differing {
        let network = row.network.map_or_else(String::new, |network| format!(" on {}", cut(network)));
        let unit = if row.setting.unit.is_empty() { "" } else { &format!(" in {}", row.setting.unit) };
        let mut cells = vec!["-".to_owned(); nodes + 1];
        cells[0] = format!("{}{network}{unit}", row.setting.label);
        for cell in row.cells.iter().filter(|cell| cell.node < nodes) {
            let value = cell.reading.value.map_or("?".to_owned(), |value| cut(&value.to_string()));
            cells[cell.node + 1] = if cell.is_odd { format!("{value} *") } else { value };
        }
        cells.extend(run.judge_of(row.setting.name).map(|rule| format!("({rule})")));
        rows.push(cells);
    }
    let widths: Vec<usize> = (0..=nodes)
        .map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or_default())
        .collect();
    let (note, strong, title) = (palette.note, palette.strong, audited.title());
    writeln!(out, "{note}note{note:#}{strong}: the nodes of {title} differ{strong:#}")
        .expect("a string takes any text");
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let fill = widths.get(column).map_or(0, |width| width - cell.width());
            write!(line, "  {cell}{:fill$}", "").expect("a string takes any text");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if drift.nodes.len() > nodes {
        let more = drift.nodes.len() - nodes;
        writeln!(out, "  and {more} more nodes (`--format json` has them)").expect("a string takes any text");
    }
    out.push('\n');
}

/// A text as a cell has it.
fn cut(text: &str) -> String {
    let text = shown(text);
    if text.width() <= WIDEST {
        return text.into();
    }
    let mut cut: String = text.chars().take(WIDEST - 1).collect();
    cut.push('…');
    cut
}
