//! Deals with: one request: is it signed, has it been here before, is it safely on its way.
//! Does not deal with: archiving.
//!
//! A delivery is answered with 202 only once its record is stored, its message sent and the record
//! marked `queued`. A crash between any two of these steps leaves it `pending`; the sender, who got no
//! answer, sends it again, and then the message is sent (again). `archive` makes the second one
//! harmless.

use crate::{
    Webhook,
    providers::{self, Provider},
    record::{Note, Record, State},
};
use anyfn::{
    Context, Error,
    http::{self, Request, Response},
};
use anyfn_services::ErrorKind;
use bytes::Bytes;
use serde::Serialize;

/// Longest payload in bytes: 1 MiB.
pub const MAX_BODY: usize = 1 << 20;

/// What the sender is told of an accepted delivery.
#[derive(Serialize)]
struct Accepted<'a> {
    id: &'a str,
}

/// Answers `POST /hooks/{provider}`: 202 with the delivery's id; 404 for a provider that is unknown or
/// not set up; 413 for over [`MAX_BODY`]; 401, without a reason, for whatever is not rightly signed.
///
/// # Errors
/// Those statuses, and whatever store and queue report: the sender gets 500 and sends again.
pub async fn run(request: Request, cx: Context<Webhook>) -> Result<Response, Error> {
    let name = request.param("provider").unwrap_or_default();
    let secrets = cx.secrets_of(name).ok_or_else(|| {
        Error::status(404, "not found").because("the provider is unknown or has no secret")
    })?;
    if request.body().len() > MAX_BODY {
        return Err(Error::status(413, "the payload is over 1 MiB"));
    }
    let id = providers::verify(secrets, request.headers(), request.body(), (cx.now)())
        .map_err(|refused| Error::status(401, "unauthorized").because(refused.to_string()))?;

    let provider = secrets.provider();
    if provider == Provider::Slack
        && let Some(challenge) = providers::challenge(request.body())
    {
        return Ok(http::text(200, challenge));
    }

    let record = recorded(&cx, provider, id, &request);
    let (record, etag) = create(&cx, record).await?;
    if record.state == State::Pending {
        send(&cx, &record).await?;
        mark_queued(&cx, &record, &etag).await?;
        tracing::info!(key = %record.key(), "accepted");
    } else {
        tracing::info!(key = %record.key(), "already queued");
    }
    Ok(http::json(202, &Accepted { id: &record.id }))
}

/// The record that a first delivery gets.
fn recorded(cx: &Webhook, provider: Provider, id: String, request: &Request) -> Record {
    let header = |name: &&'static str| {
        let value = request.headers().get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    };
    Record {
        state: State::Pending,
        provider,
        id,
        received_at: cx.received_at(),
        headers: provider.headers_of_interest().iter().filter_map(header).collect(),
        body: request.body().clone(),
    }
}

/// Step 1: stores `record` unless the delivery has one. Gives the one that is stored, and its ETag.
pub(crate) async fn create(cx: &Webhook, record: Record) -> Result<(Record, String), Error> {
    let key = record.key().to_string();
    match cx.deliveries.create(&key, json(&record)?).await {
        Ok(etag) => Ok((record, etag)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let stored = cx.deliveries.get(&key).await?;
            Ok((Record::from_json(&stored.bytes)?, stored.etag))
        }
        Err(error) => Err(error.into()),
    }
}

/// Step 2: asks for the delivery to be archived.
pub(crate) async fn send(cx: &Webhook, record: &Record) -> Result<(), Error> {
    let note = serde_json::to_vec(&Note { key: record.key() })?;
    Ok(cx.queue.send(note).await?)
}

/// Step 3: marks the record, so that a repeat sends nothing.
pub(crate) async fn mark_queued(cx: &Webhook, record: &Record, etag: &str) -> Result<(), Error> {
    let queued = Record { state: State::Queued, ..record.clone() };
    match cx.deliveries.replace(&record.key().to_string(), json(&queued)?, etag).await {
        Ok(_) => Ok(()),
        // Another request with the same delivery was faster. It, too, sent the message first.
        Err(error) if error.kind() == ErrorKind::Precondition => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn json(record: &Record) -> Result<anyfn_services::blob::Content, Error> {
    let json: Bytes = record.to_json()?;
    Ok(anyfn_services::blob::Content::new(json).content_type("application/json"))
}
