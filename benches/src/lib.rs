//! What the benches share.
//!
//! Deals with: the message that every handler reads, rows on stdout, medians.
//! Does not deal with: starting or timing anything.
#![expect(clippy::print_stdout, reason = "a bench talks to its caller through stdout")]

use serde::{Deserialize, Serialize};

/// A message as functions get them: an order and its lines.
#[derive(Deserialize, Serialize)]
pub struct Order {
    /// Names the order.
    pub id: String,
    /// What is ordered.
    pub lines: Vec<Line>,
}

/// One line of an [`Order`].
#[derive(Deserialize, Serialize)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
    /// Cents apiece.
    pub cents: u64,
}

impl Order {
    /// An order of about so many bytes of JSON.
    pub fn of_bytes(bytes: usize) -> Self {
        let line = |n: usize| Line { sku: format!("ARTICLE-{n:06}"), quantity: 3, cents: 1_999 };
        Self { id: "order-1".to_owned(), lines: (0..bytes / 52).map(line).collect() }
    }

    /// What a handler does with it: enough that nothing is optimised away.
    pub fn total(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.quantity) * line.cents).sum()
    }
}

/// A figure of ours beside the peer's.
#[derive(Serialize)]
pub struct Row<'a> {
    /// What was done.
    pub case: &'a str,
    /// What was measured.
    pub metric: &'a str,
    /// Its unit.
    pub unit: &'a str,
    /// Our median.
    pub ours: f64,
    /// Whom it is compared with.
    pub peer: &'a str,
    /// The peer's median.
    pub peer_value: f64,
    /// Which ratio is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
}

/// A bound of ours / peer.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// For times, memory, instructions.
    AtMost(f64),
    /// For rates.
    AtLeast(f64),
}

impl Row<'_> {
    /// Prints the row as a line of JSON.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn print(&self) -> Result<(), serde_json::Error> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// The middle value; 0 where there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
