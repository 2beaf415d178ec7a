//! The peer on Azure: a custom handler as the documentation shows one, in axum.
//!
//! Deals with: the host's envelope around a queue message. Does not deal with: panics, deadlines, logs,
//! dead letters.

use std::net::Ipv4Addr;

use anyfn_benches::Order;
use axum::Json;
use axum::http::StatusCode;
use axum::routing::{get, post};
use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    message: String,
}

async fn work(Json(envelope): Json<Envelope>) -> Result<Json<Value>, StatusCode> {
    let wrong = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let bytes = base64::engine::general_purpose::STANDARD.decode(envelope.data.message);
    let bytes = bytes.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let order: Order = serde_json::from_slice(&bytes).map_err(wrong)?;
    if order.total() == 0 {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Ok(Json(json!({"Outputs": {}, "Logs": [], "ReturnValue": null})))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let router = axum::Router::new()
        .route("/", get(|| async { "" }))
        .route("/work", post(work))
        // A message of 64 KiB is the most there is; axum's default of 2 MB stays.
        .into_make_service();
    let port = std::env::var("FUNCTIONS_CUSTOMHANDLER_PORT").unwrap_or_default();
    let port = port.parse().map_err(std::io::Error::other)?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    axum::serve(listener, router).await
}
