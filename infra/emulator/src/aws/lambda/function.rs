//! One function: its environments, at most so many, the idle ones used again.
//!
//! Deals with: the pool, starting anew after a crash, retiring once another one has its name, the START,
//! END and REPORT lines.
//! Does not deal with: who calls and what they are told.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::LambdaDeps;
use super::environment::{Environment, Handed, Init};
use super::invocation::{Ended, Invocation, Invoked};
use super::spec::FunctionSpec;
use super::worker::Worker;
use crate::cloud::Cloud;
use crate::measured::Measurements;
use crate::process::{Exit, Spawner};

/// How long the platform waits for lines that a runtime printed before it answered, where a caller
/// asked for them: they travel through a pipe that nobody else can see the end of.
const LOG_SETTLES: Duration = Duration::from_millis(10);

/// A function that can be called.
pub(super) struct Function {
    pub(super) spec: FunctionSpec,
    spawner: Spawner,
    logs: PathBuf,
    slots: Semaphore,
    pool: Mutex<Pool>,
    peak_kb: AtomicU64,
    measured: Measurements,
    retired: CancellationToken,
    stop: CancellationToken,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Environment>,
    /// Every runtime that may still run, for the list of pids and for the end.
    live: Vec<Weak<Worker>>,
    /// No environment is used again.
    closed: bool,
}

impl Function {
    pub(super) fn new(spec: FunctionSpec, deps: &LambdaDeps, stop: CancellationToken) -> Self {
        let slots = Semaphore::new(spec.concurrency.max(1));
        let (pool, retired) = (Mutex::default(), CancellationToken::new());
        let LambdaDeps { spawner, logs, measured, .. } = deps.clone();
        let peak_kb = AtomicU64::new(0);
        Self { spec, spawner, logs, slots, pool, peak_kb, measured, retired, stop }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the function. The call goes on if the caller goes away, as it does in Lambda.
    pub(super) async fn invoke(self: &Arc<Self>, invocation: Invocation) -> Invoked {
        let function = Arc::clone(self);
        let id = invocation.request_id.clone();
        let call = tokio::spawn(async move { function.run(invocation).await });
        call.await.unwrap_or_else(|_| {
            let ended = Ended::Exited(Exit { code: None, signal: None });
            invoked(id, ended, Vec::new(), Duration::ZERO)
        })
    }

    async fn run(&self, invocation: Invocation) -> Invoked {
        // Never closed.
        let _slot = self.slots.acquire().await;
        let id = invocation.request_id.clone();
        loop {
            let idle = self.idle();
            let used = idle.is_some();
            let mut environment = match self.ready(idle).await {
                Ok(environment) => environment,
                Err(ended) => return invoked(id, ended, Vec::new(), Duration::ZERO),
            };
            let log = environment.worker().log().clone();
            let started = Instant::now();
            log.begin();
            log.line(&format!("START RequestId: {id} Version: $LATEST"));
            let ended = match environment.hand(invocation.clone(), self.spec.timeout).await {
                Handed::Ended(ended) => ended,
                // It had died unnoticed since its last call; the event is untouched.
                Handed::Unfetched if used && !self.stop.is_cancelled() => continue,
                Handed::Unfetched => Ended::Exited(environment.worker().exited().await),
            };
            let duration = started.elapsed();
            if invocation.tail {
                tokio::time::sleep(LOG_SETTLES).await;
            }
            self.report(&mut environment, &id, duration);
            if ended.keeps_environment() {
                self.put_back(environment);
            } else {
                environment.worker().kill();
                environment.worker().exited().await;
            }
            let tail = if invocation.tail { log.tail() } else { Vec::new() };
            return invoked(id, ended, tail, duration);
        }
    }

    fn idle(&self) -> Option<Environment> {
        let mut pool = self.pool();
        pool.idle.retain(|environment| environment.worker().is_running());
        pool.idle.pop()
    }

    /// An environment that has asked for an event.
    async fn ready(&self, idle: Option<Environment>) -> Result<Environment, Ended> {
        let environment = match idle {
            Some(environment) => environment,
            None => self.start().await?,
        };
        if let Some(init) = environment.initialise(self.spec.init_limit).await {
            return ready_or(environment, init);
        }
        // Too slow: started once more, now on the function's own time.
        environment.worker().kill();
        let environment = self.start().await?;
        match environment.initialise(self.spec.timeout).await {
            Some(init) => ready_or(environment, init),
            None => Err(Ended::TimedOut(self.spec.timeout)),
        }
    }

    async fn start(&self) -> Result<Environment, Ended> {
        if self.stop.is_cancelled() {
            return Err(Ended::NoEntrypoint("the emulator is stopping".to_owned()));
        }
        let started = Environment::start(&self.spec, &self.spawner, &self.logs).await;
        let environment = started.map_err(|error| Ended::NoEntrypoint(error.to_string()))?;
        {
            let mut pool = self.pool();
            pool.live.retain(|worker| worker.strong_count() > 0);
            pool.live.push(Arc::downgrade(environment.worker()));
        }
        // Asked again after it is listed: either this sees the end, or the end sees this.
        if self.stop.is_cancelled() {
            return Err(Ended::NoEntrypoint("the emulator is stopping".to_owned()));
        }
        Ok(environment)
    }

    /// Starts one environment ahead of the first call.
    ///
    /// # Errors
    /// It cannot be started, or ended before it asked for an event: what it said last.
    pub(super) async fn warm(&self) -> Result<(), String> {
        let said = |ended: Ended| {
            let (payload, _) = ended.into_payload("none");
            String::from_utf8_lossy(&payload).into_owned()
        };
        let environment = self.start().await.map_err(said)?;
        // One that is only slow is left to get ready by its first call.
        if let Some(Init::Failed(ended)) = environment.initialise(self.spec.init_limit).await {
            let log = environment.worker().log().tail();
            return Err(format!("{}\n{}", said(ended), String::from_utf8_lossy(&log).trim_end()));
        }
        self.pool().idle.push(environment);
        Ok(())
    }

    fn put_back(&self, environment: Environment) {
        let mut pool = self.pool();
        if !pool.closed && environment.worker().is_running() {
            pool.idle.push(environment);
        }
    }

    /// Another function has this one's name from now on, or none has: its sources take nothing more, and
    /// each environment ends with the call that runs in it.
    pub(super) fn retire(&self) {
        self.retired.cancel();
        let idle = {
            let mut pool = self.pool();
            pool.closed = true;
            std::mem::take(&mut pool.idle)
        };
        drop(idle);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.is_cancelled()
    }

    /// Returns once it is retired.
    pub(super) async fn retired(&self) {
        self.retired.cancelled().await;
    }

    /// Kills every environment and waits until all are gone.
    pub(super) async fn end(&self) {
        let live: Vec<_> = {
            let mut pool = self.pool();
            pool.closed = true;
            pool.live.iter().filter_map(Weak::upgrade).collect()
        };
        for worker in &live {
            worker.kill();
        }
        for worker in live {
            worker.exited().await;
        }
        self.pool().idle.clear();
    }

    /// The pids of its processes that run.
    pub(super) fn pids(&self) -> Vec<u32> {
        let live: Vec<_> = self.pool().live.iter().filter_map(Weak::upgrade).collect();
        live.iter().filter(|worker| worker.is_running()).filter_map(|worker| worker.pid()).collect()
    }

    /// The largest resident set that any of its processes ever had, in KiB; 0 if unknown.
    pub(super) fn peak_kb(&self) -> u64 {
        let live: Vec<_> = self.pool().live.iter().filter_map(Weak::upgrade).collect();
        let now = live.iter().filter_map(|worker| worker.peak_kb()).max().unwrap_or(0);
        self.peak_kb.fetch_max(now, Ordering::Relaxed).max(now)
    }

    fn report(&self, environment: &mut Environment, id: &str, duration: Duration) {
        let log = environment.worker().log().clone();
        let peak = environment.worker().peak_kb().unwrap_or(0);
        self.peak_kb.fetch_max(peak, Ordering::Relaxed);
        let init = environment.take_init();
        self.measured.called(Cloud::Aws, &self.spec.name, duration);
        if let Some(init) = init {
            self.measured.started(Cloud::Aws, &self.spec.name, init);
        }
        let init =
            init.map_or_else(String::new, |init| format!("Init Duration: {:.2} ms\t", ms(init)));
        log.line(&format!("END RequestId: {id}"));
        log.line(&format!(
            "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {:.0} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t{init}",
            ms(duration),
            ms(duration).ceil(),
            self.spec.memory_mb,
            peak.div_ceil(1024),
        ));
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn ready_or(environment: Environment, init: Init) -> Result<Environment, Ended> {
    match init {
        Init::Ready => Ok(environment),
        Init::Failed(ended) => Err(ended),
    }
}

fn invoked(request_id: String, ended: Ended, log_tail: Vec<u8>, duration: Duration) -> Invoked {
    let (payload, failed) = ended.into_payload(&request_id);
    Invoked { request_id, payload, failed, log_tail, duration }
}
