//! Schedules.

use super::*;

#[tokio::test]
async fn rules_and_scheduler_and_an_own_input_all_tick() {
    let envelope = |source: &str, detail: &str| {
        format!(
            r#"{{"version":"0","id":"1","detail-type":"Scheduled Event","source":"{source}","time":"1970-01-01T00:01:00Z","detail":{detail}}}"#
        )
    };
    for payload in [envelope("aws.events", "{}"), envelope("aws.scheduler", "\"{}\"")] {
        let (answer, seen) = invoke("nightly", &payload).await;
        assert_eq!(answer.unwrap(), "null");
        assert!(seen[0].starts_with("Some"), "{seen:?}");
    }
    for own in [
        r#"{"my":"input"}"#,
        r#"{"time":"yesterday"}"#,
        r#"{"time":1,"time":2}"#,
        r#"{"detail-type":"Object Created"}"#,
        r#"{"detail-type":"Scheduled Event","time":7}"#,
        r#"["yesterday","Scheduled Event","aws.events"]"#,
        r#""text""#,
        "3",
        "null",
    ] {
        let (answer, seen) = invoke("nightly", own).await;
        assert_eq!((answer.unwrap().as_str(), seen), ("null", vec!["None".to_owned()]), "{own}");
    }
    for (odd, part) in [
        (r#"{"detail-type":"Object Created","source":"aws.s3"}"#, "Object Created"),
        (r#"{"detail-type":"Scheduled Event","time":"yesterday"}"#, "yesterday"),
    ] {
        let fault = invoke("nightly", odd).await.0.unwrap_err();
        assert!(fault.contains(part), "{fault}");
    }
}
