//! Requests: function URLs, HTTP APIs, REST APIs, load balancers.
//!
//! Deals with: running the function for a request, health checks of load balancers. Does not deal with:
//! the shapes of payloads (`request`) and of responses (`respond`).
//!
//! | sent by | payload |
//! |---|---|
//! | a function URL, an HTTP API | format 2.0 |
//! | an HTTP API | format 1.0 |
//! | a REST API (proxy integration) | format 1.0 without saying so |
//! | a target group of an Application Load Balancer | its own, like 1.0 |

mod pairs;
mod request;
mod respond;
mod uri;

use std::sync::Arc;

use ::http::header::USER_AGENT;
use ::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;

use super::answer::{Answer, Answered, Fault};
use super::trace::from_xray;
use crate::app::Function;
use crate::context::{Call, TraceContext};
use crate::engine::Engine;
use crate::error::Kind;
use crate::host::failed::wrong_method;
use crate::trigger::http::{Response, failure, takes};
use crate::trigger::{Event, Reply};
pub(super) use respond::Responded;

/// Which of the payloads it is: the response has the same shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Payload format 2.0.
    Two,
    /// Payload format 1.0.
    One,
    /// A load balancer's; `multi` where its target group has multi-value headers on.
    Balancer { multi: bool },
}

/// Runs `function`, which takes `methods` (none stand for all) on the template `path`.
pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    (methods, path): (&[String], &str),
    call: &Call,
) -> Answer {
    let (shape, request) = request::read(&call.raw)?;
    let taken = takes(methods, request.method().as_str());
    if is_health_check(shape, &request) && !(taken && covers(path, request.uri().path())) {
        let mut healthy = Response::new(Bytes::new());
        *healthy.status_mut() = StatusCode::OK;
        return Ok(Answered::Http(Responded::new(shape, healthy)));
    }
    let trace = trace(request.headers()).map(Arc::new).or_else(|| call.trace.clone());
    let call = Call { trace, ..call.clone() };
    let response = match engine.run(function, Event::Http(request), call.clone()).await {
        Ok(Reply::Http(response)) => response,
        Ok(_) => {
            let text = "an HTTP function answered without a response".to_owned();
            return Err(Fault::from(text));
        }
        Err(error) if error.kind() == Kind::Status(405) && !taken => wrong_method(methods),
        Err(error) => failure(&error),
    };
    let response = Responded::new(shape, response);
    if let lost @ 1.. = response.lost_cookies() {
        call.span().in_scope(|| {
            tracing::warn!(
                lost,
                "without multi-value headers a load balancer passes on one cookie; turn on \
                 `lambda.multi_value_headers.enabled` in the target group"
            );
        });
    }
    Ok(Answered::Http(response))
}

/// Whether a load balancer asks how its target is. That the process answers says it, unless the
/// function has something of its own at the path that is asked for.
fn is_health_check(shape: Shape, request: &Request<Bytes>) -> bool {
    let agent = request.headers().get(USER_AGENT);
    matches!(shape, Shape::Balancer { .. })
        && agent.is_some_and(|agent| agent.as_bytes().starts_with(b"ELB-HealthChecker/"))
}

fn covers(template: &str, path: &str) -> bool {
    let mut router = matchit::Router::new();
    router.insert(template, ()).is_ok() && router.at(path).is_ok()
}

/// The client's trace, or that of whatever stands between it and the function.
fn trace(headers: &HeaderMap) -> Option<TraceContext> {
    let header = |name| headers.get(name)?.to_str().ok();
    match header("traceparent") {
        Some(parent) => Some(TraceContext {
            traceparent: parent.to_owned(),
            tracestate: header("tracestate").map(str::to_owned),
        }),
        None => header("x-amzn-trace-id").and_then(from_xray),
    }
}
