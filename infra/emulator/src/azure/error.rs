//! The error answer of Azure storage, one shape for blobs and queues.
//!
//! Deals with: status, code, message, the XML body and the header that a HEAD request relies on.
//! Does not deal with: which error a situation calls for.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use quick_xml::escape::escape;

/// The service version that the emulator answers with. Newer and older requests are served alike.
pub const SERVICE_VERSION: &str = "2026-04-06";

/// An error in the provider's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageError {
    /// HTTP status.
    pub status: StatusCode,
    /// The documented code, for instance `ContainerNotFound`; also the header `x-ms-error-code`.
    pub code: &'static str,
    /// One or more sentences for a person.
    pub message: String,
}

impl StorageError {
    /// An error of `status` with `code` and `message`.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 403 for a principal that has not declared what it tries: what a missing role assignment gives.
    #[must_use]
    pub fn forbidden(app: &str, declare: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "AuthorizationPermissionMismatch",
            format!(
                "This request is not authorized to perform this operation using this permission. \
                 The app \"{app}\" has not declared it; write {declare}."
            ),
        )
    }

    /// 501 for an operation that the emulator does not have.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            format!("The emulator does not support {what}."),
        )
    }

    /// 500 for a failure of the emulator itself.
    #[must_use]
    pub fn internal(why: &dyn std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", why.to_string())
    }

    /// The HTTP answer. `head`: the request was a HEAD, or the status forbids a body, so that only
    /// the headers tell.
    #[must_use]
    pub fn response(&self, request_id: &str, head: bool) -> Response<Body> {
        let body = if head || self.status == StatusCode::NOT_MODIFIED {
            Body::empty()
        } else {
            Body::from(format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{}\n\
                 RequestId:{}</Message></Error>",
                self.code,
                escape(&self.message),
                escape(request_id)
            ))
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert("x-ms-error-code", HeaderValue::from_static(self.code));
        headers.insert("x-ms-version", HeaderValue::from_static(SERVICE_VERSION));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-ms-request-id", id);
        }
        if !head {
            let xml = HeaderValue::from_static("application/xml");
            headers.insert(header::CONTENT_TYPE, xml);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(
                "Bearer authorization_uri=http://127.0.0.1 resource_id=https://storage.azure.com",
            );
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_body_is_escaped_and_a_head_has_only_the_header() {
        let error = StorageError::new(StatusCode::CONFLICT, "BlobAlreadyExists", "a <b> & c");
        let full = error.response("id-1", false);
        assert_eq!(full.headers()["x-ms-error-code"], "BlobAlreadyExists");
        let body = axum::body::to_bytes(full.into_body(), 9999).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("<Code>BlobAlreadyExists</Code>"), "{text}");
        assert!(text.contains("a &lt;b&gt; &amp; c\nRequestId:id-1"), "{text}");
        let head = error.response("id-1", true);
        assert_eq!(head.headers()["x-ms-error-code"], "BlobAlreadyExists");
        assert!(axum::body::to_bytes(head.into_body(), 9999).await.unwrap().is_empty());
    }
}
