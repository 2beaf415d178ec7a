//! IAM policies as data.
//!
//! Deals with: statements, and whether one pattern covers another. Does not deal with: what the code may
//! do (`grants.rs`), nor with evaluating conditions.

use serde_json::Value;

/// A statement of a policy.
#[derive(Debug, PartialEq)]
pub(super) struct Statement {
    /// Whether it allows; a deny takes away only.
    pub(super) allows: bool,
    pub(super) actions: Vec<String>,
    pub(super) resources: Vec<String>,
    /// `NotAction` or `NotResource`: all but what it names.
    pub(super) inverted: bool,
    /// Keys of its conditions, such as `aws:SourceArn`.
    pub(super) conditions: Vec<String>,
    /// Who, in a policy of a resource or of trust: `Service:lambda.amazonaws.com`, `AWS:*`.
    pub(super) principals: Vec<String>,
}

/// The statements of a policy's JSON.
///
/// # Errors
/// It is no policy.
pub(super) fn statements(text: &str) -> Result<Vec<Statement>, String> {
    let policy: Value = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    let list = policy.get("Statement").ok_or("it has no `Statement`")?;
    many(list).map(statement).collect()
}

fn statement(value: &Value) -> Result<Statement, String> {
    let map = value.as_object().ok_or("a statement is no object")?;
    let texts = |name: &str| -> Vec<String> {
        let values = map.get(name).into_iter().flat_map(many);
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let inverted =
        ["NotAction", "NotResource", "NotPrincipal"].iter().any(|name| map.contains_key(*name));
    let conditions = map.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let conditions = conditions
        .filter_map(|(_, keys)| keys.as_object())
        .flat_map(|keys| keys.keys().cloned())
        .collect();
    Ok(Statement {
        // Whatever is not plainly a deny is judged.
        allows: map.get("Effect").and_then(Value::as_str) != Some("Deny"),
        actions: texts("Action"),
        resources: texts("Resource"),
        inverted,
        conditions,
        principals: principals(map.get("Principal")),
    })
}

fn principals(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![format!("AWS:{text}")],
        Some(Value::Object(kinds)) => kinds
            .iter()
            .flat_map(|(kind, who)| {
                many(who).filter_map(Value::as_str).map(move |who| format!("{kind}:{who}"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn many(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(list) => Box::new(list.iter()),
        one => Box::new(std::iter::once(one)),
    }
}

/// Whether everything that `narrow` matches is matched by `wide`, both with `*` and `?`.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // The classic of one star remembered: `narrow` is text to it, whose own stars only a star takes.
    let (mut w, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < narrow.len() {
        let (pattern, text) = (wide.get(w).copied(), narrow.get(n).copied());
        match pattern {
            Some('*') => {
                star = Some((w, n));
                w += 1;
            }
            Some('?') if text != Some('*') => {
                w += 1;
                n += 1;
            }
            Some(c) if Some(c) == text && c != '?' => {
                w += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    w = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    wide.iter().skip(w).all(|c| *c == '*')
}

/// The ARN with `aws` for its partition: code does not know in which it will run.
pub(super) fn without_partition(arn: &str) -> String {
    match arn.strip_prefix("arn:").and_then(|rest| rest.split_once(':')) {
        Some((partition, rest)) if partition != "*" => format!("arn:aws:{rest}"),
        _ => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    #[test]
    fn a_pattern_covers_what_is_narrower_and_nothing_else() {
        for (wide, narrow) in [
            ("*", "*"),
            ("*", "arn:aws:s3:::a/*"),
            ("a/*", "a/*"),
            ("a/*", "a/in/*"),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("a?c", "a?c"),
            ("arn:aws:logs:*:*:log-group:x:*", "arn:aws:logs:eu:1:log-group:x:*"),
        ] {
            assert!(covers(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("a", "*"),
            ("a/in/*", "a/*"),
            ("a?", "a*"),
            ("a", "ab"),
            ("ab", "a"),
            ("a*b", "a*"),
            ("", "a"),
        ] {
            assert!(!covers(wide, narrow), "{wide} {narrow}");
        }
    }

    #[test]
    fn a_policy_is_read_in_all_its_spellings() {
        let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["a", "b"],
            "Principal": {"Service": ["x"], "AWS": "*"}, "Condition": {"ArnEquals": {"aws:SourceArn": "c"}}}}"#;
        let read = statements(text).unwrap();
        assert_eq!(read[0].actions, ["s3:GetObject"]);
        assert_eq!(read[0].resources, ["a", "b"]);
        assert_eq!(read[0].principals, ["AWS:*", "Service:x"]);
        assert_eq!(read[0].conditions, ["aws:SourceArn"]);
        let read =
            statements(r#"{"Statement": [{"NotAction": "s3:*", "Principal": "*"}]}"#).unwrap();
        assert!(read[0].inverted && read[0].allows);
        assert_eq!(read[0].principals, ["AWS:*"]);
        for wrong in ["", "{}", r#"{"Statement": [1]}"#] {
            assert!(statements(wrong).is_err(), "{wrong}");
        }
        assert_eq!(without_partition("arn:aws-cn:s3:::a"), "arn:aws:s3:::a");
        assert_eq!(without_partition("*"), "*");
    }

    proptest! {
        #[test]
        fn no_policy_makes_it_panic(text in ".{0,80}", wide in "[a*?]{0,8}", narrow in "[a*?]{0,8}") {
            let _ = statements(&text);
            let _ = covers(&wide, &narrow);
            let _ = without_partition(&text);
        }

        #[test]
        fn a_pattern_covers_itself(pattern in "[ab*?]{0,10}") {
            assert!(covers(&pattern, &pattern));
        }
    }
}
