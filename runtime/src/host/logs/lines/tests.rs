//! Lines as a reader gets them.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::Value;
use tracing::{debug, error, error_span, info, info_span, warn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::super::heard::everything;
use super::*;

/// What `log` logs.
fn lines(form: Form, log: impl FnOnce()) -> Vec<String> {
    everything();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&seen);
    let write = move |line: &[u8]| {
        all.lock().unwrap().push(String::from_utf8(line.to_vec()).unwrap());
    };
    tracing::subscriber::with_default(registry().with(Lines::new(form, write)), log);
    Arc::into_inner(seen).unwrap().into_inner().unwrap()
}

fn json(log: impl FnOnce()) -> Vec<Value> {
    let lines = lines(Form::Json, log);
    assert!(lines.iter().all(|line| line.ends_with("}\n") && line.lines().count() == 1));
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn fields_of_the_event_and_of_all_spans_around_it_stand_side_by_side() {
    let lines = json(|| {
        let _call =
            error_span!("invocation", function = "ship", attempt = 2, trace_id = None::<&str>)
                .entered();
        let _own = info_span!("order", id = %7, paid = true).entered();
        info!(key = "a\"b", size = 3, share = 0.5, odd = ?Some(1), "stored {}", 1 + 1);
        error!("again");
    });
    assert_eq!(lines.len(), 2);
    let line = lines[0].as_object().unwrap();
    let told: Vec<String> = line.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for part in [
        r#"level="INFO""#,
        r#"message="stored 2""#,
        r#"function="ship""#,
        "attempt=2",
        r#"id="7""#,
        "paid=true",
        r#"key="a\"b""#,
        "size=3",
        "share=0.5",
        r#"odd="Some(1)""#,
        r#"target="anyfn::host::logs::lines::tests""#,
    ] {
        assert!(told.contains(&part.to_owned()), "{part} is not in {told:?}");
    }
    assert_eq!(line.len(), 12, "and the time, nothing else: {told:?}");
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!((&lines[1]["message"], &lines[1]["function"]), (&"again".into(), &"ship".into()));
}

#[test]
fn no_field_takes_the_name_of_another_one_further_out_or_of_the_line_itself() {
    let lines = lines(Form::Json, || {
        let _call = error_span!("invocation", attempt = 2).entered();
        let _own = info_span!("own", attempt = "mine", message = "of a span").entered();
        warn!(attempt = 9, level = "high", target = "x", timestamp = 1, "told");
    });
    for part in [
        r#""attempt":2,"#,
        r#""attempt_":"mine","#,
        r#""attempt__":9,"#,
        r#""level":"WARN","#,
        r#""level_":"high","#,
        r#""target_":"x","#,
        r#""timestamp_":1,"#,
        r#""message":"told","#,
        r#""message_":"of a span","#,
    ] {
        assert_eq!(lines[0].matches(part).count(), 1, "{part}: {}", lines[0]);
    }
}

#[test]
fn neither_does_the_first_of_them() {
    let lines = lines(Form::Json, || {
        let _own = info_span!("own", key = 1, target = "of a span").entered();
        info!("told");
    });
    assert!(lines[0].contains(r#","key":1,"target_":"of a span","target":""#), "{}", lines[0]);
}

#[test]
fn values_of_every_kind_are_json() {
    let fault = std::io::Error::other("the disk is full");
    let lines = lines(Form::Json, || {
        let error = &fault as &dyn std::error::Error;
        let (large, low, high) = (u64::MAX, i128::MIN, u128::MAX);
        info!(large, low, high, half = 0.5, odd = false, error, "one\ntwo\r\tthree\u{1}");
    });
    for part in [
        r#""large":18446744073709551615,"#,
        r#""low":-170141183460469231731687303715884105728,"#,
        r#""high":340282366920938463463374607431768211455,"#,
        r#""half":0.5,"#,
        r#""odd":false,"#,
        r#""error":"the disk is full","#,
        r#""message":"one\ntwo\r\tthree\u0001","#,
    ] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
}

#[test]
fn what_a_span_records_later_replaces_what_it_had() {
    let lines = json(|| {
        let span = info_span!("own", state = "new", key = "k", later = tracing::field::Empty);
        span.record("state", "old");
        span.record("later", 1);
        let _in = span.entered();
        info!("x");
    });
    let line = &lines[0];
    assert_eq!(
        (&line["state"], &line["key"], &line["later"]),
        (&"old".into(), &"k".into(), &1.into())
    );
    assert!(line.get("state_").is_none());
}

#[test]
fn a_field_that_logs_while_it_is_written_spoils_no_line() {
    struct Chatty;
    impl Debug for Chatty {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            debug!(inner = 1, "inside");
            f.write_str("chatty")
        }
    }
    let lines = json(|| {
        info!(before = 1, odd = ?Chatty, after = 2, "outside");
        info!("next");
    });
    let told: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(
        told,
        ["outside", "next"].map(Value::from).each_ref(),
        "an event within one is lost"
    );
    assert_eq!((&lines[0]["odd"], &lines[0]["after"]), (&"chatty".into(), &2.into()));
    assert!(lines[1].get("before").is_none());
}

#[test]
fn a_person_reads_time_level_message_and_fields() {
    let log = || {
        let _call = error_span!("invocation", function = "ship").entered();
        warn!(key = "a b", size = 3, "said \"no\"\x1b[2J");
    };
    let plain = lines(Form::Terminal { colour: false }, log).remove(0);
    assert_eq!(
        &plain[12..],
        " WARN said \"no\"[2J function=\"ship\" key=\"a b\" size=3\n".replacen(' ', "  ", 1)
    );
    assert_eq!(plain.as_bytes()[2], b':');
    let colourful = lines(Form::Terminal { colour: true }, log).remove(0);
    assert!(colourful.contains("\x1b[33m WARN\x1b[0m said"), "{colourful:?}");
    let others = lines(Form::Terminal { colour: true }, || {
        error!("e");
        info!("i");
        debug!("d");
    });
    for (line, shade) in others.iter().zip(["\x1b[31mERROR", "\x1b[32m INFO", "\x1b[34mDEBUG"]) {
        assert!(line.contains(shade), "{line:?}");
    }
}

proptest! {
    #[test]
    fn any_text_makes_one_line_of_json(message in ".*", text in ".*", span in ".*") {
        let lines = json(|| {
            let _in = info_span!("own", span).entered();
            info!(text, "{message}");
        });
        prop_assert_eq!(&lines[0]["message"], &Value::from(message));
        prop_assert_eq!(&lines[0]["text"], &Value::from(text));
        prop_assert_eq!(&lines[0]["span"], &Value::from(span));
    }
}
