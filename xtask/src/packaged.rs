//! The tests of processes in trouble, against a process that is built as functions are deployed.
//!
//! Deals with: building it with the profile `packed`: another panic strategy, link-time optimisation and
//! no symbols are where a caught panic could become a dead process. Does not deal with: how fast or how
//! large it is (`bench`).

use crate::gate::{self, Place};

/// Builds the app in trouble as `anyfn build` would, and runs its end-to-end tests.
///
/// # Errors
/// The call that failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    gate::call(place, "build --locked --profile packed -p anyfn-tests --bin troubled", &[])?;
    let program = place.target.join("packed/troubled");
    gate::end_to_end(place, "troubled::", &[("ANYFN_TEST_TROUBLED", program.as_os_str())])
}
