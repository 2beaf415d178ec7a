//! What each resource of a plan costs while nothing happens.
//!
//! Deals with: finding the row that speaks for a resource, its factors, spending the free allowances.
//! Does not deal with: printing (`report.rs`), nor with the prices (`table.rs`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::table::{Condition, Prices, Row, Share, Table, Times};
use crate::plan::{Field, Plan, Resource};

/// A tag by which a plan says why it has something that bills.
pub(super) const REASON: &str = "anyfn:idle-reason";

/// What a resource costs at zero traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Something each month.
    Bills,
    /// Nothing while the account's free allowance lasts, and this plan does not use it up.
    FreeTier,
    /// Nothing.
    Free,
    /// That hangs on an attribute that Terraform learns only when it applies.
    UnknownAtPlan,
    /// Nobody has told anyfn of its type.
    NotKnown,
}

/// A resource and what it costs at zero traffic.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    /// The resource's address.
    pub(super) address: String,
    /// What it does to the bill.
    pub(super) state: State,
    /// USD a month; absent where it bills but how much is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usd_month: Option<f64>,
    /// Why.
    pub(super) why: String,
    /// The page of the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// Why it is there all the same, by its tag or by `--reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

impl Verdict {
    /// Whether somebody has to say why it is there.
    pub(super) fn is_unexplained(&self) -> bool {
        let free = matches!(self.state, State::Free | State::FreeTier);
        !free && self.reason.is_none()
    }
}

/// One verdict a resource, in the plan's order.
pub(super) fn judge(plan: &Plan, table: &Table) -> Vec<Verdict> {
    let mut used = BTreeMap::new();
    plan.resources.iter().map(|resource| one(plan, resource, table, &mut used)).collect()
}

fn one<'t>(
    plan: &Plan,
    resource: &Resource,
    table: &'t Table,
    used: &mut BTreeMap<&'t str, f64>,
) -> Verdict {
    let verdict = |state, usd_month, why: &str, source: Option<&String>| Verdict {
        address: resource.address.clone(),
        state,
        usd_month,
        why: why.to_owned(),
        source: source.cloned(),
        reason: resource.tag(REASON).map(str::to_owned),
    };
    if let Some((why, _)) = table.free.iter().find(|(_, types)| types.contains(&resource.kind)) {
        return verdict(State::Free, Some(0.0), why, None);
    }
    let Some(rows) = table.rows.get(&resource.kind) else {
        let why = format!(
            "anyfn knows no price of `{}` (provider {}); look it up",
            resource.kind, resource.provider
        );
        return verdict(State::NotKnown, None, &why, None);
    };
    let row = match first(resource, rows) {
        Ok(Some(row)) => row,
        Ok(None) => return verdict(State::Free, Some(0.0), "nothing that bills is set", None),
        Err(path) => {
            let why = format!("it hangs on `{path}`, which is unknown at plan");
            return verdict(State::UnknownAtPlan, None, &why, None);
        }
    };
    if let Some(free) = &row.free {
        return verdict(State::Free, Some(0.0), free, None);
    }
    let why = row.why.as_deref().unwrap_or_default();
    let factor = row.times.iter().try_fold(1.0, |product, times| {
        factor(plan, resource, times).map(|factor| product * factor)
    });
    let source = row.source.as_ref();
    match (&row.share, factor) {
        (Some(share), Some(factor)) => {
            let over = draw(share, factor, used);
            if over > 0.0 {
                let why = format!("{why}; {}", allowance(share));
                return verdict(State::Bills, Some(over * share.unit_usd), &why, source);
            }
            let why = format!("{why}; {}, which this plan does not use up", allowance(share));
            verdict(State::FreeTier, Some(0.0), &why, source)
        }
        (None, Some(factor)) => {
            let usd = row.prices.as_ref().map_or(row.usd, |prices| price(resource, prices));
            verdict(State::Bills, usd.map(|usd| usd * factor), why, source)
        }
        (_, None) => verdict(State::Bills, None, why, source),
    }
}

/// The first row that holds; the path of what it hangs on, where that is unknown.
fn first<'t>(resource: &Resource, rows: &'t [Row]) -> Result<Option<&'t Row>, &'t str> {
    for row in rows {
        let mut holds = true;
        for condition in &row.when {
            holds &= met(resource, condition).ok_or(condition.path.as_str())?;
        }
        if holds {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// `None` where it cannot be told before apply.
fn met(resource: &Resource, condition: &Condition) -> Option<bool> {
    let path: Vec<&str> = condition.path.split('.').collect();
    let value = match resource.field(&path) {
        Field::Unknown => return None,
        Field::Known(value) => Some(value),
        Field::Absent => None,
    };
    if let Some(wanted) = &condition.r#in {
        return Some(value.is_some_and(|value| wanted.iter().any(|one| same(one, value))));
    }
    if let Some(part) = &condition.contains {
        return Some(value.and_then(Value::as_str).is_some_and(|text| text.contains(part)));
    }
    let set = value.is_some_and(|value| match value {
        Value::Array(list) => !list.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    });
    Some(condition.set == Some(set))
}

/// Terraform prints some numbers as text, and Azure does not tell upper from lower case.
fn same(wanted: &Value, value: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.to_ascii_lowercase(),
        other => other.to_string(),
    };
    text(wanted) == text(value)
}

fn price(resource: &Resource, prices: &Prices) -> Option<f64> {
    prices.usd.get(resource.text(&prices.path)?).copied()
}

/// How many units of `share` cost something, once `factor` resources' worth is drawn.
fn draw<'t>(share: &'t Share, factor: f64, used: &mut BTreeMap<&'t str, f64>) -> f64 {
    let drawn = used.entry(share.of.as_str()).or_default();
    let before = (*drawn - share.free).max(0.0);
    *drawn += share.units * factor;
    ((*drawn - share.free).max(0.0) - before).max(0.0)
}

fn allowance(share: &Share) -> String {
    let Share { free, of, .. } = share;
    format!("an account has {free} {of} free")
}

fn factor(plan: &Plan, resource: &Resource, times: &Times) -> Option<f64> {
    let split = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let at = |path: &str| {
        let path = split(path);
        resource.field(&path.iter().map(String::as_str).collect::<Vec<_>>())
    };
    match times {
        Times::Number(path) => match at(path) {
            Field::Absent => Some(1.0),
            other => other.number(),
        },
        Times::Count(path) => match at(path) {
            Field::Absent => Some(1.0),
            other => other.known()?.as_array().map(|list| list.len().max(1) as f64),
        },
        Times::AlarmMetrics => Some(alarm_metrics(resource)),
        Times::AlwaysReady => {
            let list = resource.get("always_ready").known()?.as_array()?;
            let count = |one: &Value| one.get("instance_count").map_or(Some(1.0), Value::as_f64);
            list.iter().map(count).sum()
        }
        Times::InstanceGb => match resource.get("instance_memory_in_mb") {
            Field::Absent => Some(2.0),
            other => other.number().map(|mb| mb / 1024.0),
        },
        Times::LambdaGb => {
            let name = resource.text("function_name")?;
            let named = |function: &&Resource| {
                let own = function.text("function_name");
                own.is_some_and(|own| name == own || name.ends_with(&format!(":function:{own}")))
            };
            let function = plan.of_type("aws_lambda_function").find(named)?;
            match function.get("memory_size") {
                Field::Absent => Some(0.125),
                other => other.number().map(|mb| mb / 1024.0),
            }
        }
    }
}

/// A math alarm bills for each metric that it reads, any other for its one.
fn alarm_metrics(resource: &Resource) -> f64 {
    let queries = resource.get("metric_query").known().and_then(Value::as_array);
    let reads = |query: &&Value| {
        query.get("metric").and_then(Value::as_array).is_some_and(|metric| !metric.is_empty())
    };
    queries.map_or(0, |queries| queries.iter().filter(reads).count()).max(1) as f64
}
