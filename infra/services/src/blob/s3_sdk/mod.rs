//! A store in S3, through AWS's own SDK.
//!
//! Deals with: one object at a time and pages of a listing. Does not deal with: uploads in parts
//! (`multipart`), deleting many (`batch`), what an object becomes (`object`).

mod batch;
mod multipart;
mod object;

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTimeFormat;
use aws_sdk_s3::types::{EncodingType, Object as Listed};
use url::Url;

pub(super) use super::capability::S3 as CAPABILITY;
use super::reader::Source;
use super::write::{When, gone};
use super::{Content, Entry, Object, Page, key, many, read};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::sdk;

pub(super) struct S3 {
    /// Made at first use: what never calls pays nothing.
    client: OnceLock<Client>,
    config: aws_sdk_s3::Config,
    pub(super) bucket: String,
    /// Empty, or ending in `/`.
    pub(super) prefix: String,
}

impl S3 {
    pub(super) fn open(
        bucket: &str,
        prefix: String,
        region: String,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let keys = sdk::Keys::find(environment, &region)?;
        // Checksums that S3 does not ask for are one more pass over every byte, and not every server of
        // its API knows them.
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(keys)
            .retry_config(sdk::tries())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = endpoint {
            config = config.endpoint_url(endpoint.as_str()).force_path_style(true);
        }
        let (client, config) = (OnceLock::new(), config.build());
        Ok(Self { client, config, bucket: bucket.to_owned(), prefix })
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let config = self.config.to_builder().http_client(sdk::connections());
            Client::from_conf(config.build())
        })
    }

    pub(super) async fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let operation = "blob get";
        let got = self.fetch(operation, key, self.asked(key)).await?;
        object::whole(operation, got, longest).await.map_err(|error| self.at(error, key))
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Object> {
        let operation = "blob get range";
        if let Some(span) = read::span(&range) {
            let asked = self.asked(key).range(span);
            match self.fetch(operation, key, asked).await {
                Err(error) if read::is_beyond(&error) => {}
                got => {
                    let got = object::part(operation, got?);
                    let got = got.map_err(|error| self.at(error, key))?;
                    let object = object::whole(operation, got, u64::MAX).await;
                    return object.map_err(|error| self.at(error, key));
                }
            }
        }
        // No bytes of it, but all else.
        object::bare(operation, self.look(operation, key).await?)
            .map_err(|error| self.at(error, key))
    }

    pub(super) async fn stream(
        &self,
        key: &str,
        from: Option<(u64, &str)>,
    ) -> Result<(Entry, Source)> {
        let operation = "blob stream";
        let mut asked = self.asked(key);
        if let Some((at, etag)) = from {
            asked = asked.range(format!("bytes={at}-")).if_match(format!("\"{etag}\""));
        }
        let mut got = self.fetch(operation, key, asked).await?;
        if from.is_some() {
            got = object::part(operation, got).map_err(|error| self.at(error, key))?;
        }
        object::coming(operation, got, key).map_err(|error| self.at(error, key))
    }

    pub(super) async fn head(&self, key: &str) -> Result<Entry> {
        let operation = "blob head";
        let seen = self.look(operation, key).await?;
        let entry = object::entry(operation, key, seen.content_length(), seen.e_tag());
        let entry = entry.map_err(|error| self.at(error, key))?;
        Ok(Entry { last_modified: object::time(seen.last_modified()), ..entry })
    }

    pub(super) async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let mut put = self
            .client()
            .put_object()
            .bucket(&self.bucket)
            .key(self.full(key))
            .content_type(content.media_type())
            .set_metadata(Some(content.metadata.into_iter().collect()))
            .body(content.bytes.into());
        put = match when {
            When::Always => put,
            When::Absent => put.if_none_match("*"),
            When::Matches(etag) => put.if_match(format!("\"{etag}\"")),
        };
        let done =
            put.send().await.map_err(|error| when.refused(self.of(operation, key, error)))?;
        object::etag(operation, done.e_tag()).map_err(|error| self.at(error, key))
    }

    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<String> {
        let operation = "blob copy";
        let source = format!("/{}/{}", self.bucket, key::encode(&self.full(from)));
        let copy = self.client().copy_object().bucket(&self.bucket).key(self.full(to));
        let done = copy.copy_source(source).send().await;
        let done = done.map_err(|error| self.of(operation, from, error))?;
        let etag = done.copy_object_result().and_then(|result| result.e_tag());
        object::etag(operation, etag).map_err(|error| self.at(error, to))
    }

    pub(super) async fn page(&self, prefix: &str, limit: u32, after: Option<&str>) -> Result<Page> {
        let list = self
            .client()
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(self.full(prefix))
            .encoding_type(EncodingType::Url)
            .max_keys(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_continuation_token(after.map(str::to_owned))
            .send()
            .await
            .map_err(|error| self.of("blob list", prefix, error))?;
        let entries = list.contents().iter().filter_map(|listed| self.listed(listed));
        let entries: Result<_, String> = entries.collect();
        let wrong = |text| self.at(Error::new(ErrorKind::Other, "blob list", text), prefix);
        let next = list.next_continuation_token().filter(|token| !token.is_empty());
        Ok(Page { entries: entries.map_err(wrong)?, next: next.map(str::to_owned) })
    }

    pub(super) async fn delete(&self, key: &str, when: When<'_>) -> Result<()> {
        let mut delete = self.client().delete_object().bucket(&self.bucket).key(self.full(key));
        if let When::Matches(etag) = when {
            delete = delete.if_match(format!("\"{etag}\""));
        }
        let done = delete.send().await;
        gone(done.map_err(|error| self.of(many::OPERATION, key, error)))
    }

    fn asked(&self, key: &str) -> GetObjectFluentBuilder {
        self.client().get_object().bucket(&self.bucket).key(self.full(key))
    }

    async fn fetch(
        &self,
        operation: &'static str,
        key: &str,
        asked: GetObjectFluentBuilder,
    ) -> Result<GetObjectOutput> {
        let got: Result<_, SdkError<GetObjectError, HttpResponse>> = asked.send().await;
        got.map_err(|error| self.of(operation, key, error))
    }

    async fn look(&self, operation: &'static str, key: &str) -> Result<HeadObjectOutput> {
        let head = self.client().head_object().bucket(&self.bucket).key(self.full(key));
        head.send().await.map_err(|error| self.of(operation, key, error))
    }

    /// An entry of a listing, without the binding's prefix.
    fn listed(&self, listed: &Listed) -> Option<Result<Entry, String>> {
        // S3 writes a space as `+` here.
        let spaced = listed.key()?.replace('+', " ");
        let full = percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy();
        // An object that is named as the prefix itself has no key here.
        let key = full.strip_prefix(&self.prefix).filter(|key| !key.is_empty())?.to_owned();
        let size = listed.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        let etag = read::unquoted(listed.e_tag().unwrap_or_default());
        let date = listed.last_modified().and_then(|date| date.fmt(DateTimeFormat::DateTime).ok());
        let date = read::listed_date(&key, date.as_deref().unwrap_or_default());
        Some(date.map(|last_modified| Entry { key, size, etag, last_modified }))
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn of<E>(&self, operation: &'static str, key: &str, error: SdkError<E, HttpResponse>) -> Error
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        self.at(sdk::failed(operation, error), key)
    }

    fn at(&self, error: Error, key: &str) -> Error {
        error.with("key", key).with("store", format!("s3://{}/{}", self.bucket, self.prefix))
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3(s3://{}/{}, by the SDK)", self.bucket, self.prefix)
    }
}
