//! One page of `ListObjectsV2`.
//!
//! Deals with: its XML, and keys that came percent-encoded because XML cannot carry them.
//! Does not deal with: asking for the next page.

use serde::Deserialize;

use crate::blob::read::{listed_date, unquoted};
use crate::blob::{Entry, Page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    contents: Vec<Found>,
    encoding_type: Option<String>,
    next_continuation_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    key: String,
    #[serde(default)]
    last_modified: String,
    #[serde(rename = "ETag", default)]
    etag: String,
    size: u64,
}

/// The page, of what is under the binding's prefix, which the keys lose.
pub(super) fn read(body: &[u8], prefix: &str) -> Result<Page, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the listing is not UTF-8")?;
    let answer: Answer = quick_xml::de::from_str(text)
        .map_err(|error| format!("the listing cannot be read: {error}"))?;
    let encoded = answer.encoding_type.as_deref() == Some("url");
    let entry = |found: Found| {
        let key = if encoded { decoded(&found.key) } else { found.key };
        // An object that is named as the prefix itself has no key here.
        let key = key.strip_prefix(prefix).filter(|key| !key.is_empty())?.to_owned();
        let (size, etag) = (found.size, unquoted(&found.etag));
        let date = listed_date(&key, &found.last_modified);
        Some(date.map(|last_modified| Entry { key, size, etag, last_modified }))
    };
    let next = answer.next_continuation_token.filter(|token| !token.is_empty());
    let entries: Result<_, String> = answer.contents.into_iter().filter_map(entry).collect();
    Ok(Page { entries: entries?, next })
}

/// S3 writes a space as `+` here.
fn decoded(key: &str) -> String {
    let spaced = key.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_read_with_its_token() {
        let page = read(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>
            <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">
              <Name>b</Name><Prefix/><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>
              <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
              <NextContinuationToken>1/a+b=</NextContinuationToken>
              <Contents><Key>a+b%2Bc/%C3%A4</Key><LastModified>2024-05-01T10:00:00.000Z</LastModified>
                <ETag>&quot;abc&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>
              <Contents><Key>z</Key><LastModified>2024-05-01T10:00:00Z</LastModified>
                <ETag>\"d\"</ETag><Size>0</Size></Contents>
            </ListBucketResult>",
            "",
        );
        let page = page.unwrap();
        assert_eq!(page.next.as_deref(), Some("1/a+b="));
        let [first, second] = page.entries.as_slice() else { panic!("{page:?}") };
        assert_eq!((first.key.as_str(), first.size, first.etag.as_str()), ("a b+c/ä", 7, "abc"));
        assert_eq!((second.key.as_str(), second.etag.as_str()), ("z", "d"));
    }

    #[test]
    fn an_unencoded_key_stays_as_it_is() {
        let page = read(&one("<LastModified>2024-05-01T10:00:00Z</LastModified>"), "").unwrap();
        assert_eq!(page.entries[0].key, "a+b%20 & c");
    }

    fn one(date: &str) -> Vec<u8> {
        let found = format!("<Key>a+b%20 &amp; c</Key>{date}<Size>1</Size>");
        format!("<ListBucketResult><Contents>{found}</Contents></ListBucketResult>").into_bytes()
    }

    #[test]
    fn a_page_without_the_date_of_each_is_refused() {
        for date in ["", "<LastModified>2024-05-01 10:00:00</LastModified>"] {
            let fault = read(&one(date), "").unwrap_err();
            assert!(fault.contains(r#"the date of the last change of "a+b%20 & c""#), "{fault}");
        }
    }

    #[test]
    fn an_empty_page_is_read() {
        let page =
            read(b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>", "");
        assert!(page.unwrap().entries.is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body, "in/");
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|ListBucketResult|Contents|Key|Size|EncodingType|url|&|amp;|%|%2|[0-9a-z\"=! ]){0,60}") {
            let _ = read(body.as_bytes(), "");
            let _ = read(format!("<ListBucketResult>{body}</ListBucketResult>").as_bytes(), "a");
        }
    }
}
