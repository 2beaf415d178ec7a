//! Functions run by hand: by `invoke` and by `POST /admin/functions/{name}`.
//!
//! Deals with: the trigger value that is made up around an input.
//! Does not deal with: HTTP functions, which are run by calling them.

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::admin::Job;
use super::envelope::{BindingData, Datum, encode};
use super::function_json::{Function, Trigger};
use super::invoke::{Invoker, Outcome};
use super::queue_listener;
use super::timer::{Status, fire};
use crate::queues::Message;

/// Runs the jobs of `/admin/functions/{name}` until `retired`, and returns when the last one has ended.
pub(crate) async fn work(
    invoker: Invoker,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    retired: CancellationToken,
) {
    let mut running = JoinSet::new();
    loop {
        let job = tokio::select! {
            biased;
            Some(_) = running.join_next() => continue,
            // Before the end: a job that was accepted is done.
            job = jobs.recv() => job,
            () = retired.cancelled() => None,
        };
        let Some(Job { function, input }) = job else { break };
        let invoker = invoker.clone();
        running.spawn(async move { run(&invoker, &function, &input).await });
    }
    while running.join_next().await.is_some() {}
}

/// Runs a function that has no HTTP trigger with a value made up around `input`.
pub(crate) async fn run(invoker: &Invoker, function: &Function, input: &str) -> Outcome {
    let now = invoker.clock.now();
    match &function.trigger {
        Trigger::Queue { .. } => {
            let now_ms = invoker.clock.now_ms();
            let message = Message {
                id: uuid::Uuid::new_v4().to_string(),
                receipt: "by-hand".to_owned(),
                body: String::new(),
                attributes: serde_json::Value::Null,
                receive_count: 1,
                sent_ms: now_ms,
                first_received_ms: Some(now_ms),
                visible_ms: now_ms,
                expires_ms: now_ms,
                group: None,
                dedup: None,
                sequence: None,
                dead_from: None,
            };
            let bytes = input.as_bytes().to_vec();
            let (data, binding_data) = queue_listener::describe(function.binary, &message, bytes);
            invoker.run(function, data, &binding_data).await
        }
        Trigger::Timer { .. } => {
            fire(invoker, function, Some(Status { last: None, next: now }), false, now).await
        }
        Trigger::Http { .. } => {
            let data = encode(&Datum::text(input));
            invoker.run(function, data, &BindingData::default()).await
        }
    }
}
