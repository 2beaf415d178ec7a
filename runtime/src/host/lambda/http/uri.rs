//! Path and query, as a client wrote them or as near to it as a payload allows.
//!
//! Deals with: what each provider decodes before it tells it, a stage's name in front of a path. Does
//! not deal with: path parameters (the trigger reads them).

use std::borrow::Cow;

use ::http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What no path or query may hold as it is.
const FOREIGN: &AsciiSet =
    &CONTROLS.add(b' ').add(b'#').add(b'<').add(b'>').add(b'`').add(b'\\').add(b'^').add(b'"');
/// What no path may hold besides.
const FOREIGN_PATH: &AsciiSet = &FOREIGN.add(b'?');
/// What a name or value of a query stands for itself in.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One name and one value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The URI of `path` and `query`.
pub(super) fn of(path: &str, query: &str) -> Result<Uri, String> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut text = match as_sent(path) {
        true => format!("{slash}{path}"),
        false => format!("{slash}{}", encoded(path, FOREIGN_PATH)),
    };
    if !query.is_empty() {
        text.push('?');
        text.push_str(query);
    }
    Uri::try_from(text.as_str()).map_err(|fault| format!("the path or query `{text}`: {fault}"))
}

/// `path` without the name of an API's stage, which is the deployment's business and not the function's.
pub(super) fn below_stage<'p>(path: &'p str, stage: &str) -> &'p str {
    if stage.is_empty() || stage == "$default" {
        return path;
    }
    let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    below.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

/// A query of pairs that an API has decoded.
pub(super) fn encoded_query(pairs: &[Pair<'_>]) -> String {
    joined(pairs, |text| utf8_percent_encode(text, VALUE).to_string())
}

/// A query of pairs that are as the client sent them: a load balancer takes it apart and no more.
pub(super) fn joined_query(pairs: &[Pair<'_>]) -> String {
    joined(pairs, |text| encoded(text, FOREIGN))
}

fn joined(pairs: &[Pair<'_>], write: impl Fn(&str) -> String) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&write(name));
        query.push('=');
        query.push_str(&write(value));
    }
    query
}

/// Whether `path` can stand as it is, which nearly all do.
fn as_sent(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~:@!$&'()*+,;=".contains(&byte))
}

/// `text` fit for a URI. Function URLs and load balancers send it as the client did, and nothing of it
/// changes. APIs may have decoded it; what then looks encoded cannot be told from what is.
fn encoded(text: &str, foreign: &'static AsciiSet) -> String {
    let mut parts = text.split('%');
    let mut written = utf8_percent_encode(parts.next().unwrap_or_default(), foreign).to_string();
    for part in parts {
        let hex = part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        written.push_str(if hex { "%" } else { "%25" });
        written.extend(utf8_percent_encode(part, foreign));
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_stage_itself_is_taken_off_a_path() {
        for (path, stage, below) in [
            ("/prod/p/1", "prod", "/p/1"),
            ("/prod", "prod", ""),
            ("/production/p", "prod", "/production/p"),
            ("/p/prod", "prod", "/p/prod"),
            ("/p", "", "/p"),
            ("/$default/p", "$default", "/$default/p"),
        ] {
            assert_eq!(below_stage(path, stage), below, "{path} of {stage}");
        }
    }

    #[test]
    fn decoded_pairs_are_encoded_and_others_stay_as_they_are() {
        let pairs = [("a b", "c&d=e%2f"), ("", "ü+")].map(|(n, v)| (Cow::from(n), Cow::from(v)));
        assert_eq!(encoded_query(&pairs), "a%20b=c%26d%3De%252f&=%C3%BC%2B");
        assert_eq!(joined_query(&pairs), "a%20b=c&d=e%2f&=%C3%BC+");
        assert_eq!(encoded_query(&[]), "");
    }

    proptest! {
        #[test]
        fn any_path_and_any_pairs_make_a_uri(
            path in "\\PC{0,40}", pairs in prop::collection::vec(("\\PC{0,9}", "\\PC{0,9}"), 0..4)
        ) {
            let sent = pairs.clone();
            let pairs: Vec<Pair<'_>> = pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
            let uri = of(&path, &encoded_query(&pairs)).unwrap();
            let read: Vec<(String, String)> = uri.query().unwrap_or_default().split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (plain(name), plain(value)))
                .collect();
            prop_assert_eq!(read, sent);
            prop_assert!(of(&path, &joined_query(&pairs)).is_ok());
        }
    }

    fn plain(text: &str) -> String {
        percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
    }
}
