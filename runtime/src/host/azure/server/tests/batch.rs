//! Functions of batches: the host delivers one message a call.

use super::*;

fn one(body: &str) -> String {
    let data = json!({"message": STANDARD.encode(body)});
    json!({"Data": data, "Metadata": {"DequeueCount": "2", "Id": "\"m-1\""}}).to_string()
}

#[tokio::test]
async fn a_batch_has_one_message_with_its_id_and_attempt() {
    let stand = stand();
    let (status, body) = stand.invoke("/sums", one("7")).await;
    assert_eq!((status.as_u16(), &body["Outputs"]), (200, &json!({})));
    assert_eq!(stand.seen(), "m-1=7 Some(2)");
    assert_eq!(stand.message("/sums", "8").await.0, 200);
    assert!(stand.seen().ends_with("1=8 Some(2)"), "without the host's id it has one nevertheless");
}

#[tokio::test]
async fn a_failed_one_and_one_that_cannot_be_read_come_again() {
    let stand = stand();
    for (body, why) in [("-1", "failed the message m-1"), ("x", "at `.`: expected value")] {
        let (status, answer) = stand.invoke("/sums", one(body)).await;
        assert_eq!(status, 500);
        assert!(answer["error"].as_str().unwrap().contains(why), "{answer}");
    }
    assert!(stand.log().contains("WARN") && stand.log().contains("partly"), "{}", stand.log());
}

#[tokio::test]
async fn a_rejected_batch_leaves_by_the_output_binding() {
    let (status, body) = stand().invoke("/sums", one("0")).await;
    assert_eq!(status, 200);
    let letter = STANDARD.decode(body["Outputs"]["deadletter"].as_str().unwrap()).unwrap();
    let letter: Value = serde_json::from_slice(&letter).unwrap();
    assert_eq!(
        (&letter["reason"], &letter["body"]),
        (&"nothing".into(), &STANDARD.encode("0").into())
    );
}
