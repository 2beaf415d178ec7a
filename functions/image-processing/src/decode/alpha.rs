//! Deals with: pixels of one, two, three or four channels -> RGB on a white ground.
//! Does not deal with: where they came from.

/// `rgba` on white, in place: the buffer shrinks to three bytes a pixel.
pub(super) fn flatten(mut rgba: Vec<u8>) -> Vec<u8> {
    let pixels = rgba.len() / 4;
    for pixel in 0..pixels {
        if let Some(&[r, g, b, a]) = rgba.get(pixel * 4..).and_then(|rest| rest.first_chunk::<4>())
        {
            let upright = [on_white(r, a), on_white(g, a), on_white(b, a)];
            if let Some(to) = rgba.get_mut(pixel * 3..pixel * 3 + 3) {
                to.copy_from_slice(&upright);
            }
        }
    }
    rgba.truncate(pixels * 3);
    rgba
}

/// Grey with alpha on white.
pub(super) fn flatten_grey(grey_alpha: &[u8]) -> Vec<u8> {
    grey_alpha.chunks_exact(2).flat_map(|pixel| [on_white(pixel[0], pixel[1]); 3]).collect()
}

/// Grey as RGB.
pub(super) fn spread(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|level| [*level; 3]).collect()
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

    #[test]
    fn opaque_pixels_stay_and_clear_ones_turn_white() {
        let rgba = vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];
        assert_eq!(flatten(rgba), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
    }

    #[test]
    fn grey_is_spread_with_and_without_alpha() {
        assert_eq!(spread(&[7, 9]), [7, 7, 7, 9, 9, 9]);
        assert_eq!(flatten_grey(&[7, 255, 7, 0]), [7, 7, 7, 255, 255, 255]);
    }
}
