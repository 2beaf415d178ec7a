//! The feature `aws-sdk` of anyfn-services: its lints and its suite.
//!
//! Deals with: what the gate leaves out because the SDK takes minutes to build.
//! Does not deal with: the default clients; those are the gate's.

use crate::gate::{Place, call};

/// Lints the SDK's rooms, then holds them to the suite on the emulator.
///
/// # Errors
/// The call that failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    let feature = "--features anyfn-services/aws-sdk";
    call(place, &format!("clippy --locked -p anyfn-services --lib {feature} -- -D warnings"), &[])?;
    // What the emulator starts beside its queues and stores; without the feature.
    call(place, "build --locked -p webhook -p image-processing --bins", &[])?;
    let binaries = place.target.join("debug");
    call(
        place,
        &format!(
            "test --locked -p anyfn-services -p anyfn-tests {feature} --test e2e -- stores:: queues_behave"
        ),
        &[("ANYFN_TEST_BIN_DIR", binaries.as_os_str())],
    )
}
