//! Deleting many objects by one request of the SDK.
//!
//! Deals with: `DeleteObjects`. Does not deal with: splitting or further tries (`blob::many`).

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::S3;
use crate::blob::Deletion;
use crate::blob::many::{Failures, OPERATION};
use crate::error::{Error, ErrorKind, Result};
use crate::reply;

impl S3 {
    pub(in crate::blob) async fn delete_batch(&self, batch: &[Deletion]) -> Result<Failures> {
        let malformed = |error| {
            Error::new(ErrorKind::Config, OPERATION, "the request is malformed").because(error)
        };
        let object = |deletion: &Deletion| {
            let etag = deletion.etag.as_ref().map(|etag| format!("\"{}\"", etag.trim_matches('"')));
            ObjectIdentifier::builder().key(self.full(&deletion.key)).set_e_tag(etag).build()
        };
        let objects: Result<Vec<_>, _> = batch.iter().map(object).collect();
        let delete = Delete::builder().quiet(true).set_objects(Some(objects.map_err(malformed)?));
        let delete = delete.build().map_err(malformed)?;
        let call = self.client().delete_objects().bucket(&self.bucket).delete(delete);
        let done = call.send().await.map_err(|error| self.of(OPERATION, "", error))?;
        let failed = |refused: &aws_sdk_s3::types::Error| {
            let full = refused.key().unwrap_or_default();
            let key = full.strip_prefix(&self.prefix).unwrap_or(full).to_owned();
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let error = reply::of_code(OPERATION, text(refused.code()), text(refused.message()));
            (error.kind() != ErrorKind::NotFound).then(|| (key.clone(), self.at(error, &key)))
        };
        Ok(done.errors().iter().filter_map(failed).collect())
    }
}
