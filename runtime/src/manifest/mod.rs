//! The manifest: what an app declares, as data.
//!
//! Deals with: the types that the emulator, the generated host files and Terraform read, and their
//! printed form. Does not deal with: how much memory, time or money (Terraform variables), nor with
//! any cloud's names.
//!
//! [`SCHEMA`] is the published JSON Schema. A listing is sorted and names no path, no time and no
//! secret, so that it can be kept under version control and compared.

mod check;
mod portable;
pub(crate) mod routes;

use serde::{Deserialize, Serialize};

pub(crate) use check::{faults, normalise};

/// The version of the manifest that this crate writes and reads.
pub const VERSION: u32 = 1;

/// The JSON Schema (draft 2020-12) of a manifest.
pub const SCHEMA: &str = include_str!("../../schema/manifest.schema.json");

/// What an app declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The manifest's own version: [`VERSION`].
    pub anyfn: u32,
    /// The app's name.
    pub app: String,
    /// Its functions, by name.
    pub functions: Vec<Function>,
    /// What it does with stores and queues, by kind and name.
    pub needs: Vec<Need>,
    /// The settings it reads, by name.
    pub config: Vec<Setting>,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The function's name, unique in its app.
    pub name: String,
    /// When it runs.
    pub trigger: TriggerSpec,
    /// JSON Schema of the portable event that `anyfn invoke --event` takes.
    pub event: serde_json::Value,
}

/// When a function runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum TriggerSpec {
    /// A request.
    Http {
        /// Upper-case methods; empty for any.
        methods: Vec<String>,
        /// The path template, from `/`.
        path: String,
        /// Whether anyone may call it.
        public: bool,
    },
    /// An instant.
    Schedule {
        /// Five fields, UTC.
        cron: String,
    },
    /// A message.
    Queue {
        /// The logical queue.
        queue: String,
        /// Whether messages of one group keep their order.
        fifo: bool,
        /// Whether a call takes all messages that the provider delivers together. Not printed where
        /// it is false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        batch: bool,
    },
    /// A change of a blob.
    Blob {
        /// The logical store.
        store: String,
        /// Which change.
        change: Change,
        /// Keys begin with it; empty for all.
        prefix: String,
        /// Keys end in it; empty for all.
        suffix: String,
    },
}

impl TriggerSpec {
    /// Whether a failed event of this trigger ends in a dead-letter queue: it does for messages and
    /// blobs. A client retries its own request, and a schedule comes round again.
    #[must_use]
    pub fn has_dead_letters(&self) -> bool {
        matches!(self, Self::Queue { .. } | Self::Blob { .. })
    }
}

/// What happened to a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Written for the first time or again.
    Created,
    /// Deleted.
    Deleted,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
        })
    }
}

/// A use of a store or a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// A store or a queue.
    pub kind: NeedKind,
    /// Its logical name.
    pub name: String,
    /// What the app does with it, sorted, without repetition.
    pub access: Vec<Access>,
}

/// What is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NeedKind {
    /// A blob store.
    Blob,
    /// A queue.
    Queue,
}

/// What is done with it: the first four with stores, the last two with queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Get blobs and their properties.
    Read,
    /// Put blobs.
    Write,
    /// Delete blobs.
    Delete,
    /// List keys.
    List,
    /// Send messages.
    Send,
    /// Receive messages.
    Receive,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The environment variable.
    pub name: String,
    /// Whether the app refuses to start without it.
    pub required: bool,
    /// Its value where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether its value must be kept out of logs and plans.
    pub secret: bool,
}

impl Manifest {
    /// Reads a manifest that some binary printed.
    ///
    /// # Errors
    /// The text is no manifest of [`VERSION`]; the message has the JSON path and what was expected.
    pub fn from_json(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            anyfn: u32,
        }
        if let Ok(Version { anyfn }) = serde_json::from_slice(text)
            && anyfn != VERSION
        {
            return Err(format!(
                "the manifest has version {anyfn}, but this anyfn reads version {VERSION}"
            ));
        }
        let mut json = serde_json::Deserializer::from_slice(text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|fault| format!("not a manifest: at `{}`: {}", fault.path(), fault.inner()))
    }

    /// The printed form: two-space indented JSON with a line feed at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain structs of strings and numbers: writing them cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Function {
    /// Whose event is not described yet.
    pub(crate) fn new(name: &str, trigger: TriggerSpec) -> Self {
        Self { name: name.to_owned(), trigger, event: serde_json::Value::Null }
    }

    pub(crate) fn describe(&mut self) {
        self.event = portable::schema(&self.trigger);
    }
}
