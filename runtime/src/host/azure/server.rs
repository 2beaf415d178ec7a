//! Not written yet.
use std::sync::Arc;

use super::Environment;
use crate::engine::Engine;

pub(in crate::host) async fn serve(
    _engine: Arc<Engine>,
    _environment: Environment,
) -> Result<(), String> {
    Err("not written yet".to_owned())
}
