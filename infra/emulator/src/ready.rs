//! The ready file: every endpoint, credential and child process, for tools that start the emulator.
//!
//! Deals with: its shape, and writing it whole or not at all. Does not deal with: live figures, which
//! the control port has.

use std::path::Path;

use serde::Serialize;

/// What a ready emulator offers.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// The control port: `http://127.0.0.1:PORT`.
    pub console: String,
    /// The emulator's own process.
    pub pid: u32,
    /// The emulated AWS.
    pub aws: Aws,
    /// The emulated Azure.
    pub azure: Azure,
    /// Every function on every host.
    pub functions: Vec<Function>,
}

/// The emulated AWS: endpoints, and the owner's credentials.
#[derive(Clone, Debug, Serialize)]
pub struct Aws {
    /// `us-east-1`.
    pub region: &'static str,
    /// Of the person at the machine, who may do everything.
    pub access_key_id: &'static str,
    /// Its secret.
    pub secret_access_key: &'static str,
    /// S3, path style.
    pub s3: String,
    /// SQS.
    pub sqs: String,
    /// Lambda's front door.
    pub lambda: String,
}

/// The emulated Azure: endpoints with the account in their path, and the owner's key.
#[derive(Clone, Debug, Serialize)]
pub struct Azure {
    /// `devstoreaccount1`.
    pub account: &'static str,
    /// Base64.
    pub key: &'static str,
    /// Blob.
    pub blob: String,
    /// Queue.
    pub queue: String,
    /// For the official clients.
    pub connection_string: String,
}

/// One function on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Function {
    /// The app.
    pub app: String,
    /// The function.
    pub name: String,
    /// `lambda` or `azure`.
    pub host: &'static str,
    /// Its process; functions of one Azure app share theirs.
    pub pid: Option<u32>,
    /// Where an HTTP function's path begins; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Ready {
    /// Writes the ready file at `path`: a reader finds all of it or nothing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", self.pid));
        let fresh = path.with_file_name(name);
        std::fs::write(&fresh, serde_json::to_vec(self)?)?;
        std::fs::rename(&fresh, path)
    }
}
