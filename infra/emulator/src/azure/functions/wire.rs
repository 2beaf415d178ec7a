//! Requests to the worker, over HTTP on 127.0.0.1.
//!
//! Deals with: one client, the invocation headers, redirects of default mode, the readiness probe.
//! Does not deal with: time limits and a worker that ends (`invoke`), what is sent (`envelope`).

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// The host version that is impersonated.
pub(crate) const HOST_VERSION: &str = "4.1037.0";
const USER: HeaderValue = HeaderValue::from_static("Azure-Functions-Host/4.1037.0");
const INVOCATION_ID: HeaderName = HeaderName::from_static("x-azure-functions-invocationid");
const HOST_VERSION_NAME: HeaderName = HeaderName::from_static("x-azure-functions-hostversion");
/// .NET's limit.
const REDIRECTS: usize = 50;

/// A client of workers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wire(Client<HttpConnector, Body>);

/// What a worker answered, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

/// What a readiness probe found.
pub(crate) enum Probe {
    /// Something answered, whatever it said.
    Ready,
    /// Nobody listens yet.
    NotYet,
}

impl Wire {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// `GET /`. Only a failure to connect means that the worker is not ready.
    pub(crate) async fn probe(&self, port: u16) -> Probe {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = address(port, "/").unwrap_or_default();
        match self.0.request(request).await {
            Err(error) if error.is_connect() => Probe::NotYet,
            _ => Probe::Ready,
        }
    }

    /// Sends `request`, whose URI is a path, to the worker on `port`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn send(
        &self,
        port: u16,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, String> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        *request.uri_mut() = address(port, target)?;
        *request.version_mut() = http::Version::HTTP_11;
        self.0.request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("the worker on port {port} did not answer: {}", cause.unwrap_or_default())
        })
    }

    /// Posts an envelope to `/{function}` in chunks, and follows redirects as the real host does in
    /// default mode, though only to the worker itself.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn invoke(
        &self,
        port: u16,
        function: &str,
        invocation_id: &str,
        envelope: &Bytes,
    ) -> Result<Answer, String> {
        let mut target = format!("/{function}");
        let mut method = Method::POST;
        for _ in 0..REDIRECTS {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = address(port, &target)?;
            if method == Method::POST {
                let chunk = Ok::<_, std::convert::Infallible>(envelope.clone());
                *request.body_mut() =
                    Body::from_stream(futures_util::stream::once(async { chunk }));
                let json = HeaderValue::from_static("application/json; charset=utf-8");
                request.headers_mut().insert(CONTENT_TYPE, json);
            }
            *request.method_mut() = method.clone();
            stamp(request.headers_mut(), invocation_id);
            request.headers_mut().insert(USER_AGENT, USER);
            let response = self.send(port, request).await?;
            let status = response.status();
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            match location {
                Some(to) if status.is_redirection() => {
                    target = same_origin(port, to)?;
                    if !matches!(status.as_u16(), 307 | 308) {
                        method = Method::GET;
                    }
                }
                _ => return read(response).await,
            }
        }
        Err(format!("the worker redirected more than {REDIRECTS} times"))
    }
}

/// The headers by which a worker knows the host; a caller's own are replaced.
pub(crate) fn stamp(headers: &mut HeaderMap, invocation_id: &str) {
    headers.insert(HOST_VERSION_NAME, HeaderValue::from_static(HOST_VERSION));
    if let Ok(id) = HeaderValue::from_str(invocation_id) {
        headers.insert(INVOCATION_ID, id);
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, String> {
    let (head, body) = response.into_parts();
    let body = body.collect().await;
    let body = body.map_err(|error| format!("the worker's answer broke off: {error}"))?.to_bytes();
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    Ok(Answer { status: head.status, content_type: content_type.map(str::to_owned), body })
}

fn address(port: u16, target: &str) -> Result<Uri, String> {
    let text = format!("http://127.0.0.1:{port}{target}");
    text.parse().map_err(|_| format!("'{target}' is not a path that can be sent to the worker"))
}

fn same_origin(port: u16, location: &str) -> Result<String, String> {
    let origin = format!("http://127.0.0.1:{port}");
    let path = location.strip_prefix(&origin).unwrap_or(location);
    if path.starts_with('/') && !path.starts_with("//") {
        return Ok(path.to_owned());
    }
    Err(format!(
        "the worker redirected the invocation to '{location}'; the real host follows redirects, the \
         emulator only those to the worker; answer HTTP callers through the http output"
    ))
}
