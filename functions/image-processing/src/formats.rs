//! Deals with: which file formats thumbnails have, as the setting `IMAGE_FORMATS` names them.
//! Does not deal with: writing them (`encode/`).

use std::fmt;
use std::str::FromStr;

/// A format of thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Everything shows it; what was transparent is white.
    Jpeg,
    /// Smaller, and keeps transparency.
    WebP,
}

impl Format {
    /// The ending of its files' names, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    /// Most pixels on a side: 16 bits (ITU-T T.81, B.2.2) and 14 bits less one (RFC 6386, 9.1).
    pub fn longest_side(self) -> u32 {
        match self {
            Self::Jpeg => 65_535,
            Self::WebP => 16_383,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
        })
    }
}

/// At least one format, each once, in the order they were named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formats(Vec<Format>);

impl Formats {
    /// The value of `IMAGE_FORMATS` where it is not set.
    pub const DEFAULT: &'static str = "jpeg";

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Format> {
        self.0.iter().copied()
    }

    /// Whether one of them shows transparency.
    pub fn keep_alpha(&self) -> bool {
        self.0.contains(&Format::WebP)
    }
}

impl Default for Formats {
    /// JPEG alone.
    fn default() -> Self {
        Self(vec![Format::Jpeg])
    }
}

/// Reads names with commas between them: `jpeg`, `webp`, `jpeg,webp`.
impl FromStr for Formats {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut formats = Vec::new();
        for name in text.split(',').map(str::trim) {
            let format = match name {
                "jpeg" => Format::Jpeg,
                "webp" => Format::WebP,
                "" => return Err("a name is missing".to_owned()),
                other => {
                    return Err(format!("`{other}` is no format, there are `jpeg` and `webp`"));
                }
            };
            if formats.contains(&format) {
                return Err(format!("`{name}` is named twice"));
            }
            formats.push(format);
        }
        Ok(Self(formats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_both_are_read_in_their_order() {
        for (text, formats) in [
            ("jpeg", vec![Format::Jpeg]),
            ("webp", vec![Format::WebP]),
            ("jpeg,webp", vec![Format::Jpeg, Format::WebP]),
            (" webp , jpeg", vec![Format::WebP, Format::Jpeg]),
        ] {
            assert_eq!(text.parse(), Ok(Formats(formats)));
        }
        assert_eq!(Formats::DEFAULT.parse(), Ok(Formats::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, fault) in [
            ("avif", "`avif` is no format, there are `jpeg` and `webp`"),
            ("jpeg webp", "`jpeg webp` is no format"),
            ("JPEG", "`JPEG` is no format"),
            ("jpeg,", "a name is missing"),
            ("webp,webp", "`webp` is named twice"),
        ] {
            let said = text.parse::<Formats>().unwrap_err();
            assert!(said.starts_with(fault), "{text}: {said}");
        }
    }
}
