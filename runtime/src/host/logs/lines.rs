//! One line for each event: the event's fields, and those of every span around it.
//!
//! Deals with: what stands on a line, in which order, as JSON or for a terminal. Does not deal with:
//! which events there are (the filter), where a line goes.
//!
//! All fields stand side by side, so that a query needs no path. The invocation's own
//! (`function`, `invocation_id`, …) keep their names: a field of the same name further in is written
//! with an underscore at its end.

use std::cell::Cell;
use std::fmt::Debug;
use std::mem::replace;
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::clock::Clock;
use super::value;

/// Who reads the lines.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A collector of logs: `{"timestamp":…,"level":…,"message":…, fields, "target":…}`.
    Json,
    /// A person: time, level, message, `name=value`.
    Terminal { colour: bool },
}

/// Hands each line, its line feed included, to `write`.
pub(super) struct Lines<W> {
    form: Form,
    write: W,
}

impl<W: Fn(&[u8]) + 'static> Lines<W> {
    pub(super) fn new(form: Form, write: W) -> Self {
        Self { form, write }
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut kept = Kept::new(self.form);
        attributes.record(&mut Recording(&mut kept));
        span.extensions_mut().insert(kept);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fresh = Kept::new(self.form);
        values.record(&mut Recording(&mut fresh));
        if let Some(kept) = span.extensions_mut().get_mut::<Kept>() {
            kept.update(&fresh);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = SPARE.try_with(Cell::take).unwrap_or_default();
        line.begin(self.form);
        if let Some(scope) = context.event_scope(event) {
            for span in scope.from_root() {
                if let Some(kept) = span.extensions().get::<Kept>() {
                    line.fields_of(kept);
                }
            }
        }
        event.record(&mut Recording(&mut line));
        let meta = event.metadata();
        (self.write)(line.whole(*meta.level(), meta.target()));
        if line.whole.capacity() <= LARGEST_KEPT {
            let _ = SPARE.try_with(|spare| spare.set(line));
        }
    }
}

thread_local! {
    /// The last line's memory, for the next one. Taken out while it is written to, so that a field
    /// that logs while it is being written finds none and takes memory of its own.
    static SPARE: Cell<Line> = const { Cell::new(Line::new()) };
}

/// Lines longer than this leave no memory behind, in bytes.
const LARGEST_KEPT: usize = 64 * 1024;

/// A span's fields, as they will stand on a line.
struct Kept {
    form: Form,
    fields: Vec<Known>,
    text: Vec<u8>,
}

/// A field in a text: its name, where that begins and where its value does.
#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    begin: usize,
    value: usize,
}

impl Kept {
    /// With room for the fields of an invocation, so that no call waits for more memory.
    fn new(form: Form) -> Self {
        Self { form, fields: Vec::with_capacity(8), text: Vec::with_capacity(256) }
    }

    fn fields(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let ends = self.fields.iter().skip(1).map(|next| next.begin).chain([self.text.len()]);
        self.fields.iter().zip(ends).map(|(field, end)| (field.name, &self.text[field.value..end]))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }

    /// What was recorded later replaces what was there.
    fn update(&mut self, fresh: &Self) {
        let old = replace(self, Self::new(self.form));
        let kept = old.fields().filter(|(name, _)| fresh.names().all(|other| other != *name));
        for (name, value) in kept.chain(fresh.fields()) {
            self.place(name).extend_from_slice(value);
        }
    }
}

/// A line in the making.
struct Line {
    form: Form,
    message: Vec<u8>,
    fields: Vec<u8>,
    names: Vec<&'static str>,
    clock: Clock,
    whole: Vec<u8>,
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

/// The names that are a line's own, whatever is logged.
const OWN: [&str; 4] = ["timestamp", "level", MESSAGE, "target"];
const MESSAGE: &str = "message";

impl Line {
    const fn new() -> Self {
        Self {
            form: Form::Json,
            message: Vec::new(),
            fields: Vec::new(),
            names: Vec::new(),
            clock: Clock::new(),
            whole: Vec::new(),
        }
    }

    fn begin(&mut self, form: Form) {
        self.form = form;
        self.names.clear();
        for part in [&mut self.message, &mut self.fields, &mut self.whole] {
            part.clear();
        }
    }

    /// All fields of a span: at once where none of their names is taken, which nearly all spans are.
    fn fields_of(&mut self, kept: &Kept) {
        if self.names.is_empty() && !kept.names().any(|name| OWN.contains(&name)) {
            self.names.extend(kept.names());
            self.fields.extend_from_slice(&kept.text);
        } else {
            kept.fields().for_each(|(name, value)| self.field(name).extend_from_slice(value));
        }
    }

    /// Writes a field up to its value, which comes next.
    fn field(&mut self, name: &'static str) -> &mut Vec<u8> {
        let earlier = self.names.iter().filter(|other| **other == name).count();
        let more = earlier + usize::from(OWN.contains(&name));
        self.names.push(name);
        begin_field(&mut self.fields, self.form, name, more);
        &mut self.fields
    }

    fn whole(&mut self, level: Level, target: &str) -> &[u8] {
        self.clock.set(SystemTime::now());
        match self.form {
            Form::Json => self.json(level, target),
            Form::Terminal { colour } => self.readable(level, colour),
        }
        &self.whole
    }

    fn json(&mut self, level: Level, target: &str) {
        let message: &[u8] = if self.message.is_empty() { b"\"\"" } else { &self.message };
        for part in [
            b"{\"timestamp\":\"",
            self.clock.text().as_bytes(),
            b"\",\"level\":\"",
            level.as_str().as_bytes(),
            b"\",\"message\":",
            message,
            &self.fields,
            b",\"target\":",
        ] {
            self.whole.extend_from_slice(part);
        }
        value::text(&mut self.whole, target);
        self.whole.extend_from_slice(b"}\n");
    }

    fn readable(&mut self, level: Level, colour: bool) {
        let [shade, dim, end] = match colour {
            true => [shade(level), "\x1b[2m", "\x1b[0m"],
            false => [""; 3],
        };
        // The day and the microseconds are of no interest to who watches.
        let clock = self.clock.text().get(11..23).unwrap_or_default();
        let mut message: String = serde_json::from_slice(&self.message).unwrap_or_default();
        message.retain(|letter| !letter.is_control() || letter.is_whitespace());
        let fields = String::from_utf8_lossy(&self.fields);
        let level = level.as_str();
        let line =
            format!("{dim}{clock}{end} {shade}{level:>5}{end} {message}{dim}{fields}{end}\n");
        self.whole.extend_from_slice(line.as_bytes());
    }
}

fn shade(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[34m",
    }
}

/// Writes a field up to its value, `more` underscores after its name.
fn begin_field(out: &mut Vec<u8>, form: Form, name: &str, more: usize) {
    let (before, between): (&[u8], &[u8]) = match form {
        Form::Json => (b",\"", b"\":"),
        Form::Terminal { .. } => (b" ", b"="),
    };
    out.extend_from_slice(before);
    out.extend_from_slice(name.as_bytes());
    out.extend(std::iter::repeat_n(b'_', more));
    out.extend_from_slice(between);
}

/// Where a field's value goes.
trait Place {
    fn place(&mut self, name: &'static str) -> &mut Vec<u8>;
}

impl Place for Kept {
    fn place(&mut self, name: &'static str) -> &mut Vec<u8> {
        let begin = self.text.len();
        begin_field(&mut self.text, self.form, name, 0);
        self.fields.push(Known { name, begin, value: self.text.len() });
        &mut self.text
    }
}

impl Place for Line {
    fn place(&mut self, name: &'static str) -> &mut Vec<u8> {
        if name == MESSAGE && self.message.is_empty() {
            &mut self.message
        } else {
            self.field(name)
        }
    }
}

struct Recording<'a, P>(&'a mut P);

impl<P: Place> Visit for Recording<'_, P> {
    fn record_f64(&mut self, field: &Field, number: f64) {
        value::plain(self.0.place(field.name()), &number);
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        value::plain(self.0.place(field.name()), &number);
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        value::plain(self.0.place(field.name()), &number);
    }

    fn record_i128(&mut self, field: &Field, number: i128) {
        value::plain(self.0.place(field.name()), &number);
    }

    fn record_u128(&mut self, field: &Field, number: u128) {
        value::plain(self.0.place(field.name()), &number);
    }

    fn record_bool(&mut self, field: &Field, truth: bool) {
        value::plain(self.0.place(field.name()), &truth);
    }

    fn record_str(&mut self, field: &Field, text: &str) {
        value::text(self.0.place(field.name()), text);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        value::error(self.0.place(field.name()), error);
    }

    fn record_debug(&mut self, field: &Field, said: &dyn Debug) {
        value::debug(self.0.place(field.name()), said);
    }
}

#[cfg(test)]
mod tests;
