//! Deals with: what the function needs besides its event: both stores and the limits.
//! Does not deal with: using them.

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
}

impl Images {
    /// Opens what the environment binds.
    ///
    /// # Errors
    /// [`Kind::Config`](anyfn::Kind::Config) where a binding or a limit is wrong.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            max_bytes: settings.parse("IMAGE_MAX_BYTES", "100000000")?,
            max_pixels: settings.parse("IMAGE_MAX_PIXELS", "100000000")?,
            photos: blob::from_env("photos").map_err(Error::config)?,
            thumbnails: blob::from_env("thumbnails").map_err(Error::config)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_that_is_no_number_is_a_start_up_error_that_shows_a_right_one() {
        for (wrong, right) in
            [("IMAGE_MAX_PIXELS", "IMAGE_MAX_BYTES"), ("IMAGE_MAX_BYTES", "IMAGE_MAX_PIXELS")]
        {
            let settings = Settings::test([(wrong, "100 million"), (right, "1")]);
            let error = Images::from_env(settings).await.err().unwrap();
            assert_eq!(error.kind(), anyfn::Kind::Config);
            assert!(error.to_string().contains(&format!("{wrong}=100000000")), "{error}");
        }
    }
}
