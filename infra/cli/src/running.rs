//! The running emulator, as other processes see it.
//!
//! Deals with: finding it by its ready file, asking its control port what runs. Does not deal with:
//! starting it, nor with any provider's API.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyfn::manifest::TriggerSpec;
use bytes::Bytes;
use http::Request;
use serde::Deserialize;

use crate::fault::Fault;
use crate::http::send;

/// The name of the ready file in a state folder.
pub(crate) const READY: &str = "ready.json";
/// The control port is on this machine and does no work.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `anyfn invoke` needs of the ready file.
#[derive(Debug, Deserialize)]
pub(crate) struct Running {
    /// The control port's URL.
    pub(crate) console: String,
    /// Lambda's front door and who may knock.
    pub(crate) aws: Aws,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Aws {
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) lambda: String,
}

/// One function on one host.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Function {
    pub(crate) app: String,
    pub(crate) name: String,
    /// `lambda` or `azure`.
    pub(crate) host: String,
    /// Where an HTTP function's path begins.
    pub(crate) url: Option<String>,
    /// Azure: where `/admin/functions/{name}` is.
    pub(crate) admin: Option<String>,
    /// Azure: for `x-functions-key`.
    pub(crate) key: Option<String>,
    pub(crate) log: PathBuf,
    pub(crate) trigger: TriggerSpec,
}

/// Reads the ready file at `path`.
pub(crate) fn find(path: &Path) -> Result<Running, Fault> {
    let text = std::fs::read(path).map_err(|io| {
        Fault::usage(format!(
            "no emulator has written {}: {io}\n  hint: start one: anyfn dev; is its state elsewhere? --state FOLDER",
            path.display()
        ))
    })?;
    serde_json::from_slice(&text)
        .map_err(|fault| Fault::usage(format!("{} is no ready file: {fault}", path.display())))
}

/// Every function that runs.
pub(crate) async fn functions(running: &Running) -> Result<Vec<Function>, Fault> {
    #[derive(Deserialize)]
    struct List {
        functions: Vec<Function>,
    }
    let console = &running.console;
    let request = Request::get(format!("{console}/_anyfn/functions"))
        .body(Bytes::new())
        .map_err(|fault| Fault::usage(format!("the ready file's `console`: {fault}")))?;
    let answer = send(request, PATIENCE).await.map_err(|why| {
        Fault::usage(format!("the emulator has stopped ({why})\n  hint: start it again: anyfn dev"))
    })?;
    let list: List = serde_json::from_slice(&answer.body).map_err(|fault| {
        Fault::failed(format!("{console} is no control port of this version: {fault}"))
    })?;
    Ok(list.functions)
}
