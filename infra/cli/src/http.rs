//! Requests to the emulator: plain HTTP to this machine, nothing else.
//!
//! Deals with: sending one request with a time limit, signing one for Lambda's front door.
//! Does not deal with: stores and queues (`anyfn-services`), proxies, TLS.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as text, broken UTF-8 replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends `request` and waits at most `patience` for the whole answer; an error is a sentence.
pub(crate) async fn send(request: Request<Bytes>, patience: Duration) -> Result<Answer, String> {
    let url = request.uri().to_string();
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let exchange = async {
        let response = client.request(request.map(Full::new)).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("{url}: {}", cause.unwrap_or_else(|| error.to_string()))
        })?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| format!("{url}: {error}"))?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    };
    tokio::time::timeout(patience, exchange)
        .await
        .map_err(|_| format!("{url}: no answer within {} s", patience.as_secs()))?
}

/// Signs `request` for Lambda's API with Signature Version 4.
pub(crate) fn sign_for_lambda(
    request: &mut Request<Bytes>,
    region: &str,
    access_key_id: &str,
    secret_access_key: &str,
) -> Result<(), String> {
    let failed = |error: &dyn std::error::Error| format!("the request cannot be signed: {error}");
    let identity = Credentials::new(access_key_id, secret_access_key, None, None, "anyfn").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| failed(&error))?
        .into();
    let headers: Vec<_> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let uri = request.uri().to_string();
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new(request.method().as_str(), &uri, headers.into_iter(), body)
        .map_err(|error| failed(&error))?;
    let (signed, _) = sign(signable, &params).map_err(|error| failed(&error))?.into_parts();
    signed.apply_to_request_http1x(request);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_request_names_key_region_and_service() {
        let url = "http://127.0.0.1:9403/2015-03-31/functions/thumbnail/invocations";
        let mut request = Request::post(url).body(Bytes::from_static(b"{}")).unwrap();
        sign_for_lambda(&mut request, "us-east-1", "AKIDEXAMPLE", "secret").unwrap();
        let header = request.headers()["authorization"].to_str().unwrap();
        assert!(header.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{header}");
        assert!(header.contains("/us-east-1/lambda/aws4_request"), "{header}");
    }

    #[tokio::test]
    async fn nobody_there_is_a_sentence_with_the_url() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        drop(listener);
        let request = Request::get(&url).body(Bytes::new()).unwrap();
        let error = send(request, Duration::from_secs(5)).await.unwrap_err();
        assert!(error.starts_with(&url), "{error}");
    }
}
