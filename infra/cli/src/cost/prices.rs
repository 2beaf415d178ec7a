//! What things cost: a table of data, each price with its source, region and date.
//!
//! Deals with: the table that comes with the command, a file that replaces some of it, mistakes in that
//! file. Does not deal with: what is bought (`bill`, and the clouds' files).

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};

use crate::fault::Fault;

const TABLE: &str = include_str!("prices.json");
const RIGHT: &str = r#"{"aws.lambda.arm64": {"unit": "GB-s", "per": "1", "free": "400000", "tiers": [{"usd": "0.0000133334"}], "region": "us-east-1", "date": "2026-08-21", "source": "our contract"}}"#;

/// More than this is a slip of the pen, and keeps sums within what a decimal holds.
const DEAREST: u32 = 1_000_000;

/// One price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// What is counted.
    pub(crate) unit: String,
    /// For how many units the tiers' dollars are.
    #[serde(deserialize_with = "exact")]
    pub(crate) per: Decimal,
    /// How many units a month cost nothing, for an account or a subscription.
    #[serde(deserialize_with = "exact")]
    pub(crate) free: Decimal,
    /// From the first unit on; only the last is without an end.
    pub(crate) tiers: Vec<Tier>,
    /// The provider's name of the region.
    pub(crate) region: String,
    /// When it was looked up: `2026-11-22`.
    pub(crate) date: String,
    /// Where, and how far that could be checked.
    pub(crate) source: String,
}

/// A price up to a number of units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    /// The last unit of the month it holds for.
    #[serde(default, deserialize_with = "exact_or_none", skip_serializing_if = "Option::is_none")]
    pub(crate) up_to: Option<Decimal>,
    /// US dollars for `per` units.
    #[serde(deserialize_with = "exact")]
    pub(crate) usd: Decimal,
}

/// All prices, by meter: `aws.lambda.arm64`.
#[derive(Clone, Debug)]
pub(crate) struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// The table that comes with the command, with what `file` replaces.
    ///
    /// # Errors
    /// The file cannot be read, is no such table or names a meter that nothing asks for.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Fault> {
        let mut prices =
            Self::read(TABLE).map_err(|why| Fault::failed(format!("prices: {why}")))?;
        let Some(path) = file else { return Ok(prices) };
        let fault = |why: String| {
            Fault::usage(format!("prices file {}: {why}; a right one: {RIGHT}", path.display()))
        };
        let text = std::fs::read_to_string(path).map_err(|io| fault(io.to_string()))?;
        for (meter, price) in Self::read(&text).map_err(fault)?.0 {
            match prices.0.get_mut(&meter) {
                Some(known) => *known = price,
                None => {
                    let known: Vec<&str> = prices.0.keys().map(String::as_str).collect();
                    let known = known.join(", ");
                    return Err(fault(format!("there is no meter `{meter}`; there are {known}")));
                }
            }
        }
        Ok(prices)
    }

    fn read(text: &str) -> Result<Self, String> {
        let prices: BTreeMap<String, Price> =
            serde_json::from_str(text).map_err(|fault| fault.to_string())?;
        for (meter, price) in &prices {
            price.check().map_err(|why| format!("{meter}: {why}"))?;
        }
        Ok(Self(prices))
    }

    /// The price of `meter`.
    ///
    /// # Errors
    /// There is none, which the tests rule out for the meters that the clouds' files name.
    pub(crate) fn of(&self, meter: &str) -> Result<&Price, Fault> {
        self.0.get(meter).ok_or_else(|| Fault::failed(format!("there is no price for `{meter}`")))
    }

    /// Every meter and its price.
    pub(crate) fn all(&self) -> &BTreeMap<String, Price> {
        &self.0
    }

    /// The same prices for an account that has used up what is free.
    pub(crate) fn without_free(mut self) -> Self {
        self.0.values_mut().for_each(|price| price.free = Decimal::ZERO);
        self
    }
}

impl Price {
    /// What `quantity` units cost, from the first tier on, before anything free.
    pub(crate) fn of(&self, quantity: Decimal) -> Decimal {
        let (mut usd, mut from) = (Decimal::ZERO, Decimal::ZERO);
        for tier in &self.tiers {
            let to = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
            if to > from {
                usd += (to - from) * tier.usd / self.per;
                from = to;
            }
        }
        usd
    }

    fn check(&self) -> Result<(), String> {
        let dearest = Decimal::from(DEAREST);
        if self.per <= Decimal::ZERO || self.free < Decimal::ZERO {
            return Err("`per` is more than nothing, `free` not less".to_owned());
        }
        let right = |tier: &Tier| tier.usd >= Decimal::ZERO && tier.usd <= dearest;
        if self.tiers.is_empty() || !self.tiers.iter().all(right) {
            return Err(format!("a price has tiers, each from 0 to {DEAREST} US dollars"));
        }
        let ends: Vec<Option<Decimal>> = self.tiers.iter().map(|tier| tier.up_to).collect();
        let (last, before) = ends.split_last().unwrap_or((&None, &[]));
        let rising = before.windows(2).all(|pair| pair[0] < pair[1]);
        if last.is_some() || before.iter().any(Option::is_none) || !rising {
            return Err("`up_to` rises from tier to tier, and the last tier has none".to_owned());
        }
        Ok(())
    }
}

/// A JSON number would have gone through a binary fraction.
fn exact<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(from)?;
    Decimal::from_str_exact(&text)
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is no decimal such as \"0.20\"")))
}

fn exact_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    exact(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Prices, Fault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ours.json");
        std::fs::write(&path, text).unwrap();
        Prices::load(Some(&path))
    }

    #[test]
    fn every_price_says_where_and_when_it_was_looked_up() {
        for (meter, price) in Prices::load(None).unwrap().all() {
            assert!(price.source.contains('.') && price.date.starts_with("202"), "{meter}");
            let azure = meter.starts_with("azure.");
            assert_eq!(price.region, if azure { "East US" } else { "us-east-1" }, "{meter}");
        }
    }

    #[test]
    fn a_file_replaces_the_prices_it_names_and_no_other() {
        let ours = file(&RIGHT.replace("0.0000133334", "0.00001")).unwrap();
        assert_eq!(
            ours.of("aws.lambda.arm64").unwrap().of(Decimal::from(100)).to_string(),
            "0.00100"
        );
        let theirs = Prices::load(None).unwrap();
        assert_eq!(ours.of("aws.lambda.x86_64").unwrap(), theirs.of("aws.lambda.x86_64").unwrap());
    }

    #[test]
    fn a_wrong_prices_file_is_told_what_is_wrong_and_what_is_right() {
        for (text, why) in [
            ("{", "EOF"),
            (&*RIGHT.replace("arm64", "arm65"), "no meter `aws.lambda.arm65`"),
            (&RIGHT.replace(r#""0.0000133334""#, "0.0000133334"), "floating point"),
            (&RIGHT.replace("0.0000133334", "cheap"), "`cheap` is no decimal"),
            (&RIGHT.replace("0.0000133334", "-1"), "from 0 to"),
            (&RIGHT.replace(r#""per": "1""#, r#""per": "0""#), "`per` is more than nothing"),
            (&RIGHT.replace(r#"{"usd""#, r#"{"up_to": "5", "usd""#), "the last tier has none"),
            (&RIGHT.replace("source", "sauce"), "unknown field `sauce`"),
        ] {
            let fault = file(text).unwrap_err().to_string();
            assert!(fault.contains(why) && fault.contains("a right one: {"), "{fault}");
            assert!(fault.contains("ours.json"), "{fault}");
        }
    }

    #[test]
    fn tiers_are_filled_one_after_the_other() {
        let tiers = r#"[{"up_to": "10", "usd": "3"}, {"up_to": "30", "usd": "2"}, {"usd": "1"}]"#;
        let price = Price { tiers: serde_json::from_str(tiers).unwrap(), ..some() };
        // 10 x 3 = 30; + 20 x 2 = 70; + 5 x 1 = 75
        for (quantity, usd) in [(0, 0), (1, 3), (10, 30), (11, 32), (30, 70), (35, 75)] {
            assert_eq!(price.of(Decimal::from(quantity)), Decimal::from(usd), "{quantity}");
        }
    }

    fn some() -> Price {
        Prices::load(None).unwrap().of("aws.fargate.vcpu").unwrap().clone()
    }
}
