//! Starting an Azure Functions host for one app, or a new build of the app in a host that runs.
//!
//! Deals with: laying the app out as a deployment would, its app settings. Does not deal with: running
//! it; the host reads only the files and the settings.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Rooms;
use crate::apps::App;
use crate::azure::functions::{self, FunctionsHost, Prepared};
use crate::cloud::Cloud;
use crate::error::EmulatorError;
use crate::identity::AppCredentials;
use crate::options::Options;
use crate::provision::bindings;
use crate::status::azure_log;

/// How long a host that stopped after three worker errors rests before it is started again.
const REST: Duration = Duration::from_secs(5);

/// A running host, and the key that opens its functions.
#[derive(Clone)]
pub(crate) struct Hosted {
    pub(crate) host: Arc<FunctionsHost>,
    pub(crate) key: String,
}

/// An app that is to be hosted beside `apps`.
#[derive(Clone, Copy)]
pub(crate) struct Build<'a> {
    pub(crate) app: &'a App,
    pub(crate) apps: &'a [App],
    pub(crate) credentials: &'a AppCredentials,
    /// Which one of this run, from 0: each is laid out in a folder of its own.
    pub(crate) number: u64,
}

/// Starts a host; it takes no events of queues and timers until it is fed.
pub(crate) async fn start(
    rooms: &Rooms,
    options: &Options,
    build: Build<'_>,
) -> Result<Hosted, EmulatorError> {
    let key = uuid::Uuid::new_v4().simple().to_string();
    let deps = functions::Deps {
        store: rooms.store.clone(),
        clock: rooms.clock.clone(),
        queues: rooms.queues.clone(),
        spawner: rooms.spawner.clone(),
        measured: rooms.measured.clone(),
    };
    let deployed = deploy(rooms, options, build, &key)?;
    let host = FunctionsHost::open(deps, deployed).await?;
    if let Err(why) = host.ready().await {
        host.stop().await;
        return Err(unready(rooms, build.app, why));
    }
    Ok(Hosted { host: Arc::new(host), key })
}

/// Starts the worker of a new build in a host that runs, which goes on with the old one.
pub(crate) async fn prepare(
    rooms: &Rooms,
    options: &Options,
    build: Build<'_>,
    hosted: &Hosted,
) -> Result<Prepared, EmulatorError> {
    let prepared = hosted.host.prepare(&deploy(rooms, options, build, &hosted.key)?)?;
    match prepared.ready().await {
        Ok(()) => Ok(prepared),
        Err(why) => Err(unready(rooms, build.app, why)),
    }
}

fn unready(rooms: &Rooms, app: &App, why: String) -> EmulatorError {
    let app = app.manifest.app.clone();
    EmulatorError::Unready { log: azure_log(&rooms.logs, &app), app, why }
}

/// Lays the app out as a deployment would, unless it is one.
fn deploy(
    rooms: &Rooms,
    options: &Options,
    build: Build<'_>,
    key: &str,
) -> Result<functions::App, EmulatorError> {
    let Build { app, apps, credentials, number } = build;
    let name = &app.manifest.app;
    let all = options.state.join("azure").join(name);
    if number == 0 && all.exists() {
        let fault = |io: std::io::Error| broken(&all, io.to_string());
        std::fs::remove_dir_all(&all).map_err(fault)?;
    }
    let folder = match app.packed.as_ref().and_then(|packed| packed.azure.clone()) {
        Some(unpacked) => unpacked,
        None => {
            let folder = all.join(number.to_string());
            lay_out(&folder, app)?;
            folder
        }
    };
    let mut settings = bindings::of(Cloud::Azure, app, apps, &rooms.endpoints);
    settings.extend(bindings::aws_endpoints(&rooms.endpoints));
    settings.extend(bindings::aws_identity(credentials));
    settings.extend(bindings::azure_settings(
        credentials,
        &rooms.endpoints,
        options.max_attempts,
        options.timeout,
    ));
    Ok(functions::App {
        name: name.clone(),
        folder,
        settings,
        log: azure_log(&rooms.logs, name),
        function_key: key.to_owned(),
        port: 0,
        restart_after: Some(REST),
    })
}

/// The executable is a link, so that both hosts run one file.
fn lay_out(folder: &Path, app: &App) -> Result<(), EmulatorError> {
    let io = |io: std::io::Error| broken(folder, io.to_string());
    let files = anyfn::host::azure::files(&app.manifest).map_err(|why| broken(folder, why))?;
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(io)?;
        std::fs::write(path, file.contents).map_err(io)?;
    }
    let link = folder.join(anyfn::host::azure::EXECUTABLE);
    std::os::unix::fs::symlink(&app.executable, link).map_err(io)
}

fn broken(folder: &Path, why: String) -> EmulatorError {
    EmulatorError::State { path: folder.to_owned(), why }
}
