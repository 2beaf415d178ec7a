//! Deals with: finding a PNG's colour profile and unpacking it, as far as it is not too long (PNG
//! specification, 11.3.2.3).
//! Does not deal with: what it says.

use super::super::MAX_PROFILE;
use super::chunks::chunks;
use flate2::read::ZlibDecoder;
use std::io::Read;

/// The profile; none where there is none, it is damaged, or over [`MAX_PROFILE`].
pub(super) fn read(png: &[u8]) -> Option<Vec<u8>> {
    let (_, body) =
        chunks(png).take_while(|(name, _)| *name != b"IDAT").find(|(name, _)| *name == b"iCCP")?;
    // A name, a zero, the method of compression, of which there is one.
    let name = body.iter().position(|byte| *byte == 0)?;
    let packed = body.get(name + 1..)?.strip_prefix(&[0])?;
    let mut profile = Vec::new();
    let most = u64::try_from(MAX_PROFILE).unwrap_or(u64::MAX);
    let length = ZlibDecoder::new(packed).take(most + 1).read_to_end(&mut profile).ok()?;
    (1..=MAX_PROFILE).contains(&length).then_some(profile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    /// The beginning of a PNG with one such chunk.
    fn png(body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[0; 8], &length[..], b"iCCP", body, &[0; 4]].concat()
    }

    fn packed(profile: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(b"a name\0\0".to_vec(), Compression::fast());
        packer.write_all(profile).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_profile_is_unpacked_up_to_the_limit() {
        assert_eq!(read(&png(&packed(b"profile"))).as_deref(), Some(&b"profile"[..]));
        let longest = vec![7; MAX_PROFILE];
        assert_eq!(read(&png(&packed(&longest))), Some(longest));
        assert_eq!(read(&png(&packed(&vec![7; MAX_PROFILE + 1]))), None);
        assert_eq!(read(&png(&packed(&vec![0; 3 * MAX_PROFILE]))), None);
    }

    #[test]
    fn a_chunk_that_is_none_is_passed_over() {
        let whole = packed(b"profile");
        for body in [&b""[..], b"a name", b"a name\0\x01", b"a name\0\0", &whole[..whole.len() - 6]]
        {
            assert_eq!(read(&png(body)), None, "{body:?}");
        }
        assert_eq!(read(b""), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise: Vec<u8>) {
            let _ = read(&noise);
            let _ = read(&png(&noise));
            let _ = read(&png(&[b"n\0\0", &noise[..]].concat()));
        }
    }
}
