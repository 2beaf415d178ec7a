//! Stores of blobs: buckets to S3, containers to Azure.
//!
//! Deals with: creating, finding, listing and deleting them. Does not deal with: their blobs.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::blob::{from_json, to_json};
use super::{BlobError, Blobs, next_version};

/// A store of blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name, unique over both clouds.
    pub name: String,
    /// Which write made it; see [`super::azure_etag`].
    pub version: i64,
    /// When it was made, in milliseconds since the epoch.
    pub created_ms: i64,
    /// What its maker said about it.
    pub metadata: BTreeMap<String, String>,
}

impl Blobs {
    /// Makes the store `name`.
    ///
    /// # Errors
    /// [`BlobError::StoreExists`].
    pub async fn create_container(
        &self,
        name: &str,
        metadata: BTreeMap<String, String>,
    ) -> Result<Container, BlobError> {
        let name = name.to_owned();
        let created_ms = self.clock.now_ms();
        self.store
            .write(move |db| {
                if find(db, &name)?.is_some() {
                    return Err(BlobError::StoreExists(name));
                }
                let version = next_version(db)?;
                let json = to_json(&metadata);
                db.execute(
                    "INSERT INTO blob_container VALUES (?1, ?2, ?3, ?4)",
                    (&name, version, created_ms, json),
                )?;
                Ok(Container { name, version, created_ms, metadata })
            })
            .await
    }

    /// Makes the store `name` unless it exists.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn ensure_container(&self, name: &str) -> Result<(), BlobError> {
        match self.create_container(name, BTreeMap::new()).await {
            Ok(_) | Err(BlobError::StoreExists(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The store `name`.
    ///
    /// # Errors
    /// [`BlobError::NoStore`].
    pub async fn container(&self, name: &str) -> Result<Container, BlobError> {
        let name = name.to_owned();
        self.store.read(move |db| require(db, &name)).await
    }

    /// All stores by name.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn containers(&self) -> Result<Vec<Container>, BlobError> {
        self.store
            .read(|db| {
                let mut query = db.prepare_cached(
                    "SELECT name, version, created_ms, metadata FROM blob_container ORDER BY name",
                )?;
                let found = query.query_map([], from_row)?.collect::<Result<_, _>>()?;
                Ok(found)
            })
            .await
    }

    /// Deletes the store `name`; with `force`, its blobs too, which makes no changes of them in the
    /// outbox (neither provider announces them one by one).
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::NotEmpty`] without `force`.
    pub async fn delete_container(&self, name: &str, force: bool) -> Result<(), BlobError> {
        let name = name.to_owned();
        self.store
            .write(move |db| {
                require(db, &name)?;
                let any = "SELECT EXISTS (SELECT 1 FROM blob WHERE store = ?1)";
                if !force && db.query_row(any, [&name], |row| row.get::<_, bool>(0))? {
                    return Err(BlobError::NotEmpty(name));
                }
                db.execute("DELETE FROM blob WHERE store = ?1", [&name])?;
                db.execute("DELETE FROM blob_container WHERE name = ?1", [&name])?;
                super::parts::discard_store(db, &name)?;
                Ok(())
            })
            .await
    }
}

fn from_row(row: &Row<'_>) -> Result<Container, rusqlite::Error> {
    Ok(Container {
        name: row.get(0)?,
        version: row.get(1)?,
        created_ms: row.get(2)?,
        metadata: from_json(&row.get::<_, String>(3)?),
    })
}

fn find(db: &Connection, name: &str) -> Result<Option<Container>, BlobError> {
    let sql = "SELECT name, version, created_ms, metadata FROM blob_container WHERE name = ?1";
    Ok(db.prepare_cached(sql)?.query_row([name], from_row).optional()?)
}

pub(super) fn require(db: &Connection, name: &str) -> Result<Container, BlobError> {
    find(db, name)?.ok_or_else(|| BlobError::NoStore(name.to_owned()))
}
