//! Deals with: JPEG data -> samples by libjpeg-turbo, and what its warnings mean.
//! Does not deal with: the header; its limits are checked by then.

use super::header::{Colours, Header};
use super::{KIND, ended, scan, too_many_scans};
use crate::decode::buffer;
use crate::error::PictureError;
use turbojpeg::{Decompressor, Error, Image, PixelFormat, ScalingFactor};

/// The least fraction at which our own decoder is the quicker one (`cargo xtask bench image`): the smaller the
/// result, the more of the file need not be worked out, which the library does not know.
pub(super) const OWN_FROM: u32 = 4;
/// Warnings about files that are shown all the same, as they begin. One of surplus bytes means a
/// careless writer or a header that lies: `scan` tells which.
const HARMLESS: [&str; 3] =
    ["Warning: unknown JFIF", "Unknown Adobe color transform", "Inconsistent progression sequence"];
const SURPLUS: &str = "extraneous bytes before marker";
const ENDED: [&str; 2] = ["Premature end of JPEG", "Corrupt JPEG data: premature end"];

/// Samples of one, three or four bytes a pixel, as `header` says, at 1/`fraction` of its size. Of inks
/// 255 is most: every writer follows Adobe's and inverts them, and this undoes it.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header<'_>,
    fraction: u32,
) -> Result<Vec<u8>, PictureError> {
    let size = (header.size.0.div_ceil(fraction), header.size.1.div_ceil(fraction));
    let format = match header.colours {
        Colours::Grey => PixelFormat::GRAY,
        Colours::Light => PixelFormat::RGB,
        Colours::Inks => PixelFormat::CMYK,
    };
    let mut samples = buffer(KIND, size, format.size())?;
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
    let (width, height) = (side(size.0), side(size.1));
    let image =
        Image { pixels: &mut samples[..], width, pitch: width * format.size(), height, format };
    match read(bytes, header, side(fraction), image) {
        Ok(true) => (),
        Ok(false) => return Err(PictureError::corrupt(KIND, "two frame headers")),
        Err(Error::TurboJpegError(said)) => judge(bytes, &said)?,
        Err(other) => return Err(PictureError::corrupt(KIND, other)),
    }
    if header.colours == Colours::Inks {
        samples.iter_mut().for_each(|ink| *ink = !*ink);
    }
    Ok(samples)
}

/// False where the library found another size than we did.
fn read(
    bytes: &[u8],
    header: &Header<'_>,
    fraction: usize,
    image: Image<&mut [u8]>,
) -> Result<bool, Error> {
    let mut decompressor = Decompressor::new()?;
    let found = decompressor.read_header(bytes)?;
    let (width, height) = header.size;
    if (u32::try_from(found.width), u32::try_from(found.height)) != (Ok(width), Ok(height)) {
        return Ok(false);
    }
    decompressor.set_scaling_factor(ScalingFactor::new(1, fraction))?;
    decompressor.set_scan_limit(u32::try_from(scan::MAX_SCANS).unwrap_or(u32::MAX))?;
    // What is decoded is shrunk further; smoother edges of colour would be lost there.
    decompressor.set_fast_upsample(true)?;
    decompressor.decompress(bytes, image).map(|()| true)
}

/// The library goes on after a warning, and tells of the first alone.
fn judge(bytes: &[u8], said: &str) -> Result<(), PictureError> {
    if said.contains("has more than") && said.ends_with("scans") {
        return Err(too_many_scans());
    }
    scan::check(bytes)?;
    if ENDED.iter().any(|start| said.starts_with(start)) {
        return Err(ended());
    }
    if said.contains(SURPLUS) || HARMLESS.iter().any(|start| said.starts_with(start)) {
        return Ok(());
    }
    Err(PictureError::corrupt(KIND, said))
}
