//! Blob events: from the outbox to the queue of every function that asked for them.
//!
//! Deals with: who gets which change, in one transaction with clearing it, so that a killed emulator
//! loses none and doubles none. Does not deal with: delivering from the queue (`aws::lambda`,
//! `azure::functions`).

mod event_grid;
mod s3;

pub(crate) use event_grid::event as event_grid_event;
pub(crate) use s3::notification as s3_notification;

use std::sync::{Arc, PoisonError, RwLock};

use anyfn::manifest::{Change as Asked, TriggerSpec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use crate::apps::App;
use crate::blobs::{self, Blobs, Change, ChangeKind};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::options::Hosts;
use crate::queues::{NewMessage, QueueError, Queues};
use crate::store::Store;

/// Changes taken in one transaction.
const BATCH: usize = 100;

/// A function that wants to know of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Route {
    function: String,
    store: String,
    change: ChangeKind,
    prefix: String,
    suffix: String,
}

/// What the router stands on.
#[derive(Clone)]
pub struct Deps {
    /// Holds outbox and queues alike.
    pub store: Store,
    /// Says when there is something in the outbox.
    pub blobs: Blobs,
    /// Is told of what arrived.
    pub queues: Queues,
    /// Stamps the messages.
    pub clock: Clock,
}

/// Who wants to know of what. A cheap handle; all clones show the same.
#[derive(Clone, Default)]
pub struct Routes(Arc<RwLock<Arc<Vec<Route>>>>);

impl Routes {
    /// What `apps` ask for.
    #[must_use]
    pub fn of(apps: &[App]) -> Self {
        let routes = Self::default();
        routes.replace(apps);
        routes
    }

    /// From now on it is what `apps` ask for.
    pub fn replace(&self, apps: &[App]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes(apps));
    }

    fn now(&self) -> Arc<Vec<Route>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Routes changes until `stop`, beginning with those an earlier run left behind. An event goes to the
/// host of the cloud whose API made the change; where that host does not run, to the one that does.
pub async fn route(deps: Deps, routes: Routes, hosts: Hosts, stop: CancellationToken) {
    loop {
        match drain(&deps, &routes.now(), hosts).await {
            Ok(true) => {}
            Ok(false) => tokio::select! {
                () = deps.blobs.changed().notified() => {}
                () = stop.cancelled() => return,
            },
            Err(error) => {
                tracing::error!(%error, "blob events could not be routed");
                tokio::select! {
                    () = tokio::time::sleep(std::time::Duration::from_millis(200)) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

fn routes(apps: &[App]) -> Vec<Route> {
    let functions = apps.iter().flat_map(|app| &app.manifest.functions);
    let route = |function: &anyfn::manifest::Function| match &function.trigger {
        TriggerSpec::Blob { store, change, prefix, suffix } => Some(Route {
            function: function.name.clone(),
            store: store.clone(),
            change: match change {
                Asked::Created => ChangeKind::Created,
                Asked::Deleted => ChangeKind::Deleted,
            },
            prefix: prefix.clone(),
            suffix: suffix.clone(),
        }),
        _ => None,
    };
    functions.filter_map(route).collect()
}

/// Sees to one batch; `true` where there may be more.
async fn drain(deps: &Deps, routes: &Arc<Vec<Route>>, hosts: Hosts) -> Result<bool, QueueError> {
    let now = deps.clock.now_ms();
    let routes = Arc::clone(routes);
    let queues = deps.queues.clone();
    let wake = Box::new(move |(_, arrived): &Batch| {
        for (cloud, queue) in arrived {
            queues.arrived(*cloud, queue);
        }
    });
    let (taken, _) = deps.store.write_then(move |db| batch(db, now, &routes, hosts), wake).await?;
    Ok(taken == BATCH)
}

type Batch = (usize, Vec<(Cloud, String)>);

fn batch(db: &Connection, now: i64, routes: &[Route], hosts: Hosts) -> Result<Batch, QueueError> {
    let changes = blobs::pending(db, BATCH).map_err(crate::store::StoreError::from)?;
    let mut arrived = Vec::new();
    for change in &changes {
        let cloud = host_of(change.cloud, hosts);
        for route in routes.iter().filter(|route| route.takes(change)) {
            let queue = format!("{}-events", route.function);
            match crate::queues::insert(db, now, cloud, &queue, message(cloud, route, change)) {
                Ok(_) => arrived.push((cloud, queue)),
                // One queue that somebody removed must not hold up every other function's events.
                Err(error @ QueueError::NoQueue(_)) => {
                    let (store, key) = (&change.store, &change.key);
                    tracing::error!(%error, %store, %key, function = %route.function, "a blob event is lost");
                }
                Err(error) => return Err(error),
            }
        }
        blobs::done(db, change.seq).map_err(crate::store::StoreError::from)?;
    }
    Ok((changes.len(), arrived))
}

impl Route {
    fn takes(&self, change: &Change) -> bool {
        self.store == change.store
            && self.change == change.kind
            && change.key.starts_with(&self.prefix)
            && change.key.ends_with(&self.suffix)
    }
}

fn host_of(writer: Cloud, hosts: Hosts) -> Cloud {
    match (writer, hosts) {
        (Cloud::Aws, Hosts { lambda: false, .. }) => Cloud::Azure,
        (Cloud::Azure, Hosts { azure: false, .. }) => Cloud::Aws,
        (writer, _) => writer,
    }
}

fn message(cloud: Cloud, route: &Route, change: &Change) -> NewMessage {
    match cloud {
        Cloud::Aws => NewMessage::text(s3_notification(&route.function, change).to_string()),
        // Event Grid writes base64, as the Functions host expects it.
        Cloud::Azure => NewMessage::text(STANDARD.encode(event_grid_event(change).to_string())),
    }
}

/// `2026-01-31T03:00:00.000Z`: how both providers write instants.
pub(crate) fn rfc3339(ms: i64) -> String {
    let whole = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    whole.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
