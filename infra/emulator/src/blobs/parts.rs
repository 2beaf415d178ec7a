//! Blobs that come in parts: S3's multipart uploads and Azure's blocks.
//!
//! Deals with: uploads, staged parts, assembling them. A part is invisible until it is assembled.
//! Does not deal with: rules on part numbers and block ids, which each API checks.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::blob::{Blob, Properties, from_json, to_json};
use super::write::{Write, insert};
use super::{BlobError, Blobs, MAX_BYTES, containers};

/// A multipart upload that was begun and is neither completed nor aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its opaque id.
    pub id: String,
    /// The store it goes to.
    pub store: String,
    /// The blob it will be.
    pub key: String,
    /// When it was begun, in milliseconds since the epoch.
    pub created_ms: i64,
    /// The properties that the blob will have.
    pub properties: Properties,
}

/// A part that waits to be assembled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name within the upload; parts sort by it.
    pub name: String,
    /// Its MD5 in hexadecimal.
    pub etag: String,
    /// Its bytes.
    pub size: u64,
    /// When it came, in milliseconds since the epoch.
    pub created_ms: i64,
    /// Checksums by the name of their algorithm, in base64.
    pub checksums: BTreeMap<String, String>,
}

impl Blobs {
    /// Begins an upload.
    ///
    /// # Errors
    /// [`BlobError::NoStore`].
    pub async fn begin_upload(
        &self,
        store: &str,
        key: &str,
        properties: Properties,
    ) -> Result<Upload, BlobError> {
        let upload = Upload {
            id: Uuid::new_v4().simple().to_string(),
            store: store.to_owned(),
            key: key.to_owned(),
            created_ms: self.clock.now_ms(),
            properties,
        };
        self.store
            .write(move |db| {
                containers::require(db, &upload.store)?;
                let json = to_json(&upload.properties);
                db.execute(
                    "INSERT INTO blob_upload VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![upload.id, upload.store, upload.key, upload.created_ms, json],
                )?;
                Ok(upload)
            })
            .await
    }

    /// The upload `id`.
    ///
    /// # Errors
    /// [`BlobError::NoUpload`].
    pub async fn upload(&self, id: &str) -> Result<Upload, BlobError> {
        let id = id.to_owned();
        self.store.read(move |db| find_upload(db, &id)).await
    }

    /// All uploads to `store`, by key.
    ///
    /// # Errors
    /// [`BlobError::NoStore`].
    pub async fn uploads(&self, store: &str) -> Result<Vec<Upload>, BlobError> {
        let store = store.to_owned();
        self.store
            .read(move |db| {
                containers::require(db, &store)?;
                let sql = "SELECT * FROM blob_upload WHERE store = ?1 ORDER BY key, created_ms";
                let mut query = db.prepare_cached(sql)?;
                Ok(query.query_map([store], upload_from_row)?.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Stages a part under `name`, replacing one of that name. `upload` is an [`Upload::id`], or
    /// `STORE/` and whatever the API chose, which needs no beginning.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::Store`].
    pub async fn stage(
        &self,
        upload: &str,
        name: &str,
        body: Bytes,
        checksums: BTreeMap<String, String>,
    ) -> Result<Part, BlobError> {
        if body.len() > MAX_BYTES {
            return Err(BlobError::TooLarge(body.len()));
        }
        let part = Part {
            name: name.to_owned(),
            etag: hex::encode(Md5::digest(&body)),
            size: u64::try_from(body.len()).unwrap_or(u64::MAX),
            created_ms: self.clock.now_ms(),
            checksums,
        };
        let upload = upload.to_owned();
        self.store
            .write(move |db| {
                db.execute(
                    "INSERT OR REPLACE INTO blob_part VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        upload,
                        part.name,
                        part.etag,
                        i64::try_from(part.size).unwrap_or(i64::MAX),
                        part.created_ms,
                        to_json(&part.checksums),
                        &body[..]
                    ],
                )?;
                Ok(part)
            })
            .await
    }

    /// The staged parts of `upload`, by name.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn parts(&self, upload: &str) -> Result<Vec<Part>, BlobError> {
        let upload = upload.to_owned();
        self.store.read(move |db| staged(db, &upload)).await
    }

    /// Makes a blob of the parts `names` in that order and forgets the upload with all its parts. A
    /// name may come with the `ETag` that the part must have.
    ///
    /// # Errors
    /// [`BlobError::NoPart`], [`BlobError::Unmet`], [`BlobError::TooLarge`], [`BlobError::NoStore`].
    pub async fn assemble(
        &self,
        upload: &str,
        names: Vec<(String, Option<String>)>,
        write: Write,
        properties: Properties,
    ) -> Result<Blob, BlobError> {
        let upload = upload.to_owned();
        let now = self.clock.now_ms();
        let job = move |db: &Connection| {
            let (body, hashes) = concatenate(db, &upload, &names)?;
            let etag = format!("{}-{}", hex::encode(hashes), names.len());
            let blob = insert(db, &write, &etag, &body, properties, now)?;
            discard(db, &upload)?;
            Ok(blob)
        };
        self.write_and_tell(job, |_| true).await
    }

    /// Forgets an upload and its parts; an unknown one is forgotten already.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn abort(&self, upload: &str) -> Result<(), BlobError> {
        let upload = upload.to_owned();
        self.store.write(move |db| Ok(discard(db, &upload)?)).await
    }
}

/// The parts' bytes one after the other, and the MD5 of their MD5s.
fn concatenate(
    db: &Connection,
    upload: &str,
    names: &[(String, Option<String>)],
) -> Result<(Vec<u8>, impl AsRef<[u8]> + use<>), BlobError> {
    let mut body = Vec::new();
    let mut hashes = Md5::new();
    let mut query =
        db.prepare_cached("SELECT etag, body FROM blob_part WHERE upload = ?1 AND name = ?2")?;
    for (name, wanted) in names {
        let found: Option<(String, Vec<u8>)> = query
            .query_row(params![upload, name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (etag, bytes) = found
            .filter(|(etag, _)| wanted.as_ref().is_none_or(|wanted| wanted == etag))
            .ok_or_else(|| BlobError::NoPart(name.clone()))?;
        hashes.update(hex::decode(etag).unwrap_or_default());
        body.extend_from_slice(&bytes);
        if body.len() > MAX_BYTES {
            return Err(BlobError::TooLarge(body.len()));
        }
    }
    Ok((body, hashes.finalize()))
}

fn staged(db: &Connection, upload: &str) -> Result<Vec<Part>, BlobError> {
    let mut query = db.prepare_cached(
        "SELECT name, etag, size, created_ms, checksum FROM blob_part WHERE upload = ?1 ORDER BY name",
    )?;
    let parts = query.query_map([upload], |row| {
        let size: i64 = row.get(2)?;
        Ok(Part {
            name: row.get(0)?,
            etag: row.get(1)?,
            size: u64::try_from(size).unwrap_or(0),
            created_ms: row.get(3)?,
            checksums: from_json(&row.get::<_, String>(4)?),
        })
    })?;
    Ok(parts.collect::<Result<_, _>>()?)
}

fn upload_from_row(row: &rusqlite::Row<'_>) -> Result<Upload, rusqlite::Error> {
    Ok(Upload {
        id: row.get(0)?,
        store: row.get(1)?,
        key: row.get(2)?,
        created_ms: row.get(3)?,
        properties: from_json(&row.get::<_, String>(4)?),
    })
}

fn find_upload(db: &Connection, id: &str) -> Result<Upload, BlobError> {
    db.prepare_cached("SELECT * FROM blob_upload WHERE id = ?1")?
        .query_row([id], upload_from_row)
        .optional()?
        .ok_or_else(|| BlobError::NoUpload(id.to_owned()))
}

fn discard(db: &Connection, upload: &str) -> Result<(), rusqlite::Error> {
    db.execute("DELETE FROM blob_part WHERE upload = ?1", [upload])?;
    db.execute("DELETE FROM blob_upload WHERE id = ?1", [upload])?;
    Ok(())
}

/// Forgets what was staged for a store that is being deleted.
pub(super) fn discard_store(db: &Connection, store: &str) -> Result<(), rusqlite::Error> {
    let sql = "DELETE FROM blob_part WHERE upload IN (SELECT id FROM blob_upload WHERE store = ?1)";
    db.execute(sql, [store])?;
    db.execute("DELETE FROM blob_upload WHERE store = ?1", [store])?;
    // Uploads without a beginning: ids have no slash, names of stores neither.
    let sql = "DELETE FROM blob_part WHERE substr(upload, 1, length(?1) + 1) = ?1 || '/'";
    db.execute(sql, [store])?;
    Ok(())
}
