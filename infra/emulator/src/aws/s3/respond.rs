//! What every answer has: a request id, and in an error a message.
//!
//! Deals with: the outside of `s3s`. Does not deal with: any operation.

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderValue, Response, StatusCode, header};
use s3s::service::S3Service;
use uuid::Uuid;

use super::errors::sentence;

/// Bytes of an error's XML at most.
const ERROR_BYTES: usize = 64 * 1024;

/// Calls `service` and completes its answer.
pub(super) async fn respond(service: S3Service, request: Request) -> Response<Body> {
    let id = Uuid::new_v4().simple().to_string().to_ascii_uppercase();
    let id = id.get(..16).unwrap_or(&id);
    let mut response = match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            let error: s3s::StdError = error.into();
            tracing::warn!(%error, "an S3 request failed");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = with_message(response, id).await;
    }
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amz-request-id", id);
    }
    response
}

/// Puts a message and the request id into the error's XML where they are missing.
async fn with_message(response: Response<Body>, id: &str) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, ERROR_BYTES).await.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if let Some((code_end, code)) = code(&text)
        && !text.contains("<Message>")
    {
        let message = format!("<Message>{}</Message>", sentence(&code));
        text.insert_str(code_end, &message);
    }
    if !text.contains("<RequestId>")
        && let Some(end) = text.rfind("</Error>")
    {
        text.insert_str(end, &format!("<RequestId>{id}</RequestId>"));
    }
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(text))
}

/// The error's code and where its element ends.
fn code(xml: &str) -> Option<(usize, String)> {
    let start = xml.find("<Code>")? + "<Code>".len();
    let end = xml.find("</Code>")?;
    Some((end + "</Code>".len(), xml.get(start..end)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_without_a_message_gets_one_and_one_with_keeps_it() {
        for (xml, expected) in [
            (
                "<Error><Code>AccessDenied</Code></Error>",
                "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>\
                 <RequestId>7</RequestId></Error>",
            ),
            (
                "<Error><Code>X</Code><Message>m</Message></Error>",
                "<Error><Code>X</Code><Message>m</Message><RequestId>7</RequestId></Error>",
            ),
            ("</Code><Code>", "</Code><Code>"),
        ] {
            let response = with_message(Response::new(Body::from(xml)), "7").await;
            let body = axum::body::to_bytes(response.into_body(), 9999).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&body), expected);
        }
    }
}
