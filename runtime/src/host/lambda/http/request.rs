//! A request out of a payload.
//!
//! Deals with: which payload it is, by its shape alone; method, headers, cookies, body. Does not deal
//! with: path and query (`uri`).
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>,
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>.

use ::http::header::{COOKIE, HeaderName, HeaderValue};
use ::http::{HeaderMap, Request};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::pairs::{Pairs, Text};
use super::{Shape, uri};
use crate::host::json;
use crate::host::lambda::payload::part;

/// The members of all payloads; no payload has all of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow, default)]
    version: Option<Text<'a>>,
    #[serde(borrow, default)]
    raw_path: Option<Text<'a>>,
    #[serde(borrow, default)]
    raw_query_string: Option<Text<'a>>,
    #[serde(borrow, default)]
    cookies: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    http_method: Option<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
    #[serde(borrow, default)]
    query_string_parameters: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    multi_value_query_string_parameters: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    headers: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    multi_value_headers: Option<Pairs<'a>>,
    #[serde(borrow)]
    request_context: RequestContext<'a>,
    #[serde(borrow, default)]
    body: Option<Text<'a>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct RequestContext<'a> {
    #[serde(borrow, default)]
    http: Option<Http<'a>>,
    /// Only a load balancer has it.
    #[serde(default)]
    elb: Option<IgnoredAny>,
    #[serde(borrow, default)]
    stage: Option<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Text<'a>,
}

/// The request in `payload`, and in which shape.
///
/// # Errors
/// It is none; the text has the place and what was expected there.
pub(super) fn read(payload: &Bytes) -> Result<(Shape, Request<Bytes>), String> {
    let read: Payload<'_> = json::read("an HTTP request's payload", payload)?;
    let shape = read.shape()?;
    let method = match (shape, &read.request_context.http) {
        (Shape::Two, Some(http)) => http.method.as_str(),
        _ => read.http_method.as_ref().map_or("", Text::as_str),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(read.uri(shape)?)
        .body(Bytes::new())
        .map_err(|fault| format!("the method `{method}`: {fault}"))?;
    let headers = read.multi_value_headers.or(read.headers).unwrap_or_default();
    *request.headers_mut() = header_map(headers)?;
    if let Some(cookies) = read.cookies.filter(|cookies| !cookies.is_empty()) {
        let cookies: Vec<&str> = cookies.iter().map(Text::as_str).collect();
        let joined = HeaderValue::from_str(&cookies.join("; "));
        let joined = joined.map_err(|_| "`cookies` is no valid HTTP header".to_owned())?;
        request.headers_mut().insert(COOKIE, joined);
    }
    *request.body_mut() = match read.body {
        None => Bytes::new(),
        Some(text) if read.is_base64_encoded => json::base64("`body`", text.as_str().as_bytes())?,
        Some(Text(text)) => part(payload, text),
    };
    Ok((shape, request))
}

impl Payload<'_> {
    fn shape(&self) -> Result<Shape, String> {
        let version = self.version.as_ref().map(Text::as_str);
        let context = &self.request_context;
        match (&context.http, &context.elb, &self.http_method) {
            (Some(_), None, _) if version == Some("2.0") => Ok(Shape::Two),
            (None, Some(_), Some(_)) => {
                Ok(Shape::Balancer { multi: self.multi_value_headers.is_some() })
            }
            (None, None, Some(_)) if matches!(version, None | Some("1.0")) => Ok(Shape::One),
            _ => Err(format!(
                "this HTTP request has payload format `{}` of no known shape; right ones: format 2.0 of a \
                 function URL or an HTTP API, format 1.0 of an HTTP or REST API, that of a load balancer",
                version.unwrap_or_default()
            )),
        }
    }

    fn uri(&self, shape: Shape) -> Result<::http::Uri, String> {
        fn text<'t>(text: &'t Option<Text<'_>>) -> &'t str {
            text.as_ref().map_or("", Text::as_str)
        }
        let context = &self.request_context;
        let stage = text(&context.stage);
        let several = &self.multi_value_query_string_parameters;
        let query = several.as_ref().or(self.query_string_parameters.as_ref());
        let query = query.map_or(&[][..], |Pairs(pairs)| pairs);
        match shape {
            Shape::Two => {
                let path = uri::below_stage(text(&self.raw_path), stage);
                uri::of(path, text(&self.raw_query_string))
            }
            Shape::One => {
                let path = text(&self.path);
                // A REST API tells its stage there and only there; an HTTP API in both places.
                let staged = context.path.as_ref().is_none_or(|whole| whole.as_str() == path);
                let path = if staged { uri::below_stage(path, stage) } else { path };
                uri::of(path, &uri::encoded_query(query))
            }
            Shape::Balancer { .. } => uri::of(text(&self.path), &uri::joined_query(query)),
        }
    }
}

fn header_map(Pairs(pairs): Pairs<'_>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value));
        let (Ok(name), Ok(value)) = parsed else {
            return Err(format!("`headers.{name}` is no valid HTTP header"));
        };
        headers.append(name, value);
    }
    Ok(headers)
}
