//! Starting and not starting.

use crate::child::ended;

pub(crate) const CHECKS: &[(&str, fn())] = &[
    ("the_manifest_is_printed_with_nothing_in_the_environment", manifest),
    ("an_unknown_argument_is_told_on_stderr_with_code_2", arguments),
    ("what_is_missing_or_malformed_ends_the_start_with_a_right_example", faults),
    ("a_configuration_that_the_state_refuses_ends_the_process", refused),
];

const LAMBDA: [(&str, &str); 6] = [
    ("ANYFN_HOST", "lambda"),
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "greet"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("_HANDLER", "greet"),
];
const LETTER: (&str, &str) = ("ANYFN_DEAD_LETTER_COUNT", "sqs://eu-central-1/123456789012/letters");
const GREETING: (&str, &str) = ("GREETING", "hello");

fn manifest() {
    let listed = ended(&["manifest"], &[]);
    assert_eq!((listed.code, listed.err.as_str()), (Some(0), ""));
    let manifest = anyfn::manifest::Manifest::from_json(listed.out.as_bytes()).unwrap();
    let names: Vec<&str> = manifest.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!((manifest.app.as_str(), names), ("hello", vec!["count", "greet", "spin"]));
}

fn arguments() {
    let odd = ended(&["serve"], &[]);
    assert_eq!((odd.code, odd.out.as_str()), (Some(2), ""));
    assert!(
        odd.err.contains("unknown arguments: serve") && odd.err.contains("`manifest`"),
        "{}",
        odd.err
    );
}

fn faults() {
    let without = |name: &str| {
        let all = LAMBDA.into_iter().chain([LETTER, GREETING]);
        all.filter(|(n, _)| *n != name).collect::<Vec<_>>()
    };
    let with = |name: &'static str, value: &'static str| {
        let mut all = without(name);
        all.push((name, value));
        all
    };
    for (variables, parts) in [
        (without("GREETING"), ["GREETING is required", "GREETING=value"]),
        (without(LETTER.0), [LETTER.0, "a right one: ANYFN_DEAD_LETTER_COUNT=sqs://"]),
        (with(LETTER.0, "letters"), ["ANYFN_DEAD_LETTER_COUNT", "a right one"]),
        (with("ANYFN_HOST", "gcp"), ["ANYFN_HOST=`gcp`", "ANYFN_HOST=lambda"]),
        (with("ANYFN_LOG", "a=b=c"), ["ANYFN_LOG=`a=b=c`", "a right one: ANYFN_LOG="]),
        (with("ANYFN_MAX_IN_FLIGHT", "0"), ["ANYFN_MAX_IN_FLIGHT=`0`", "ANYFN_MAX_IN_FLIGHT=8"]),
        (without("AWS_LAMBDA_FUNCTION_NAME"), ["AWS_LAMBDA_FUNCTION_NAME is not set", "such as"]),
        (
            without("AWS_LAMBDA_FUNCTION_VERSION"),
            ["AWS_LAMBDA_FUNCTION_VERSION is not set", "such as"],
        ),
        (
            without("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE is not set", "128"],
        ),
        (
            with("_HANDLER", "bootstrap"),
            ["_HANDLER=`bootstrap`", "_HANDLER=greet or spin or count"],
        ),
        (
            vec![("AWS_LAMBDA_RUNTIME_API", "x"), ("FUNCTIONS_CUSTOMHANDLER_PORT", "1"), GREETING],
            ["AWS_LAMBDA_RUNTIME_API", "FUNCTIONS_CUSTOMHANDLER_PORT"],
        ),
        (
            vec![("FUNCTIONS_CUSTOMHANDLER_PORT", "many"), GREETING],
            ["FUNCTIONS_CUSTOMHANDLER_PORT=`many`", "a right one"],
        ),
        (
            vec![("FUNCTIONS_CUSTOMHANDLER_PORT", "7071"), ("ANYFN_TIMEOUT", "soon"), GREETING],
            ["ANYFN_TIMEOUT=`soon`", "a right one"],
        ),
        (vec![("PORT", "http"), LETTER, GREETING], ["PORT=`http`", "a right one"]),
        (
            vec![("ANYFN_EVENT_PORT", "none"), LETTER, GREETING],
            ["ANYFN_EVENT_PORT=`none`", "ANYFN_EVENT_PORT=8081"],
        ),
        (
            vec![("ANYFN_EVENT_ADDRESS", "all"), LETTER, GREETING],
            ["ANYFN_EVENT_ADDRESS=`all`", "ANYFN_EVENT_ADDRESS=0.0.0.0"],
        ),
        (
            vec![("PORT", "8080"), GREETING],
            [LETTER.0, "a right one: ANYFN_DEAD_LETTER_COUNT=sqs://"],
        ),
    ] {
        let end = ended(&[], &variables);
        assert_eq!((end.code, end.err.as_str()), (Some(1), ""), "{variables:?}: {}", end.out);
        for part in parts {
            assert!(end.out.contains(part), "{variables:?}: {part} is not in {}", end.out);
        }
        assert!(end.out.lines().all(|line| line.starts_with('{')), "JSON lines: {}", end.out);
    }
}

fn refused() {
    let broken = ("GREETING", "broken");
    let lambda: Vec<_> = LAMBDA.into_iter().chain([LETTER, broken]).collect();
    let port = crate::child::free_port();
    let azure = vec![("FUNCTIONS_CUSTOMHANDLER_PORT", port.as_str()), broken];
    for variables in [lambda, azure] {
        let end = ended(&[], &variables);
        assert_eq!((end.code, end.err.as_str()), (Some(1), ""), "{}", end.out);
        assert!(end.out.contains("a right one: GREETING=hello"), "{}", end.out);
    }
}
