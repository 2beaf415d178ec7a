//! One page of `List Blobs`.
//!
//! Deals with: its XML, and names that came percent-encoded because XML cannot carry them.
//! Does not deal with: asking for the next page.

use serde::Deserialize;

use crate::blob::read::{listed_date, unquoted};
use crate::blob::{Entry, Page};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    blobs: Blobs,
    next_marker: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blobs {
    #[serde(default)]
    blob: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    name: Name,
    properties: Properties,
}

#[derive(Deserialize)]
struct Name {
    #[serde(rename = "@Encoded", default)]
    encoded: bool,
    #[serde(rename = "$text", default)]
    text: String,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "Last-Modified", default)]
    last_modified: String,
    #[serde(rename = "Etag", default)]
    etag: String,
    #[serde(rename = "Content-Length")]
    content_length: u64,
}

pub(super) fn read(body: &[u8]) -> Result<Page, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the listing is not UTF-8")?;
    let answer: Answer = quick_xml::de::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("the listing cannot be read: {error}"))?;
    let entry = |Found { name, properties }: Found| {
        let key = if name.encoded { decoded(&name.text) } else { name.text };
        let last_modified = listed_date(&key, &properties.last_modified)?;
        let (size, etag) = (properties.content_length, unquoted(&properties.etag));
        Ok(Entry { key, size, etag, last_modified })
    };
    let next = answer.next_marker.filter(|marker| !marker.is_empty());
    let entries: Result<_, String> = answer.blobs.blob.into_iter().map(entry).collect();
    Ok(Page { entries: entries?, next })
}

fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_read_with_its_marker() {
        let page = read(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>
            <EnumerationResults ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\">
              <Prefix>a</Prefix><Blobs>
                <Blob><Name> a &amp; ä.jpg </Name><Properties><Creation-Time>x</Creation-Time>
                  <Last-Modified>Wed, 01 May 2024 10:00:00 GMT</Last-Modified><Etag>0x8D</Etag>
                  <Content-Length>7</Content-Length><Content-MD5/></Properties><OrMetadata/></Blob>
                <Blob><Name Encoded=\"true\">a%EF%BF%BE</Name><Properties>
                  <Last-Modified>Wed, 01 May 2024 10:00:00 GMT</Last-Modified>
                  <Content-Length>0</Content-Length></Properties></Blob>
              </Blobs><NextMarker>2!8</NextMarker></EnumerationResults>"
                .as_bytes(),
        );
        let page = page.unwrap();
        assert_eq!(page.next.as_deref(), Some("2!8"));
        let [first, second] = page.entries.as_slice() else { panic!("{page:?}") };
        assert_eq!(
            (first.key.as_str(), first.size, first.etag.as_str()),
            (" a & ä.jpg ", 7, "0x8D")
        );
        assert_eq!(second.key, "a\u{fffe}");
        assert_eq!(crate::dates::http(first.last_modified), "Wed, 01 May 2024 10:00:00 GMT");
    }

    #[test]
    fn a_page_without_the_date_of_each_is_refused() {
        let blob = "<Name>a</Name><Properties><Content-Length>0</Content-Length></Properties>";
        let page =
            format!("<EnumerationResults><Blobs><Blob>{blob}</Blob></Blobs></EnumerationResults>");
        let fault = read(page.as_bytes()).unwrap_err();
        assert_eq!(fault, r#"the listing has "" for the date of the last change of "a""#);
    }

    #[test]
    fn an_empty_page_may_have_a_next_one() {
        let page =
            read(b"<EnumerationResults><Blobs/><NextMarker>m</NextMarker></EnumerationResults>");
        let page = page.unwrap();
        assert!(page.entries.is_empty() && page.next.is_some());
        let last = read(b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>").unwrap();
        assert!(last.next.is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|Blobs|Blob|Name|Properties|Content-Length|Encoded=\"true\"|&|amp;|%|%2|[0-9a-z\"=! ]){0,60}") {
            let _ = read(format!("<EnumerationResults>{body}</EnumerationResults>").as_bytes());
        }
    }
}
