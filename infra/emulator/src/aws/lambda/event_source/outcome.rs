//! What a batch's response says of each message (`ReportBatchItemFailures`).
//!
//! Deals with: complete success, complete failure, and what lies between.
//! Does not deal with: function errors; those never get here.

use serde_json::Value;

/// What becomes of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every message is deleted.
    Done,
    /// All are deleted but these.
    Partly(Vec<String>),
    /// None is deleted, and why.
    Failed(String),
}

/// Reads `response` to a batch of the messages `ids`.
pub(super) fn outcome(response: &[u8], ids: &[&str]) -> Outcome {
    if response.is_empty() {
        return Outcome::Done;
    }
    let response: Value = match serde_json::from_slice(response) {
        Ok(response) => response,
        Err(error) => return Outcome::Failed(format!("the response is not JSON: {error}")),
    };
    match response.get("batchItemFailures") {
        None | Some(Value::Null) => Outcome::Done,
        Some(Value::Array(failures)) => {
            let failed: Result<Vec<_>, _> = failures.iter().map(|f| id(f, ids)).collect();
            match failed {
                Ok(failed) if failed.is_empty() => Outcome::Done,
                Ok(failed) => Outcome::Partly(failed),
                Err(why) => Outcome::Failed(why),
            }
        }
        Some(other) => Outcome::Failed(format!("batchItemFailures is not a list: {other}")),
    }
}

fn id(failure: &Value, ids: &[&str]) -> Result<String, String> {
    match failure.get("itemIdentifier") {
        None => Err(format!("a failure has no itemIdentifier: {failure}")),
        Some(Value::String(id)) if ids.contains(&id.as_str()) => Ok(id.clone()),
        Some(other) => Err(format!("itemIdentifier {other} is not in the batch")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_of_responses() {
        let done = ["", "null", "{}", "[]", r#""ok""#, r#"{"batchItemFailures":[]}"#]
            .into_iter()
            .chain([r#"{"batchItemFailures":null}"#, r#"{"other":1}"#]);
        for response in done {
            assert_eq!(outcome(response.as_bytes(), &["a", "b"]), Outcome::Done, "{response}");
        }
        let failed = [
            "not json",
            r#"{"batchItemFailures":"#,
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"c"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":["a"]}"#,
        ];
        for response in failed {
            let outcome = outcome(response.as_bytes(), &["a", "b"]);
            assert!(matches!(outcome, Outcome::Failed(_)), "{response} {outcome:?}");
        }
        let partly = br#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#;
        assert_eq!(outcome(partly, &["a", "b"]), Outcome::Partly(vec!["b".to_owned()]));
    }

    proptest! {
        #[test]
        fn no_response_panics_and_no_foreign_id_is_kept(response in ".*") {
            if let Outcome::Partly(failed) = outcome(response.as_bytes(), &["a"]) {
                prop_assert!(failed.iter().all(|id| id == "a"));
            }
        }
    }
}
