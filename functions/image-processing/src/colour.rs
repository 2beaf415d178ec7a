//! Deals with: colours of any profile -> sRGB, which is what a picture without a profile is in; inks ->
//! light.
//! Does not deal with: where a file keeps its profile. A profile is foreign bytes: one that is broken, or
//! speaks of other colours than the picture has, is left out and logged, and the picture taken as sRGB.

use crate::pixels::{Layout, Pixels};
use moxcms::{CmsError, ColorProfile, DataColorSpace, TransformExecutor, TransformOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A profile that moves no colour by more is sRGB by another name (there are dozens), or greys that are
/// sRGB's: a difference that cannot be seen, and the conversion rounds by as much.
const SAME: u8 = 2;

/// Pixels that are converted at once.
const BATCH: usize = 4096;

/// `pixels` in sRGB. Of a `grey` picture the profile may speak of levels of grey; red, green and blue
/// are equal in it.
pub(crate) fn to_srgb(pixels: &mut Pixels, profile: &[u8], grey: bool) {
    let found = guarded(|| match parsed(profile)? {
        profile if profile.color_space == DataColorSpace::Gray => {
            let table = if grey { levels(&profile)? } else { return Err(foreign(&profile)) };
            Ok(table.map(|table| through(&pixels.data, pixels.layout, &table)))
        }
        profile if profile.color_space == DataColorSpace::Rgb => colours(pixels, &profile),
        profile => Err(foreign(&profile)),
    });
    match found {
        Ok(Some(data)) => pixels.data = data,
        Ok(None) => (),
        Err(reason) => tracing::warn!(reason, "colour profile ignored"),
    }
}

/// Inks (cyan, magenta, yellow, black; 255 is most) as RGB on paper, by `profile` or by the plain formula.
pub(crate) fn light(inks: Vec<u8>, profile: Option<&[u8]>) -> Vec<u8> {
    let found = profile.map(|profile| guarded(|| by_profile(&inks, &parsed(profile)?)));
    match found {
        Some(Ok(rgb)) => return rgb,
        Some(Err(reason)) => tracing::warn!(reason, "colour profile ignored"),
        None => (),
    }
    by_formula(inks)
}

/// Runs what reads a profile; a panic of it is a reason too.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("its reader gave up".to_owned()))
}

fn parsed(profile: &[u8]) -> Result<ColorProfile, String> {
    ColorProfile::new_from_slice(profile).map_err(|error| error.to_string())
}

fn foreign(profile: &ColorProfile) -> String {
    format!("it is for {:?}, the picture is not", profile.color_space)
}

type Transform = dyn TransformExecutor<u8> + Send + Sync;

fn transform(
    profile: &ColorProfile,
    from: moxcms::Layout,
    to: moxcms::Layout,
) -> Result<std::sync::Arc<Transform>, String> {
    profile
        .create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default())
        .map_err(|error| error.to_string())
}

/// What each level of grey becomes; none where all stay.
fn levels(profile: &ColorProfile) -> Result<Option<[u8; 256]>, String> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let to_rgb = transform(profile, moxcms::Layout::Gray, moxcms::Layout::Rgb)?;
    let mut rgb = [0; 256 * 3];
    to_rgb.transform(&all, &mut rgb).map_err(|error| error.to_string())?;
    let mut table = [0; 256];
    table.iter_mut().zip(rgb.chunks_exact(3)).for_each(|(to, rgb)| *to = rgb[1]);
    Ok((!same(&all, &table)).then_some(table))
}

/// Pixels with each colour replaced by what stands for it in `table`.
fn through(data: &[u8], layout: Layout, table: &[u8; 256]) -> Vec<u8> {
    let mut data = data.to_vec();
    for pixel in data.chunks_exact_mut(layout.bytes()) {
        pixel.iter_mut().take(3).for_each(|level| {
            *level = table.get(usize::from(*level)).copied().unwrap_or_default();
        });
    }
    data
}

/// The pixels converted; none where no colour would change.
fn colours(pixels: &Pixels, profile: &ColorProfile) -> Result<Option<Vec<u8>>, String> {
    let opaque = transform(profile, moxcms::Layout::Rgb, moxcms::Layout::Rgb)?;
    let probe = probe();
    if same(&probe, &converted(&probe, 3, 3, &*opaque).map_err(|error| error.to_string())?) {
        return Ok(None);
    }
    let done = match pixels.layout {
        Layout::Rgb => converted(&pixels.data, 3, 3, &*opaque),
        Layout::Rgba => {
            let soft = transform(profile, moxcms::Layout::Rgba, moxcms::Layout::Rgba)?;
            converted(&pixels.data, 4, 4, &*soft)
        }
    };
    done.map(Some).map_err(|error| error.to_string())
}

fn by_profile(inks: &[u8], profile: &ColorProfile) -> Result<Vec<u8>, String> {
    if profile.color_space != DataColorSpace::Cmyk {
        return Err(foreign(profile));
    }
    let to_rgb = transform(profile, moxcms::Layout::Rgba, moxcms::Layout::Rgb)?;
    converted(inks, 4, 3, &*to_rgb).map_err(|error| error.to_string())
}

/// Ink to light without a profile, in place: paper that lost the light of black ink is what remains for
/// each of the others to cover.
fn by_formula(mut inks: Vec<u8>) -> Vec<u8> {
    let light = |ink: u8, black: u8| {
        let light = (255 - u32::from(ink)) * (255 - u32::from(black));
        u8::try_from((light + 127) / 255).unwrap_or(u8::MAX)
    };
    let pixels = inks.len() / 4;
    for pixel in 0..pixels {
        if let Some(&[c, m, y, k]) = inks.get(pixel * 4..).and_then(|rest| rest.first_chunk::<4>())
        {
            let rgb = [light(c, k), light(m, k), light(y, k)];
            if let Some(to) = inks.get_mut(pixel * 3..pixel * 3 + 3) {
                to.copy_from_slice(&rgb);
            }
        }
    }
    inks.truncate(pixels * 3);
    inks
}

/// `data` of `from` bytes a pixel as `to` bytes a pixel.
fn converted(
    data: &[u8],
    from: usize,
    to: usize,
    transform: &Transform,
) -> Result<Vec<u8>, CmsError> {
    let mut out = vec![0; data.len() / from * to];
    for (data, out) in data.chunks(BATCH * from).zip(out.chunks_mut(BATCH * to)) {
        transform.transform(data, out)?;
    }
    Ok(out)
}

/// Colours from all over the cube, and all greys.
fn probe() -> Vec<u8> {
    let steps = || (0..=u8::MAX).step_by(51);
    let cube =
        steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b])));
    cube.chain((0..=u8::MAX).flat_map(|level| [level; 3])).collect()
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= SAME)
}

#[cfg(test)]
mod tests;
