//! A bill: lines, what is free as a line of its own, the sum.
//!
//! Deals with: charging quantities to a meter. Does not deal with: which quantities (the clouds' files),
//! showing them (`text`, `json`).

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use super::prices::Prices;
use crate::fault::Fault;

/// What a line is about, in the order in which a bill lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Item {
    /// Calls, by the piece.
    Requests,
    /// Calls, by memory and time.
    Compute,
    /// What runs whether it is called or not.
    Instances,
    /// The public address of what runs.
    Address,
    /// Messages: sent, received, deleted.
    Messages,
    /// Looks into queues that found nothing.
    IdlePolls,
    /// Events of blobs on their way into a queue.
    BlobEvents,
    /// What lies in stores.
    Storage,
    /// Puts, gets, lists.
    StoreOperations,
    /// Lines of logs taken in.
    Logs,
    /// Answers to the internet.
    Egress,
}

impl Item {
    /// All, in order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Requests,
        Self::Compute,
        Self::Instances,
        Self::Address,
        Self::Messages,
        Self::IdlePolls,
        Self::BlobEvents,
        Self::Storage,
        Self::StoreOperations,
        Self::Logs,
        Self::Egress,
    ];

    /// For a person.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Compute => "compute",
            Self::Instances => "instances",
            Self::Address => "public address",
            Self::Messages => "queue messages",
            Self::IdlePolls => "empty polls",
            Self::BlobEvents => "blob events",
            Self::Storage => "storage",
            Self::StoreOperations => "store operations",
            Self::Logs => "logs",
            Self::Egress => "egress",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// What it is about.
    pub(crate) item: Item,
    /// Whose price: `aws.lambda.arm64`.
    pub(crate) meter: &'static str,
    /// How many units; for what is free, how many of them.
    pub(crate) quantity: Decimal,
    /// What the units are.
    pub(crate) unit: String,
    /// US dollars; less than nothing for what is free.
    pub(crate) usd: Decimal,
    /// Whether it takes off what is free.
    pub(crate) free_tier: bool,
}

/// Lines and their sum.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bill {
    pub(crate) lines: Vec<Line>,
}

impl Bill {
    /// Charges quantities of one meter, and takes off what of their sum is free. Nothing is charged for
    /// nothing.
    pub(crate) fn charge(
        &mut self,
        prices: &Prices,
        meter: &'static str,
        items: &[(Item, Decimal)],
    ) -> Result<(), Fault> {
        let free = prices.of(meter)?.free;
        self.charge_but(prices, meter, items, free)
    }

    /// [`Bill::charge`] where `free` units are left of what is free.
    pub(crate) fn charge_but(
        &mut self,
        prices: &Prices,
        meter: &'static str,
        items: &[(Item, Decimal)],
        free: Decimal,
    ) -> Result<(), Fault> {
        let price = prices.of(meter)?;
        let line = |item, quantity: Decimal, usd: Decimal, free_tier| Line {
            item,
            meter,
            quantity: quantity.normalize(),
            unit: price.unit.clone(),
            usd: usd.normalize(),
            free_tier,
        };
        let (mut all, mut last) = (Decimal::ZERO, None);
        for (item, quantity) in items.iter().filter(|(_, quantity)| !quantity.is_zero()) {
            let usd = price.of(all + quantity) - price.of(all);
            self.lines.push(line(*item, *quantity, usd, false));
            (all, last) = (all + quantity, Some(*item));
        }
        let free = free.min(all);
        if let (Some(item), false) = (last, free.is_zero()) {
            let usd = price.of(all - free) - price.of(all);
            self.lines.push(line(item, free, usd, true));
        }
        Ok(())
    }

    /// US dollars, exactly.
    pub(crate) fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.usd).sum()
    }

    /// US dollars to the cent, half a cent up.
    pub(crate) fn cents(&self) -> Decimal {
        let mut cents =
            self.total().round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        cents.rescale(2);
        cents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_taken_off_once_and_on_a_line_of_its_own() {
        let prices = Prices::load(None).unwrap();
        let mut bill = Bill::default();
        let polls = [(Item::Messages, 900_000.into()), (Item::IdlePolls, 657_000.into())];
        bill.charge(&prices, "aws.sqs.standard", &polls).unwrap();
        let lines: Vec<(Item, String, bool)> = bill
            .lines
            .iter()
            .map(|line| (line.item, line.usd.to_string(), line.free_tier))
            .collect();
        // 900,000 x 0.40/M = 0.36; 657,000 x 0.40/M = 0.2628; free 1,000,000 x 0.40/M = 0.40
        let right = [
            (Item::Messages, "0.36".to_owned(), false),
            (Item::IdlePolls, "0.2628".to_owned(), false),
            (Item::IdlePolls, "-0.4".to_owned(), true),
        ];
        assert_eq!(lines, right);
        assert_eq!(
            (bill.total().to_string(), bill.cents().to_string()),
            ("0.2228".into(), "0.22".into())
        );
    }

    #[test]
    fn nothing_has_no_line_and_no_more_is_free_than_was_used() {
        let prices = Prices::load(None).unwrap();
        let mut bill = Bill::default();
        bill.charge(&prices, "aws.logs", &[(Item::Logs, Decimal::ZERO)]).unwrap();
        assert!(bill.lines.is_empty());
        bill.charge(&prices, "aws.logs", &[(Item::Logs, Decimal::ONE)]).unwrap();
        assert_eq!((bill.lines.len(), bill.cents().to_string()), (2, "0.00".to_owned()));
    }

    #[test]
    fn half_a_cent_is_rounded_up() {
        let prices = Prices::load(None).unwrap();
        let mut bill = Bill::default();
        // 37,500 writes x 0.40 / 1,000,000 = 0.015
        bill.charge_but(
            &prices,
            "aws.sqs.standard",
            &[(Item::Messages, 37_500.into())],
            Decimal::ZERO,
        )
        .unwrap();
        assert_eq!(bill.cents().to_string(), "0.02");
    }

    #[test]
    fn each_item_has_its_place() {
        assert!(Item::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
