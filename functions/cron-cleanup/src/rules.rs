//! The rules: what may be deleted, and how much of it at most.
//!
//! Deals with: reading `CLEANUP_RULES`. Does not deal with: which objects a rule picks (`selection`).

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A right value of `CLEANUP_RULES`, shown wherever there is a wrong one.
pub const EXAMPLE: &str = r#"[{"store":"photos","prefix":"tmp/","older_than":"30d"}]"#;

/// The most objects that [`Rule::keep_latest`] may keep: their names are held in memory while counting.
pub const MOST_KEPT: usize = 10_000;

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// One of [`STORES`](crate::STORES).
    pub store: String,
    /// Only objects whose key starts with it; `""` is the whole store.
    pub prefix: String,
    /// Only objects that were last written longer ago than this; one that is exactly so old stays.
    #[serde(with = "age")]
    pub older_than: Duration,
    /// So many of the newest under the prefix stay, however old. Default: 0; at most [`MOST_KEPT`].
    /// Of two written at the same instant, the one whose key sorts later is the newer one.
    #[serde(default, deserialize_with = "keep_latest")]
    pub keep_latest: usize,
    /// Delete nothing, only report. Default: false.
    #[serde(default)]
    pub dry_run: bool,
    /// Delete nothing if more than this share of what is there would go. Default: a half.
    #[serde(default)]
    pub max_share: Share,
}

impl Rule {
    /// Whether the rule can only be followed once all objects have been counted.
    #[must_use]
    pub fn counts_first(&self) -> bool {
        self.keep_latest > 0 || self.max_share < Share::ALL
    }
}

/// A share from 0 to 1, in steps of a millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Share(u32);

impl Share {
    /// Everything.
    pub const ALL: Self = Self(1_000_000);

    /// Whether `part` of `whole` is more than this share of it.
    #[must_use]
    pub fn is_passed_by(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(Self::ALL.0) > u128::from(whole) * u128::from(self.0)
    }
}

impl Default for Share {
    fn default() -> Self {
        Self(Self::ALL.0 / 2)
    }
}

impl From<Share> for f64 {
    fn from(Share(millionths): Share) -> Self {
        Self::from(millionths) / Self::from(Share::ALL.0)
    }
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        if !(0.0..=1.0).contains(&share) {
            return Err(format!("{share} is no share from 0 to 1, such as 0.25"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to a million"
        )]
        Ok(Self((share * f64::from(Self::ALL.0)).round() as u32))
    }
}

/// Durations as people write them: `30d`, `12h 30m`.
mod age {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(age: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&humantime::format_duration(*age))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        humantime::parse_duration(&text).map_err(|fault| {
            D::Error::custom(format!("`{text}` is no duration such as \"30d\" or \"12h\": {fault}"))
        })
    }
}

fn keep_latest<'de, D: serde::Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let number = usize::deserialize(from)?;
    if number > MOST_KEPT {
        let text = format!("{number} is too many, at most {MOST_KEPT} can be kept");
        return Err(serde::de::Error::custom(text));
    }
    Ok(number)
}

/// Reads `CLEANUP_RULES`; `stores` are those that a rule may name.
///
/// # Errors
/// A sentence that names the JSON path and shows a right value.
pub fn parse(text: &str, stores: &[&str]) -> Result<Vec<Rule>, String> {
    let wrong = |why: String| format!("CLEANUP_RULES: {why}; a right one: {EXAMPLE}");
    let mut json = serde_json::Deserializer::from_str(text);
    let rules: Vec<Rule> = serde_path_to_error::deserialize(&mut json)
        .map_err(|fault| wrong(format!("at `{}`: {}", fault.path(), fault.inner())))?;
    json.end().map_err(|fault| wrong(format!("it goes on after its JSON: {fault}")))?;
    for (at, Rule { store, .. }) in rules.iter().enumerate() {
        if !stores.contains(&store.as_str()) {
            return Err(wrong(format!(
                "at `[{at}].store`: the app declares no store `{store}`; it declares {}; another one \
                 is added to STORES in src/lib.rs",
                stores.join(", ")
            )));
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests;
