//! Deals with: what the function needs besides its event: both stores, the limits, the formats.
//! Does not deal with: using them.

use crate::formats::Formats;
use anyfn::{Error, Settings};
use anyfn_services::{Blob, blob};

/// Shared by all calls.
#[derive(Clone)]
pub struct Images {
    /// Where pictures arrive.
    pub photos: Blob,
    /// Where thumbnails go.
    pub thumbnails: Blob,
    /// Most bytes that a file may have.
    pub max_bytes: u64,
    /// Most pixels (width times height) that a picture may declare.
    pub max_pixels: u64,
    /// What thumbnails are written as.
    pub formats: Formats,
}

impl Images {
    /// Opens what the environment binds.
    ///
    /// # Errors
    /// [`Kind::Config`](anyfn::Kind::Config) where a binding, a limit or a format is wrong.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            max_bytes: settings.parse("IMAGE_MAX_BYTES", "100000000")?,
            max_pixels: settings.parse("IMAGE_MAX_PIXELS", "100000000")?,
            formats: settings.parse("IMAGE_FORMATS", "jpeg,webp")?,
            photos: blob::from_env("photos").map_err(Error::config)?,
            thumbnails: blob::from_env("thumbnails").map_err(Error::config)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_that_is_wrong_is_a_start_up_error_that_shows_a_right_one() {
        for (name, wrong, right) in [
            ("IMAGE_MAX_PIXELS", "100 million", "IMAGE_MAX_PIXELS=100000000"),
            ("IMAGE_MAX_BYTES", "100 million", "IMAGE_MAX_BYTES=100000000"),
            ("IMAGE_FORMATS", "jpeg,avif", "IMAGE_FORMATS=jpeg,webp"),
        ] {
            let value = |of| {
                if of == name {
                    wrong
                } else if of == "IMAGE_FORMATS" {
                    "webp"
                } else {
                    "1"
                }
            };
            let names = ["IMAGE_MAX_BYTES", "IMAGE_MAX_PIXELS", "IMAGE_FORMATS"];
            let settings = Settings::test(names.map(|name| (name, value(name))));
            let error = Images::from_env(settings).await.err().unwrap();
            assert_eq!(error.kind(), anyfn::Kind::Config);
            let said = error.to_string();
            assert!(said.contains(wrong) && said.contains(right), "{said}");
        }
    }
}
