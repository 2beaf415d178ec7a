//! The whole emulator: everything in its order, up and down.
//!
//! Deals with: wiring the rooms together. Does not deal with: what any of them does.

use std::fs::File;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::apps;
use crate::aws::lambda::Lambda;
use crate::azure::functions::FunctionsHost;
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::error::EmulatorError;
use crate::identity::{Grant, Identity};
use crate::measured::{Measured, Measurements};
use crate::options::Options;
use crate::process::Spawner;
use crate::provision::bindings::Endpoints;
use crate::provision::resources;
use crate::queues::Queues;
use crate::ready::Ready;
use crate::start::azure::Build;
use crate::start::{self, Rooms, describe, listen, lock, schema};
use crate::status::{FunctionStatus, Functions, Running};
use crate::store::Store;
use crate::{aws, azure, control, events};

/// How long requests that are under way may take to end once the emulator stops.
const GRACE: Duration = Duration::from_millis(300);

/// A running emulator. Dropping it without [`Emulator::stop`] leaves its end to the process's own.
pub struct Emulator {
    ready: Ready,
    pub(crate) functions: Arc<Functions>,
    pub(crate) blobs: Blobs,
    pub(crate) queues: Queues,
    pub(crate) rooms: Rooms,
    pub(crate) options: Options,
    pub(crate) routes: events::Routes,
    /// How many there were; one at a time.
    pub(crate) reloads: tokio::sync::Mutex<u64>,
    /// Hosts of apps that are gone, until nothing is in flight in them.
    pub(crate) leaving: Mutex<Vec<Weak<FunctionsHost>>>,
    stop: CancellationToken,
    servers: TaskTracker,
    /// Held for as long as the state folder is in use.
    _lock: File,
}

impl Emulator {
    /// Starts everything; returns once every function's process runs and every API answers.
    ///
    /// # Errors
    /// [`EmulatorError`]; nothing is left running then.
    pub async fn start(options: Options) -> Result<Self, EmulatorError> {
        let apps = apps::load(&options).await?;
        let lock = lock(&options.state)?;
        let store = Store::open(&options.state, &schema())?;
        let stop = CancellationToken::new();
        let guard = stop.clone().drop_guard();
        let servers = TaskTracker::new();
        let clock = options.clock.clone();
        let blobs = Blobs::new(store.clone(), clock.clone());
        let queues = Queues::new(store.clone(), clock.clone());
        let identity = Identity::new();
        resources::make_all(&blobs, &queues, &apps, &options).await?;
        let ports = options.ports;
        let (control, console) = listen("the control port", ports.control).await?;
        let (s3_at, s3) = listen("S3", ports.s3).await?;
        let (sqs_at, sqs) = listen("SQS", ports.sqs).await?;
        let (lambda_at, lambda_url) = listen("Lambda", ports.lambda).await?;
        let (blob_at, blob) = listen("Azure Blob", ports.blob).await?;
        let (queue_at, queue) = listen("Azure Queue", ports.queue).await?;
        let (identity_at, identity_url) = listen("the identity endpoint", 0).await?;
        let endpoints = Endpoints {
            s3,
            sqs,
            blob,
            queue,
            identity: identity_url + azure::identity_endpoint::PATH,
            lambda: lambda_url.clone(),
        };
        let serve = |name: &'static str, server: ServerTask| {
            servers.spawn(async move {
                if let Err(error) = server.await {
                    tracing::error!(%error, "{name} ended");
                }
            });
        };
        serve("S3", Box::pin(aws::s3::serve(s3_at, blobs.clone(), identity.clone(), stop.clone())));
        let sqs_deps = aws::sqs::Deps { identity: identity.clone(), queues: queues.clone() };
        serve("SQS", Box::pin(aws::sqs::serve(sqs_at, sqs_deps, stop.clone())));
        let server = azure::blob::serve(blob_at, blobs.clone(), identity.clone(), stop.clone());
        serve("Azure Blob", Box::pin(server));
        let queue_deps = azure::queue::Deps { identity: identity.clone(), queues: queues.clone() };
        serve("Azure Queue", Box::pin(azure::queue::serve(queue_at, queue_deps, stop.clone())));
        servers.spawn(azure::identity_endpoint::serve(identity_at, identity.clone(), stop.clone()));

        let credentials: Vec<_> =
            apps.iter().map(|app| identity.add_app(Grant::of_manifest(&app.manifest))).collect();
        let known = || apps.iter().zip(&credentials);
        let state = |source| EmulatorError::State { path: options.state.clone(), why: source };
        let rooms = Rooms {
            store: store.clone(),
            clock: clock.clone(),
            queues: queues.clone(),
            identity,
            spawner: Spawner::start().map_err(|io| state(io.to_string()))?,
            logs: options.state.join("logs"),
            measured: Measurements::default(),
            endpoints,
        };
        let specs = known().flat_map(|app| start::lambda::specs(&rooms, &options, app, &apps));
        let lambda = match options.hosts.lambda {
            true => Some(start::lambda::start(&rooms, specs.collect()).await?),
            false => None,
        };
        if let Some(lambda) = &lambda {
            servers.spawn(aws::lambda::serve(lambda_at, lambda.clone(), stop.clone()));
        }
        let mut running = Vec::new();
        for (app, credentials) in known() {
            let build = Build { app, apps: &apps, credentials, number: 0 };
            let azure = match options.hosts.azure {
                true => match start::azure::start(&rooms, &options, build).await {
                    Ok(hosted) => {
                        hosted.host.feed();
                        Some(hosted)
                    }
                    Err(error) => {
                        end(lambda.as_ref(), &hosts(running)).await;
                        return Err(error);
                    }
                },
                false => None,
            };
            running.push(Running { app: app.clone(), azure });
        }
        let (logs, measured) = (rooms.logs.clone(), rooms.measured.clone());
        let running = RwLock::new(running);
        let functions = Arc::new(Functions { lambda, running, logs, measured });
        let routing = events::Deps {
            store,
            blobs: blobs.clone(),
            queues: queues.clone(),
            clock: clock.clone(),
        };
        let routes = events::Routes::of(&apps);
        servers.spawn(events::route(routing, routes.clone(), options.hosts, stop.clone()));
        servers.spawn(control::serve(control, Arc::clone(&functions), clock.clone(), stop.clone()));
        let ready = describe(&rooms, console, lambda_url, &functions);
        guard.disarm();
        let (reloads, leaving) = (tokio::sync::Mutex::default(), Mutex::default());
        let all = Self {
            ready,
            functions,
            blobs,
            queues,
            rooms,
            options,
            routes,
            reloads,
            leaving,
            stop,
            servers,
            _lock: lock,
        };
        Ok(all)
    }

    /// Endpoints, credentials and processes as they were when the emulator became ready.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// [`Emulator::ready`] with the processes as they are now, after a reload.
    #[must_use]
    pub fn ready_now(&self) -> Ready {
        Ready { functions: start::in_short(&self.functions), ..self.ready.clone() }
    }

    /// Every function on every host, as it is now.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionStatus> {
        self.functions.list()
    }

    /// How long calls took and how much memory they had, so far.
    #[must_use]
    pub fn measured(&self) -> Measured {
        self.functions.measured()
    }

    /// The clock that the emulator was started with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.rooms.clock
    }

    /// The blobs behind both storage APIs.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The queues behind both queue APIs.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Stops every server and kills every process. What was under way is delivered again at the next
    /// start.
    pub async fn stop(self) {
        self.stop.cancel();
        let mut all = hosts(self.functions.running());
        let leaving =
            std::mem::take(&mut *self.leaving.lock().unwrap_or_else(PoisonError::into_inner));
        all.extend(leaving.iter().filter_map(Weak::upgrade));
        end(self.functions.lambda.as_ref(), &all).await;
        self.servers.close();
        // A client that never ends its request must not keep the emulator from ending.
        let _ = tokio::time::timeout(GRACE, self.servers.wait()).await;
    }
}

/// Ends both hosts side by side.
async fn end(lambda: Option<&Lambda>, azure: &[Arc<FunctionsHost>]) {
    let hosts = azure.iter().map(|host| host.stop());
    let lambda = async {
        if let Some(lambda) = lambda {
            lambda.stop().await;
        }
    };
    tokio::join!(lambda, futures_util::future::join_all(hosts));
}

fn hosts(running: Vec<Running>) -> Vec<Arc<FunctionsHost>> {
    running.into_iter().filter_map(|running| Some(running.azure?.host)).collect()
}

type ServerTask = std::pin::Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;
