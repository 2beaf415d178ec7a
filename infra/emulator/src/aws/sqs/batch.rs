//! Requests over several messages: each is done or refused by itself.
//!
//! Deals with: what makes a batch wrong as a whole, the two lists of the answer. Does not deal with: what is
//! done to a message.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error::SqsError;

/// Refuses a batch that is empty, over ten entries, or whose ids do not tell its entries apart.
pub(super) fn check<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), SqsError> {
    let ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        return Err(SqsError::batch(
            "EmptyBatchRequest",
            "There should be at least one entry in the request.",
        ));
    }
    if ids.len() > 10 {
        return Err(SqsError::batch(
            "TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are 10. You have sent {}.", ids.len()),
        ));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut seen = BTreeSet::new();
    for id in ids {
        if id.is_empty() || id.len() > 80 || !id.chars().all(plain) {
            return Err(SqsError::batch(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and \
                 underscores. It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(SqsError::batch("BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

/// The answer to a batch.
#[derive(Default)]
pub(super) struct Outcome {
    successful: Vec<Value>,
    failed: Vec<Value>,
}

impl Outcome {
    /// Notes what became of the entry `id`.
    pub(super) fn note(&mut self, id: &str, result: Result<Value, SqsError>) {
        match result {
            Ok(mut output) => {
                output["Id"] = json!(id);
                self.successful.push(output);
            }
            Err(error) => self.failed.push(json!({
                "Id": id,
                "SenderFault": error.status.is_client_error(),
                "Code": error.code,
                "Message": error.message,
            })),
        }
    }

    /// Both lists; an empty one is left out.
    pub(super) fn into_json(self) -> Value {
        let mut all = json!({});
        for (name, entries) in [("Successful", self.successful), ("Failed", self.failed)] {
            if !entries.is_empty() {
                all[name] = Value::Array(entries);
            }
        }
        all
    }
}
