//! The control port.
//!
//! Deals with: `GET /_anyfn/functions`, `GET /_anyfn/measured`, `POST /_anyfn/clock/advance`. Does not deal with: anything that
//! a provider's own API does.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
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
        .route("/_anyfn/measured", get(measured))
        .route("/_anyfn/clock/advance", post(advance))
        .fallback(unknown)
        .layer(middleware::from_fn(guard))
        .with_state(Control { functions, clock });
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "the control port stopped listening");
    }
}

async fn list(State(control): State<Control>) -> Response {
    Json(json!({"functions": control.functions.list()})).into_response()
}

async fn measured(State(control): State<Control>) -> Response {
    Json(control.functions.measured()).into_response()
}

/// Web pages have no business here, wherever they come from.
async fn guard(request: Request, next: Next) -> Response {
    if is_a_pages(request.headers()) {
        let error = "web pages may not use the control port; ask http://127.0.0.1 directly";
        return (StatusCode::FORBIDDEN, Json(json!({"error": error}))).into_response();
    }
    next.run(request).await
}

/// Browsers name the page that asks; where its owner has let its name point to this machine, so that it
/// is the same origin, they still send that name.
fn is_a_pages(headers: &HeaderMap) -> bool {
    let is_here = |host: &HeaderValue| {
        let host = host.to_str().unwrap_or_default();
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let name = name.map_or(host, |(name, _)| name);
        ["127.0.0.1", "localhost", "[::1]"].contains(&name)
    };
    headers.contains_key(header::ORIGIN)
        || !headers.contains_key(header::HOST)
        || !headers.get_all(header::HOST).iter().all(is_here)
}

async fn advance(State(control): State<Control>, body: Bytes) -> Response {
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
    let error = "the control port has GET /_anyfn/functions, GET /_anyfn/measured and POST /_anyfn/clock/advance";
    (StatusCode::NOT_FOUND, Json(json!({"error": error}))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_names_a_page_or_another_machine_is_a_page() {
        let asked = |lines: &[(header::HeaderName, &'static str)]| {
            let lines = lines.iter().map(|(n, value)| (n.clone(), HeaderValue::from_static(value)));
            is_a_pages(&lines.collect())
        };
        let host = |name| (header::HOST, name);
        for here in ["localhost", "localhost:9400", "127.0.0.1", "[::1]", "[::1]:9400"] {
            assert!(!asked(&[host(here)]), "{here}");
            assert!(asked(&[host(here), host("example.com")]), "{here}");
            assert!(asked(&[host(here), (header::ORIGIN, "http://127.0.0.1:9400")]), "{here}");
        }
        for other in ["rebound.example.com:9400", "127.0.0.1.example.com", "localhost:x", ""] {
            assert!(asked(&[host(other)]), "{other}");
        }
        assert!(asked(&[]));
    }

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
