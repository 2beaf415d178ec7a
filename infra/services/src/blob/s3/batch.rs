//! Deleting many objects by one request.
//!
//! Deals with: `DeleteObjects`, its XML both ways. Does not deal with: splitting or further tries
//! (`blob::many`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use md5::{Digest as _, Md5};
use quick_xml::escape::escape;
use serde::Deserialize;

use super::S3;
use crate::blob::Deletion;
use crate::blob::many::{Failures, OPERATION};
use crate::error::{Error, ErrorKind, Result};
use crate::reply;

impl S3 {
    pub(in crate::blob) async fn delete_batch(&self, batch: &[Deletion]) -> Result<Failures> {
        let body = Bytes::from(body(&self.prefix, batch));
        // The API wants a checksum of some kind; every server of S3's API takes this one.
        let digest = STANDARD.encode(Md5::digest(&body));
        let request = Request::post(format!("{}/?delete=", self.base))
            .header(header::CONTENT_TYPE, "application/xml")
            .header(header::CONTENT_LENGTH, body.len())
            .header("content-md5", digest);
        let store = |error: Error| error.with("store", &self.base);
        let reply = self.client.call(OPERATION, request, body).await.map_err(store)?;
        let refused =
            read(&reply.body).map_err(|text| Error::new(ErrorKind::Other, OPERATION, text));
        let failed = |Refused { key, code, message }: Refused| {
            let key = match key.strip_prefix(&self.prefix) {
                Some(own) => own.to_owned(),
                None => key,
            };
            let error = reply::of_code(OPERATION, code, message);
            (error.kind() != ErrorKind::NotFound).then(|| {
                let error = self.at(error, &key);
                (key, error)
            })
        };
        Ok(refused.map_err(store)?.into_iter().filter_map(failed).collect())
    }
}

/// `Quiet`: the answer names what was not deleted and nothing else.
fn body(prefix: &str, batch: &[Deletion]) -> String {
    // Room for a key of a hundred bytes and an ETag: most bodies are written without growing.
    let mut xml = String::with_capacity(128 + batch.len() * (prefix.len() + 192));
    xml.push_str("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>");
    for Deletion { key, etag } in batch {
        xml.push_str("<Object><Key>");
        xml.push_str(&escape(prefix));
        xml.push_str(&escape(&**key));
        xml.push_str("</Key>");
        if let Some(etag) = etag {
            xml.push_str("<ETag>&quot;");
            xml.push_str(&escape(etag.trim_matches('"')));
            xml.push_str("&quot;</ETag>");
        }
        xml.push_str("</Object>");
    }
    xml.push_str("</Delete>");
    xml
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refused {
    #[serde(default)]
    key: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

fn read(body: &[u8]) -> Result<Vec<Refused>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        #[serde(default)]
        error: Vec<Refused>,
    }
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8")?;
    let answer: Answer = quick_xml::de::from_str(text)
        .map_err(|error| format!("the answer cannot be read: {error}"))?;
    Ok(answer.error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_escaped_and_get_the_prefix() {
        let batch = [
            Deletion::of("a&<b>\"' ä"),
            Deletion { key: "c".into(), etag: Some("\"e&1\"".into()) },
        ];
        assert_eq!(
            body("in/", &batch),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\
             <Object><Key>in/a&amp;&lt;b&gt;&quot;&apos; ä</Key></Object>\
             <Object><Key>in/c</Key><ETag>&quot;e&amp;1&quot;</ETag></Object></Delete>"
        );
    }

    #[test]
    fn an_answer_names_what_was_refused() {
        let xml = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"x\">\
            <Deleted><Key>a</Key></Deleted><Error><Key>b&amp;c </Key><Code>AccessDenied</Code>\
            <Message>Access Denied</Message></Error><Error><Key>d</Key><VersionId>v</VersionId>\
            <Code>InternalError</Code><Message/></Error></DeleteResult>";
        let refused = read(xml).unwrap();
        let keys: Vec<_> = refused.iter().map(|r| (r.key.as_str(), r.code.as_str())).collect();
        assert_eq!(keys, [("b&c ", "AccessDenied"), ("d", "InternalError")]);
        assert!(read(b"<DeleteResult/>").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|DeleteResult|Error|Key|Code|Message|&|amp;|[0-9a-z\"=! ]){0,60}") {
            let _ = read(format!("<DeleteResult>{body}</DeleteResult>").as_bytes());
        }

        #[test]
        fn every_key_survives_the_xml(key in "\\PC{1,40}", etag in "[a-f0-9-]{1,40}") {
            #[derive(Deserialize)]
            struct Object { #[serde(rename = "Key")] key: String, #[serde(rename = "ETag")] etag: String }
            #[derive(Deserialize)]
            struct Delete { #[serde(rename = "Object")] object: Object }
            let xml = body("", &[Deletion { key: key.clone(), etag: Some(etag.clone()) }]);
            let delete: Delete = quick_xml::de::from_str(&xml).unwrap();
            prop_assert_eq!(delete.object.key, key);
            prop_assert_eq!(delete.object.etag, format!("\"{etag}\""));
        }
    }
}
