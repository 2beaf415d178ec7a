//! One section of host.json, read the way .NET configuration reads it.
//!
//! Deals with: names without case, numbers and booleans that may be text, `TimeSpan`s, errors that name
//! the path.
//! Does not deal with: what the values mean.

use std::time::Duration;

use serde_json::Value;

/// A value of host.json and how it was reached.
pub(crate) struct Section<'a> {
    value: Option<&'a Value>,
    path: String,
}

impl<'a> Section<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value: Some(value), path: String::new() }
    }

    /// The part called `name`; an absent one reads as empty.
    pub(crate) fn at(&self, name: &str) -> Section<'a> {
        let value = self.value.and_then(Value::as_object).and_then(|map| {
            map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        });
        let dot = if self.path.is_empty() { "" } else { "." };
        Section { value: value.filter(|v| !v.is_null()), path: format!("{}{dot}{name}", self.path) }
    }

    pub(crate) fn is_present(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn text(&self) -> Result<Option<String>, String> {
        match self.value {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
            Some(_) => Err(self.wrong("text", "\"some text\"")),
        }
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>, String> {
        let wrong = || self.wrong("a list of texts", "[\"--flag\"]");
        match self.value {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    pub(crate) fn flag(&self) -> Result<bool, String> {
        match self.text()?.map(|text| text.to_ascii_lowercase()).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(self.wrong("true or false", "true")),
        }
    }

    /// A whole number between `least` and `most`.
    pub(crate) fn number(&self, least: u32, most: u32) -> Result<Option<u32>, String> {
        let Some(text) = self.text()? else { return Ok(None) };
        let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        let wanted = format!("a whole number from {least} to {most}");
        number.map(Some).ok_or_else(|| self.wrong(&wanted, &least.to_string()))
    }

    pub(crate) fn duration(&self) -> Result<Option<Duration>, String> {
        let Some(text) = self.text()? else { return Ok(None) };
        let parsed = time_span(&text);
        parsed.map(Some).ok_or_else(|| self.wrong("a time span", "\"00:05:00\""))
    }

    /// The sentence for a value that is not what it must be.
    pub(crate) fn wrong(&self, wanted: &str, example: &str) -> String {
        let got = self.value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        format!("'{}' must be {wanted}, like {example}, not {got}", self.path)
    }
}

/// A .NET `TimeSpan` that is not negative: `[d.]hh:mm[:ss[.fffffff]]`, or whole days.
pub(crate) fn time_span(text: &str) -> Option<Duration> {
    let text = text.trim();
    if !text.contains(':') {
        return text.parse::<u32>().ok().map(|days| Duration::from_secs(u64::from(days) * 86_400));
    }
    let parts: Vec<&str> = text.split(':').collect();
    let (first, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let field = |text: &str, below: u32| digits(text).filter(|number| *number < below);
    let days = u64::from(field(days, 10_675_200)?);
    let (hours, minutes) = (field(hours, 24)?, field(minutes, 60)?);
    let seconds = field(seconds, 60)?;
    if fraction.len() > 7 {
        return None;
    }
    let nanos = digits(&format!("{fraction:0<9}"))?;
    let whole = days * 86_400 + u64::from(hours * 3600 + minutes * 60 + seconds);
    Some(Duration::new(whole, nanos))
}

fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_time_span_reads_like_dotnet() {
        for (text, seconds) in [
            ("00:05:00", 300.0),
            ("00:05", 300.0),
            ("1.02:00:00", 93_600.0),
            ("00:00:00.25", 0.25),
            ("7", 604_800.0),
        ] {
            assert_eq!(time_span(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "5m", "-00:01:00", "00:60:00", "24:00:00", "1:2:3:4", "00:00:+1", "::"] {
            assert_eq!(time_span(text), None, "{text}");
        }
    }

    #[test]
    fn a_wrong_value_is_named_with_its_path_and_a_right_one() {
        let host = json!({"extensions": {"queues": {"batchSize": "many"}}});
        let batch = Section::root(&host).at("extensions").at("Queues").at("batchSize");
        assert_eq!(
            batch.number(1, 32).unwrap_err(),
            "'extensions.Queues.batchSize' must be a whole number from 1 to 32, like 1, not \"many\""
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_time_span(text in "[0-9:.+ -]{0,24}|\\PC{0,24}") {
            let _ = time_span(&text);
        }
    }
}
