//! Starting an Azure Functions host for one app.
//!
//! Deals with: laying the app out as a deployment would, its app settings. Does not deal with: running
//! it; the host reads only the files and the settings.

use std::path::Path;
use std::time::Duration;

use super::Rooms;
use crate::apps::App;
use crate::azure;
use crate::azure::functions::FunctionsHost;
use crate::cloud::Cloud;
use crate::error::EmulatorError;
use crate::options::Options;
use crate::provision::bindings;
use crate::status::azure_log;

/// How long a host that stopped after three worker errors rests before it is started again.
const REST: Duration = Duration::from_secs(5);

pub(crate) async fn start(
    rooms: &Rooms,
    options: &Options,
    app: &App,
    apps: &[App],
) -> Result<(App, FunctionsHost, String), EmulatorError> {
    let name = &app.manifest.app;
    let folder = options.state.join("azure").join(name);
    deploy(&folder, app)?;
    let mut settings = bindings::of(Cloud::Azure, app, apps, &rooms.endpoints);
    if let Some(credentials) = rooms.credentials.get(name) {
        settings.extend(bindings::azure_settings(
            credentials,
            &rooms.endpoints,
            options.max_attempts,
            options.timeout,
        ));
    }
    let key = uuid::Uuid::new_v4().simple().to_string();
    let deps = azure::functions::Deps {
        store: rooms.store.clone(),
        clock: rooms.clock.clone(),
        queues: rooms.queues.clone(),
        spawner: rooms.spawner.clone(),
    };
    let hosted = azure::functions::App {
        name: name.clone(),
        folder,
        settings,
        log: azure_log(&rooms.logs, name),
        function_key: key.clone(),
        port: 0,
        restart_after: Some(REST),
    };
    let host = FunctionsHost::start(deps, hosted).await?;
    if let Err(why) = host.ready().await {
        host.stop().await;
        return Err(EmulatorError::Unready {
            app: name.clone(),
            why,
            log: azure_log(&rooms.logs, name),
        });
    }
    Ok((app.clone(), host, key))
}

/// Lays the app out as a deployment would, the executable by a link so that both hosts run one file.
fn deploy(folder: &Path, app: &App) -> Result<(), EmulatorError> {
    let fault = |why: String| EmulatorError::State { path: folder.to_owned(), why };
    let io = |io: std::io::Error| fault(io.to_string());
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(io)?;
    }
    for file in anyfn::host::azure::files(&app.manifest).map_err(fault)? {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(io)?;
        std::fs::write(path, file.contents).map_err(io)?;
    }
    let link = folder.join(anyfn::host::azure::EXECUTABLE);
    std::os::unix::fs::symlink(&app.executable, link).map_err(io)
}
