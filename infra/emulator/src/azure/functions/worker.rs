//! The one worker process of an app, kept running.
//!
//! Deals with: start, readiness, restarts, giving up after three errors in thirty minutes.
//! Does not deal with: how a process is made (`launch`), calls (`invoke`).

use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::wire::{Probe, Wire};
use crate::clock::Clock;
use crate::process::{Exit, Log};

const POLL: Duration = Duration::from_millis(25);
/// Errors that stop the host.
const MAX_ERRORS: usize = 3;
/// An error older than this, seen from the next, is forgotten together with those before it.
const ERROR_WINDOW: Duration = Duration::from_secs(30 * 60);
/// What a killed process gets to disappear.
const KILL_WAIT: Duration = Duration::from_secs(1);
/// The exit code by which a worker asks for a restart that does not count as an error.
const INTENTIONAL_RESTART: i32 = 200;

pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A started worker process, or what stands for one in a test.
pub(crate) trait Process: Send + Sync {
    fn pid(&self) -> Option<u32>;
    fn kill(&self);
    fn exited(&self) -> Boxed<Exit>;
    fn peak_kb(&self) -> Option<u64>;
}

/// Starts a worker that is to listen on the port it is given.
pub(crate) type Launch = Arc<dyn Fn(u16) -> Boxed<Result<Arc<dyn Process>, String>> + Send + Sync>;

/// A worker that answers.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) port: u16,
    /// Cancelled once the process is no longer of use: calls in it fail.
    pub(crate) gone: CancellationToken,
    /// Cancel it to have the process killed and started again.
    pub(crate) restart: CancellationToken,
}

#[derive(Clone, Debug)]
pub(crate) enum State {
    Starting,
    Ready(Arc<Running>),
    /// It ended with code 0: calls fail, and it is not started again.
    Dead(String),
    /// The host gave up.
    Stopped(String),
}

/// What the supervisor needs.
pub(crate) struct Plan {
    pub(crate) launch: Launch,
    pub(crate) wire: Wire,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) init_timeout: Duration,
    /// In Azure the platform starts a host again that stopped itself; `None`: it stays stopped.
    pub(crate) restart_after: Option<Duration>,
    pub(crate) stop: CancellationToken,
}

/// A handle on the supervised worker; all clones see the same one.
#[derive(Clone)]
pub(crate) struct Worker {
    state: watch::Receiver<State>,
    current: Current,
    init_timeout: Duration,
}

type Current = Arc<Mutex<Option<Arc<dyn Process>>>>;

impl Worker {
    /// Starts supervising; returns at once. The task ends after `plan.stop`, when no process is left.
    pub(crate) fn start(plan: Plan) -> (Self, tokio::task::JoinHandle<()>) {
        let (tell, state) = watch::channel(State::Starting);
        let current = Current::default();
        let worker = Self { state, current: current.clone(), init_timeout: plan.init_timeout };
        (worker, tokio::spawn(supervise(plan, tell, current)))
    }

    /// The worker, once it answers.
    ///
    /// # Errors
    /// Why there is none and will be none: it ended for good, the host stopped, or it took longer than
    /// the host waits (four times the initialization timeout).
    pub(crate) async fn ready(&self) -> Result<Arc<Running>, String> {
        let mut state = self.state.clone();
        let settled = state.wait_for(|state| !matches!(state, State::Starting));
        let settled = tokio::time::timeout(self.init_timeout * 4, settled).await;
        match settled {
            Ok(Ok(state)) => match &*state {
                State::Ready(running) => Ok(Arc::clone(running)),
                State::Dead(why) | State::Stopped(why) => Err(why.clone()),
                State::Starting => Err("the worker is starting".to_owned()),
            },
            Ok(Err(_)) => Err("the host is stopping".to_owned()),
            Err(_) => Err("the worker did not become ready".to_owned()),
        }
    }

    /// Returns while events may be taken from their sources: not before the worker was ready, not
    /// after the host stopped.
    pub(crate) async fn accepting(&self) {
        let mut state = self.state.clone();
        let accepts = |state: &State| matches!(state, State::Ready(_) | State::Dead(_));
        if state.wait_for(accepts).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.process().and_then(|process| process.pid())
    }

    pub(crate) fn peak_kb(&self) -> Option<u64> {
        self.process().and_then(|process| process.peak_kb())
    }

    fn process(&self) -> Option<Arc<dyn Process>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How one life of the process ended.
enum End {
    Finished,
    Restart(String),
    Error(String),
    HostStops,
}

async fn supervise(plan: Plan, tell: watch::Sender<State>, current: Current) {
    let mut errors: Vec<SystemTime> = Vec::new();
    loop {
        let end = one_life(&plan, &tell, &current).await;
        match end {
            End::HostStops => break,
            End::Restart(why) => plan.log.line(&format!("host: the worker is restarted: {why}")),
            End::Finished => {
                let why = "the worker ended with exit code 0, which the host takes for success: it \
                           is not started again, and every call fails; end with another code to be \
                           restarted";
                plan.log.line(&format!("host: error: {why}"));
                tell.send_replace(State::Dead(why.to_owned()));
                plan.stop.cancelled().await;
                break;
            }
            End::Error(why) => {
                plan.log.line(&format!("host: error: {why}"));
                if stops_host(&mut errors, plan.clock.now()) && !stopped(&plan, &tell, &why).await {
                    break;
                }
            }
        }
    }
    tell.send_replace(State::Stopped("the host is stopping".to_owned()));
}

/// Counts an error; says whether the host gives up.
fn stops_host(errors: &mut Vec<SystemTime>, now: SystemTime) -> bool {
    let age = errors.last().map(|last| now.duration_since(*last).unwrap_or_default());
    if age.is_some_and(|age| age > ERROR_WINDOW) {
        errors.clear();
    }
    errors.push(now);
    let stops = errors.len() >= MAX_ERRORS;
    if stops {
        errors.clear();
    }
    stops
}

/// The host has stopped itself. Returns whether the platform starts it again.
async fn stopped(plan: &Plan, tell: &watch::Sender<State>, why: &str) -> bool {
    let why = format!(
        "the host stopped the app after {MAX_ERRORS} worker errors within 30 minutes; the last: {why}"
    );
    plan.log.line(&format!("host: error: {why}"));
    tell.send_replace(State::Stopped(why));
    let again = async {
        match plan.restart_after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = plan.stop.cancelled() => false,
        () = again => {
            plan.log.line("host: the platform starts the host again");
            true
        }
    }
}

async fn one_life(plan: &Plan, tell: &watch::Sender<State>, current: &Current) -> End {
    tell.send_replace(State::Starting);
    if plan.stop.is_cancelled() {
        return End::HostStops;
    }
    let port = match free_port() {
        Ok(port) => port,
        Err(error) => return End::Error(format!("no free port for the worker: {error}")),
    };
    let process = match (plan.launch)(port).await {
        Ok(process) => process,
        Err(why) => return End::Error(why),
    };
    let hold = |process| *current.lock().unwrap_or_else(PoisonError::into_inner) = process;
    hold(Some(Arc::clone(&process)));
    let running = Arc::new(Running {
        port,
        gone: CancellationToken::new(),
        restart: CancellationToken::new(),
    });
    let end = tokio::select! {
        exit = process.exited() => ended(&exit),
        () = plan.stop.cancelled() => End::HostStops,
        end = serve(plan, tell, &running) => end,
    };
    tell.send_replace(State::Starting);
    running.gone.cancel();
    // No SIGTERM and no grace: the real host kills custom handlers.
    process.kill();
    // A process that does not go is the kernel's to bury.
    let _ = tokio::time::timeout(KILL_WAIT, process.exited()).await;
    hold(None);
    end
}

/// Waits until the worker answers, says so, and waits for a call to ask for a restart.
async fn serve(plan: &Plan, tell: &watch::Sender<State>, running: &Arc<Running>) -> End {
    let ready = async {
        while let Probe::NotYet = plan.wire.probe(running.port).await {
            tokio::time::sleep(POLL).await;
        }
    };
    if tokio::time::timeout(plan.init_timeout, ready).await.is_err() {
        return End::Error(format!(
            "the worker did not answer GET / on 127.0.0.1:{} (FUNCTIONS_CUSTOMHANDLER_PORT) within \
             {:?}; it must listen there before it does anything slow",
            running.port, plan.init_timeout
        ));
    }
    tell.send_replace(State::Ready(Arc::clone(running)));
    running.restart.cancelled().await;
    End::Restart("a call in it timed out".to_owned())
}

fn ended(exit: &Exit) -> End {
    match exit.code {
        Some(0) => End::Finished,
        Some(INTENTIONAL_RESTART) => End::Restart("it ended with exit code 200".to_owned()),
        _ => End::Error(format!("the worker ended: {exit}")),
    }
}

/// A port nobody listens on. Somebody may take it before the worker does; the worker then ends with an
/// error and gets another.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests;
