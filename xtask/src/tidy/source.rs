//! One Rust file as the rules see it: the text, the text without comments and strings, its test lines.
//!
//! Deals with: telling code from comments, strings and tests well enough for rules over lines.
//! Does not deal with: the grammar of Rust; a rule that needs a parser belongs into clippy.

/// A source file. `code` has the same lines as `text`; comments are blank there, and every
/// character of a string is a quote, so that no rule stumbles over words inside of them.
pub(crate) struct Source {
    pub path: String,
    pub text: String,
    pub code: String,
    test_lines: Vec<bool>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = blank(text);
        let by_path = is_test_path(path);
        let mut test_lines = vec![by_path; text.lines().count()];
        for (from, to) in test_items(&code) {
            for line in &mut test_lines[line_of(&code, from) - 1..line_of(&code, to)] {
                *line = true;
            }
        }
        Self { path: path.to_owned(), text: text.to_owned(), code, test_lines }
    }

    /// Whether the 1-based line belongs to a test.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.test_lines.get(line - 1).copied().unwrap_or(false)
    }

    /// Lines that hold code, comments and blank lines left out: without tests, and with them.
    pub(crate) fn code_lines(&self) -> (usize, usize) {
        let filled = |(at, line): (usize, &str)| (!line.trim().is_empty()).then_some(at + 1);
        let lines: Vec<usize> = self.code.lines().enumerate().filter_map(filled).collect();
        (lines.iter().filter(|line| !self.is_test(**line)).count(), lines.len())
    }
}

/// The 1-based line of a byte offset.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// Offsets at which `word` stands alone, not as part of a longer name.
pub(crate) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        !text[..*at].ends_with(name) && !text[*at + word.len()..].starts_with(name)
    })
}

/// The offset just behind the bracket that closes the one at `open`.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

fn is_test_path(path: &str) -> bool {
    path.ends_with("_tests.rs")
        || path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
}

/// Where the items under `#[cfg(test)]` begin and end.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    for attribute in ["#[cfg(test)]", "#[cfg(all(test"] {
        for (from, _) in code.match_indices(attribute) {
            let behind = closing(code, from + 1);
            let body = code[behind..].find(['{', ';']).map_or(code.len(), |at| behind + at);
            let to = if code[body..].starts_with('{') { closing(code, body) } else { body };
            items.push((from, to));
        }
    }
    items
}

fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, fill) = match (comment_end(&chars, at), string_end(&chars, at)) {
            (Some(end), _) => (end, ' '),
            (None, Some(end)) => (end, '"'),
            (None, None) => {
                code.push(chars[at]);
                at += 1;
                continue;
            }
        };
        code.extend(chars[at..end].iter().map(|c| if c.is_whitespace() { *c } else { fill }));
        at = end;
    }
    code
}

fn comment_end(chars: &[char], at: usize) -> Option<usize> {
    match chars[at..] {
        ['/', '/', ..] => {
            Some(chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n))
        }
        ['/', '*', ..] => {
            let (mut end, mut depth) = (at + 2, 1_usize);
            while depth > 0 && end < chars.len() {
                let step = match chars[end..] {
                    ['/', '*', ..] => (depth + 1, 2),
                    ['*', '/', ..] => (depth - 1, 2),
                    _ => (depth, 1),
                };
                depth = step.0;
                end += step.1;
            }
            Some(end)
        }
        _ => None,
    }
}

fn string_end(chars: &[char], at: usize) -> Option<usize> {
    let behind_a_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at..] {
        ['"', ..] => Some(quoted_end(chars, at + 1, '"')),
        ['\'', '\\', ..] => Some(quoted_end(chars, at + 1, '\'')),
        // Anything else behind a single quote is a lifetime.
        ['\'', _, '\'', ..] => Some(at + 3),
        ['r', ..] if !behind_a_name => raw_end(chars, at + 1),
        ['b' | 'c', 'r', ..] if !behind_a_name => raw_end(chars, at + 2),
        _ => None,
    }
}

fn quoted_end(chars: &[char], mut at: usize, quote: char) -> usize {
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// `at` is behind the `r`: hashes, a quote, anything, a quote, as many hashes.
fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + hashes) != Some(&'"') {
        return None;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = at + hashes + 1;
    let found = chars[body..].windows(close.len()).position(|window| window == close);
    Some(found.map_or(chars.len(), |n| body + n + close.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_no_code() {
        let code =
            blank("a // b\n/* c /* d */ */ e(\"f \\\" g\", r#\"h \" i\"#, 'j', '\\'', b\"k\")");
        let letters: String = code.chars().filter(char::is_ascii_alphabetic).collect();
        assert_eq!(letters, "aeb", "{code}");
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn a_lifetime_is_no_string() {
        let text = "fn f<'a>(x: &'a str) -> &'a str { x }";
        assert_eq!(blank(text), text);
    }

    #[test]
    fn test_lines_are_those_of_test_modules_and_test_files() {
        let text =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\" }\n}\n// why\nfn c() {}\n";
        let source = Source::new("runtime/src/a.rs", text);
        assert_eq!((1..=7).filter(|line| source.is_test(*line)).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert_eq!(source.code_lines(), (2, 6));
        assert_eq!(Source::new("runtime/src/a/tests.rs", text).code_lines(), (0, 6));
    }
}
