//! A batch of messages in one call.

use super::*;

fn of(id: &str, body: &str, group: &str) -> String {
    record(id, body, Some(group))
}

async fn sums(bodies: &[(&str, &str)]) -> (Result<String, String>, Vec<String>) {
    let records: Vec<_> = bodies.iter().map(|(id, body)| record(id, body, None)).collect();
    invoke("sums", &batch(&records)).await
}

fn failures(ids: &[&str]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!(r#"{{"itemIdentifier":"{id}"}}"#)).collect();
    format!(r#"{{"batchItemFailures":[{}]}}"#, ids.join(","))
}

#[tokio::test]
async fn the_handler_gets_all_messages_and_says_which_failed() {
    let (answer, seen) = sums(&[("c", "1"), ("b", "0"), ("a", "3"), ("d", "0")]).await;
    assert_eq!(answer.unwrap(), failures(&["b", "d"]), "in the batch's order");
    assert_eq!(seen, ["c=1Some(3) b=0Some(3) a=3Some(3) d=0Some(3) Some(3)"]);
    assert_eq!(sums(&[("a", "1")]).await.0.unwrap(), failures(&[]));
    assert_eq!(sums(&[]).await, (Ok(failures(&[])), vec![]), "nothing runs for no message");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone_and_the_rest_is_handled() {
    let (answer, seen) = sums(&[("a", "1"), ("odd", "one"), ("b", "2")]).await;
    assert_eq!(
        (answer.unwrap(), seen),
        (failures(&["odd"]), vec!["a=1Some(3) b=2Some(3) Some(3)".to_owned()])
    );
    let (answer, seen) = sums(&[("odd", "one"), ("too", "")]).await;
    assert!(answer.unwrap_err().contains("the message is not a `i64`: at `.`"));
    assert!(seen.is_empty());
}

#[tokio::test]
async fn a_batch_of_which_all_failed_is_a_function_error() {
    for bodies in [[("a", "0"), ("b", "0")], [("a", "-1"), ("b", "1")], [("a", "-3"), ("b", "1")]] {
        let (answer, seen) = sums(&bodies).await;
        assert!(answer.is_err(), "{bodies:?}: {answer:?}");
        assert_eq!(seen.len(), 1);
    }
}

#[tokio::test]
async fn a_rejected_batch_is_dead_lettered_message_by_message() {
    let (answer, mut seen) = sums(&[("a", "7"), ("odd", "one"), ("full", "-2"), ("b", "8")]).await;
    assert_eq!(
        answer.unwrap(),
        failures(&["odd", "full"]),
        "what could not be read, what no sink took"
    );
    seen.remove(0);
    assert_eq!(seen, ["7", "-2", "8"].map(|body| format!("dead letter of sums: {body}")));
}

#[tokio::test]
async fn what_comes_again_with_its_group_is_not_dead_lettered_as_well() {
    let records = [
        of("full", "-2", "a"),
        of("b1", "7", "b"),
        of("a2", "8", "a"),
        of("odd", "one", "c"),
        of("c2", "9", "c"),
    ];
    let (answer, mut seen) = invoke("sums", &batch(&records)).await;
    assert_eq!(answer.unwrap(), failures(&["full", "a2", "odd", "c2"]));
    seen.remove(0);
    assert_eq!(seen, ["-2", "7"].map(|body| format!("dead letter of sums: {body}")));
}

#[tokio::test]
async fn an_id_of_no_message_fails_all_of_them() {
    let fault = sums(&[("a", "-4"), ("b", "1")]).await.0.unwrap_err();
    assert!(fault.contains("`stranger`, which is no message"), "{fault}");
}

#[tokio::test]
async fn after_a_groups_first_failure_its_rest_is_failed_and_other_groups_are_not() {
    let records = [
        of("a1", "1", "a"),
        of("b1", "1", "b"),
        of("a2", "0", "a"),
        of("a3", "1", "a"),
        of("b2", "1", "b"),
        of("c1", "none", "c"),
        of("c2", "1", "c"),
    ];
    let answer = invoke("sums", &batch(&records)).await.0.unwrap();
    assert_eq!(answer, failures(&["a2", "a3", "c1", "c2"]));
    let standard = [record("a1", "0", None), record("a2", "1", None)]
        .map(|one| one.replace(r#""attributes":{"#, r#""attributes":{"MessageGroupId":"a","#));
    let answer = invoke("sums", &batch(&standard)).await.0.unwrap();
    assert_eq!(answer, failures(&["a1"]), "only a FIFO queue promises an order");
}
