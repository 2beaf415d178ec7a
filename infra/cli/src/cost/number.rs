//! Numbers as people write them, and numbers for one function each.
//!
//! Deals with: `1_000_000`, `1M`, `100`, `thumbnail=1024`. Does not deal with: which functions there are.

use std::str::FromStr;

use rust_decimal::Decimal;

/// The most of anything in a month; sums of it stay within what a decimal holds.
pub(crate) const MOST: u64 = 1_000_000_000_000;

/// A whole number from 0 to [`MOST`]: digits, with `_` between them, and `k`, `M` or `G` behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{why}; right ones: 1000000, 1_000_000, 250k, 1M");
        let (digits, unit) = match text.as_bytes().last() {
            Some(b'k') => (&text[..text.len() - 1], 1_000),
            Some(b'M') => (&text[..text.len() - 1], 1_000_000),
            Some(b'G') => (&text[..text.len() - 1], 1_000_000_000),
            _ => (text, 1),
        };
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(wrong("it is no whole number"));
        }
        let number = digits.replace('_', "").parse::<u64>();
        let number = number.map_err(|_| wrong("it is no whole number"))?.checked_mul(unit);
        match number {
            Some(number) if number <= MOST => Ok(Self(number)),
            _ => Err(wrong("it is more than 1000G")),
        }
    }
}

/// A decimal from 0 to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Decimal);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Decimal::from_str_exact(text) {
            Ok(amount) if amount >= Decimal::ZERO && amount <= Decimal::from(1_000_000) => {
                Ok(Self(amount))
            }
            _ => Err("it is no number from 0 to 1000000; right ones: 100, 0.5".to_owned()),
        }
    }
}

/// A value for all functions, or `NAME=value` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    /// The function; absent for all.
    pub(crate) name: Option<String>,
    /// The value.
    pub(crate) value: T,
}

impl<T: FromStr<Err = String>> FromStr for Setting<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) => {
                let value = value.parse().map_err(|why| format!("{name}: {why}"))?;
                Ok(Self { name: Some(name.to_owned()), value })
            }
            None => Ok(Self { name: None, value: text.parse()? }),
        }
    }
}

/// What `settings` say for the function `name`: the last that names it, else the last for all.
pub(crate) fn of<T: Copy>(settings: &[Setting<T>], name: &str) -> Option<T> {
    let last = |wanted: Option<&str>| {
        settings.iter().rev().find(|setting| setting.name.as_deref() == wanted)
    };
    last(Some(name)).or_else(|| last(None)).map(|setting| setting.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_written_as_people_do() {
        for (text, number) in [
            ("0", 0),
            ("1000000", 1_000_000),
            ("1_000_000", 1_000_000),
            ("250k", 250_000),
            ("1M", 1_000_000),
            ("1000G", MOST),
        ] {
            assert_eq!(text.parse(), Ok(Count(number)), "{text}");
        }
        for text in
            ["", "k", "-1", "+1", "1e6", "1.5M", "1,000", "_1", "1001G", "99999999999999999999G"]
        {
            let why = text.parse::<Count>().unwrap_err();
            assert!(why.contains("right ones: 1000000, 1_000_000, 250k, 1M"), "{text}: {why}");
        }
    }

    #[test]
    fn what_names_a_function_goes_before_what_is_for_all() {
        let parse = |text: &str| text.parse::<Setting<Amount>>().unwrap();
        let settings = [parse("a=1"), parse("2"), parse("b=3"), parse("b=4")];
        let of = |name| of(&settings, name).map(|amount: Amount| amount.0.to_string());
        assert_eq!(
            (of("a"), of("b"), of("c")),
            (Some("1".into()), Some("4".into()), Some("2".into()))
        );
        assert!("a=x".parse::<Setting<Amount>>().unwrap_err().starts_with("a: it is no number"));
    }
}
