//! Stands in for a host that a cargo feature took out.
//!
//! Deals with: saying so when that host starts the binary. Does not deal with: anything else.

use std::sync::Arc;

use super::Environment;
use crate::engine::Engine;

pub(in crate::host) async fn serve(
    _engine: Arc<Engine>,
    _environment: Environment,
) -> Result<(), String> {
    let feature =
        module_path!().trim_end_matches("::server").rsplit("::").next().unwrap_or_default();
    Err(format!(
        "this binary was built without the host `{feature}`; add the feature `{feature}` of crate `anyfn`"
    ))
}
