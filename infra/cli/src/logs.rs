//! What the functions and the emulator say, for a person at a terminal.
//!
//! Deals with: one readable line on stderr for each line of a function, the emulator's warnings.
//! Does not deal with: the log files, which hold every line as it was written.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::output;

/// Under this target the emulator passes on what functions write.
const FUNCTION: &str = "function";

/// Shows functions' lines, and warnings of the emulator, from now on.
pub(crate) fn show() {
    let shown =
        Targets::new().with_default(LevelFilter::WARN).with_target(FUNCTION, LevelFilter::INFO);
    let layer = Lines { colour: output::colourful() }.with_filter(shown);
    // Only a test could have installed another one, and it keeps its own.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}

struct Lines {
    colour: bool,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let meta = event.metadata();
        let message = fields.0.remove("message").unwrap_or_default();
        if meta.target() == FUNCTION {
            let name = fields.0.remove("name").unwrap_or_default();
            output::note(&paint(self.colour, &name, &Line::of(&message)));
        } else {
            let level = meta.level().as_str();
            let text = rest(message, fields.0.iter().map(|(k, v)| (k.as_str(), v.clone())));
            output::note(&paint(self.colour, "anyfn", &Line { level, text }));
        }
    }
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

/// A line of a function, taken apart if it is one of the runtime's JSON lines.
///
/// What tells invocations apart comes last and short: the log files have it whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    level: &'a str,
    text: String,
}

/// Fields that say more than a person at a terminal wants to read.
const HIDDEN: [&str; 7] =
    ["timestamp", "target", "filename", "line_number", "threadId", "trace_id", "message_id"];
/// So many characters of an invocation's id tell it from the others on a screen.
const SHORT_ID: usize = 8;

impl<'a> Line<'a> {
    /// Reads `line`. What is no JSON object with a message is shown as it is.
    pub(crate) fn of(line: &'a str) -> Self {
        let plain = || Self { level: "", text: line.to_owned() };
        let Ok(Value::Object(mut object)) = serde_json::from_str(line) else { return plain() };
        let Some(Value::String(message)) = object.remove("message") else { return plain() };
        let level = match object.remove("level") {
            Some(Value::String(level)) => LEVELS.iter().find(|known| **known == level),
            _ => None,
        };
        for known in HIDDEN {
            object.remove(known);
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let call = call(&mut object);
        let others = object.iter().map(|(name, value)| (name.as_str(), text(value)));
        Self { level: level.copied().unwrap_or_default(), text: rest(message, others) + &call }
    }

    /// Level and text, without colour.
    pub(crate) fn plain(&self) -> String {
        format!("{} {}", self.level, self.text).trim_start().to_owned()
    }
}

/// ` [thumbnail 1a2b3c4d, attempt 2]`, of a line that was logged within an invocation.
fn call(object: &mut Map<String, Value>) -> String {
    let Some(Value::String(id)) = object.remove("invocation_id") else { return String::new() };
    let id: String = id.chars().take(SHORT_ID).collect();
    let function = match object.remove("function") {
        Some(Value::String(function)) => format!("{function} "),
        _ => String::new(),
    };
    match object.remove("attempt") {
        Some(attempt) if attempt != 1 => format!(" [{function}{id}, attempt {attempt}]"),
        _ => format!(" [{function}{id}]"),
    }
}

const LEVELS: [&str; 5] = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];

/// `message name=value name=value`
fn rest<'a>(message: String, others: impl Iterator<Item = (&'a str, String)>) -> String {
    others.fold(message, |mut text, (name, value)| {
        let _ = write!(text, " {name}={value}");
        text
    })
}

fn paint(colour: bool, name: &str, line: &Line<'_>) -> String {
    let Line { level, text } = line;
    if !colour {
        return format!("{name:>16} | {}", line.plain());
    }
    let shade = match *level {
        _ if *level == Level::ERROR.as_str() => "31",
        _ if *level == Level::WARN.as_str() => "33",
        _ => "0",
    };
    format!("\x1b[36m{name:>16}\x1b[0m \x1b[2m|\x1b[0m \x1b[{shade}m{text}\x1b[0m")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_the_runtime_is_told_in_words() {
        let line = r#"{"timestamp":"2026-01-31T03:00:00Z","level":"INFO","message":"stored","key":"a/128.jpg","width":128,"target":"image_processing::thumbnail"}"#;
        let line = Line::of(line);
        assert_eq!(line.plain(), "INFO stored key=a/128.jpg width=128");
        assert_eq!(
            paint(false, "thumbnail", &line),
            "       thumbnail | INFO stored key=a/128.jpg width=128"
        );
    }

    #[test]
    fn the_invocation_comes_last_and_short() {
        let line = |more: &str| {
            let line = format!(
                r#"{{"level":"INFO","message":"stored","function":"thumbnail","invocation_id":"1a2b3c4d-0000","trace_id":"5759e988bd862e3fe1be46a994272793","message_id":"m-1"{more},"key":"k"}}"#
            );
            Line::of(&line).plain()
        };
        assert_eq!(line(r#","attempt":1"#), "INFO stored key=k [thumbnail 1a2b3c4d]");
        assert_eq!(line(""), "INFO stored key=k [thumbnail 1a2b3c4d]");
        assert_eq!(line(r#","attempt":2"#), "INFO stored key=k [thumbnail 1a2b3c4d, attempt 2]");
        let outside = r#"{"level":"WARN","message":"slow","function":"thumbnail"}"#;
        assert_eq!(Line::of(outside).plain(), "WARN slow function=thumbnail");
    }

    #[test]
    fn any_other_line_is_shown_as_it_is() {
        for line in ["", "START RequestId: 1", "{", "[1]", r#"{"a":1}"#, r#"{"message":5}"#] {
            assert_eq!(Line::of(line).plain(), line);
        }
    }

    #[test]
    fn errors_stand_out_where_there_is_colour() {
        let line = Line::of(r#"{"level":"ERROR","message":"no"}"#);
        assert!(paint(true, "x", &line).contains("\x1b[31mno"));
    }

    proptest! {
        #[test]
        fn no_line_makes_reading_panic(line in any::<String>()) {
            let _ = Line::of(&line).plain();
        }
    }
}
