//! AWS Lambda, through the crate `lambda_runtime`.
//!
//! Deals with: which function this environment runs, and one room per payload: [`http`], [`sqs`]
//! (with `host::s3` inside its messages), [`tick`]. Does not deal with: the Runtime API itself, which is
//! `lambda_runtime`'s.

mod answer;
mod http;
mod payload;
mod sqs;
mod tick;
mod trace;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};

use super::Environment;
use crate::app::Function;
use crate::context::{Call, give_up_after};
use crate::engine::Engine;
use crate::manifest::TriggerSpec;
use answer::Answer;
use payload::{Passing, Unread};

/// How long the first event is not asked for while the state is being built.
const INIT: Duration = Duration::from_secs(8);
/// How long a call on Lambda may take at most.
const LONGEST: Duration = Duration::from_secs(15 * 60);

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
    let function = Arc::new(function);
    // State is built in the init phase, where there is time for it. Lambda would end a phase of more
    // than 10 s, and begin it again with the first event: from here on, that waits for the state.
    let _ = tokio::time::timeout(INIT, engine.start()).await;
    let passing = Passing::default();
    let handler = service_fn({
        let passing = passing.clone();
        move |event: LambdaEvent<Unread>| {
            let (engine, function) = (Arc::clone(&engine), Arc::clone(&function));
            let payload = passing.take();
            async move {
                let call = call(&function, event.context, payload);
                dispatch(&engine, &function, &call).await.map_err(|fault| {
                    if !fault.told {
                        call.span().in_scope(|| tracing::error!("{}", fault.text));
                    }
                    Diagnostic { error_type: "anyfn.Failed".to_owned(), error_message: fault.text }
                })
            }
        }
    });
    // Not `lambda_runtime::run`: it opens a span of its own around each invocation, with fewer fields.
    let served = Runtime::new(handler).layer(passing).run().await;
    served.map_err(|fault| format!("the Lambda runtime ended: {fault}"))
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

/// Runs the function for the payload in `call`.
async fn dispatch(engine: &Engine, function: &Function, call: &Call) -> Answer {
    match &function.trigger {
        TriggerSpec::Http { methods, path, .. } => {
            http::run(engine, function, (methods, path), call).await
        }
        TriggerSpec::Schedule { .. } => tick::run(engine, function, call).await,
        TriggerSpec::Queue { .. } | TriggerSpec::Blob { .. } => {
            sqs::run(engine, function, call).await
        }
    }
}

fn call(function: &Function, context: lambda_runtime::Context, raw: Bytes) -> Call {
    let now = SystemTime::now();
    let deadline = deadline(context.deadline, now);
    let left = deadline.duration_since(now).unwrap_or_default();
    Call {
        function: Arc::clone(&function.name),
        invocation_id: context.request_id.into(),
        message_id: None,
        attempt: None,
        deadline,
        give_up: give_up_after(left),
        trace: context.xray_trace_id.as_deref().and_then(trace::from_xray).map(Arc::new),
        host: "lambda",
        raw,
        part: None,
    }
}

/// Lambda tells milliseconds since the epoch. `cargo lambda watch` tells how many are left (600000, always);
/// as an instant that has passed before the call began.
fn deadline(told_ms: u64, now: SystemTime) -> SystemTime {
    let told = Duration::from_millis(told_ms);
    if told <= LONGEST { now + told } else { SystemTime::UNIX_EPOCH + told }
}

#[cfg(test)]
mod tests;
