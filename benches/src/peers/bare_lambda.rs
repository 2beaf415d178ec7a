//! The peer on Lambda: the provider's crate, its types written out, nothing around it.
//!
//! Deals with: a batch of SQS messages, decoded into types. Does not deal with: panics, deadlines,
//! logs, dead letters, order.

use anyfn_benches::Order;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Partial {
    batch_item_failures: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

async fn work(event: LambdaEvent<Batch>) -> Result<Partial, Error> {
    let mut batch_item_failures = Vec::new();
    for record in event.payload.records {
        let order: Order = serde_json::from_str(&record.body)?;
        if order.total() == 0 {
            batch_item_failures.push(Failure { item_identifier: record.message_id });
        }
    }
    Ok(Partial { batch_item_failures })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(work)).await
}
