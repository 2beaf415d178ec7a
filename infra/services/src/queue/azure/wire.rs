//! What `Get Messages` answers.
//!
//! Deals with: its XML, and bodies that are base64 or not. Who puts text that happens to be base64
//! gets it decoded, as Azure Functions does. Does not deal with: what is sent (one line of XML).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use crate::queue::Message;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    queue_message: Vec<Received>,
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

pub(super) fn read(body: &[u8]) -> Result<Vec<Message>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the messages are not UTF-8")?;
    let answer: Answer = quick_xml::de::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("the messages cannot be read: {error}"))?;
    Ok(answer.queue_message.into_iter().map(message).collect())
}

fn message(received: Received) -> Message {
    let body = match STANDARD.decode(&received.message_text) {
        Ok(bytes) => Bytes::from(bytes),
        Err(_) => Bytes::from(received.message_text),
    };
    Message {
        id: received.message_id,
        receipt: received.pop_receipt,
        body,
        receive_count: received.dequeue_count,
        attributes: Vec::new(),
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
        let messages = read(xml.as_bytes()).unwrap();
        let [first, raw, empty] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((&*first.body, first.receive_count), (&b"{\"a\":1}"[..], 2));
        assert_eq!(first.receipt, "a+b=");
        assert_eq!(raw.body, " {\"a\": <1>} ");
        assert!(empty.body.is_empty());
    }

    #[test]
    fn an_empty_list_is_read() {
        assert!(read(b"<QueueMessagesList/>").unwrap().is_empty());
        assert!(read(b"<QueueMessagesList></QueueMessagesList>").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|QueueMessage|MessageId|PopReceipt|MessageText|&|amp;|[0-9a-z\"=! ]){0,60}") {
            let _ = read(format!("<QueueMessagesList>{body}</QueueMessagesList>").as_bytes());
        }
    }
}
