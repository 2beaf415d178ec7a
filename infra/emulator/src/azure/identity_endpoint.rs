//! The endpoint that a function app gets its managed identity's tokens from.
//!
//! Deals with: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` as App Service has them (api-version
//! 2019-08-01).
//! Does not deal with: what a token allows (`crate::identity`), user-assigned identities.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::identity::Identity;
use crate::listening;

/// Where on the port the endpoint is.
pub const PATH: &str = "/msi/token";
/// How long a client may keep a token. Real time: clients count it by their own clocks.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const API_VERSION: &str = "2019-08-01";

/// Answers until `stop`.
pub async fn serve(listener: TcpListener, identity: Identity, stop: CancellationToken) {
    let router =
        axum::Router::new().route(PATH, axum::routing::get(token)).with_state(Arc::new(identity));
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "the identity endpoint stopped listening");
    }
}

async fn token(State(identity): State<Arc<Identity>>, uri: Uri, headers: HeaderMap) -> Response {
    let query = uri.query().unwrap_or_default();
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.into_owned())
    };
    let bad = |why: &str| refuse(StatusCode::BAD_REQUEST, why);
    if value("api-version").as_deref() != Some(API_VERSION) {
        return bad("the query must have api-version=2019-08-01");
    }
    let Some(resource) = value("resource").filter(|resource| !resource.is_empty()) else {
        return bad("the query must have resource=https://storage.azure.com/");
    };
    for user_assigned in ["client_id", "principal_id", "object_id", "mi_res_id"] {
        if value(user_assigned).is_some() {
            return bad(
                "user-assigned identities are not emulated; leave out client_id and the like",
            );
        }
    }
    let shown = headers.get("x-identity-header").and_then(|shown| shown.to_str().ok());
    let Some((app, token)) = shown.and_then(|shown| identity.token_for(shown)) else {
        return refuse(
            StatusCode::UNAUTHORIZED,
            "the header X-IDENTITY-HEADER must be the app's IDENTITY_HEADER",
        );
    };
    let expires = SystemTime::now() + LIFETIME;
    let expires = expires.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    axum::Json(json!({
        "access_token": token,
        // A text, as in Azure; clients that expect a number fail there too.
        "expires_on": expires.to_string(),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": app,
    }))
    .into_response()
}

fn refuse(status: StatusCode, message: &str) -> Response {
    let body = json!({"statusCode": status.as_u16(), "message": message});
    (status, axum::Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Grant;

    async fn ask(header: Option<&str>, query: &str) -> (StatusCode, serde_json::Value, String) {
        let identity = Identity::new();
        let app = identity.add_app(Grant::new("webhook", []));
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            let header = if header == "right" { &app.identity_header } else { header };
            headers.insert("x-identity-header", header.parse().unwrap());
        }
        let uri = format!("{PATH}?{query}").parse().unwrap();
        let response = token(State(Arc::new(identity)), uri, headers).await;
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (head.status, serde_json::from_slice(&body).unwrap(), app.token)
    }

    const RIGHT: &str = "api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F";

    #[tokio::test]
    async fn the_app_gets_its_token_and_an_expiry_that_is_text() {
        let (status, body, token) = ask(Some("right"), RIGHT).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["access_token"], token);
        assert_eq!(body["resource"], "https://storage.azure.com/");
        let expires: u64 = body["expires_on"].as_str().unwrap().parse().unwrap();
        assert!(expires > 1_700_000_000);
    }

    #[tokio::test]
    async fn nobody_else_does_and_the_answer_says_what_is_missing() {
        for (header, query, status) in [
            (None, RIGHT, StatusCode::UNAUTHORIZED),
            (Some("wrong"), RIGHT, StatusCode::UNAUTHORIZED),
            (Some("right"), "resource=x", StatusCode::BAD_REQUEST),
            (Some("right"), "api-version=2018-02-01&resource=x", StatusCode::BAD_REQUEST),
            (Some("right"), "api-version=2019-08-01", StatusCode::BAD_REQUEST),
            (Some("right"), &format!("{RIGHT}&client_id=x"), StatusCode::BAD_REQUEST),
        ] {
            let (got, body, _) = ask(header, query).await;
            assert_eq!(got, status, "{query}");
            assert!(body["message"].is_string() && body.get("access_token").is_none());
        }
    }
}
