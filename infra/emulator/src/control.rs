//! The control port.
//!
//! Deals with: `GET /_anyfn/functions`, `POST /_anyfn/clock/advance`. Does not deal with: anything that
//! a provider's own API does.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::listening;
use crate::status::Functions;

#[derive(Clone)]
struct Control {
    functions: Arc<Functions>,
    clock: Clock,
}

/// By how much, or until when.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Advance {
    By { by: String },
    To { to: String },
}

/// Serves the control port until `stop`.
pub async fn serve(
    listener: TcpListener,
    functions: Arc<Functions>,
    clock: Clock,
    stop: CancellationToken,
) {
    let router = Router::new()
        .route("/_anyfn/functions", get(list))
        .route("/_anyfn/clock/advance", post(advance))
        .fallback(unknown)
        .with_state(Control { functions, clock });
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "the control port stopped listening");
    }
}

async fn list(State(control): State<Control>) -> Response {
    Json(json!({"functions": control.functions.list()})).into_response()
}

async fn advance(State(control): State<Control>, headers: HeaderMap, body: Bytes) -> Response {
    // Browsers name the page that asks; no page has any business here.
    if headers.contains_key(header::ORIGIN) {
        let error = json!({"error": "web pages may not move the clock"});
        return (StatusCode::FORBIDDEN, Json(error)).into_response();
    }
    match moved(&control.clock, &body) {
        Ok(now) => Json(json!({"now": now})).into_response(),
        Err((status, error)) => (status, Json(json!({"error": error}))).into_response(),
    }
}

fn moved(clock: &Clock, body: &[u8]) -> Result<String, (StatusCode, String)> {
    let bad = |why: String| (StatusCode::BAD_REQUEST, why);
    let shape = || bad(r#"give {"by": "1h"} or {"to": "2026-01-31T03:00:00Z"}"#.to_owned());
    let now = match serde_json::from_slice(body).map_err(|_| shape())? {
        Advance::By { by } => clock.advance(duration(&by).map_err(bad)?),
        Advance::To { to } => {
            let instant = OffsetDateTime::parse(&to, &Rfc3339).map_err(|fault| {
                bad(format!("`to` is `{to}`: {fault}; a right one: 2026-01-31T03:00:00Z"))
            })?;
            clock.advance_to(SystemTime::from(instant))
        }
    };
    let now = now.map_err(|fault| (StatusCode::CONFLICT, fault.to_string()))?;
    OffsetDateTime::from(now).format(&Rfc3339).map_err(|fault| bad(fault.to_string()))
}

/// `90s`, `15m`, `1h`, `2d`, and sums of them: `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|fault| format!("`by` is `{text}`: {fault}; a right one: 90s, 15m, 1h or 2d"))
}

async fn unknown() -> Response {
    let error = "the control port has GET /_anyfn/functions and POST /_anyfn/clock/advance";
    (StatusCode::NOT_FOUND, Json(json!({"error": error}))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_by_a_duration_or_to_an_instant_and_only_forward() {
        let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH);
        let go = |body: &str| moved(&clock, body.as_bytes());
        assert_eq!(go(r#"{"by":"1h30m"}"#).unwrap(), "1970-01-01T01:30:00Z");
        assert_eq!(go(r#"{"to":"1970-01-02T00:00:00+01:00"}"#).unwrap(), "1970-01-01T23:00:00Z");
        assert_eq!(go(r#"{"to":"1970-01-01T00:00:00Z"}"#).unwrap_err().0, StatusCode::CONFLICT);
        for odd in [
            "",
            "{}",
            r#"{"by":1}"#,
            r#"{"by":"an hour"}"#,
            r#"{"to":"noon"}"#,
            r#"{"by":"1h","x":1}"#,
        ] {
            let (status, why) = go(odd).unwrap_err();
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert!(why.contains("1h") || why.contains("2026"), "{why}");
        }
        let (status, why) = moved(&Clock::real(), br#"{"by":"1h"}"#).unwrap_err();
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(why.contains("--clock virtual"), "{why}");
    }
}
