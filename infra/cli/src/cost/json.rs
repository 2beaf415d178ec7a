//! Bills for programs.
//!
//! Deals with: exact decimals as text, every price with its source. Does not deal with: prose.

use serde_json::{Value, json};

use super::Report;
use crate::fault::Fault;

/// One document; numbers that are money or may have a fraction are text, so that they stay exact.
pub(super) fn of(report: &Report<'_>) -> Result<String, Fault> {
    let options: Vec<Value> = report
        .bills
        .iter()
        .map(|(choice, bill)| match bill {
            Ok(bill) => json!({
                "name": choice.id(),
                "usd": bill.cents().to_string(),
                "exact_usd": bill.total().normalize().to_string(),
                "lines": bill.lines,
            }),
            Err(why) => json!({"name": choice.id(), "unavailable": why.to_string()}),
        })
        .collect();
    let points = report.break_even.iter().map(|point| {
        json!({
            "option": point.choice.id(),
            "container": point.container.id(),
            "requests_per_month": point.requests,
            "usd": point.usd.round_dp(2).to_string(),
        })
    });
    let all = json!({
        "app": report.app,
        "requests_per_month": report.requests,
        "currency": "USD",
        "workload": report.load,
        "measured": report.gaps,
        "options": options,
        "break_even": points.collect::<Vec<_>>(),
        "prices": report.prices.all(),
    });
    serde_json::to_string_pretty(&all).map_err(|why| Fault::failed(why.to_string()))
}
