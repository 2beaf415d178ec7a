//! Starting: what must be there before any host, and each host in a room of its own.
//!
//! Deals with: listeners, the lock on the state folder, the tables, the description of what runs. Does
//! not deal with: the order of it all (`emulator`).

pub(crate) mod azure;
pub(crate) mod lambda;

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;

use crate::aws;
use crate::blobs;
use crate::clock::Clock;
use crate::error::EmulatorError;
use crate::identity::Identity;
use crate::measured::Measurements;
use crate::process::Spawner;
use crate::provision::bindings::Endpoints;
use crate::queues::{self, Queues};
use crate::ready::{self, Ready};
use crate::status::{FunctionStatus, Functions};
use crate::store::Store;

/// The rooms that every host stands on.
pub(crate) struct Rooms {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) queues: Queues,
    pub(crate) identity: Identity,
    pub(crate) spawner: Spawner,
    pub(crate) measured: Measurements,
    pub(crate) logs: PathBuf,
    pub(crate) endpoints: Endpoints,
}

pub(crate) async fn listen(
    what: &'static str,
    port: u16,
) -> Result<(TcpListener, String), EmulatorError> {
    let fault = |source| EmulatorError::Port { what, port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(fault)?;
    let at = listener.local_addr().map_err(fault)?;
    Ok((listener, format!("http://{at}")))
}

/// Two emulators on one store would deliver everything twice.
pub(crate) fn lock(state: &Path) -> Result<File, EmulatorError> {
    let fault = |why: String| EmulatorError::State { path: state.to_owned(), why };
    std::fs::create_dir_all(state).map_err(|io| fault(io.to_string()))?;
    let file = File::create(state.join("lock")).map_err(|io| fault(io.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(fault(
            "another emulator uses it; stop that one or give --state another folder".to_owned(),
        )),
        Err(std::fs::TryLockError::Error(io)) => Err(fault(io.to_string())),
    }
}

pub(crate) fn schema() -> String {
    [blobs::SCHEMA, queues::SCHEMA, aws::lambda::SCHEMA, crate::azure::functions::SCHEMA].concat()
}

pub(crate) fn describe(
    rooms: &Rooms,
    console: String,
    lambda: String,
    functions: &Functions,
) -> Ready {
    let (access_key_id, secret_access_key) = rooms.identity.owner_aws();
    let (account, key) = rooms.identity.azure_account();
    let blob = format!("{}/{account}", rooms.endpoints.blob);
    let queue = format!("{}/{account}", rooms.endpoints.queue);
    let connection_string = format!(
        "DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint={blob};QueueEndpoint={queue};"
    );
    Ready {
        console,
        pid: std::process::id(),
        aws: ready::Aws {
            region: aws::REGION,
            access_key_id,
            secret_access_key,
            s3: rooms.endpoints.s3.clone(),
            sqs: rooms.endpoints.sqs.clone(),
            lambda,
        },
        azure: ready::Azure { account, key, blob, queue, connection_string },
        functions: in_short(functions),
    }
}

/// Every function as the ready file lists it, as it is now.
pub(crate) fn in_short(functions: &Functions) -> Vec<ready::Function> {
    let short = |status: FunctionStatus| ready::Function {
        app: status.app,
        name: status.name,
        host: status.host,
        pid: status.pid,
        url: status.url,
    };
    functions.list().into_iter().map(short).collect()
}
