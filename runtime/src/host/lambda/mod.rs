//! AWS Lambda, through the crate `lambda_runtime`.
//!
//! Deals with: which function this environment runs, and one room per payload: [`http`], [`sqs`]
//! (with `host::s3` inside its messages), [`tick`]. Does not deal with: the Runtime API itself, which is
//! `lambda_runtime`'s.

mod http;
mod sqs;
mod tick;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::value::RawValue;

use super::Environment;
use crate::app::Function;
use crate::context::{Call, TraceContext, give_up_after};
use crate::engine::Engine;
use crate::manifest::TriggerSpec;

/// How long the first event is not asked for while the state is being built.
const INIT: Duration = Duration::from_secs(8);
/// How long a call on Lambda may take at most.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// A function's answer, already JSON.
type Answer = Result<Box<RawValue>, String>;

pub(super) async fn serve(engine: Arc<Engine>, environment: Environment) -> Result<(), String> {
    // lambda_runtime would panic over these without a word on what to do.
    for name in ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"] {
        if !environment.contains_key(name) {
            return Err(format!("{name} is not set; Lambda sets it, such as {name}=example"));
        }
    }
    super::number(&environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 0_i32).and_then(
        |mb| match mb {
            0 => Err("AWS_LAMBDA_FUNCTION_MEMORY_SIZE is not set; Lambda sets it, such as 128"
                .to_owned()),
            _ => Ok(()),
        },
    )?;
    let function = pick(&engine, environment.get("_HANDLER").map_or("", String::as_str))?.clone();
    // State is built in the init phase, where there is time for it. Lambda would end a phase of more
    // than 10 s, and begin it again with the first event: from here on, that waits for the state.
    let _ = tokio::time::timeout(INIT, engine.start()).await;
    let handler = lambda_runtime::service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (engine, function) = (Arc::clone(&engine), function.clone());
        async move {
            let call = call(&function, &event);
            let answer = dispatch(&engine, &function, &event.payload, &call).await;
            answer.map_err(|error_message| {
                tracing::error!(
                    function = &*function.name,
                    invocation = call.invocation_id,
                    "{error_message}"
                );
                Diagnostic { error_type: "anyfn.Failed".to_owned(), error_message }
            })
        }
    });
    lambda_runtime::run(handler).await.map_err(|fault| format!("the Lambda runtime ended: {fault}"))
}

/// The function that `_HANDLER` names. An app of one function runs it under any name, so that tools
/// which put `bootstrap` or `rust.handler` there work.
fn pick<'a>(engine: &'a Engine, handler: &str) -> Result<&'a Function, String> {
    match (engine.function(handler), engine.functions()) {
        (Some(function), _) => Ok(function),
        (None, [only]) => Ok(only),
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|f| &*f.name).collect();
            Err(format!(
                "_HANDLER=`{handler}` names no function of the app `{}`; a right one: _HANDLER={}",
                engine.manifest.app,
                names.join(" or ")
            ))
        }
    }
}

async fn dispatch(engine: &Engine, function: &Function, payload: &RawValue, call: &Call) -> Answer {
    match &function.trigger {
        TriggerSpec::Http { .. } => http::run(engine, function, payload, call).await,
        TriggerSpec::Schedule { .. } => tick::run(engine, function, payload, call).await,
        TriggerSpec::Queue { .. } | TriggerSpec::Blob { .. } => {
            sqs::run(engine, function, payload, call).await
        }
    }
}

fn call(function: &Function, event: &LambdaEvent<Box<RawValue>>) -> Call {
    let context = &event.context;
    let now = SystemTime::now();
    let deadline = deadline(context.deadline, now);
    let left = deadline.duration_since(now).unwrap_or_default();
    Call {
        function: Arc::clone(&function.name),
        invocation_id: context.request_id.clone(),
        attempt: None,
        deadline,
        give_up: give_up_after(left),
        trace: context.xray_trace_id.as_deref().and_then(from_xray),
        host: "lambda",
        raw: Bytes::copy_from_slice(event.payload.get().as_bytes()),
    }
}

/// Lambda tells milliseconds since the epoch. `cargo lambda watch` tells how many are left (600000, always);
/// as an instant that has passed before the call began.
fn deadline(told_ms: u64, now: SystemTime) -> SystemTime {
    let told = Duration::from_millis(told_ms);
    if told <= LONGEST { now + told } else { SystemTime::UNIX_EPOCH + told }
}

/// `Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=1` as a W3C trace context.
fn from_xray(header: &str) -> Option<TraceContext> {
    let field = |name: &str| {
        header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let (time, unique) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
    let parent = field("Parent")?;
    let flags = if field("Sampled") == Some("1") { "01" } else { "00" };
    let hex =
        |text: &str, len: usize| text.len() == len && text.bytes().all(|b| b.is_ascii_hexdigit());
    (hex(time, 8) && hex(unique, 24) && hex(parent, 16)).then(|| TraceContext {
        traceparent: format!("00-{time}{unique}-{parent}-{flags}").to_ascii_lowercase(),
        tracestate: None,
    })
}

/// `value` as an answer.
fn answer<T: serde::Serialize>(value: &T) -> Answer {
    serde_json::value::to_raw_value(value)
        .map_err(|fault| format!("the answer could not be written as JSON: {fault}"))
}

#[cfg(test)]
mod tests;
