//! An HTTP request as `Data` and `Metadata` of a default invocation.
//!
//! Deals with: the request object, its binding data, the bodies that the real host drops or spoils.
//! Does not deal with: routing (`http`), the answer (`http_reply`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, Request};
use serde_json::{Map, Value, json};

use super::envelope::{BindingData, Datum};
use super::route::Params;

/// The encoded `Data` value and the binding data of a request.
pub(crate) fn describe(request: &Request<Bytes>, params: &Params) -> (Value, BindingData) {
    let headers = request.headers();
    let query = query(request.uri().query().unwrap_or_default());
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut data = json!({
        "Url": format!("http://{host}{target}"),
        "Method": request.method().as_str(),
        "Query": query,
        "Headers": header_lists(headers),
        "Params": params,
        "Identities": [{"AuthenticationType": null, "IsAuthenticated": false, "Claims": [],
            "Actor": null, "BootstrapContext": null, "Label": null, "Name": null,
            "NameClaimType": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
            "RoleClaimType": "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"}],
    });
    let body = kept_body(request);
    if let (Some(body), Some(object)) = (&body, data.as_object_mut()) {
        let text = if is_binary(headers) {
            STANDARD.encode(body)
        } else {
            String::from_utf8_lossy(body).into_owned()
        };
        object.insert("Body".to_owned(), Value::String(text));
    }
    let binding_data = binding_data(request, &query, params, body.as_ref());
    (data, binding_data)
}

/// The body, unless the client sent it in chunks: the real host only looks at one whose length was
/// announced.
pub(crate) fn kept_body(request: &Request<Bytes>) -> Option<Bytes> {
    let length = request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    (length > 0).then(|| request.body().clone())
}

/// The query as the host rebuilds it: values of a repeated name are joined by commas.
pub(crate) fn query(text: &str) -> Map<String, Value> {
    let mut query: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let known = query.keys().find(|known| known.eq_ignore_ascii_case(&name)).cloned();
        match known.and_then(|known| query.get_mut(&known)) {
            Some(Value::String(values)) => {
                values.push(',');
                values.push_str(&value);
            }
            _ => {
                query.insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
    }
    query
}

fn header_lists(headers: &HeaderMap) -> Map<String, Value> {
    let list = |name| headers.get_all(name).iter().map(|v| text(v.as_bytes())).collect::<Vec<_>>();
    headers.keys().map(|name| (name_in_title_case(name.as_str()), json!(list(name)))).collect()
}

fn header_texts(headers: &HeaderMap) -> Map<String, Value> {
    let joined = |name| {
        let all = headers.get_all(name).iter().map(|v| text(v.as_bytes()));
        Value::String(all.collect::<Vec<_>>().join(","))
    };
    headers.keys().map(|name| (name_in_title_case(name.as_str()), joined(name))).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The real host keeps the client's spelling; here the names have lost it, and this is the usual one.
fn name_in_title_case(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars
            .next()
            .map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + chars.as_str())
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Only these are sent in base64; everything else is read as text, pictures included.
fn is_binary(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media = media.to_ascii_lowercase();
    media.starts_with("application/octet-stream") || media.starts_with("multipart/")
}

fn binding_data(
    request: &Request<Bytes>,
    query: &Map<String, Value>,
    params: &Params,
    body: Option<&Bytes>,
) -> BindingData {
    let mut data = BindingData::default();
    data.set("Query", Datum::Json(Value::Object(query.clone())));
    data.set("Headers", Datum::Json(Value::Object(header_texts(request.headers()))));
    for (name, value) in query {
        data.set(name, Datum::Json(value.clone()));
    }
    for (name, value) in params {
        data.set(name, Datum::text(value));
    }
    let media = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if let (Some(body), true) = (body, media.is_some_and(|media| media.contains("json"))) {
        data.pollute(&String::from_utf8_lossy(body));
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::instant;

    fn request(kind: &str, body: &[u8], length: bool) -> Request<Bytes> {
        let mut request = Request::post("/api/order/5?a=1&b=x&A=2")
            .header(HOST, "localhost:7071")
            .header(CONTENT_TYPE, kind)
            .header("x-many", "1")
            .header("x-many", "2");
        if length {
            request = request.header(CONTENT_LENGTH, body.len());
        }
        request.body(Bytes::copy_from_slice(body)).unwrap()
    }

    fn envelope(request: &Request<Bytes>) -> Value {
        let params = Params::from([("id".to_owned(), "5".to_owned())]);
        let (data, binding_data) = describe(request, &params);
        let body = super::super::envelope::body("order", "req", data, &binding_data, instant(0));
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn the_request_is_an_object_and_its_parts_are_metadata() {
        let seen = envelope(&request("application/json", b"{\"id\":1005}", true));
        let data = &seen["Data"]["req"];
        assert_eq!(data["Url"], "http://localhost:7071/api/order/5?a=1&b=x&A=2");
        assert_eq!(data["Query"], json!({"a": "1,2", "b": "x"}));
        assert_eq!(data["Headers"]["Content-Type"], json!(["application/json"]));
        assert_eq!(data["Headers"]["X-Many"], json!(["1", "2"]));
        assert_eq!(data["Params"], json!({"id": "5"}));
        assert_eq!(data["Body"], "{\"id\":1005}");
        let metadata = &seen["Metadata"];
        assert_eq!(metadata["Headers"]["X-Many"], "1,2");
        assert_eq!(metadata["Query"], json!({"a": "1,2", "b": "x"}));
        assert_eq!((&metadata["a"], &metadata["id"]), (&json!("\"1,2\""), &json!("\"1005\"")));
    }

    #[test]
    fn a_body_sent_in_chunks_is_dropped() {
        let seen = envelope(&request("application/json", b"{\"id\":1005}", false));
        assert_eq!(seen["Data"]["req"].get("Body"), None);
        assert_eq!(seen["Metadata"]["id"], "\"5\"");
    }

    #[test]
    fn a_picture_is_spoiled_and_only_an_octet_stream_is_not() {
        let picture = [0x89, b'P', b'N', b'G'];
        let seen = envelope(&request("image/png", &picture, true));
        assert_eq!(seen["Data"]["req"]["Body"], "\u{fffd}PNG");
        let seen = envelope(&request("application/octet-stream", &picture, true));
        assert_eq!(seen["Data"]["req"]["Body"], "iVBORw==");
    }
}
