//! Blobs that are written in blocks.
//!
//! Deals with: Put Block and Put Block List. Does not deal with: gathering blocks (`blob::upload`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use uuid::Uuid;

use super::Azure;
use crate::address;
use crate::blob::upload::OPERATION;
use crate::blob::{Content, read};
use crate::error::Result;

impl Azure {
    /// The service has no word for it. Two uploads of one blob at once must not mix their blocks.
    #[expect(clippy::unused_async, reason = "other backends ask their provider")]
    pub(in crate::blob) async fn begin(&self, _key: &str, _like: &Content) -> Result<String> {
        Ok(Uuid::new_v4().simple().to_string())
    }

    /// Gives the block's id. All ids of a blob must have the same length.
    pub(in crate::blob) async fn part(
        &self,
        key: &str,
        id: &str,
        number: usize,
        bytes: Bytes,
    ) -> Result<String> {
        let block = STANDARD.encode(format!("{id}{number:05}"));
        let query = address::query(&[("comp", "block"), ("blockid", &block)]);
        let request = Request::put(format!("{}{query}", self.url(key)));
        self.call(OPERATION, request, bytes, key).await?;
        Ok(block)
    }

    pub(in crate::blob) async fn complete(
        &self,
        key: &str,
        like: &Content,
        _id: &str,
        blocks: &[String],
    ) -> Result<String> {
        let query = address::query(&[("comp", "blocklist")]);
        let request = Request::put(format!("{}{query}", self.url(key)))
            .header("content-type", "application/xml")
            .header("x-ms-blob-content-type", like.media_type());
        // Base64 needs no escape in XML.
        let list: String = blocks.iter().map(|id| format!("<Latest>{id}</Latest>")).collect();
        let xml =
            format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{list}</BlockList>");
        let reply =
            self.call(OPERATION, self.with_metadata(request, like), Bytes::from(xml), key).await?;
        read::etag(OPERATION, &reply.headers).map_err(|error| self.at(error, key))
    }

    /// Blocks that no list names are not seen, and dropped after a week: there is nothing to ask for.
    #[expect(clippy::unused_async, reason = "other backends ask their provider")]
    pub(in crate::blob) async fn abort(&self, _key: &str, _id: &str) -> Result<()> {
        Ok(())
    }
}
