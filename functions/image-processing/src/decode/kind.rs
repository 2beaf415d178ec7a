//! Deals with: telling the format by its first bytes.
//! Does not deal with: names and content types; both are what somebody claimed.

use crate::error::PictureError;
use std::fmt;

/// A format that is decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Baseline or progressive.
    Jpeg,
    /// Also the first image of an animated PNG.
    Png,
    /// Lossy or lossless; the first frame of an animation.
    WebP,
    /// The first frame.
    Gif,
}

impl Kind {
    /// The format that `bytes` start like.
    ///
    /// # Errors
    /// [`PictureError::Empty`], [`PictureError::UnknownType`].
    pub fn of(bytes: &[u8]) -> Result<Self, PictureError> {
        match bytes {
            [] => Err(PictureError::Empty),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            other => {
                let start = other.get(..12).unwrap_or(other).escape_ascii().to_string();
                Err(PictureError::UnknownType { start })
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_told_by_its_first_bytes() {
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n\0"), Ok(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\x10\0\0\0WEBPVP8 "), Ok(Kind::WebP));
        assert_eq!(Kind::of(b"GIF87a"), Ok(Kind::Gif));
        assert_eq!(Kind::of(b"GIF89a"), Ok(Kind::Gif));
    }

    #[test]
    fn a_wave_file_and_a_text_are_named_by_how_they_start() {
        let wave = Kind::of(b"RIFF\x10\0\0\0WAVEfmt ").unwrap_err();
        assert_eq!(
            wave.to_string(),
            "no picture: the file starts with RIFF\\x10\\x00\\x00\\x00WAVE, expected JPEG, PNG, WebP or GIF"
        );
        assert!(Kind::of(b"GIF88a").is_err());
        assert!(Kind::of(b"\xff\xd8").is_err());
        assert_eq!(Kind::of(b""), Err(PictureError::Empty));
    }
}
