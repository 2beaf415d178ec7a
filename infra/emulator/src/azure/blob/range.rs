//! The header that asks for a part of a blob.
//!
//! Deals with: `x-ms-range` and `Range`. Does not deal with: several ranges, or the last N bytes,
//! which the service does not have either.

use std::ops::Range;

use http::StatusCode;

use super::call::Call;
use super::errors::invalid_header;
use crate::azure::error::StorageError;

/// First byte, and last byte if it is given; both count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ByteRange {
    first: u64,
    last: Option<u64>,
}

/// The range that is asked for; `x-ms-range` goes before `Range`.
pub(super) fn of(call: &Call) -> Result<Option<ByteRange>, StorageError> {
    for name in ["x-ms-range", "range"] {
        if let Some(value) = call.header(name) {
            let range = ByteRange::parse(value)
                .ok_or_else(|| invalid_header(name, value, "like bytes=0-1023 or bytes=1024-"))?;
            return Ok(Some(range));
        }
    }
    Ok(None)
}

impl ByteRange {
    fn parse(value: &str) -> Option<Self> {
        let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            if digits { text.parse::<u64>().ok() } else { None }
        };
        let first = number(first)?;
        let last = if last.is_empty() { None } else { Some(number(last)?) };
        last.is_none_or(|last| first <= last).then_some(Self { first, last })
    }

    /// The bytes of a blob of `size` bytes that are meant.
    pub(super) fn within(self, size: u64) -> Result<Range<u64>, StorageError> {
        if self.first >= size {
            return Err(StorageError::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                format!(
                    "The range specified is invalid for the current size of the resource: it starts \
                     at {}, the blob has {size} bytes.",
                    self.first
                ),
            ));
        }
        let end = self.last.map_or(size, |last| last.saturating_add(1).min(size));
        Ok(self.first..end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn a_range_ends_with_the_blob() {
        let within = |text: &str, size| ByteRange::parse(text).unwrap().within(size).ok();
        assert_eq!(within("bytes=0-3", 10), Some(0..4));
        assert_eq!(within("bytes=8-99", 10), Some(8..10));
        assert_eq!(within("bytes=3-", 10), Some(3..10));
        assert_eq!(within("bytes=10-", 10), None);
        assert_eq!(within("bytes=0-0", 0), None);
        assert_eq!(within(&format!("bytes=1-{}", u64::MAX), 10), Some(1..10));
    }

    #[test]
    fn what_the_service_does_not_have_is_no_range() {
        for text in
            ["bytes=-5", "bytes=3-1", "bytes=1-2,4-5", "bytes=+1-2", "items=0-1", "bytes=", ""]
        {
            assert_eq!(ByteRange::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics_and_every_range_is_inside(text in any::<String>(), a in any::<u64>(), b in any::<u64>(), size in any::<u64>()) {
            for text in [text, format!("bytes={a}-{b}"), format!("bytes={a}-")] {
                if let Some(Ok(range)) = ByteRange::parse(&text).map(|range| range.within(size)) {
                    assert!(range.start < range.end && range.end <= size);
                }
            }
        }
    }
}
