//! The demo's table, and what is said of rows that failed.
//!
//! Deals with: columns, colour, the last lines of a log. Does not deal with: JSON (`row.rs`).

use std::fmt::Write;
use std::fs;
use std::io::{IsTerminal, stdout};
use std::path::Path;

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle,
};

use super::row::{Report, Row};
use crate::logs::Line;

const COLUMNS: [&str; 10] =
    ["host", "function", "step", "input", "expected", "got", "ok", "ms", "MiB", "log"];
/// One line below the header, and air.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// Columns of numbers.
const RIGHT: [usize; 2] = [7, 8];
/// Lines of a log that are shown of a failed row.
const LAST: usize = 6;
/// Where nothing says how wide it may be.
const WIDTH: u16 = 160;

/// All rows, and one line that sums them up.
pub(crate) fn of(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    if !stdout().is_terminal() {
        table.set_width(WIDTH);
    }
    table.set_header(COLUMNS.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    for row in &report.rows {
        table.add_row(cells(row));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if RIGHT.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let good = report.rows.iter().filter(|row| row.ok).count();
    format!("{table}\n{good} of {} steps as expected", report.rows.len())
}

fn cells(row: &Row) -> [Cell; 10] {
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
        Cell::new(row.log.file_name().unwrap_or_default().to_string_lossy()),
    ]
}

/// What is known of every failed row: what was expected, and how its function's log ends.
pub(crate) fn failures(report: &Report) -> String {
    let mut text = String::new();
    for row in report.rows.iter().filter(|row| !row.ok) {
        let Row { host, function, step, input, expected, got, log, .. } = row;
        let _ =
            writeln!(text, "\n{host} {function}, {step} {input}: expected {expected}, got {got}");
        let _ = writeln!(text, "  the end of {}:", log.display());
        for line in end(log) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

fn end(log: &Path) -> Vec<String> {
    let text = match fs::read(log) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(io) => return vec![io.to_string()],
    };
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LAST);
    lines[from..].iter().map(|line| Line::of(line).plain()).collect()
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
        };
        Report::new(vec![row(true), row(false)])
    }

    #[test]
    fn the_table_says_what_was_expected_what_came_and_where_to_look() {
        let text = of(&report(Path::new("/x/azure-image-processing.log")));
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
    fn a_failed_row_shows_how_its_log_ends() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        let mut lines: String = (0..20).map(|n| format!("line {n}\n")).collect();
        lines += "{\"level\":\"ERROR\",\"message\":\"rejected\",\"reason\":\"empty\"}\n";
        fs::write(&log, lines).unwrap();
        let text = failures(&report(&log));
        assert!(text.contains("ERROR rejected reason=empty") && text.contains("line 19"), "{text}");
        assert!(!text.contains("line 5"), "{text}");
        assert!(failures(&report(Path::new("/nowhere"))).contains("No such file"));
    }
}
