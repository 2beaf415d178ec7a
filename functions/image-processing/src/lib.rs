//! Thumbnails of what arrives in the store `photos`.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: editing; other sizes than
//! [`widths`] names.
//!
//! A picture `in/cat.jpg` gets `in/cat.jpg/128.jpg`, `in/cat.jpg/512.jpg` and `in/cat.jpg/1024.jpg` in the
//! store `thumbnails`; see [`widths`] for which of them. They stand upright and are in sRGB.
//!
//! | setting | default | meaning |
//! |---|---|---|
//! | `IMAGE_FORMATS` | `jpeg` | what thumbnails are written as: `jpeg`, `webp`, or both with a comma between them. A JPEG shows transparency as white, a WebP keeps it |
//! | `IMAGE_MAX_BYTES` | `100000000` | a file of more bytes is rejected before it is read. A file is held in memory as a whole |
//! | `IMAGE_MAX_PIXELS` | `100000000` | a picture of more pixels (width times height) is rejected before it is decoded. Decoding takes 3 to 16 bytes of memory a pixel: most for a progressive CMYK JPEG, least for a PNG without alpha; far less for a large JPEG that is not progressive |

mod colour;
pub mod decode;
mod encode;
pub mod error;
pub mod formats;
mod images;
pub mod orientation;
pub mod pixels;
pub mod shrink;
pub mod thumbnail;
pub mod widths;

pub use images::Images;

use crate::formats::Formats;
use anyfn::{App, blob, config::optional};

/// The application.
pub fn app() -> App<Images> {
    App::new("image-processing", Images::from_env)
        .on("thumbnail", blob::created("photos"), thumbnail::run)
        .needs(blob::store("photos").read())
        .needs(blob::store("thumbnails").write())
        .config("IMAGE_FORMATS", optional(Formats::DEFAULT))
        .config("IMAGE_MAX_BYTES", optional("100000000"))
        .config("IMAGE_MAX_PIXELS", optional("100000000"))
        .dead_letters(anyfn_services::dead_letters)
}
