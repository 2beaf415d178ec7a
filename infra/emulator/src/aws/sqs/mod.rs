//! SQS over HTTP: the JSON protocol that today's SDKs speak.
//!
//! Deals with: the server, whose request it is, which operation it asks for. Does not deal with: what is
//! kept and when it is visible (`queues`).

mod address;
mod attributes;
mod batch;
mod content;
mod error;
mod manage;
mod receive;
mod send;
mod settle;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::error::SqsError;
use super::auth;
use crate::identity::{Action, Identity, Principal};
use crate::listening;
use crate::queues::Queues;

/// JSON may spell one byte of a message in six, and a batch may hold 1 MiB of them.
const REQUEST_MAX: usize = 8 * 1024 * 1024;

/// What the server works on.
#[derive(Clone)]
pub struct Deps {
    /// Whose requests are served.
    pub identity: Identity,
    /// Where messages are kept.
    pub queues: Queues,
}

#[derive(Clone)]
struct Room {
    identity: Identity,
    queues: Queues,
    port: u16,
    /// Ends long polls, which would hold up the end of the server.
    stop: CancellationToken,
}

/// Serves SQS until `stop`.
///
/// # Errors
/// The listener's address cannot be read, or accepting fails for good.
pub async fn serve(
    listener: TcpListener,
    deps: Deps,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let port = listener.local_addr()?.port();
    let Deps { identity, queues } = deps;
    let room = Room { identity, queues, port, stop: stop.clone() };
    let router = Router::new().fallback(answer).with_state(room);
    listening::serve_and_finish(listener, router, stop).await
}

async fn answer(State(room): State<Room>, request: Request<Body>) -> Response<Body> {
    let request_id = uuid::Uuid::new_v4().to_string();
    if is_query_protocol(&request) {
        return SqsError::query_protocol(&request_id);
    }
    match operate(&room, request).await {
        Ok(output) => json_response(StatusCode::OK, &output, &request_id),
        Err(error) => {
            tracing::debug!(code = error.code, message = error.message, "SQS refused a request");
            error.response(&request_id)
        }
    }
}

fn is_query_protocol(request: &Request<Body>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    !request.headers().contains_key("x-amz-target")
        && (kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
            || request.uri().query().is_some_and(|query| query.contains("Action=")))
}

async fn operate(room: &Room, request: Request<Body>) -> Result<Value, SqsError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_MAX).await.map_err(|_| {
        SqsError::serialization(format!("The request is over {REQUEST_MAX} bytes or broke off."))
    })?;
    // A signature's age is real time: the client has no other clock.
    let who = auth::principal(&room.identity, "sqs", &parts, &body, SystemTime::now())?;
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default();
    let operation = target.strip_prefix("AmazonSQS.").ok_or_else(|| {
        SqsError::serialization(format!(
            "The header X-Amz-Target must be like AmazonSQS.SendMessage; it is '{target}'."
        ))
    })?;
    let call = Call { room, who: &who, operation };
    match operation {
        "CreateQueue" => call.create_queue(parse(&body)?).await,
        "GetQueueUrl" => call.get_queue_url(parse(&body)?).await,
        "ListQueues" => call.list_queues(parse(&body)?).await,
        "DeleteQueue" => call.delete_queue(parse(&body)?).await,
        "PurgeQueue" => call.purge_queue(parse(&body)?).await,
        "GetQueueAttributes" => call.get_queue_attributes(parse(&body)?).await,
        "SetQueueAttributes" => call.set_queue_attributes(parse(&body)?).await,
        "SendMessage" => call.send_message(parse(&body)?).await,
        "SendMessageBatch" => call.send_message_batch(parse(&body)?).await,
        "ReceiveMessage" => call.receive_message(parse(&body)?).await,
        "DeleteMessage" => call.delete_message(parse(&body)?).await,
        "DeleteMessageBatch" => call.delete_message_batch(parse(&body)?).await,
        "ChangeMessageVisibility" => call.change_visibility(parse(&body)?).await,
        "ChangeMessageVisibilityBatch" => call.change_visibility_batch(parse(&body)?).await,
        other => Err(SqsError::unknown_operation(other)),
    }
}

/// One request that is known to be somebody's.
#[derive(Clone, Copy)]
struct Call<'a> {
    room: &'a Room,
    who: &'a Principal,
    operation: &'a str,
}

impl Call<'_> {
    fn queues(&self) -> &Queues {
        &self.room.queues
    }

    /// The queue of a URL, where the principal may do one of `actions` to it. The suffix `.fifo` is no
    /// part of the name that an app declares.
    fn queue<'u>(
        &self,
        url: Option<&'u str>,
        actions: &[fn(String) -> Action],
    ) -> Result<&'u str, SqsError> {
        let url = url.ok_or_else(|| SqsError::missing("QueueUrl"))?;
        let name = address::name_of_url(url)?;
        self.may(name, actions)?;
        Ok(name)
    }

    fn may(&self, name: &str, actions: &[fn(String) -> Action]) -> Result<(), SqsError> {
        let declared = name.strip_suffix(".fifo").unwrap_or(name);
        let allowed = |action: &fn(String) -> Action| self.who.allows(&action(declared.to_owned()));
        if matches!(self.who, Principal::Owner) || actions.iter().any(allowed) {
            return Ok(());
        }
        let operation = self.operation.trim_end_matches("Batch").to_ascii_lowercase();
        Err(SqsError::denied(self.who.name(), &operation, name))
    }
}

/// Reads an operation's input; the error names the field.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        SqsError::serialization(format!("The request's JSON is wrong at {error}."))
    })
}

fn json_response(status: StatusCode, body: &Value, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
