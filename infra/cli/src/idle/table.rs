//! What bills at zero traffic: `aws.json`, `azure.json`, `other.json` as data.
//!
//! Deals with: the tables' shape. Does not deal with: applying them to a resource (`judge.rs`).
//!
//! `free` lists types that never bill by themselves, by the reason. `rows` has, for every other type, rows
//! of which the first whose `when` holds speaks; where none does, the resource is free. Prices are list
//! prices in USD a month of 730 hours (us-east-1, East US), as of [`AS_OF`]; each row names its page.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// When the prices were last compared with the pages that the rows name. They were typed in, not queried.
pub(super) const AS_OF: &str = "2026-02";

const FILES: [&str; 3] =
    [include_str!("aws.json"), include_str!("azure.json"), include_str!("other.json")];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) free: BTreeMap<String, Vec<String>>,
    pub(super) rows: BTreeMap<String, Vec<Row>>,
}

/// What is said of a resource: that it is free, or that it bills.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// All must hold.
    #[serde(default)]
    pub(super) when: Vec<Condition>,
    /// Why it costs nothing.
    pub(super) free: Option<String>,
    /// Why it bills.
    pub(super) why: Option<String>,
    /// USD a month. Absent: it bills, but how much hangs on more than one attribute.
    pub(super) usd: Option<f64>,
    /// USD a month by the value of an attribute.
    pub(super) prices: Option<Prices>,
    /// Factors of the price.
    #[serde(default)]
    pub(super) times: Vec<Times>,
    /// It draws on a free allowance first.
    pub(super) share: Option<Share>,
    /// The page of the price.
    pub(super) source: Option<String>,
}

/// A test of one attribute; exactly one of the last three is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    /// Names and indexes with dots.
    pub(super) path: String,
    /// It is one of these.
    pub(super) r#in: Option<Vec<Value>>,
    /// It is text that contains this.
    pub(super) contains: Option<String>,
    /// It is there and neither empty nor zero.
    pub(super) set: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    pub(super) path: String,
    pub(super) usd: BTreeMap<String, f64>,
}

/// A free allowance that all resources of the plan share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Share {
    /// What is allowed.
    pub(super) of: String,
    /// How much one resource uses.
    pub(super) units: f64,
    /// USD a month for a unit beyond it.
    pub(super) unit_usd: f64,
    /// Units a month that cost nothing.
    pub(super) free: f64,
}

/// A factor.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Times {
    /// A number at a path; 1 where it is not set.
    Number(String),
    /// How many elements a list has; 1 where it is not set.
    Count(String),
    /// The metrics that an alarm of CloudWatch reads.
    AlarmMetrics,
    /// The sum of a Flex app's always ready instances.
    AlwaysReady,
    /// GB of memory of an instance of a Flex app.
    InstanceGb,
    /// GB of memory of the function that is kept warm.
    LambdaGb,
}

impl TryFrom<String> for Times {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match (text.split_once(':'), text.as_str()) {
            (Some(("number", path)), _) => Self::Number(path.to_owned()),
            (Some(("count", path)), _) => Self::Count(path.to_owned()),
            (_, "alarm_metrics") => Self::AlarmMetrics,
            (_, "always_ready") => Self::AlwaysReady,
            (_, "instance_gb") => Self::InstanceGb,
            (_, "lambda_gb") => Self::LambdaGb,
            _ => return Err(format!("`{text}` is no factor; a right one: number:worker_count")),
        })
    }
}

impl Table {
    /// The tables that are built in.
    ///
    /// # Errors
    /// A table is none; its tests keep that from happening.
    pub(super) fn built_in() -> Result<Self, String> {
        let mut all = Self::default();
        for text in FILES {
            let one: Self = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
            for (why, types) in one.free {
                all.free.entry(why).or_default().extend(types);
            }
            all.rows.extend(one.rows);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_type_is_told_once_and_every_price_has_its_page() {
        let table = Table::built_in().unwrap();
        let mut seen = BTreeSet::new();
        for kind in table.free.values().flatten().chain(table.rows.keys()) {
            assert!(seen.insert(kind), "{kind} is told twice");
        }
        for (kind, rows) in &table.rows {
            for row in rows {
                assert!(row.free.is_some() != row.why.is_some(), "{kind}: free or not?");
                assert_eq!(row.why.is_some(), row.source.is_some(), "{kind}: no page");
                let source = row.source.as_deref().unwrap_or("https://");
                assert!(source.starts_with("https://"), "{kind}: {source}");
                for condition in &row.when {
                    let tests = [
                        condition.r#in.is_some(),
                        condition.contains.is_some(),
                        condition.set.is_some(),
                    ];
                    assert_eq!(tests.iter().filter(|there| **there).count(), 1, "{kind}");
                }
            }
        }
    }

    #[test]
    fn a_misspelt_factor_is_refused() {
        let fault = Times::try_from("nmber:x".to_owned()).unwrap_err();
        assert!(fault.contains("`nmber:x`") && fault.contains("number:worker_count"), "{fault}");
    }
}
