//! A response as the payload's sender wants it.
//!
//! Deals with: status, headers of one and several values, cookies, bodies that are no text. Does not
//! deal with: sizes (6 MB at a function URL or an API, 1 MB at a load balancer: the sender refuses more).
//!
//! Written straight from the response: nothing of it is copied but into the answer's JSON.

use std::borrow::Cow;

use ::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use ::http::{HeaderMap, StatusCode};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::Shape;
use crate::host::json;
use crate::trigger::http::Response;

/// A response in the shape of its request.
pub(in crate::host::lambda) struct Responded {
    shape: Shape,
    response: Response,
}

impl Responded {
    pub(super) fn new(shape: Shape, response: Response) -> Self {
        Self { shape, response }
    }

    /// How many cookies the shape has no place for.
    pub(super) fn lost_cookies(&self) -> usize {
        match self.shape {
            Shape::Balancer { multi: false } => {
                let cookies = self.response.headers().get_all(SET_COOKIE).iter().count();
                cookies.saturating_sub(1)
            }
            _ => 0,
        }
    }
}

impl Serialize for Responded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (status, headers) = (self.response.status(), self.response.headers());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("statusCode", &status.as_u16())?;
        match self.shape {
            Shape::Two => {
                map.serialize_entry("headers", &Joined { headers, cookies: false })?;
                map.serialize_entry("cookies", &Values { headers, name: &SET_COOKIE })?;
            }
            Shape::One => map.serialize_entry("multiValueHeaders", &Several(headers))?,
            Shape::Balancer { multi } => {
                map.serialize_entry("statusDescription", &described(status))?;
                match multi {
                    true => map.serialize_entry("multiValueHeaders", &Several(headers))?,
                    false => map.serialize_entry("headers", &Joined { headers, cookies: true })?,
                }
            }
        }
        match std::str::from_utf8(self.response.body()) {
            Ok(body) => {
                map.serialize_entry("body", body)?;
                map.serialize_entry("isBase64Encoded", &false)?;
            }
            Err(_) => {
                map.serialize_entry("body", &json::to_base64(self.response.body()))?;
                map.serialize_entry("isBase64Encoded", &true)?;
            }
        }
        map.end()
    }
}

/// `404 Not Found`, as a load balancer's status line has it.
fn described(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Status"))
}

/// One value a name: several are joined by commas, which cookies do not bear.
struct Joined<'a> {
    headers: &'a HeaderMap,
    /// Whether cookies have no place of their own.
    cookies: bool,
}

impl Serialize for Joined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.headers.keys() {
            if *name != SET_COOKIE {
                let mut values = self.headers.get_all(name).iter();
                let mut joined = values.next().map(text).unwrap_or_default();
                for value in values {
                    let joined = joined.to_mut();
                    joined.push(',');
                    joined.push_str(&text(value));
                }
                map.serialize_entry(name.as_str(), &joined)?;
            } else if self.cookies {
                let last = self.headers.get_all(name).iter().next_back().map(text);
                map.serialize_entry(name.as_str(), &last.unwrap_or_default())?;
            }
        }
        map.end()
    }
}

/// All values of every name.
struct Several<'a>(&'a HeaderMap);

impl Serialize for Several<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(headers) = *self;
        serializer.collect_map(headers.keys().map(|name| (name.as_str(), Values { headers, name })))
    }
}

struct Values<'a> {
    headers: &'a HeaderMap,
    name: &'a HeaderName,
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = serializer.serialize_seq(None)?;
        for value in self.headers.get_all(self.name) {
            values.serialize_element(&text(value))?;
        }
        values.end()
    }
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
