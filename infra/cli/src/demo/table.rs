//! The demo's table, and what is said of rows that failed.
//!
//! Deals with: columns, colour. Does not deal with: JSON (`row.rs`).

use std::fmt::Write;
use std::io::{IsTerminal, stdout};
use std::path::Path;

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle,
};

use super::row::{Report, Row};

const COLUMNS: [&str; 10] =
    ["host", "function", "step", "input", "expected", "got", "ok", "ms", "MiB", "log"];
/// One line below the header.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));
/// Columns of numbers.
const RIGHT: [usize; 3] = [7, 8, 9];
/// Columns of words, which need air behind them.
const WORDS: [usize; 3] = [3, 4, 5];
/// Where nothing says how wide it may be.
const WIDTH: u16 = 160;

/// All rows, one line that sums them up, and the logs that the rows point at by number. It takes 100
/// columns. `here` is the folder that paths are shown from.
pub(crate) fn of(report: &Report, here: &Path) -> String {
    let mut logs: Vec<&Path> = Vec::new();
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    if !stdout().is_terminal() {
        table.set_width(WIDTH);
    }
    table.set_header(COLUMNS.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    for row in &report.rows {
        let at = logs.iter().position(|log| *log == row.log).unwrap_or_else(|| {
            logs.push(&row.log);
            logs.len() - 1
        });
        table.add_row(cells(row, at + 1));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if WORDS.contains(&at) { 2 } else { 1 }));
        if RIGHT.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let good = report.rows.iter().filter(|row| row.ok).count();
    let mut text = format!("{table}\n\n{good} of {} steps as expected; logs:\n", report.rows.len());
    for (at, log) in logs.iter().enumerate() {
        let _ =
            writeln!(text, "{:>3}  {}", at + 1, log.strip_prefix(here).unwrap_or(log).display());
    }
    text
}

fn cells(row: &Row, log: usize) -> [Cell; 10] {
    let (mark, colour) = if row.ok { ("yes", Color::Green) } else { ("NO", Color::Red) };
    let got = Cell::new(&row.got);
    [
        Cell::new(row.host),
        Cell::new(&row.function),
        Cell::new(row.step),
        Cell::new(&row.input),
        Cell::new(&row.expected),
        if row.ok { got } else { got.fg(Color::Red) },
        Cell::new(mark).fg(colour),
        Cell::new(row.ms),
        Cell::new(row.peak_kb.div_ceil(1024)),
        Cell::new(log),
    ]
}

/// What is known of every failed row: what was expected, and how its function's log ends.
pub(crate) fn failures(report: &Report) -> String {
    let mut text = String::new();
    for row in report.rows.iter().filter(|row| !row.ok) {
        let Row { host, function, step, input, expected, got, log, said, .. } = row;
        let _ =
            writeln!(text, "\n{host} {function}, {step} {input}: expected {expected}, got {got}");
        let _ = writeln!(text, "  the end of {}:", log.display());
        for line in said {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(log: &Path) -> Report {
        let row = |ok| Row {
            host: "azure",
            function: "thumbnail".to_owned(),
            step: "photo",
            input: "retina.jpg".to_owned(),
            expected: "128 512 1024".to_owned(),
            got: if ok { "128 512 1024" } else { "rejected: the file is empty" }.to_owned(),
            ok,
            ms: 31,
            peak_kb: 20_500,
            log: log.to_owned(),
            said: vec!["ERROR rejected".to_owned()],
        };
        Report::new(vec![row(true), row(false)])
    }

    #[test]
    fn the_table_says_what_was_expected_what_came_and_where_to_look() {
        let text = of(&report(Path::new("/x/azure-image-processing.log")), Path::new("/x"));
        for part in COLUMNS.iter().chain(&[
            "retina.jpg",
            "the file is empty",
            "NO",
            "21",
            "azure-image-processing.log",
            "1 of 2 steps",
        ]) {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn a_failed_row_shows_how_its_log_ended() {
        let text = failures(&report(Path::new("/x/a.log")));
        assert!(text.contains("azure thumbnail, photo retina.jpg: expected 128 512 1024, got rej"));
        assert!(text.contains("/x/a.log") && text.contains("ERROR rejected"), "{text}");
    }
}
