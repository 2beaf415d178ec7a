//! What to start, as data.
//!
//! Deals with: apps, hosts, ports, folders, limits and their defaults. Does not deal with: reading any
//! of it from a command line (`anyfn-cli`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyfn::manifest::Manifest;

use crate::clock::Clock;

/// What the emulator is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The apps, each a built executable.
    pub apps: Vec<AppSource>,
    /// Apps as they are deployed, beside those. Default: none.
    pub packed: Vec<PackedApp>,
    /// Which hosts run them.
    pub hosts: Hosts,
    /// Where everything durable and every log lives. Made where it is missing; one emulator at a time.
    pub state: PathBuf,
    /// The one clock.
    pub clock: Clock,
    /// Where to listen, always on 127.0.0.1.
    pub ports: Ports,
    /// How often an event is tried before it is dead-lettered. Default: 5.
    pub max_attempts: u32,
    /// How long a call may take, in real time. Default: 30 s.
    pub timeout: Duration,
}

impl Options {
    /// Both hosts, free ports, the real clock, state in `state`.
    #[must_use]
    pub fn new(state: impl Into<PathBuf>, apps: Vec<AppSource>) -> Self {
        Self {
            apps,
            packed: Vec::new(),
            hosts: Hosts::BOTH,
            state: state.into(),
            clock: Clock::real(),
            ports: Ports::default(),
            max_attempts: 5,
            timeout: Duration::from_secs(30),
        }
    }
}

/// One app: the executable, and values for the settings that it declares.
#[derive(Clone, Debug)]
pub struct AppSource {
    /// Built for this machine; run with the argument `manifest` to learn what it is.
    pub executable: PathBuf,
    /// More than the app declares may be here: only declared names reach it.
    pub settings: BTreeMap<String, String>,
}

/// An app as `anyfn build` packs it and a cloud unpacks it. A reload ends it.
#[derive(Clone, Debug)]
pub struct PackedApp {
    /// What was packed with it. The executable is not asked: it may be one for another processor.
    pub manifest: Manifest,
    /// What Lambda starts.
    pub lambda: Option<Entrypoint>,
    /// The folder that the Functions host reads: `host.json`, a folder a function, the executable. None of
    /// it is made or changed here.
    pub azure: Option<PathBuf>,
    /// As in [`AppSource`].
    pub settings: BTreeMap<String, String>,
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrypoint {
    /// The program: the package's own, or one that runs it.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// `LAMBDA_TASK_ROOT`, and the working directory.
    pub folder: PathBuf,
}

/// Which hosts run the apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// AWS Lambda.
    pub lambda: bool,
    /// Azure Functions.
    pub azure: bool,
}

impl Hosts {
    /// Lambda and Azure.
    pub const BOTH: Self = Self { lambda: true, azure: true };
}

/// Ports on 127.0.0.1; 0, the default of each, takes a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// The control API.
    pub control: u16,
    /// S3.
    pub s3: u16,
    /// SQS.
    pub sqs: u16,
    /// Lambda's front door.
    pub lambda: u16,
    /// Azure Blob.
    pub blob: u16,
    /// Azure Queue.
    pub queue: u16,
}

impl Ports {
    /// `control` and the five after it, or free ones where it is 0.
    #[must_use]
    pub fn from(control: u16) -> Self {
        let at = |offset| if control == 0 { 0 } else { control.saturating_add(offset) };
        Self { control, s3: at(1), sqs: at(2), lambda: at(3), blob: at(4), queue: at(5) }
    }
}
