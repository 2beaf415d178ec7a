//! Child processes of the emulator: the functions' own.
//!
//! Deals with: spawning with a cleared environment, logs, signals, exit status, peak memory, and that
//! no child outlives the emulator, however that ends.
//! Does not deal with: what a child is told to do, nor when it is started again.

mod log;
#[cfg_attr(target_os = "linux", path = "process/parent_linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "process/parent_other.rs")]
mod parent;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc as threads;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Command;
use tokio::sync::{mpsc, oneshot, watch};

pub use log::Log;

/// What to run, and what it may see. Nothing else of the emulator's environment reaches it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name in log lines: usually the function's or the app's.
    pub name: String,
    /// The executable; looked up in the emulator's own `PATH` if it has no slash.
    pub program: PathBuf,
    /// Its arguments, without the program itself.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Its working directory; the emulator's own if absent.
    pub cwd: Option<PathBuf>,
    /// The file its output is appended to; folders are made.
    pub log: PathBuf,
}

/// Why a program could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The log file cannot be opened.
    #[error("the log file {path} cannot be opened: {source}")]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to run it.
    #[error("{program} cannot be started: {source}")]
    Program {
        /// The executable as it was given.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that spawns is gone.
    #[error("the emulator is stopping and starts no more processes")]
    Stopped,
}

type Job = Box<dyn FnOnce() + Send>;

/// The one thread all children are spawned from. Clone it freely; the thread lives as long as the
/// last clone and the last [`Child`].
///
/// The kernel ties a child's death signal to the *thread* that made it, so a worker of the async
/// runtime, which may end at any time, must not be the one.
#[derive(Clone)]
pub struct Spawner(threads::Sender<Job>);

impl Spawner {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system's, if it has no thread left.
    pub fn start() -> io::Result<Self> {
        let (jobs, queue) = threads::channel::<Job>();
        std::thread::Builder::new().name("anyfn-spawner".to_owned()).spawn(move || {
            for job in queue {
                job();
            }
        })?;
        Ok(Self(jobs))
    }

    /// Starts `program` with closed standard input, in a process group of its own: a Ctrl-C on the
    /// terminal reaches the emulator alone, which then decides. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`SpawnError`].
    pub async fn spawn(&self, program: Program) -> Result<Child, SpawnError> {
        let log = Log::open(&program.name, &program.log)
            .map_err(|source| SpawnError::Log { path: program.log.clone(), source })?;
        let runtime = tokio::runtime::Handle::current();
        let (answer, spawned) = oneshot::channel();
        let path = program.program.clone();
        let job = Box::new(move || {
            let _runtime = runtime.enter();
            // A caller that gave up drops the child, which kills it.
            let _ = answer.send(command(&program).spawn());
        });
        self.0.send(job).map_err(|_| SpawnError::Stopped)?;
        let mut child = spawned
            .await
            .map_err(|_| SpawnError::Stopped)?
            .map_err(|source| SpawnError::Program { program: path, source })?;
        let pid = child.id().unwrap_or_default();
        let outputs = [
            child.stdout.take().map(|out| tokio::spawn(log.clone().copy(out))),
            child.stderr.take().map(|err| tokio::spawn(log.clone().copy(err))),
        ];
        let (orders, inbox) = mpsc::unbounded_channel();
        let (tell, exit) = watch::channel(None);
        tokio::spawn(supervise(child, inbox, tell, outputs));
        Ok(Child { pid, log, orders, exit, _spawner: self.clone() })
    }
}

fn command(program: &Program) -> Command {
    let mut command = Command::new(&program.program);
    command.args(&program.args).env_clear();
    command.envs(program.env.iter().map(|(name, value)| (name, value)));
    if let Some(cwd) = &program.cwd {
        command.current_dir(cwd);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    parent::die_with_parent(&mut command);
    command
}

/// A running process. Dropping it kills it.
pub struct Child {
    pid: u32,
    log: Log,
    orders: mpsc::UnboundedSender<Signal>,
    exit: watch::Receiver<Option<Exit>>,
    _spawner: Spawner,
}

impl Child {
    /// The system's number for it; may belong to somebody else once [`Child::exited`] returned.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Where its output goes.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// SIGKILL to the process and to what it started. No effect on one that has ended.
    pub fn kill(&self) {
        // The supervisor only goes away once the process has.
        let _ = self.orders.send(Signal::SIGKILL);
    }

    /// SIGTERM to the process and to what it started. No effect on one that has ended.
    pub fn terminate(&self) {
        let _ = self.orders.send(Signal::SIGTERM);
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.exit.borrow().is_none()
    }

    /// Returns how it ended, once it has and its last output is in the log. Cancel-safe; may be
    /// asked any number of times.
    pub async fn exited(&self) -> Exit {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await;
        ended.ok().and_then(|exit| exit.clone()).unwrap_or(Exit { code: None, signal: None })
    }

    /// The largest resident set so far in KiB (`VmHWM`); `None` once it has ended, and on systems
    /// without `/proc`.
    #[must_use]
    pub fn peak_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// What it returned; absent if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// `exit status 127`, `signal: SIGKILL`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal.map(Signal::try_from)) {
            (Some(code), _) => write!(f, "exit status {code}"),
            (None, Some(Ok(signal))) => write!(f, "signal: {signal}"),
            (None, _) => f.write_str("unknown exit status"),
        }
    }
}

type Output = Option<tokio::task::JoinHandle<()>>;

async fn supervise(
    mut child: tokio::process::Child,
    mut orders: mpsc::UnboundedReceiver<Signal>,
    tell: watch::Sender<Option<Exit>>,
    outputs: [Output; 2],
) {
    let status = loop {
        let order = tokio::select! {
            status = child.wait() => break status,
            order = orders.recv() => order,
        };
        // Not reaped yet, so the number is still its own.
        if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
            let _ = killpg(Pid::from_raw(pid), order.unwrap_or(Signal::SIGKILL));
        }
        if order.is_none() {
            // Nobody holds the child any more, so nothing is left to be ordered.
            break child.wait().await;
        }
    };
    for output in outputs.into_iter().flatten() {
        // A grandchild may hold the pipe open; its output is not worth waiting for.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), output).await;
    }
    let exit = match status {
        Ok(status) => {
            use std::os::unix::process::ExitStatusExt;
            Exit { code: status.code(), signal: status.signal() }
        }
        Err(_) => Exit { code: None, signal: None },
    };
    tell.send_replace(Some(exit));
}

#[cfg(test)]
mod tests;
