//! Deals with: the first frame of a GIF, laid on its screen; what it does not cover is clear, or white.
//! Does not deal with: the frames after it.

use super::{Kind, Limits, Picture, buffer, check};
use crate::{error::PictureError, orientation::Orientation, pixels::Layout, pixels::Pixels};
use gif::{ColorOutput, DecodeOptions, DecodingError};

const KIND: Kind = Kind::Gif;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut options = DecodeOptions::new();
    // A byte a pixel instead of four.
    options.set_color_output(ColorOutput::Indexed);
    // A frame that reaches beyond the screen could be far larger than the size that was checked.
    options.check_frame_consistency(true);
    options.check_lzw_end_code(true);
    let mut decoder = options.read_info(bytes).map_err(explain)?;
    let full = (u32::from(decoder.width()), u32::from(decoder.height()));
    check(KIND, full, limits)?;

    let Some(frame) = decoder.next_frame_info().map_err(explain)? else {
        return Err(PictureError::corrupt(KIND, "it has no frame"));
    };
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let transparent = frame.transparent;
    if width == 0 || height == 0 {
        return Err(PictureError::lies(KIND, format!("its first frame is {width}x{height}")));
    }

    let mut indices = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut indices).map_err(explain)?;
    // Whatever else is wrong behind the last pixel does not matter; another row of pixels does.
    if decoder.fill_buffer(&mut vec![0; width]).unwrap_or(false) {
        return Err(PictureError::lies(KIND, "its first frame holds more than it declares"));
    }
    let palette = decoder.palette().map_err(explain)?;

    let layout = if limits.keep_alpha { Layout::Rgba } else { Layout::Rgb };
    let mut data = buffer(KIND, full, layout.bytes())?;
    // Clear where there is an opacity, else white.
    data.fill(if limits.keep_alpha { 0 } else { u8::MAX });
    let row_bytes = usize::from(decoder.width()) * layout.bytes();
    let rows = data.chunks_exact_mut(row_bytes).skip(top);
    for (row, line) in rows.zip(indices.chunks_exact(width)) {
        for (pixel, index) in row.chunks_exact_mut(layout.bytes()).skip(left).zip(line) {
            let at = usize::from(*index) * 3;
            // An index beyond the palette is shown as nothing, as browsers do.
            if let (false, Some(colour)) = (transparent == Some(*index), palette.get(at..at + 3)) {
                pixel
                    .iter_mut()
                    .zip(colour.iter().chain(&[u8::MAX]))
                    .for_each(|(to, from)| *to = *from);
            }
        }
    }
    let pixels = match layout {
        Layout::Rgb => Pixels::rgb(full, data),
        Layout::Rgba => Pixels::rgba(full, data, true),
    };
    let orientation = Orientation::AsStored;
    Ok(Picture { kind: KIND, full, pixels, orientation, profile: None, grey: false })
}

fn explain(error: DecodingError) -> PictureError {
    match error {
        DecodingError::UnexpectedEof => {
            PictureError::corrupt(KIND, "the file ends before the picture does")
        }
        other => PictureError::corrupt(KIND, other),
    }
}
