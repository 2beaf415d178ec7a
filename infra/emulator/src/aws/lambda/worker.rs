//! What speaks the runtime API from the other side: a process, or a task of this one.
//!
//! Deals with: one face for both: pid, kill, exit, memory, log.
//! Does not deal with: what it says.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::process::{Child, Exit, Log};

/// A running runtime. Dropping it kills it.
pub(super) enum Worker {
    Process(Child),
    Task(Task),
}

pub(super) struct Task {
    log: Log,
    task: tokio::task::JoinHandle<()>,
    exit: watch::Receiver<Option<Exit>>,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Worker {
    /// Runs `work` as a runtime that exits with 0 when it returns.
    pub(super) fn task(work: BoxFuture<'static, ()>, log: Log) -> Self {
        let (tell, exit) = watch::channel(None);
        // Dropped without a value when the task is aborted or panics: then it was killed.
        let task = tokio::spawn(async move {
            work.await;
            tell.send_replace(Some(Exit { code: Some(0), signal: None }));
        });
        Self::Task(Task { log, task, exit })
    }

    pub(super) fn pid(&self) -> Option<u32> {
        match self {
            Self::Process(child) => Some(child.pid()),
            Self::Task(_) => None,
        }
    }

    pub(super) fn kill(&self) {
        match self {
            Self::Process(child) => child.kill(),
            Self::Task(task) => task.task.abort(),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        match self {
            Self::Process(child) => child.is_running(),
            Self::Task(task) => !task.task.is_finished(),
        }
    }

    /// Returns how it ended, once it has. Cancel-safe.
    pub(super) async fn exited(&self) -> Exit {
        match self {
            Self::Process(child) => child.exited().await,
            Self::Task(task) => {
                let mut exit = task.exit.clone();
                let ended = exit.wait_for(Option::is_some).await;
                let killed = Exit { code: None, signal: Some(9) };
                ended.ok().and_then(|exit| exit.clone()).unwrap_or(killed)
            }
        }
    }

    pub(super) fn peak_kb(&self) -> Option<u64> {
        match self {
            Self::Process(child) => child.peak_kb(),
            Self::Task(_) => None,
        }
    }

    pub(super) fn log(&self) -> &Log {
        match self {
            Self::Process(child) => child.log(),
            Self::Task(task) => &task.log,
        }
    }
}

/// A worker that the pool may list while a call uses it.
pub(super) type Shared = Arc<Worker>;
