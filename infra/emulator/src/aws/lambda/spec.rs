//! What a Lambda function is: configuration, as data.
//!
//! Deals with: names, limits, triggers, defaults.
//! Does not deal with: running anything.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::aws::{ACCOUNT, REGION};

const INIT_LIMIT: Duration = Duration::from_secs(10);
/// Largest payload of a synchronous call, in bytes.
pub const SYNC_LIMIT: usize = 6 * 1024 * 1024;
/// Largest payload of an asynchronous call, in bytes.
pub const ASYNC_LIMIT: usize = 1024 * 1024;
/// Largest response of a function, in bytes. Not quite six mebibytes: the service itself names it so.
pub(super) const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// One function of one app.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// Its name, unique over all apps.
    pub name: String,
    /// The app it belongs to.
    pub app: String,
    /// What speaks the runtime API for it.
    pub runtime: Runtime,
    /// `_HANDLER`. Default: the function's name.
    pub handler: String,
    /// The app's own variables. Those that Lambda reserves win over them.
    pub env: Vec<(String, String)>,
    /// AWS access key id and secret of the app. Default: none, so that nothing of the user's is found.
    pub credentials: Option<(String, String)>,
    /// How long one call may take, in real time, without the initialisation. Default: 30 s.
    pub timeout: Duration,
    /// How long its runtime may take until it asks for an event, before it is started once more on the
    /// function's own time. Default: 10 s.
    pub init_limit: Duration,
    /// What the function is told it has. Not enforced. Default: 512.
    pub memory_mb: u32,
    /// Environments at most. Callers beyond it wait: the limit is the laptop's, not an account's, so
    /// nobody is throttled. Default: 4.
    pub concurrency: usize,
    /// The SQS queue that gets an asynchronous event once its attempts are used up.
    pub dead_letter: Option<String>,
    /// What calls it, besides the front door.
    pub trigger: Trigger,
}

impl FunctionSpec {
    /// A function with every default, called through the front door only.
    #[must_use]
    pub fn new(app: &str, name: &str, runtime: Runtime) -> Self {
        Self {
            name: name.to_owned(),
            app: app.to_owned(),
            runtime,
            handler: name.to_owned(),
            env: Vec::new(),
            credentials: None,
            timeout: Duration::from_secs(30),
            init_limit: INIT_LIMIT,
            memory_mb: 512,
            concurrency: 4,
            dead_letter: None,
            trigger: Trigger::Manual,
        }
    }

    /// `MaximumRetryAttempts`: how often a failed asynchronous event is tried again. A missed tick
    /// is followed by the next one, so schedules do not retry.
    #[must_use]
    pub fn retries(&self) -> u32 {
        if matches!(self.trigger, Trigger::Schedule { .. }) { 0 } else { 2 }
    }

    /// The function's name in AWS.
    #[must_use]
    pub fn arn(&self) -> String {
        function_arn(&self.name)
    }
}

/// Makes a runtime out of its variables.
pub type Work = Arc<dyn Fn(Vec<(String, String)>) -> BoxFuture<'static, ()> + Send + Sync>;

/// What speaks the runtime API.
#[derive(Clone)]
pub enum Runtime {
    /// An executable, the same for every call.
    Process {
        /// The executable.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
        /// Its working directory and `LAMBDA_TASK_ROOT`.
        cwd: Option<PathBuf>,
    },
    /// A task of this very process, given its variables: for tests of the emulator, and for an
    /// author's own. It has no pid; returning from it is exiting.
    Task(Work),
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { program, args, .. } => write!(f, "{} {args:?}", program.display()),
            Self::Task(_) => f.write_str("a task"),
        }
    }
}

/// What calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Nothing but the front door.
    Manual,
    /// A function URL on a port of its own.
    Url {
        /// Whether a caller needs no signature (`AuthType: NONE`).
        public: bool,
        /// The port on 127.0.0.1; 0 for a free one.
        port: u16,
    },
    /// An SQS event source mapping with `ReportBatchItemFailures` and no batching window.
    Queue {
        /// The queue's name in SQS, `.fifo` included.
        queue: String,
        /// Messages in one call at most, 1 to 10. Default elsewhere: 10.
        batch: usize,
    },
    /// An EventBridge rule.
    Schedule {
        /// Five fields, UTC.
        cron: String,
    },
}

pub(super) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}
