//! What a call costs beside a bare handler on each host.
//!
//! Deals with: setting up callgrind, building the functions and their peers, running `drive-invoke`.
//! Does not deal with: measuring (`benches/src/bin/drive-invoke`).

use super::{driver, row::Row};
use crate::gate::Place;
use crate::tools::{self, Tool};

const VALGRIND: [Tool; 1] =
    [Tool { name: "valgrind", probe: &["valgrind", "--version"], package: "valgrind" }];

pub(super) fn run(place: &Place) -> Result<Vec<Row>, String> {
    tools::install(&VALGRIND)?;
    let packages = "-p anyfn-benches -p cron-cleanup -p image-processing -p webhook";
    let folder = driver::build(place, packages)?;
    driver::rows(&folder.join("drive-invoke"), &[&folder])
}
