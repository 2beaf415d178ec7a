//! Deals with: walking the chunks of a PNG (PNG specification, 5.3).
//! Does not deal with: what is in them, nor their checksums; the decoder compares those.

/// Name and body of each whole chunk.
pub(super) fn chunks(png: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = png.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let name = rest.get(4..8)?;
        let body = rest.get(8..8usize.checked_add(length)?)?;
        rest = rest.get(12usize.checked_add(length)?..)?;
        Some((name, body))
    })
}
