//! What `Get Messages` and `Peek Messages` answer.
//!
//! Deals with: its XML, and bodies that are base64 or not. Who puts text that happens to be base64
//! gets it decoded, as Azure Functions does. Does not deal with: what is sent (one line of XML).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::queue::{Message, Peeked};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<T> {
    // `default` alone would ask for `T: Default`.
    #[serde(default = "Vec::new")]
    queue_message: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    message_id: String,
    pop_receipt: String,
    #[serde(default)]
    dequeue_count: u32,
    #[serde(default)]
    message_text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Seen {
    message_id: String,
    #[serde(default)]
    dequeue_count: u32,
    #[serde(default)]
    message_text: String,
}

pub(super) fn received(xml: &[u8]) -> Result<Vec<Message>, String> {
    let message = |received: Received| Message {
        id: received.message_id,
        receipt: received.pop_receipt,
        body: body(received.message_text),
        receive_count: received.dequeue_count,
        attributes: Vec::new(),
    };
    Ok(read(xml)?.into_iter().map(message).collect())
}

pub(super) fn peeked(xml: &[u8]) -> Result<Vec<Peeked>, String> {
    let message = |seen: Seen| Peeked {
        id: seen.message_id,
        body: body(seen.message_text),
        receive_count: seen.dequeue_count,
    };
    Ok(read(xml)?.into_iter().map(message).collect())
}

fn read<T: DeserializeOwned>(xml: &[u8]) -> Result<Vec<T>, String> {
    let text = std::str::from_utf8(xml).map_err(|_| "the messages are not UTF-8")?;
    let answer: Answer<T> = quick_xml::de::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("the messages cannot be read: {error}"))?;
    Ok(answer.queue_message)
}

fn body(text: String) -> Bytes {
    match STANDARD.decode(&text) {
        Ok(bytes) => Bytes::from(bytes),
        Err(_) => Bytes::from(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bodies_are_decoded_where_they_are_base64() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList>
            <QueueMessage><MessageId>1</MessageId><InsertionTime>x</InsertionTime>
              <PopReceipt>a+b=</PopReceipt><DequeueCount>2</DequeueCount>
              <MessageText>eyJhIjoxfQ==</MessageText></QueueMessage>
            <QueueMessage><MessageId>2</MessageId><PopReceipt>c</PopReceipt>
              <DequeueCount>1</DequeueCount><MessageText> {&quot;a&quot;: &lt;1&gt;} </MessageText></QueueMessage>
            <QueueMessage><MessageId>3</MessageId><PopReceipt>d</PopReceipt>
              <DequeueCount>1</DequeueCount><MessageText/></QueueMessage></QueueMessagesList>";
        let messages = received(xml.as_bytes()).unwrap();
        let [first, raw, empty] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((&*first.body, first.receive_count), (&b"{\"a\":1}"[..], 2));
        assert_eq!(first.receipt, "a+b=");
        assert_eq!(raw.body, " {\"a\": <1>} ");
        assert!(empty.body.is_empty());
    }

    #[test]
    fn an_empty_list_is_read() {
        assert!(received(b"<QueueMessagesList/>").unwrap().is_empty());
        assert!(peeked(b"<QueueMessagesList></QueueMessagesList>").unwrap().is_empty());
    }

    #[test]
    fn what_is_only_looked_at_has_no_receipt() {
        let xml = "<QueueMessagesList><QueueMessage><MessageId>1</MessageId>
            <DequeueCount>0</DequeueCount><MessageText>aGk=</MessageText></QueueMessage>
            </QueueMessagesList>";
        let expected = Peeked { id: "1".to_owned(), body: "hi".into(), receive_count: 0 };
        assert_eq!(peeked(xml.as_bytes()).unwrap(), [expected]);
        received(xml.as_bytes()).unwrap_err();
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = received(&body);
            let _ = peeked(&body);
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|QueueMessage|MessageId|PopReceipt|MessageText|&|amp;|[0-9a-z\"=! ]){0,60}") {
            let xml = format!("<QueueMessagesList>{body}</QueueMessagesList>");
            let _ = received(xml.as_bytes());
            let _ = peeked(xml.as_bytes());
        }
    }
}
