//! Probes: `GET /healthz` and `GET /readyz` on the public port.
//!
//! Deals with: whether the process is alive and whether it takes requests. Does not deal with: an
//! author's own function at one of these very paths, which goes first; a template that only covers
//! them (`/{*rest}`) does not.

use std::sync::Arc;

use ::http::Method;

use super::super::http::{Outgoing, outgoing};
use crate::engine::Engine;
use crate::manifest::TriggerSpec;
use crate::trigger::http::{takes, text};

/// The answer to a probe; `None` where the request is none.
///
/// `/healthz` is 200 as long as the process answers at all, also while it stops: what is stopping
/// needs no restart. `/readyz` is 200 once the app's state is built, else 503.
pub(super) fn answer(
    engine: &Arc<Engine>,
    closing: bool,
    method: &Method,
    path: &str,
) -> Option<Outgoing> {
    let asks = *method == Method::GET || *method == Method::HEAD;
    if !asks || !matches!(path, "/healthz" | "/readyz") || is_authors(engine, method, path) {
        return None;
    }
    let (status, said) = match path {
        "/healthz" => (200, "alive"),
        _ if closing => (503, "stopping"),
        _ if engine.is_ready() => (200, "ready"),
        _ => (503, "the app's state is not built yet; its log says more"),
    };
    // The server leaves the body out where HEAD asked.
    Some(outgoing(text(status, said), false))
}

fn is_authors(engine: &Engine, method: &Method, probe: &str) -> bool {
    engine.functions().iter().any(|function| match &function.trigger {
        TriggerSpec::Http { methods, path, .. } => path == probe && takes(methods, method.as_str()),
        _ => false,
    })
}
