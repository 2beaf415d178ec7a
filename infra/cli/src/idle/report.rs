//! The verdicts for a reader and for a program.
//!
//! Deals with: text, JSON, the total. Does not deal with: finding them (`judge.rs`).

use serde_json::{Value, json};

use super::judge::{REASON, State, Verdict};
use super::table::AS_OF;

/// USD a month of all that bills, and whether some of it has no known price.
fn total(verdicts: &[Verdict]) -> (f64, bool) {
    let billed = || verdicts.iter().filter(|verdict| verdict.state == State::Bills);
    let sum = billed().filter_map(|verdict| verdict.usd_month).sum();
    let open = verdicts.iter().any(|verdict| match verdict.state {
        State::Bills => verdict.usd_month.is_none(),
        State::NotKnown | State::UnknownAtPlan => true,
        State::Free | State::FreeTier => false,
    });
    (sum, open)
}

/// For a program.
pub(super) fn json(verdicts: &[Verdict]) -> Value {
    let (usd, open) = total(verdicts);
    json!({
        "usd_month": usd,
        "is_a_minimum": open,
        "unexplained": verdicts.iter().filter(|verdict| verdict.is_unexplained()).count(),
        "prices_as_of": AS_OF,
        "resources": verdicts,
    })
}

/// For a reader.
pub(super) fn text(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for (state, title) in [
        (State::Bills, "bills at zero traffic"),
        (State::UnknownAtPlan, "cannot be told before apply"),
        (State::NotKnown, "not known"),
        (State::FreeTier, "free while the account's allowance lasts"),
    ] {
        let of: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.state == state).collect();
        if of.is_empty() {
            continue;
        }
        text += &format!("{title}:\n");
        for group in alike(&of) {
            text += &grouped(&group);
        }
        text.push('\n');
    }
    let (sum, open) = total(verdicts);
    let least = if open { "at least " } else { "" };
    let unexplained = verdicts.iter().filter(|verdict| verdict.is_unexplained()).count();
    text += &format!("{least}{sum:.2} USD a month at zero traffic, {} resources", verdicts.len());
    if unexplained > 0 {
        text += &format!(
            "; {unexplained} without a reason; give one by a tag, `{REASON}` = \"why it is there\", or by --reason"
        );
    }
    text + &format!(
        "\nlist prices of us-east-1 and East US, {AS_OF}; --json names each price's page"
    )
}

fn usd(verdict: &Verdict) -> String {
    match (verdict.state, verdict.usd_month) {
        (State::Bills | State::FreeTier, Some(usd)) if usd > 0.0 && usd < 0.005 => {
            "< 0.01".to_owned()
        }
        (State::Bills | State::FreeTier, Some(usd)) => format!("{usd:.2}"),
        _ => "?".to_owned(),
    }
}

/// Verdicts with the same words, in the order of the first of each.
fn alike<'a>(of: &[&'a Verdict]) -> Vec<Vec<&'a Verdict>> {
    let mut groups: Vec<Vec<&Verdict>> = Vec::new();
    for verdict in of {
        let same = |group: &&mut Vec<&Verdict>| {
            group.first().is_some_and(|one| one.why == verdict.why && one.reason == verdict.reason)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(verdict),
            None => groups.push(vec![verdict]),
        }
    }
    groups
}

fn grouped(group: &[&Verdict]) -> String {
    let mut text = String::new();
    for verdict in group {
        text += &format!("  {:>10}  {}\n", usd(verdict), verdict.address);
    }
    let Some(first) = group.first() else { return text };
    let indent = format!("  {:>10}  ", "");
    text += &format!("{indent}  {}\n", first.why);
    match &first.reason {
        Some(reason) => text += &format!("{indent}  reason: {reason}\n"),
        None if first.is_unexplained() => text += &format!("{indent}  no reason given\n"),
        None => {}
    }
    text
}
