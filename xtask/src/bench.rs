//! `cargo xtask bench`: anyfn beside its peers, on this machine.
//!
//! Deals with: which benches there are, running one or all, printing what was measured.
//! Does not deal with: measuring, which the programs of `benches/` do, each beside its peer.

mod cleanup;
mod dev;
mod driver;
mod image;
mod invoke;
mod row;

use crate::gate::Place;
use row::Row;

type Bench = fn(&Place) -> Result<Vec<Row>, String>;

const BENCHES: [(&str, Bench); 4] =
    [("cleanup", cleanup::run), ("dev", dev::run), ("image", image::run), ("invoke", invoke::run)];

/// Runs the bench `name`, or all, and prints a table, or JSON.
///
/// # Errors
/// What could not be set up or failed while it was measured. A goal that is missed is no error: it is
/// in the table.
pub(crate) fn run(place: &Place, name: &str, json: bool) -> Result<(), String> {
    let chosen: Vec<&(&str, Bench)> =
        BENCHES.iter().filter(|(known, _)| name == "all" || *known == name).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
        return Err(format!("no bench `{name}`; there are: {} and all", known.join(", ")));
    }
    for (name, bench) in chosen {
        let rows = bench(place).map_err(|error| format!("bench {name}: {error}"))?;
        println!("{}", if json { row::json(name, &rows)? } else { row::table(name, &rows) });
    }
    Ok(())
}
