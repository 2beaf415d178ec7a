//! Start-up: which host runs this process, what the environment says, and the end of the process.
//!
//! Deals with: the arguments `manifest` and `health`, the choice of host, reading the environment (here and nowhere
//! else in this crate). Does not deal with: any host's protocol; each has a room of its own.

pub mod azure;
#[cfg(feature = "container")]
mod container;
#[cfg(not(feature = "container"))]
#[allow(clippy::duplicate_mod, reason = "stands in for each host that is left out")]
#[path = "absent.rs"]
mod container;
#[cfg(any(feature = "azure", feature = "container"))]
#[cfg_attr(
    not(all(feature = "azure", feature = "container")),
    allow(dead_code, reason = "each host needs other parts of it")
)]
mod event_grid;
#[cfg(any(feature = "azure", feature = "container", feature = "lambda"))]
mod failed;
#[cfg(any(feature = "azure", feature = "container"))]
#[cfg_attr(
    not(feature = "container"),
    allow(dead_code, unused_imports, reason = "each host needs other parts of it")
)]
mod http;
#[cfg(any(feature = "azure", feature = "container", feature = "lambda"))]
#[cfg_attr(
    not(any(feature = "azure", feature = "lambda")),
    allow(dead_code, reason = "each host needs other parts of it")
)]
mod json;
#[cfg(feature = "lambda")]
mod lambda;
#[cfg(not(feature = "lambda"))]
#[allow(clippy::duplicate_mod, reason = "stands in for each host that is left out")]
#[path = "absent.rs"]
mod lambda;
mod logs;
mod probe;
#[cfg(any(feature = "container", feature = "lambda"))]
#[cfg_attr(
    not(feature = "container"),
    allow(dead_code, reason = "each host needs other parts of it")
)]
mod s3;

pub(crate) use logs::{CALL, OWN};

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::app::App;
use crate::config::Settings;
use crate::engine::{Engine, Fatal, Limits};
use crate::lock::lock;
use crate::manifest::Manifest;

/// The environment of the process, read once.
pub(crate) type Environment = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Lambda,
    Azure,
    Container,
}

/// Runs `app` as the process's arguments and environment ask for: `main` is one line.
///
/// With the argument `manifest` it prints the app's manifest and ends. With `health` it asks the container that
/// runs beside it on `PORT` whether it is alive, for images that hold nothing else to ask with. With none it serves: under AWS
/// Lambda where `AWS_LAMBDA_RUNTIME_API` is set, as an Azure Functions custom handler where
/// `FUNCTIONS_CUSTOMHANDLER_PORT` is, otherwise as a container: HTTP functions on `PORT` (default 8080),
/// all others as CloudEvents on `ANYFN_EVENT_PORT` (default 8081). `ANYFN_HOST` (`lambda`, `azure`,
/// `container`) decides before all of these.
///
/// What is said through `tracing` goes to stdout as lines of JSON, or as readable lines where that is a
/// terminal. Each line within an invocation has the fields `function`, `invocation_id`, and `attempt`,
/// `message_id`, `trace_id` where the platform tells them. `ANYFN_LOG` sets what is logged: `info`, or
/// `warn,my_crate=debug`; why a call failed is logged whatever it says. That a call succeeded is told at
/// level `debug` by the target `anyfn::call`: the default is `info` under Lambda and the Functions host,
/// which write a line for each call themselves, otherwise `info,anyfn::call=debug`.
///
/// Exit code 0 after `manifest`, after `health` where all is well, and after an orderly end (200 on Azure, where 0 would mean that nobody
/// starts it again), 1 where the app cannot start or run, 2 for arguments that are none.
pub fn main<S: Send + Sync + 'static>(app: App<S>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["manifest"] => app.manifest().and_then(|manifest| print(&manifest)).map(|()| 0),
        ["health"] => probe::ask(&environment()).map(|()| 0),
        [] => serve(app, environment()),
        _ => {
            let text = format!(
                "unknown arguments: {}; there are `manifest` and `health`",
                words.join(" ")
            );
            let _ = writeln!(std::io::stderr(), "error: {text}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(text) => {
            // A listing has no log: a person or a build reads it.
            if words.is_empty() {
                logs::fatal(&text);
            } else {
                let _ = writeln!(std::io::stderr(), "error: {text}");
            }
            ExitCode::FAILURE
        }
    }
}

fn print(manifest: &Manifest) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(manifest.to_json().as_bytes()).and_then(|()| out.flush());
    written.map_err(|fault| format!("the manifest could not be written: {fault}"))
}

fn environment() -> Environment {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

fn serve<S: Send + Sync + 'static>(app: App<S>, environment: Environment) -> Result<u8, String> {
    let host = choose(&environment)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let max_in_flight = number(&environment, "ANYFN_MAX_IN_FLIGHT", cores);
    let runtime = |fault| format!("the async runtime could not start: {fault}");
    // This thread runs no handler, so that none can keep its timers from going off.
    let front = Builder::new_current_thread().enable_time().build().map_err(runtime)?;
    let (timers, (tell, told)) = (front.handle().clone(), oneshot::channel());
    let threads = threads(cores, *max_in_flight.as_ref().unwrap_or(&cores));
    // In a box, or each thread's stack would have room for it.
    let serving = Box::pin(async move {
        let _ = tell.send(host.serve(app, environment, max_in_flight, timers).await);
    });
    let serving = Mutex::new(Some(serving));
    let workers = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("anyfn-handler")
        // The first thread begins while the others are still being made.
        .on_thread_start(move || {
            let serving = lock(&serving).take();
            drop(serving.map(tokio::spawn));
        })
        .enable_all()
        .build()
        .map_err(runtime)?;
    let served = front.block_on(told);
    let served = served.unwrap_or_else(|_| Err("the host panicked".to_owned()));
    // A handler that never returns must not keep the process.
    workers.shutdown_background();
    served.map(|()| ended(host))
}

impl Host {
    /// Speaks to the platform from where handlers run: an event goes from one thread to another neither
    /// on its way in nor out.
    async fn serve<S: Send + Sync + 'static>(
        self,
        app: App<S>,
        environment: Environment,
        max_in_flight: Result<usize, String>,
        timers: Handle,
    ) -> Result<(), String> {
        let text = |name: &str| environment.get(name).map(String::as_str);
        logs::install(text("ANYFN_LOG"), self, text("NO_COLOR"))?;
        let (max_in_flight, workers) = (max_in_flight?, Handle::current());
        let limits = Limits { max_in_flight, workers, timers, fatal: fatal() };
        let manifest = app.checked()?;
        // On Azure dead letters leave through output bindings, which need no variable of ours.
        let settings = Settings::read(&manifest, &environment, self != Self::Azure)?;
        let engine = Arc::new(Engine::new(app, manifest, settings, limits));
        match self {
            Self::Lambda => lambda::serve(engine, environment).await,
            Self::Azure => azure::serve(engine, environment).await,
            Self::Container => container::serve(engine, environment).await,
        }
    }
}

/// More threads than this help nobody.
const MOST_THREADS: usize = 64;

/// One more than handlers run at once: they may all compute without a pause, and the platform is still
/// answered.
fn threads(cores: usize, max_in_flight: usize) -> usize {
    cores.max(max_in_flight.min(MOST_THREADS)) + 1
}

/// The exit code of an orderly end. The Functions host ends a handler by force and never asks it: one
/// that ends by itself with 0 counts as done and stays dead, with 200 as wanting a new start.
fn ended(host: Host) -> u8 {
    if host == Host::Azure { 200 } else { 0 }
}

fn fatal() -> Fatal {
    Arc::new(|why: &str| {
        logs::fatal(why);
        std::process::exit(1);
    })
}

fn choose(environment: &Environment) -> Result<Host, String> {
    let set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    let (lambda, azure) = ("AWS_LAMBDA_RUNTIME_API", "FUNCTIONS_CUSTOMHANDLER_PORT");
    match environment.get("ANYFN_HOST").map(String::as_str) {
        Some("lambda") => Ok(Host::Lambda),
        Some("azure") => Ok(Host::Azure),
        Some("container") => Ok(Host::Container),
        Some(other) if !other.is_empty() => Err(format!(
            "ANYFN_HOST=`{other}` is no host; a right one: ANYFN_HOST=lambda, azure or container"
        )),
        _ if set(lambda) && set(azure) => Err(format!(
            "both {lambda} and {azure} are set, so the host is not clear; set ANYFN_HOST=lambda or ANYFN_HOST=azure"
        )),
        _ if set(lambda) => Ok(Host::Lambda),
        _ if set(azure) => Ok(Host::Azure),
        _ => Ok(Host::Container),
    }
}

/// The whole number in `name`, at least 1, or `default` where it is not set.
pub(crate) fn number<T>(environment: &Environment, name: &str, default: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + From<u8>,
{
    match environment.get(name).filter(|text| !text.is_empty()) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|n| *n >= T::from(1)).ok_or_else(|| {
            format!("{name}=`{text}` is not a whole number from 1 up; a right one: {name}=8")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn handlers_that_compute_leave_a_thread_to_the_host() {
        assert_eq!(threads(1, 1), 2);
        assert_eq!(threads(2, 9), 10);
        assert_eq!(threads(8, 1), 9);
        assert_eq!(threads(2, 100_000), 65);
        assert_eq!(threads(96, 100_000), 97);
    }

    #[test]
    fn the_host_is_chosen_by_its_own_signal_and_port_alone_is_none() {
        let lambda = ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
        let azure = ("FUNCTIONS_CUSTOMHANDLER_PORT", "7000");
        let chosen = |pairs: &[(&str, &str)]| choose(&environment(pairs));
        assert_eq!(chosen(&[lambda]), Ok(Host::Lambda));
        assert_eq!(chosen(&[azure]), Ok(Host::Azure));
        assert_eq!(chosen(&[("PORT", "80")]), Ok(Host::Container));
        for (named, host) in
            [("lambda", Host::Lambda), ("azure", Host::Azure), ("container", Host::Container)]
        {
            assert_eq!(chosen(&[lambda, azure, ("ANYFN_HOST", named)]), Ok(host));
        }
        assert_eq!(chosen(&[("AWS_LAMBDA_RUNTIME_API", ""), azure]), Ok(Host::Azure));
        let both = chosen(&[lambda, azure]);
        let text = both.clone().unwrap_err();
        assert!(text.contains(lambda.0) && text.contains(azure.0), "{text}");
        for none in ["", "container"] {
            assert_eq!(chosen(&[("ANYFN_HOST", none)]), Ok(Host::Container));
        }
        assert_eq!(chosen(&[azure, ("ANYFN_HOST", "")]), Ok(Host::Azure));
        assert_eq!(chosen(&[lambda, ("ANYFN_HOST", "")]), Ok(Host::Lambda));
        assert_eq!(chosen(&[lambda, azure, ("ANYFN_HOST", "")]), both, "empty is not set");
        let odd = chosen(&[("ANYFN_HOST", "gcp")]).unwrap_err();
        assert!(odd.contains("`gcp`") && odd.contains("ANYFN_HOST=lambda"), "{odd}");
    }

    #[test]
    fn a_handler_that_is_told_to_stop_is_started_again_by_the_functions_host() {
        assert_eq!([Host::Lambda, Host::Azure, Host::Container].map(ended), [0, 200, 0]);
    }

    #[test]
    fn a_malformed_number_names_its_variable_and_shows_a_right_one() {
        for bad in ["0", "-1", "many", "1.5"] {
            let fault = number(
                &environment(&[("ANYFN_MAX_IN_FLIGHT", bad)]),
                "ANYFN_MAX_IN_FLIGHT",
                2usize,
            );
            let fault = fault.unwrap_err();
            assert!(fault.contains(bad) && fault.contains("ANYFN_MAX_IN_FLIGHT=8"), "{fault}");
        }
        assert_eq!(number(&environment(&[]), "X", 2usize), Ok(2));
        assert_eq!(number(&environment(&[("X", "")]), "X", 2usize), Ok(2));
        assert_eq!(number(&environment(&[("X", "1")]), "X", 2usize), Ok(1));
    }
}
