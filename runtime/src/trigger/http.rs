//! HTTP requests.
//!
//! Deals with: method and path of a function, the request it receives, ready-made responses. Does not
//! deal with: how a request travels (the host's), nor with routing between functions (`host`).
//!
//! Paths are templates: `/hooks/{provider}` takes one segment, `/files/{*rest}` the remainder. Text goes
//! before a parameter; two functions that share a method cannot have parameters of either kind at one
//! place (`/x/{a}` beside `/x/{b}` or `/x/{*rest}`): the listing refuses them.

mod service;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

use ::http::{Method, StatusCode, header};
use bytes::Bytes;
use matchit::Router;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::{Event, Reply, Trigger};
use crate::error::{Error, Kind};
use crate::manifest::TriggerSpec;

pub use service::{Tower, service};

/// A response whose body is complete. The largest that every host can send is 6 MB.
pub type Response = ::http::Response<Bytes>;

/// A request whose body is complete. Derefs to the `Request` of crate `http`.
#[derive(Clone, Debug)]
pub struct Request {
    inner: ::http::Request<Bytes>,
    params: BTreeMap<String, String>,
}

impl Request {
    /// The part of the path that `name` of the template stands for, percent-decoded.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }

    /// The request without its path parameters.
    #[must_use]
    pub fn into_inner(self) -> ::http::Request<Bytes> {
        self.inner
    }
}

impl Deref for Request {
    type Target = ::http::Request<Bytes>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

/// The trigger: one path template and its methods.
#[derive(Clone, Debug)]
#[must_use]
pub struct Http {
    methods: Vec<String>,
    path: String,
    public: bool,
    /// Made of the path at the first request.
    template: OnceLock<Router<()>>,
}

/// `GET` (and so `HEAD`) on `path`.
pub fn get(path: impl Into<String>) -> Http {
    Http::of(&[Method::GET, Method::HEAD], path.into())
}

/// `POST` on `path`.
pub fn post(path: impl Into<String>) -> Http {
    Http::of(&[Method::POST], path.into())
}

/// Any method on `path`.
pub fn any(path: impl Into<String>) -> Http {
    Http::of(&[], path.into())
}

impl Http {
    fn of(methods: &[Method], path: String) -> Self {
        let methods = methods.iter().map(Method::to_string).collect();
        Self { methods, path, public: false, template: OnceLock::new() }
    }

    /// Anyone may call it. Without this the platform authenticates the caller: by IAM on AWS, by a
    /// function key on Azure.
    pub fn public(self) -> Self {
        Self { public: true, ..self }
    }
}

impl Trigger for Http {
    type Event = Request;
    type Reply = Response;

    fn spec(&self) -> TriggerSpec {
        TriggerSpec::Http {
            methods: self.methods.clone(),
            path: self.path.clone(),
            public: self.public,
        }
    }

    fn open(&self, event: Event) -> Result<Request, Error> {
        let Event::Http(inner) = event else { return Err(event.not("an HTTP request")) };
        let template = match self.template.get() {
            Some(template) => template,
            None => {
                let made = template(&self.path)?;
                self.template.get_or_init(|| made)
            }
        };
        let Some(params) = params(template, inner.uri().path())? else {
            return Err(Error::status(404, "not found"));
        };
        if !takes(&self.methods, inner.method().as_str()) {
            return Err(Error::status(405, "method not allowed"));
        }
        Ok(Request { inner, params })
    }

    fn seal(&self, reply: Response) -> Reply {
        Reply::Http(reply)
    }
}

/// Whether a function with these methods takes `method`; no methods stand for all.
pub(crate) fn takes(methods: &[String], method: &str) -> bool {
    methods.is_empty() || methods.iter().any(|m| m == method)
}

fn template(path: &str) -> Result<Router<()>, Error> {
    let mut router = Router::new();
    router.insert(path, ()).map_err(Error::config)?;
    Ok(router)
}

fn params(template: &Router<()>, path: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    let Ok(found) = template.at(path) else { return Ok(None) };
    let decode = |(name, value): (&str, &str)| match percent_decode_str(value).decode_utf8() {
        Ok(text) => Ok((name.to_owned(), text.into_owned())),
        Err(_) => Err(Error::status(400, format!("the path parameter `{name}` is not UTF-8"))),
    };
    found.params.iter().map(decode).collect::<Result<_, _>>().map(Some)
}

/// A response of plain text. A status out of range becomes 500.
pub fn text(status: u16, body: impl Into<String>) -> Response {
    respond(status, "text/plain; charset=utf-8", Bytes::from(body.into()))
}

/// A response of JSON. A status out of range, or a value that JSON cannot hold, becomes 500.
pub fn json<T: Serialize>(status: u16, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => respond(status, "application/json", body.into()),
        Err(fault) => {
            tracing::error!(%fault, "a response could not be written as JSON");
            respond(500, "application/json", Bytes::from_static(INTERNAL))
        }
    }
}

const INTERNAL: &[u8] = br#"{"error":"internal error"}"#;

fn respond(status: u16, content_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let value = ::http::HeaderValue::from_static(content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

/// What the client gets for a failed call: the status and the external message of the error, and
/// nothing of the internal one.
#[must_use]
pub fn failure(error: &Error) -> Response {
    match (error.kind(), error.external()) {
        (Kind::Status(status), Some(text)) => json(status, &BTreeMap::from([("error", text)])),
        _ => respond(500, "application/json", Bytes::from_static(INTERNAL)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(trigger: &Http, method: &str, path: &str) -> Result<Request, Error> {
        let request = ::http::Request::builder().method(method).uri(path);
        trigger.open(Event::Http(request.body(Bytes::new()).unwrap()))
    }

    #[test]
    fn parameters_are_decoded_and_a_slash_stays_inside_one() {
        let request = open(&post("/hooks/{provider}"), "POST", "/hooks/a%2Fb%20c?x=1").unwrap();
        assert_eq!(request.param("provider"), Some("a/b c"));
        assert_eq!(request.param("other"), None);
        let request = open(&get("/files/{*rest}"), "GET", "/files/a/b").unwrap();
        assert_eq!(request.param("rest"), Some("a/b"));
    }

    #[test]
    fn a_wrong_path_method_or_encoding_is_the_clients_error() {
        let kind = |trigger: &Http, method, path| open(trigger, method, path).unwrap_err().kind();
        let trigger = post("/hooks/{provider}");
        assert_eq!(kind(&trigger, "POST", "/hooks"), Kind::Status(404));
        assert_eq!(kind(&trigger, "GET", "/hooks/a"), Kind::Status(405));
        assert_eq!(kind(&trigger, "POST", "/hooks/%ff"), Kind::Status(400));
        assert!(open(&get("/"), "HEAD", "/").is_ok());
        assert!(open(&any("/x"), "BREW", "/x").is_ok());
    }

    #[test]
    fn the_client_reads_the_external_message_only() {
        let told = failure(&Error::status(409, "try later").because("row 7 is locked"));
        assert_eq!(
            (told.status().as_u16(), &told.body()[..]),
            (409, &br#"{"error":"try later"}"#[..])
        );
        let hidden = failure(&Error::retry("password wrong for db"));
        assert_eq!((hidden.status().as_u16(), &hidden.body()[..]), (500, INTERNAL));
    }
}
