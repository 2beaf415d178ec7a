//! Deals with: the rules' format, right and wrong.
//! Does not deal with: what a rule picks.

use super::{EXAMPLE, MOST_KEPT, Rule, Share, parse};
use proptest::prelude::*;
use std::time::Duration;

const STORES: [&str; 2] = ["photos", "thumbnails"];

fn fault(text: &str) -> String {
    let fault = parse(text, &STORES).unwrap_err();
    assert!(fault.starts_with("CLEANUP_RULES: ") && fault.ends_with(EXAMPLE), "{fault}");
    fault
}

#[test]
fn what_is_not_said_has_its_default() {
    let rules = parse(EXAMPLE, &STORES).unwrap();
    let expected = Rule {
        store: "photos".to_owned(),
        prefix: "tmp/".to_owned(),
        older_than: Duration::from_secs(30 * 86_400),
        keep_latest: 0,
        dry_run: false,
        max_share: Share::try_from(0.5).unwrap(),
    };
    assert_eq!(rules, [expected]);
    assert_eq!(parse("[]", &STORES).unwrap(), []);
}

#[test]
fn all_that_can_be_said_is_read() {
    let text = r#"[{"store":"thumbnails","prefix":"","older_than":"1d 12h","keep_latest":10000,
        "dry_run":true,"max_share":1}]"#;
    let rules = parse(text, &STORES).unwrap();
    assert_eq!(rules[0].older_than, Duration::from_secs(36 * 3600));
    assert_eq!((rules[0].keep_latest, rules[0].dry_run), (MOST_KEPT, true));
    assert_eq!(rules[0].max_share, Share::ALL);
}

#[test]
fn a_malformed_rule_is_named_by_its_path_and_a_right_one_is_shown() {
    let rule = |more: &str| {
        format!(r#"{EXAMPLE_HEAD},{{"store":"photos","prefix":"a","older_than":"1d"{more}}}]"#)
    };
    const EXAMPLE_HEAD: &str = r#"[{"store":"photos","prefix":"tmp/","older_than":"30d"}"#;
    for (text, parts) in [
        (rule(r#","keep_latest":"3""#), ["`[1].keep_latest`", "expected usize"]),
        (rule(r#","keep_latest":-1"#), ["`[1].keep_latest`", "-1"]),
        (rule(r#","keep_latest":10001"#), ["`[1].keep_latest`", "at most 10000"]),
        (rule(r#","max_share":1.01"#), ["`[1].max_share`", "1.01 is no share from 0 to 1"]),
        (rule(r#","max_share":-0.1"#), ["`[1].max_share`", "from 0 to 1"]),
        (rule(r#","dry_run":"yes""#), ["`[1].dry_run`", "expected a boolean"]),
        (rule(r#","dry-run":true"#), ["`[1]", "unknown field `dry-run`, expected one of `store`"]),
        (EXAMPLE.replace("30d", "a month"), ["`[0].older_than`", "no duration such as \"30d\""]),
        (EXAMPLE.replace("\"30d\"", "30"), ["`[0].older_than`", "expected a string"]),
        (EXAMPLE.replace(",\"older_than\":\"30d\"", ""), ["`[0]`", "missing field `older_than`"]),
        (EXAMPLE.replace("\"prefix\":\"tmp/\",", ""), ["`[0]`", "missing field `prefix`"]),
        (EXAMPLE.replace("photos", "invoices"), ["`[0].store`", "it declares photos, thumbnails"]),
        (EXAMPLE.trim_matches(['[', ']']).to_owned(), ["at `.`", "expected a sequence"]),
        (format!("{EXAMPLE} x"), ["goes on after its JSON", "trailing"]),
        (String::new(), ["at `.`", "EOF"]),
    ] {
        let fault = fault(&text);
        for part in parts {
            assert!(fault.contains(part), "{part} is not in {fault}");
        }
    }
}

#[test]
fn a_share_is_passed_only_by_more_than_itself() {
    for (share, part, whole, passed) in [
        (0.29, 29, 100, false),
        (0.29, 2_901, 10_000, true),
        (0.1, 1, 10, false),
        (0.5, 1, 1, true),
        (1.0, u64::MAX, u64::MAX, false),
        (0.0, 0, 10, false),
        (0.0, 1, u64::MAX, true),
    ] {
        let found = Share::try_from(share).unwrap().is_passed_by(part, whole);
        assert_eq!(found, passed, "{part} of {whole} at {share}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _ = parse(&text, &STORES);
    }

    #[test]
    fn no_json_of_the_kind_makes_the_parser_panic(
        age in "[0-9]{0,22}[a-zµ]{0,8}",
        keep in prop_oneof![Just("1e400".to_owned()), "-?[0-9]{1,30}(\\.[0-9]{1,5})?"],
        share in "-?[0-9]{0,25}\\.?[0-9]{1,25}(e-?[0-9]{1,3})?",
    ) {
        let text = format!(r#"[{{"store":"photos","prefix":"","older_than":"{age}",
            "keep_latest":{keep},"max_share":{share}}}]"#);
        if let Err(fault) = parse(&text, &STORES) {
            prop_assert!(fault.contains("a right one: "), "{fault}");
        }
    }

    #[test]
    fn a_rule_that_was_written_is_read_as_it_was(
        prefix in ".{0,20}",
        seconds in 0u64..10_000_000_000,
        keep_latest in 0..=MOST_KEPT,
        dry_run in any::<bool>(),
        max_share in 0.0..=1.0f64,
    ) {
        let rule = Rule {
            store: "photos".to_owned(),
            prefix,
            older_than: Duration::from_secs(seconds),
            keep_latest,
            dry_run,
            max_share: Share::try_from(max_share).unwrap(),
        };
        let text = serde_json::to_string(&[&rule]).unwrap();
        prop_assert_eq!(parse(&text, &STORES).unwrap(), [rule]);
    }
}
