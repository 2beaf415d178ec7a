//! Deals with: JPEG, baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK; at a fraction of its size
//! where that is enough.
//! Does not deal with: arithmetic coding, 12 bits, lossless, hierarchical.

#[cfg(not(feature = "turbojpeg"))]
#[path = "jpeg/rust.rs"]
mod codec;
#[cfg(feature = "turbojpeg")]
#[path = "jpeg/turbojpeg.rs"]
mod codec;
mod entropy;
mod frame;
mod header;
mod scan;
mod segments;
mod sequential;

use self::header::Colours;
use super::{Kind, Limits, Picture, check, spread};
use crate::{colour, error::PictureError, orientation::Orientation, pixels::Pixels};

const KIND: Kind = Kind::Jpeg;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let header = header::read(bytes)?;
    let full = header.size;
    check(KIND, full, limits)?;
    let orientation = header.exif.map(Orientation::from_exif).unwrap_or_default();
    let (upright_width, _) = orientation.apply_to_size(full);
    let fraction = fraction(upright_width, limits.min_width);
    let size = (full.0.div_ceil(fraction), full.1.div_ceil(fraction));

    // Our own decoder knows what cameras write, the libraries know the rest.
    let own = match fraction >= codec::OWN_FROM {
        true => sequential::decode(bytes, &header, fraction)?,
        false => None,
    };
    let samples = own.map_or_else(|| codec::decode(bytes, &header, fraction), Ok)?;
    let (pixels, profile) = match header.colours {
        Colours::Grey => (Pixels::rgb(size, spread(&samples)), header.profile),
        Colours::Light => (Pixels::rgb(size, samples), header.profile),
        Colours::Inks => {
            (Pixels::rgb(size, colour::light(samples, header.profile.as_deref())), None)
        }
    };
    let grey = header.colours == Colours::Grey;
    Ok(Picture { kind: KIND, full, pixels, orientation, profile, grey })
}

/// By how much a picture of `width` may be divided and stay as wide as `wanted`: 8, 4, 2 or 1.
fn fraction(width: u32, wanted: u32) -> u32 {
    [8, 4, 2].into_iter().find(|by| width.div_ceil(*by) >= wanted).unwrap_or(1)
}

/// What a file is told to be whose pictures' data end early, by both decoders alike.
fn ended() -> PictureError {
    PictureError::corrupt(KIND, "the file ends before the picture does")
}

/// A file of that many scans, whoever counted them.
fn too_many_scans() -> PictureError {
    let reason = format!("it has more than {} scans", scan::MAX_SCANS);
    PictureError::Unsupported { kind: KIND, reason }
}

#[cfg(test)]
mod tests;
