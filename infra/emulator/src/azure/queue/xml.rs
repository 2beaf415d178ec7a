//! The XML that queue storage takes and gives.
//!
//! Deals with: reading `QueueMessage`, writing lists of messages and queues, dates.
//! Does not deal with: what a text means; clients put base64 or plain text there.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::Event;
use time::OffsetDateTime;
use time::macros::format_description;

use super::super::error::StorageError;
use super::error::bad;
use crate::queues::Message;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// Which of a message's fields an operation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// To its sender: no text and no count.
    Sent,
    /// To who took it: everything.
    Received,
    /// To who only looked: no receipt.
    Peeked,
}

/// One page of queues.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    pub(super) account: &'a str,
    pub(super) prefix: &'a str,
    pub(super) marker: &'a str,
    pub(super) max: Option<u32>,
    pub(super) queues: &'a [(String, Option<BTreeMap<String, String>>)],
    pub(super) next: Option<String>,
}

pub(super) fn invalid() -> StorageError {
    bad(
        "InvalidXmlDocument",
        "XML specified is not syntactically valid: it must be \
         <QueueMessage><MessageText>text</MessageText></QueueMessage>.",
    )
}

/// The text of `<QueueMessage><MessageText>`, to the byte; `None` where there is no such element.
pub(super) fn message_text(body: &[u8]) -> Result<Option<String>, StorageError> {
    let body = std::str::from_utf8(body).map_err(|_| invalid())?;
    let mut reader = Reader::from_str(body.trim_start_matches('\u{feff}'));
    let mut path: Vec<String> = Vec::new();
    let mut text: Option<String> = None;
    loop {
        let inside = matches!(path.as_slice(), [a, b] if a == "QueueMessage" && b == "MessageText");
        let event = reader.read_event().map_err(|_| invalid())?;
        let piece = match event {
            Event::Start(element) => {
                path.push(element.local_name().as_ref().to_owned());
                if path.len() == 1 && path[0] != "QueueMessage" {
                    return Err(invalid());
                }
                let opened = matches!(path.as_slice(), [_, name] if name == "MessageText");
                if opened && text.replace(String::new()).is_some() {
                    return Err(invalid());
                }
                continue;
            }
            Event::Empty(element) => {
                if path.len() == 1 && element.local_name().as_ref() == "MessageText" {
                    text = Some(String::new());
                }
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Text(piece) => piece.into_inner().into_owned(),
            Event::CData(piece) => piece.into_inner().into_owned(),
            Event::GeneralRef(reference) => {
                if let Some(c) = reference.resolve_char_ref().map_err(|_| invalid())? {
                    c.to_string()
                } else {
                    resolve_xml_entity(&reference).ok_or_else(invalid)?.to_owned()
                }
            }
            Event::Eof if path.is_empty() => break,
            Event::Eof | Event::DocType(_) => return Err(invalid()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
        };
        if inside && let Some(text) = &mut text {
            text.push_str(&piece);
        }
    }
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
            || c >= '\u{10000}'
    };
    // What XML cannot say could never be got out again.
    if text.as_ref().is_some_and(|text| !text.chars().all(allowed)) {
        return Err(invalid());
    }
    Ok(text)
}

/// `<QueueMessagesList>`.
pub(super) fn messages(messages: &[Message], shown: Shown) -> String {
    let mut xml = format!("{HEAD}<QueueMessagesList>");
    for message in messages {
        xml.push_str("<QueueMessage>");
        element(&mut xml, "MessageId", &message.id);
        element(&mut xml, "InsertionTime", &date(message.sent_ms));
        element(&mut xml, "ExpirationTime", &date(message.expires_ms));
        if shown != Shown::Peeked {
            element(&mut xml, "PopReceipt", &message.receipt);
            element(&mut xml, "TimeNextVisible", &date(message.visible_ms));
        }
        if shown != Shown::Sent {
            element(&mut xml, "DequeueCount", &message.receive_count.to_string());
            element(&mut xml, "MessageText", &message.body);
        }
        xml.push_str("</QueueMessage>");
    }
    xml.push_str("</QueueMessagesList>");
    xml
}

/// `<EnumerationResults>`.
pub(super) fn listing(listing: &Listing<'_>) -> String {
    let mut xml = format!(
        "{HEAD}<EnumerationResults ServiceEndpoint=\"http://127.0.0.1/{}/\">",
        escape(listing.account)
    );
    element(&mut xml, "Prefix", listing.prefix);
    element(&mut xml, "Marker", listing.marker);
    if let Some(max) = listing.max {
        element(&mut xml, "MaxResults", &max.to_string());
    }
    xml.push_str("<Queues>");
    for (name, metadata) in listing.queues {
        xml.push_str("<Queue>");
        element(&mut xml, "Name", name);
        if let Some(metadata) = metadata {
            xml.push_str("<Metadata>");
            // Names of metadata are C# identifiers, so they are names of elements too.
            metadata.iter().for_each(|(name, value)| element(&mut xml, name, value));
            xml.push_str("</Metadata>");
        }
        xml.push_str("</Queue>");
    }
    xml.push_str("</Queues>");
    element(&mut xml, "NextMarker", listing.next.as_deref().unwrap_or_default());
    xml.push_str("</EnumerationResults>");
    xml
}

fn element(xml: &mut String, name: &str, text: &str) {
    // A bare carriage return would be read back as a line feed.
    let text = escape(text).replace('\r', "&#xD;");
    xml.push_str(&format!("<{name}>{text}</{name}>"));
}

/// An HTTP date.
pub(super) fn date(ms: i64) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000));
    date.ok().and_then(|date| date.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Result<Option<String>, StorageError> {
        message_text(text.as_bytes())
    }

    #[test]
    fn a_text_is_read_to_the_byte() {
        let whole = "<?xml version='1.0'?>\n<QueueMessage> <MessageText>  a &lt;b&gt; &amp;&#65;\
                     <![CDATA[<c>]]> \n</MessageText></QueueMessage>\n";
        assert_eq!(of(whole).unwrap().unwrap(), "  a <b> &A<c> \n");
        let empty = "<QueueMessage><MessageText/></QueueMessage>";
        assert_eq!(of(empty).unwrap().unwrap(), "");
        assert_eq!(of("<QueueMessage></QueueMessage>").unwrap(), None);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for text in [
            "<Other><MessageText>a</MessageText></Other>",
            "<QueueMessage><MessageText>a</QueueMessage>",
            "<QueueMessage><MessageText>a</MessageText>",
            "<QueueMessage><MessageText>&bomb;</MessageText></QueueMessage>",
            "<QueueMessage><MessageText>&#1;</MessageText></QueueMessage>",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><QueueMessage><MessageText>a</MessageText></QueueMessage>",
        ] {
            assert_eq!(of(text).unwrap_err().code, "InvalidXmlDocument", "{text}");
        }
    }

    #[test]
    fn dates_are_http_dates() {
        assert_eq!(date(1_255_122_270_123), "Fri, 09 Oct 2009 21:04:30 GMT");
        assert_eq!(date(253_402_300_799_000), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    proptest! {
        #[test]
        fn no_document_panics(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            text in "(<|</|/>|>|QueueMessage|MessageText|&|amp;|#x|;|<!\\[CDATA\\[|[0-9a-z\"=! ]){0,60}",
        ) {
            let _ = message_text(&bytes);
            let _ = of(&text);
        }

        #[test]
        fn a_written_text_is_read_back(text in "[ -~\r\n\t\u{80}-\u{d7ff}]*") {
            let mut xml = String::from("<QueueMessage>");
            element(&mut xml, "MessageText", &text);
            xml.push_str("</QueueMessage>");
            prop_assert_eq!(of(&xml).unwrap().unwrap(), text);
        }
    }
}
