//! The peer on Lambda as many write it: everything is a `Value`.
//!
//! Deals with: a batch of SQS messages, each decoded into a `Value`. Does not deal with: anything else.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

async fn work(event: LambdaEvent<Value>) -> Result<Value, Error> {
    for record in event.payload["Records"].as_array().ok_or("no records")? {
        let order: Value = serde_json::from_str(record["body"].as_str().ok_or("no body")?)?;
        let lines = order["lines"].as_array().ok_or("no lines")?;
        let total: u64 = lines
            .iter()
            .map(|line| {
                line["quantity"].as_u64().unwrap_or(0) * line["cents"].as_u64().unwrap_or(0)
            })
            .sum();
        if total == 0 {
            return Err("an order of nothing".into());
        }
    }
    Ok(json!({"batchItemFailures": []}))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(work)).await
}
