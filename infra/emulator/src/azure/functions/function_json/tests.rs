//! Tests of `function_json`.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(bindings: &str) -> Result<Function, String> {
    let settings = Settings::new(BTreeMap::from([
        ("AzureWebJobsStorage".to_owned(), "UseDevelopmentStorage=true".to_owned()),
        ("ANYFN_SOURCE_ARCHIVE".to_owned(), "deliveries".to_owned()),
    ]));
    parse("archive", &format!("{{\"bindings\": {bindings}}}"), &settings)
}

const QUEUE: &str = r#"{"type":"queueTrigger","direction":"in","name":"message","dataType":"binary",
    "queueName":"%ANYFN_SOURCE_ARCHIVE%"}"#;

#[test]
fn a_queue_function_names_its_queues_by_setting() {
    let poison = r#"{"type":"queue","direction":"out","name":"deadletter",
        "queueName":"%ANYFN_SOURCE_ARCHIVE%-poison","connection":"AzureWebJobsStorage"}"#;
    let function = read(&format!("[{QUEUE},{poison}]")).unwrap();
    assert!(matches!(function.trigger, Trigger::Queue { queue } if queue == "deliveries"));
    assert!(function.binary);
    let target = Target::Queue("deliveries-poison".to_owned());
    assert_eq!(function.outputs, [Output { name: "deadletter".to_owned(), target, binary: false }]);
}

#[test]
fn an_http_function_defaults_to_a_key_its_own_name_and_every_method() {
    let function = read(
        r#"[{"type":"httpTrigger","direction":"in","name":"req"},
        {"type":"http","direction":"out","name":"res"}]"#,
    )
    .unwrap();
    let http_only = function.is_http_only();
    let Trigger::Http { methods, auth, route } = function.trigger else { panic!("not http") };
    assert_eq!((methods.len(), auth, route.text()), (0, AuthLevel::Function, "archive"));
    assert!(http_only);
}

#[test]
fn a_second_output_turns_forwarding_off() {
    let function = read(
        r#"[{"type":"httpTrigger","direction":"in","name":"req"},
        {"type":"http","direction":"out","name":"res"},
        {"type":"queue","direction":"out","name":"q","queueName":"orders"}]"#,
    )
    .unwrap();
    assert!(!function.is_http_only());
}

#[test]
fn what_the_host_cannot_run_is_refused_in_a_sentence() {
    for (bindings, says) in [
        ("[]".to_owned(), "no trigger"),
        ("{}".to_owned(), "'bindings' must be a list"),
        (format!("[{QUEUE},{}]", QUEUE.replace("message", "other")), "more than one trigger"),
        (format!("[{QUEUE},{QUEUE}]"), "two bindings are called 'message'"),
        (QUEUE.replace("queueName", "queue").replace('{', "[{").replace('}', "}]"), "queueName ''"),
        (format!("[{}]", QUEUE.replace("_ARCHIVE", "_SWEEP")), "'%ANYFN_SOURCE_SWEEP%' does not"),
        (format!("[{}]", QUEUE.replace("queueTrigger", "blobTrigger")), "through a storage queue"),
        (
            format!("[{}]", QUEUE.replace("queueTrigger", "eventGridTrigger")),
            "through a storage queue",
        ),
        (format!("[{}]", QUEUE.replace("queueTrigger", "kafkaTrigger")), "is not emulated; there"),
        (format!("[{}]", QUEUE.replace("\"in\"", "\"out\"")), "direction must be 'in'"),
        (format!("[{}]", QUEUE.replace("binary", "stream")), "dataType 'stream'"),
        (
            format!("[{}]", QUEUE.replace("\"binary\"", "\"binary\",\"connection\":\"Other\"")),
            "the app setting 'Other' does not exist",
        ),
        (
            r#"[{"type":"timerTrigger","name":"t","schedule":"daily"}]"#.to_owned(),
            "a right one is '0 0 3 * * *'",
        ),
        (
            r#"[{"type":"httpTrigger","name":"r","authLevel":"admin"}]"#.to_owned(),
            "authLevel 'admin' is not emulated",
        ),
        (r#"[{"type":"httpTrigger","name":"r","route":"/x"}]"#.to_owned(), "begins with a slash"),
        (format!("[{QUEUE},{{\"type\":\"blob\",\"name\":\"b\"}}]"), "this binding is not emulated"),
        (
            format!("[{QUEUE},{{\"type\":\"http\",\"name\":\"b\",\"direction\":\"out\"}}]"),
            "needs an httpTrigger",
        ),
    ] {
        let error = read(&bindings).unwrap_err();
        assert!(error.contains(says), "{bindings}: {error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse("f", &String::from_utf8_lossy(&bytes), &Settings::default());
    }

    #[test]
    fn no_binding_breaks_the_parser(
        kind in prop::sample::select(vec!["httpTrigger", "queueTrigger", "timerTrigger", "queue"]),
        key in prop::sample::select(vec!["route", "queueName", "schedule", "methods", "dataType"]),
        value in "\"[^\"\\\\]{0,16}\"|null|[0-9]{1,6}|\\[\\]|\\[1\\]",
    ) {
        let _ = read(&format!(r#"[{{"type":"{kind}","name":"x","{key}":{value}}}]"#));
    }
}
