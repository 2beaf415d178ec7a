//! A CloudEvent, whichever way it was written.
//!
//! Deals with: choosing the content mode, the attributes that must be there, those that are read here.
//! Does not deal with: how attributes are encoded (`binary`, `structured`).
//!
//! Specification: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>

use std::collections::BTreeMap;
use std::time::SystemTime;

use ::http::{HeaderMap, header};
use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{binary, structured};
use crate::context::TraceContext;

/// The attributes that are read; all others are the sender's own business.
pub(super) const READ: [&str; 9] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "traceparent",
    "tracestate",
    "attempt",
];

/// Attributes by name.
pub(super) type Attributes = BTreeMap<String, String>;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct CloudEvent {
    /// Unique together with the source, the same for each attempt.
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) subject: Option<String>,
    pub(super) time: Option<SystemTime>,
    /// The extension "distributed tracing".
    pub(super) trace: Option<TraceContext>,
    /// An extension of our own: which attempt this is, from 1, for senders that can say.
    pub(super) attempt: Option<u32>,
    pub(super) data: Bytes,
}

/// Why a request is no CloudEvent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) status: u16,
    pub(super) reason: String,
}

pub(super) fn read(headers: &HeaderMap, body: Bytes) -> Result<CloudEvent, Unread> {
    let malformed = |reason: String| Unread { status: 400, reason };
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    let kind = kind.unwrap_or_default();
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let (attributes, data) = match kind {
        b"application/cloudevents+json" => structured::read(&body).map_err(malformed)?,
        other if other.starts_with(b"application/cloudevents") => {
            let reason = format!(
                "`{}` is not taken; send one event in binary mode (its data as the body, ce-id, \
                 ce-source, ce-type and ce-specversion as headers) or as application/cloudevents+json",
                String::from_utf8_lossy(other)
            );
            return Err(Unread { status: 415, reason });
        }
        _ => (binary::attributes(headers).map_err(malformed)?, body),
    };
    checked(attributes, data).map_err(malformed)
}

fn checked(mut attributes: Attributes, data: Bytes) -> Result<CloudEvent, String> {
    let mut required = |name: &str, example: &str| {
        attributes.remove(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            format!(
                "no CloudEvent: the attribute `{name}` is missing; a right header: ce-{name}: {example}"
            )
        })
    };
    let version = required("specversion", "1.0")?;
    if version != "1.0" {
        return Err(format!("CloudEvents of version `{version}` are not known; expected `1.0`"));
    }
    let id = required("id", "1234-1234-1234")?;
    required("source", "/mycontext")?;
    let kind = required("type", "com.example.someevent")?;
    let time = attributes.get("time").map(|text| instant("time", text)).transpose()?;
    let attempt = attributes.get("attempt").map(|text| {
        text.parse().ok().filter(|attempt| *attempt > 0).ok_or_else(|| {
            format!("the attribute `attempt` is `{text}`, not a whole number from 1 up")
        })
    });
    let attempt = attempt.transpose()?;
    let tracestate = attributes.remove("tracestate");
    let trace = attributes.remove("traceparent");
    let trace = trace.map(|traceparent| TraceContext { traceparent, tracestate });
    let subject = attributes.remove("subject");
    Ok(CloudEvent { id, kind, subject, time, trace, attempt, data })
}

/// The instant in `text`, which is called `name` where it is none.
pub(super) fn instant(name: &str, text: &str) -> Result<SystemTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map(SystemTime::from).map_err(|fault| {
        format!("`{name}` is `{text}`: {fault}; a right one: 2026-01-31T03:00:00Z")
    })
}
