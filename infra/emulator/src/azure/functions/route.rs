//! Route templates of httpTrigger: `hook/{id}`, `hook/{id?}`, `files/{*path}`.
//!
//! Deals with: parsing, matching a request path, which of two templates is more specific.
//! Does not deal with: inline constraints (`{id:int}`) and segments that mix text and parameters,
//! which are refused; methods and keys (`http`).

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// What the placeholders of a template stood for; an absent optional one is missing.
pub(crate) type Params = BTreeMap<String, String>;

/// A parsed template, without the route prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    text: String,
    segments: Vec<Segment>,
}

// The order is the precedence: text before parameter before the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Text(String),
    One { name: String, optional: bool },
    Rest { name: String },
}

impl Route {
    /// # Errors
    /// A sentence that says what is wrong with the template.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            Err(format!("route '{text}' {why}; a right one is 'hook/{{provider}}/{{id?}}'"))
        };
        if text.starts_with(['/', '~']) {
            return wrong("begins with a slash or a tilde");
        }
        let mut segments = Vec::new();
        let parts: Vec<&str> = text.trim_end_matches('/').split('/').collect();
        for (index, part) in parts.iter().enumerate() {
            let last = index + 1 == parts.len();
            let inner = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let segment = match inner {
                None if part.contains(['{', '}']) => return wrong("mixes text and a parameter"),
                None if part.is_empty() && parts.len() > 1 => return wrong("has an empty segment"),
                None => Segment::Text((*part).to_owned()),
                Some(inner) => {
                    let (name, rest) = match inner.strip_prefix('*') {
                        Some(name) => (name.trim_start_matches('*'), true),
                        None => (inner, false),
                    };
                    let optional = name.ends_with('?');
                    let name = name.strip_suffix('?').unwrap_or(name);
                    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                    if name.is_empty() || !name.chars().all(plain) {
                        return wrong("has a parameter that is not a plain name");
                    }
                    if (rest || optional) && !last {
                        return wrong("has an optional parameter before its end");
                    }
                    let taken = |segment: &Segment| match segment {
                        Segment::Text(_) => false,
                        Segment::One { name: other, .. } | Segment::Rest { name: other } => {
                            other.eq_ignore_ascii_case(name)
                        }
                    };
                    if segments.iter().any(taken) {
                        return wrong("names a parameter twice");
                    }
                    let name = name.to_owned();
                    if rest { Segment::Rest { name } } else { Segment::One { name, optional } }
                }
            };
            segments.push(segment);
        }
        segments.retain(|segment| *segment != Segment::Text(String::new()));
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The template as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Matches a path without the prefix and without its first slash. Text is compared without case,
    /// values are percent-decoded. `None`: another path, or a value that is not UTF-8.
    pub(crate) fn matches(&self, path: &str) -> Option<Params> {
        let mut parts = path.strip_suffix('/').unwrap_or(path).split('/').peekable();
        if path.is_empty() {
            parts.next();
        }
        let mut params = Params::new();
        for segment in &self.segments {
            match segment {
                Segment::Text(text) => {
                    if !decode(parts.next()?)?.eq_ignore_ascii_case(text) {
                        return None;
                    }
                }
                Segment::One { name, optional } => match parts.next() {
                    Some("") => return None,
                    Some(value) => {
                        params.insert(name.clone(), decode(value)?);
                    }
                    None if *optional => {}
                    None => return None,
                },
                Segment::Rest { name } => {
                    let rest: Vec<&str> = parts.by_ref().collect();
                    if !rest.is_empty() {
                        params.insert(name.clone(), decode(&rest.join("/"))?);
                    }
                }
            }
        }
        parts.next().is_none().then_some(params)
    }

    /// Smaller is more specific.
    pub(crate) fn rank(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Text(_) => 0,
            Segment::One { .. } => 1,
            Segment::Rest { .. } => 2,
        };
        self.segments.iter().map(rank).collect()
    }
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        Some(Route::parse(template).unwrap().matches(path)?.into_iter().collect())
    }

    fn one(name: &str, value: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn templates_match_as_in_aspnet() {
        assert_eq!(params("hook/{id}", "Hook/a%20b"), one("id", "a b"));
        assert_eq!(params("hook/{id}", "hook/a/"), one("id", "a"));
        assert_eq!(params("hook/{id}", "hook"), None);
        assert_eq!(params("hook/{id}", "hook/"), None);
        assert_eq!(params("hook/{id}", "hook/a/b"), None);
        assert_eq!(params("hook/{id?}", "hook"), Some(vec![]));
        assert_eq!(params("hook/{id?}", "hook/a"), one("id", "a"));
        assert_eq!(params("files/{*rest}", "files/a/b%2Fc"), one("rest", "a/b/c"));
        assert_eq!(params("files/{*rest}", "files"), Some(vec![]));
        assert_eq!(params("", ""), Some(vec![]));
        assert_eq!(params("", "x"), None);
        assert_eq!(params("{*rest}", ""), Some(vec![]));
    }

    #[test]
    fn a_template_that_cannot_be_honoured_is_refused_with_a_right_one() {
        for template in
            ["/a", "~/a", "a//b", "{id:int}", "a-{id}", "{a?}/b", "{*r}/b", "{a}/{A}", "{}"]
        {
            let error = Route::parse(template).unwrap_err();
            assert!(error.contains("a right one is"), "{template}: {error}");
        }
    }

    #[test]
    fn the_more_specific_template_ranks_first() {
        let rank = |text| Route::parse(text).unwrap().rank();
        assert!(rank("hook/github") < rank("hook/{id}"));
        assert!(rank("hook/{id}") < rank("hook/{*rest}"));
        assert!(rank("hook/{*rest}") < rank("{*rest}"));
    }

    proptest! {
        #[test]
        fn no_template_and_no_path_panic(
            template in "[a-z/{}*?:%~]{0,20}|\\PC{0,20}", path in "[a-z/%0-9]{0,20}|\\PC{0,20}",
        ) {
            if let Ok(route) = Route::parse(&template) {
                let _ = (route.matches(&path), route.rank());
            }
        }
    }
}
