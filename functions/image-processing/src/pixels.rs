//! Deals with: decoded pixels in memory, with or without transparency: their size, a white ground below
//! them, turning them.
//! Does not deal with: where they come from (`decode/`), nor what their colours mean (`colour.rs`).

use crate::orientation::Orientation;
use std::borrow::Cow;

/// Pixels of three or four bytes, rows from the top, nothing between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What a pixel is made of.
    pub layout: Layout,
    /// `width` times `height` pixels.
    pub data: Vec<u8>,
}

/// What a pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Red, green, blue.
    Rgb,
    /// The same and opacity: 0 is clear. Colours are not multiplied by it.
    Rgba,
}

impl Layout {
    /// Bytes a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl Pixels {
    /// Opaque pixels.
    pub fn rgb((width, height): (u32, u32), data: Vec<u8>) -> Self {
        Self { width, height, layout: Layout::Rgb, data }
    }

    /// Pixels of red, green, blue and opacity: without it where all are opaque, as they are where
    /// `keep_alpha`, else on white.
    pub fn rgba((width, height): (u32, u32), data: Vec<u8>, keep_alpha: bool) -> Self {
        let clear = data.iter().skip(3).step_by(4).any(|opacity| *opacity != u8::MAX);
        if clear && keep_alpha {
            Self { width, height, layout: Layout::Rgba, data }
        } else {
            Self::rgb((width, height), flattened(data))
        }
    }

    /// The same picture on a white ground.
    #[must_use]
    pub fn on_white(&self) -> Cow<'_, Self> {
        match self.layout {
            Layout::Rgb => Cow::Borrowed(self),
            Layout::Rgba => {
                Cow::Owned(Self::rgb((self.width, self.height), flattened(self.data.clone())))
            }
        }
    }

    /// Turned as `orientation` says.
    #[must_use]
    pub fn upright(self, orientation: Orientation) -> Self {
        let Self { width, height, layout, data } = self;
        let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
        let data = match layout {
            Layout::Rgb => orientation.apply::<3>(data, side(width), side(height)),
            Layout::Rgba => orientation.apply::<4>(data, side(width), side(height)),
        };
        let (width, height) = orientation.apply_to_size((width, height));
        Self { width, height, layout, data }
    }
}

/// `rgba` on white, in place: the buffer shrinks to three bytes a pixel.
fn flattened(mut rgba: Vec<u8>) -> Vec<u8> {
    let pixels = rgba.len() / 4;
    for pixel in 0..pixels {
        if let Some(&[r, g, b, a]) = rgba.get(pixel * 4..).and_then(|rest| rest.first_chunk::<4>())
        {
            let light = [on_white(r, a), on_white(g, a), on_white(b, a)];
            if let Some(to) = rgba.get_mut(pixel * 3..pixel * 3 + 3) {
                to.copy_from_slice(&light);
            }
        }
    }
    rgba.truncate(pixels * 3);
    rgba
}

/// `level` at opacity `alpha` over white, rounded to nearest.
fn on_white(level: u8, alpha: u8) -> u8 {
    let (level, alpha) = (u32::from(level), u32::from(alpha));
    // At most 255: a weighted mean of two bytes.
    u8::try_from((level * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOFT: [u8; 12] = [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];

    #[test]
    fn opaque_pixels_stay_and_clear_ones_turn_white() {
        let white = [10, 20, 30, 255, 255, 255, 127, 127, 127];
        let flat = Pixels::rgba((3, 1), SOFT.to_vec(), false);
        assert_eq!(flat, Pixels::rgb((3, 1), white.to_vec()));
        assert_eq!(*flat.on_white(), flat);
        assert_eq!(*Pixels::rgba((3, 1), SOFT.to_vec(), true).on_white(), flat);
    }

    #[test]
    fn opacity_is_kept_only_where_something_is_clear() {
        let kept = Pixels::rgba((3, 1), SOFT.to_vec(), true);
        assert_eq!((kept.layout, &kept.data[..]), (Layout::Rgba, &SOFT[..]));
        let opaque = Pixels::rgba((1, 1), vec![1, 2, 3, 255], true);
        assert_eq!(opaque, Pixels::rgb((1, 1), vec![1, 2, 3]));
    }

    #[test]
    fn turning_takes_opacity_along() {
        let soft = Pixels::rgba((3, 1), SOFT.to_vec(), true);
        let turned = soft.upright(Orientation::Rotate90);
        assert_eq!((turned.width, turned.height, &turned.data[..]), (1, 3, &SOFT[..]));
        let mirrored = turned.upright(Orientation::FlipVertical);
        assert_eq!(mirrored.data, [0, 0, 0, 128, 10, 20, 30, 0, 10, 20, 30, 255]);
    }
}
