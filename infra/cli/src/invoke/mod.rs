//! `anyfn invoke`: one call of one function of the running emulator.
//!
//! Deals with: arguments, which function on which host, reading the event. Does not deal with: what a
//! host is sent; each has a file of its own.

mod azure;
mod lambda;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;

use crate::fault::Fault;
use crate::running::{Function, READY, find, functions};

/// Longer than any host lets a function run.
const PATIENCE: Duration = Duration::from_secs(900);

/// Call one function of the running emulator and print what it answers
///
/// The event is portable: the same file for every cloud. `anyfn manifest` shows its JSON Schema; by
/// trigger it is
///
///   http      {"method": "POST", "path": "/hooks/github", "query": "", "headers": {}, "body": "text"}
///   queue     {"body": any JSON}
///   blob      {"key": "in/photo.jpg"}  and, if you like, "store", "size", "etag"
///   schedule  {}  or {"scheduled_at": "2026-01-31T03:00:00Z"}
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(crate) struct Args {
    /// The function's name
    #[arg(value_name = "FUNCTION")]
    function: String,
    /// The file that holds the event; - for stdin
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// Send the file as it is: the host's own payload, not a portable event
    #[arg(long)]
    raw: bool,
    /// On which cloud. Default: lambda, if it runs
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// The state folder of the emulator
    #[arg(long, value_name = "FOLDER", default_value = ".anyfn")]
    state: PathBuf,
    /// The emulator's ready file, instead of its state folder
    #[arg(long, value_name = "FILE", conflicts_with = "state")]
    ready_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  anyfn invoke thumbnail --event event.json
  echo '{\"body\": {\"id\": 1}}' | anyfn invoke archive --event - --host azure
  anyfn invoke thumbnail --event s3-notification.json --raw --host lambda

The exit code is 1 where the function failed: a function error on lambda, a status of 500 or more.
On azure only HTTP functions answer; any other is started, and its log says how it went.";

/// Which cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Host {
    /// AWS Lambda
    Lambda,
    /// Azure Functions
    Azure,
}

impl Host {
    fn name(self) -> &'static str {
        match self {
            Self::Lambda => "lambda",
            Self::Azure => "azure",
        }
    }
}

pub(crate) async fn run(args: Args) -> Result<ExitCode, Fault> {
    let running = find(&args.ready_file.unwrap_or_else(|| args.state.join(READY)))?;
    let all = functions(&running).await?;
    let function = chosen(&all, &args.function, args.host)?;
    let event = Event::read(&args.event)?;
    match function.host.as_str() {
        "lambda" => lambda::invoke(&running, function, event, args.raw).await,
        _ => azure::invoke(function, &event, args.raw).await,
    }
}

/// What was read, and from where: whatever is wrong with it is said with the place.
struct Event {
    from: String,
    bytes: Vec<u8>,
}

impl Event {
    fn read(path: &Path) -> Result<Self, Fault> {
        let mut bytes = Vec::new();
        let (from, result) = if path == Path::new("-") {
            ("stdin".to_owned(), std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes))
        } else {
            (path.display().to_string(), std::fs::read(path))
        };
        match result {
            Ok(bytes) => Ok(Self { from, bytes }),
            Err(io) => Err(Fault::usage(format!(
                "the event {from}: {io}; a right one: --event event.json, or - for stdin"
            ))),
        }
    }

    fn wrong(&self, why: &str) -> Fault {
        Fault::usage(format!("{}: {why}", self.from))
    }
}

fn chosen<'a>(all: &'a [Function], name: &str, host: Option<Host>) -> Result<&'a Function, Fault> {
    let mut named = all.iter().filter(|function| function.name == name).peekable();
    if named.peek().is_none() {
        let mut names: Vec<&str> = all.iter().map(|function| function.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        return Err(Fault::usage(format!(
            "there is no function `{name}`; there are: {}",
            names.join(", ")
        )));
    }
    let wanted = |function: &&Function| host.is_none_or(|host| host.name() == function.host);
    // Lambda's come first.
    named.find(wanted).ok_or_else(|| {
        let host = host.map_or("", Host::name);
        Fault::usage(format!("the emulator runs no `{host}`; start it so: anyfn dev --host both"))
    })
}

/// The function as its manifest has it, which says what a portable event looks like.
fn declared(function: &Function) -> anyfn::manifest::Function {
    anyfn::manifest::Function {
        name: function.name.clone(),
        trigger: function.trigger.clone(),
        event: serde_json::Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn function(name: &str, host: &str) -> Function {
        serde_json::from_value(json!({
            "app": "shop", "name": name, "host": host, "pid": null, "pids": [], "url": null,
            "admin": null, "key": null, "log": "/l", "peak_kb": 0,
            "trigger": {"type": "queue", "queue": "orders", "fifo": false}
        }))
        .unwrap()
    }

    #[test]
    fn lambda_is_called_unless_another_host_is_named() {
        let all = [function("a", "lambda"), function("b", "lambda"), function("a", "azure")];
        assert_eq!(chosen(&all, "a", None).unwrap().host, "lambda");
        assert_eq!(chosen(&all, "a", Some(Host::Azure)).unwrap().host, "azure");
        let error = chosen(&all, "b", Some(Host::Azure)).unwrap_err().to_string();
        assert!(error.contains("no `azure`") && error.contains("--host both"), "{error}");
        let error = chosen(&all, "c", None).unwrap_err().to_string();
        assert!(error.contains("`c`") && error.contains("a, b"), "{error}");
    }

    #[test]
    fn a_missing_event_is_told_with_a_right_one() {
        let error = Event::read(Path::new("/nowhere/event.json")).err().unwrap().to_string();
        assert!(error.contains("/nowhere/event.json") && error.contains("- for stdin"), "{error}");
    }
}
