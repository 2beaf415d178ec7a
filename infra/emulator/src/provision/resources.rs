//! Stores and queues.
//!
//! Deals with: making what is missing, and bringing queues of an earlier run up to date. Does not deal
//! with: removing what no app names any more; it may hold what somebody wants.

use std::collections::BTreeMap;
use std::time::Duration;

use super::names;
use crate::apps::{App, queues, stores};
use crate::blobs::{BlobError, Blobs};
use crate::cloud::Cloud;
use crate::error::EmulatorError;
use crate::options::Options;
use crate::queues::{QueueError, QueueSpec, Queues, Redrive};

/// Makes every store and queue that `apps` name, on the clouds whose hosts run, where it is missing.
///
/// # Errors
/// The store failed.
pub async fn make_all(
    blobs: &Blobs,
    engine: &Queues,
    apps: &[App],
    options: &Options,
) -> Result<(), EmulatorError> {
    make_stores(blobs, apps).await?;
    let clouds = [(Cloud::Aws, options.hosts.lambda), (Cloud::Azure, options.hosts.azure)];
    for (cloud, _) in clouds.into_iter().filter(|(_, runs)| *runs) {
        make_queues(engine, cloud, apps, options.max_attempts, options.timeout).await?;
    }
    Ok(())
}

/// Makes every store that the apps name.
///
/// # Errors
/// The store failed.
pub async fn make_stores(blobs: &Blobs, apps: &[App]) -> Result<(), EmulatorError> {
    for store in stores(apps) {
        match blobs.create_container(&store, BTreeMap::new()).await {
            Ok(_) | Err(BlobError::StoreExists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes every queue of `cloud` that the apps need, dead-letter queues first.
///
/// # Errors
/// The store failed.
pub async fn make_queues(
    engine: &Queues,
    cloud: Cloud,
    apps: &[App],
    max_attempts: u32,
    timeout: Duration,
) -> Result<(), EmulatorError> {
    let mut wanted: BTreeMap<String, QueueSpec> = BTreeMap::new();
    // A call that receives messages itself may keep them for as long as it runs.
    let plain = |fifo| {
        let spec = QueueSpec::new(cloud);
        QueueSpec { fifo, content_dedup: fifo, visibility: spec.visibility.max(timeout), ..spec }
    };
    for (name, fifo) in queues(apps) {
        wanted.insert(names::queue(cloud, &name, fifo), plain(fifo && cloud == Cloud::Aws));
    }
    for function in apps.iter().flat_map(|app| &app.manifest.functions) {
        let source = names::source(cloud, &function.name, &function.trigger);
        let dead_letter = names::dead_letter(cloud, &function.name, &function.trigger);
        let (Some(source), Some(dead_letter)) = (source, dead_letter) else { continue };
        let fifo = dead_letter.ends_with(".fifo");
        make(engine, cloud, &dead_letter, plain(fifo)).await?;
        // Azure's host counts for itself; its queues have no such thing.
        let redrive =
            (cloud == Cloud::Aws).then_some(Redrive { dead_letter, max_receives: max_attempts });
        // What a function is called with is held while the call runs, so this is only how long a failed
        // message waits; Lambda asks for six times the timeout instead.
        let visibility = QueueSpec::new(cloud).visibility;
        wanted.insert(source, QueueSpec { redrive, visibility, ..plain(fifo) });
    }
    for (name, spec) in wanted {
        make(engine, cloud, &name, spec).await?;
    }
    Ok(())
}

async fn make(
    engine: &Queues,
    cloud: Cloud,
    name: &str,
    spec: QueueSpec,
) -> Result<(), EmulatorError> {
    match engine.create(cloud, name, spec.clone()).await {
        Ok(_) => Ok(()),
        Err(QueueError::Exists { .. }) => Ok(engine.set_spec(cloud, name, spec).await?),
        Err(error) => Err(error.into()),
    }
}
