//! The feature `aws-sdk` of anyfn-services: its lints, its own tests and its suite.
//!
//! Deals with: what the gate leaves out because the SDK takes minutes to build.
//! Does not deal with: the default clients; those are the gate's.

use crate::gate::{Place, call, e2e};
use crate::peers;

/// The suite on the emulator and on moto.
const SUITE: &str = "stores:: queues_behave outside_peers::our_clients_of_s3_and_sqs";

/// Lints and tests the SDK's rooms, then holds them to the suite.
///
/// # Errors
/// What could not be had, or the call that failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    let feature = "--features anyfn-services/aws-sdk";
    call(
        place,
        &format!("clippy --locked -p anyfn-services --lib --tests {feature} -- -D warnings"),
        &[],
    )?;
    call(place, &format!("test --locked -p anyfn-services {feature} --lib"), &[])?;
    peers::set_up(place)?;
    // What the emulator starts beside its queues and stores; without the feature.
    call(place, "build --locked -p webhook -p image-processing --bins", &[])?;
    let packages = "-p anyfn-services -p anyfn-tests";
    e2e(place, &format!("{packages} {feature} --test e2e -- {SUITE}"), &[])
}
