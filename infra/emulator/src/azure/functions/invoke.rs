//! One invocation, from trigger value to written outputs.
//!
//! Deals with: waiting for the worker, `functionTimeout`, a worker that ends meanwhile, the log lines,
//! queue outputs.
//! Does not deal with: what triggers it (`queue_listener`, `timer`, `http`).

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use serde_json::Value;
use tokio_util::task::TaskTracker;

use super::envelope::{self, BindingData};
use super::function_json::{Function, Target, Trigger};
use super::host_json::HostConfig;
use super::http_reply;
use super::outputs;
use super::reply::{self, Reply};
use super::wire::Wire;
use super::worker::Worker;
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::measured::Measurements;
use crate::process::Log;
use crate::queues::{NewMessage, QueueError, QueueSpec, Queues};

/// How an invocation ended.
#[derive(Clone, Debug)]
pub struct Outcome<T = Option<Response<Bytes>>> {
    /// The id that the worker saw.
    pub invocation_id: String,
    /// What came out (the HTTP answer of a function with an HTTP trigger), or why it failed.
    pub result: Result<T, String>,
    /// How long it took, waiting for the worker included.
    pub duration: std::time::Duration,
}

/// Everything an invocation needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Invoker {
    pub(crate) worker: Worker,
    pub(crate) wire: Wire,
    pub(crate) host: Arc<HostConfig>,
    pub(crate) queues: Queues,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) measured: Measurements,
    /// Whoever holds a token is in the worker, or on the way there or back.
    pub(crate) calls: TaskTracker,
}

impl Invoker {
    /// Sends `data` in the default envelope and does what the reply says.
    pub(crate) async fn run(
        &self,
        function: &Function,
        data: Value,
        binding_data: &BindingData,
    ) -> Outcome {
        let body =
            envelope::body(&function.name, &function.input, data, binding_data, self.clock.now());
        let body = Bytes::from(body);
        self.logged(function, async |id: &str| {
            let answer = self
                .within_limits(|port| async move {
                    self.wire.invoke(port, &function.name, id, &body).await
                })
                .await?;
            let reply = reply::decode(answer.status, answer.content_type.as_deref(), &answer.body)?;
            for line in &reply.logs {
                self.log.line(line);
            }
            self.write_outputs(function, &reply).await?;
            match function.trigger {
                Trigger::Http { .. } => http_reply::response(function, &reply).map(Some),
                _ => Ok(None),
            }
        })
        .await
    }

    /// Runs `call` with a new invocation id between the host's two log lines.
    pub(crate) async fn logged<T>(
        &self,
        function: &Function,
        call: impl AsyncFnOnce(&str) -> Result<T, String>,
    ) -> Outcome<T> {
        let _call = self.calls.token();
        let started = Instant::now();
        let id = uuid::Uuid::new_v4().to_string();
        let name = &function.name;
        self.log.line(&format!("host: Executing 'Functions.{name}' (Id={id})"));
        let result = call(&id).await;
        let duration = started.elapsed();
        self.measured.called(Cloud::Azure, name, duration);
        let ms = duration.as_millis();
        match &result {
            Ok(_) => self.log.line(&format!(
                "host: Executed 'Functions.{name}' (Succeeded, Id={id}, Duration={ms}ms)"
            )),
            Err(why) => self.log.line(&format!(
                "host: error: Executed 'Functions.{name}' (Failed, Id={id}, Duration={ms}ms): {why}"
            )),
        }
        Outcome { invocation_id: id, result, duration }
    }

    /// Runs `call` against the ready worker's port, for as long as that worker lives and no longer than
    /// `functionTimeout`, after which the worker is restarted.
    pub(crate) async fn within_limits<T, F>(&self, call: impl FnOnce(u16) -> F) -> Result<T, String>
    where
        F: Future<Output = Result<T, String>>,
    {
        let running = self.worker.ready().await?;
        let limit = async {
            match self.host.function_timeout {
                Some(limit) => {
                    tokio::time::sleep(limit).await;
                    limit
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            result = call(running.port) => result,
            () = running.gone.cancelled() => {
                Err("the worker ended while the invocation was in it".to_owned())
            }
            limit = limit => {
                running.restart.cancel();
                Err(format!(
                    "functionTimeout ({limit:?}) passed: the host restarts the worker, and every \
                     other call in it fails too"
                ))
            }
        }
    }

    async fn write_outputs(&self, function: &Function, reply: &Reply) -> Result<(), String> {
        for name in reply.outputs.iter().flat_map(|outputs| outputs.keys()) {
            if !function.outputs.iter().any(|output| output.name == *name) {
                self.log.line(&format!(
                    "host: warning: the output '{name}' of '{}' is ignored: function.json does not \
                     declare it",
                    function.name
                ));
            }
        }
        for output in &function.outputs {
            let Target::Queue(queue) = &output.target else { continue };
            let Some(value) = outputs::pick(output, &function.outputs, reply) else { continue };
            let wrong = |why: String| format!("output '{}': {why}", output.name);
            for message in outputs::messages(value).map_err(wrong)? {
                let body = if self.host.queues.base64 {
                    STANDARD.encode(message)
                } else {
                    String::from_utf8_lossy(&message).into_owned()
                };
                send(&self.queues, queue, body).await.map_err(|e| wrong(e.to_string()))?;
            }
        }
        Ok(())
    }
}

/// Puts a message into a storage queue, which is made if it is not there.
pub(crate) async fn send(queues: &Queues, queue: &str, body: String) -> Result<(), QueueError> {
    match queues.send(Cloud::Azure, queue, NewMessage::text(body.clone())).await {
        Err(QueueError::NoQueue(_)) => {
            match queues.create(Cloud::Azure, queue, QueueSpec::new(Cloud::Azure)).await {
                // Somebody else made it meanwhile.
                Ok(_) | Err(QueueError::Exists(_)) => {}
                Err(error) => return Err(error),
            }
            queues.send(Cloud::Azure, queue, NewMessage::text(body)).await.map(|_| ())
        }
        other => other.map(|_| ()),
    }
}
