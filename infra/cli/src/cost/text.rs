//! Bills side by side, for a person.
//!
//! Deals with: the table, the lines behind it, break-even points in words. Does not deal with: JSON, the
//! picture.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};
use rust_decimal::{Decimal, RoundingStrategy};

use super::Report;
use super::bill::{Bill, Item, Line};
use super::options::Choice;
use super::workload::Calls;

const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));

/// The table, what it rests on, and with `lines` every line's quantity.
pub(super) fn of(report: &Report<'_>, lines: bool) -> String {
    let requests = grouped(report.requests.into());
    let mut text =
        format!("{}: US dollars a month at {requests} requests\n\n{}\n", report.app, table(report));
    for (choice, bill) in &report.bills {
        if let Err(why) = bill {
            let _ = writeln!(text, "\n{}: {why}", choice.name());
        }
    }
    let _ = writeln!(text, "\n{}", assumptions(report));
    if let Some(gaps) = &report.gaps {
        let _ = write!(text, "{gaps}");
    }
    if lines {
        for (choice, bill) in &report.bills {
            if let Ok(bill) = bill {
                let _ = writeln!(text, "\n{}\n{}", choice.name(), behind(bill));
            }
        }
    }
    let _ = writeln!(text, "\n{}", points(report));
    text.push_str(
        "\nPrices: us-east-1 and East US; source and date of each: --json. Without taxes and support. docs/cost.md",
    );
    text
}

fn table(report: &Report<'_>) -> Table {
    let bills: Vec<(Choice, &Bill)> = report
        .bills
        .iter()
        .filter_map(|(choice, bill)| Some((*choice, bill.as_ref().ok()?)))
        .collect();
    let mut table = Table::new();
    table.load_style(STYLE);
    let names = bills.iter().map(|(choice, _)| choice.name().to_owned());
    table.set_header([String::new()].into_iter().chain(names));
    for item in Item::ALL {
        for free in [false, true] {
            let sums: Vec<Option<Decimal>> =
                bills.iter().map(|(_, bill)| sum(bill, item, free)).collect();
            if sums.iter().all(Option::is_none) {
                continue;
            }
            let name = if free { "  free tier" } else { item.name() };
            let cells = sums.into_iter().map(|sum| sum.map_or_else(String::new, usd));
            table.add_row([name.to_owned()].into_iter().chain(cells));
        }
    }
    let totals = bills.iter().map(|(_, bill)| grouped(bill.cents()));
    table.add_row(["total".to_owned()].into_iter().chain(totals).map(bold));
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if at > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn bold(text: String) -> Cell {
    Cell::new(text).add_attribute(comfy_table::Attribute::Bold)
}

fn sum(bill: &Bill, item: Item, free: bool) -> Option<Decimal> {
    let those = bill.lines.iter().filter(|line| line.item == item && line.free_tier == free);
    let usd: Vec<Decimal> = those.map(|line| line.usd).collect();
    (!usd.is_empty()).then(|| usd.into_iter().sum())
}

/// Cents where there are any, else that it is less than one.
fn usd(usd: Decimal) -> String {
    let mut cents = usd.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    match (cents.is_zero(), usd.is_zero()) {
        (true, false) if usd.is_sign_negative() => "-<0.01".to_owned(),
        (true, false) => "<0.01".to_owned(),
        _ => grouped(cents),
    }
}

/// `1234567.5` as `1,234,567.5`.
pub(super) fn grouped(number: Decimal) -> String {
    let text = number.to_string();
    let (whole, rest) = text.split_once('.').map_or((&*text, ""), |(whole, rest)| (whole, rest));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

fn behind(bill: &Bill) -> String {
    let row = |line: &Line| {
        let name = if line.free_tier { "  free tier" } else { line.item.name() };
        let quantity = grouped(line.quantity.round_dp(3).normalize());
        let (meter, unit, usd) = (line.meter, &line.unit, usd(line.usd));
        format!("  {name:<17}{usd:>14}   {quantity:>20} {unit:<12} {meter}")
    };
    bill.lines.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn assumptions(report: &Report<'_>) -> String {
    let mut text = String::from("Reckoned with");
    for function in &report.load.functions {
        let calls = match function.calls {
            Calls::EachRequest => "each request".to_owned(),
            Calls::Month(calls) => format!("{} calls", grouped(calls.round_dp(2).normalize())),
        };
        let ms = |ms: Decimal| ms.round_dp(2).normalize();
        let (aws, azure) = (ms(function.aws.duration_ms), ms(function.azure.duration_ms));
        let duration =
            if aws == azure { format!("{aws} ms") } else { format!("{aws} ms (Azure {azure} ms)") };
        let _ = write!(
            text,
            "\n  {:<20} {calls}, {duration}, {} MB (uses {} MB)",
            function.name, function.memory_mb, function.azure.used_mb
        );
    }
    text
}

fn points(report: &Report<'_>) -> String {
    let mut all: Vec<String> = Vec::new();
    for (choice, bill) in &report.bills {
        let (Some(container), Ok(_)) = (choice.container(), bill) else { continue };
        let found = report.break_even.iter().find(|point| point.choice == *choice);
        all.push(match found {
            Some(point) => point.to_string(),
            None => format!("{} and {} do not cross", choice.name(), container.name()),
        });
    }
    all.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.50", "-1,234,567.50"),
            ("100000", "100,000"),
        ] {
            assert_eq!(grouped(number.parse().unwrap()), text);
        }
    }

    #[test]
    fn less_than_a_cent_is_not_nothing() {
        for (number, text) in [
            ("0", "0.00"),
            ("0.004", "<0.01"),
            ("-0.004", "-<0.01"),
            ("0.005", "0.01"),
            ("12", "12.00"),
        ] {
            assert_eq!(usd(number.parse().unwrap()), text);
        }
    }
}
