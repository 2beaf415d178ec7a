//! `anyfn dev`: the apps under the emulated clouds, until a signal.
//!
//! Deals with: arguments, the order of events. Does not deal with: emulating anything
//! (`anyfn-emulator`), nor with what an edit sets off (`reloading`).

mod copies;
mod dep_info;
mod edits;
mod origin;
mod packed;
mod reloading;
mod sources;
mod state_folder;
mod summary;
mod unzip;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use anyfn_emulator::clock::Clock;
use anyfn_emulator::measured::Measured;
use anyfn_emulator::{AppSource, Emulator, Hosts, Options, Ports, Ready};
use clap::ValueEnum;

use self::copies::Copies;
use self::edits::Edits;
use self::origin::Origin;
use self::reloading::Reloading;
use crate::fault::Fault;
use crate::packages::{Workspace, here};
use crate::running::READY;
use crate::signals::Signals;
use crate::{logs, output};

/// A second is promised from the signal to the end; this is the emulator's share.
const STOPPING: Duration = Duration::from_millis(800);

/// Build the apps here and run them under the emulated clouds until Ctrl-C
///
/// Says what runs, where, and how to reach it; then shows the functions' logs. When a source changes, it
/// builds again and puts the new processes in the place of the old ones, which end what they are at work
/// on; while the new build fails, the old one keeps serving. Stores and queues keep what they hold in the
/// state folder from one start to the next.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// An app by its package's name; or FILE.zip, one that `anyfn build` packed, run as a cloud would, its
    /// manifest beside it. Several times for several. Default: the app in this folder, else all of the
    /// workspace
    #[arg(short, long, value_name = "PACKAGE")]
    pub(crate) package: Vec<String>,
    /// An app that is built already, instead of a package; several times for several. It is run again when
    /// the file changes
    #[arg(long, value_name = "EXECUTABLE", conflicts_with = "package")]
    pub(crate) bin: Vec<PathBuf>,
    /// Which clouds run them
    #[arg(long, value_enum, default_value_t = Host::Both)]
    pub(crate) host: Host,
    /// Where stores, queues and logs are kept
    #[arg(long, value_name = "FOLDER", default_value = ".anyfn")]
    pub(crate) state: PathBuf,
    /// Forget what an earlier run kept there
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Do not look at sources or executables once all is up
    #[arg(long)]
    pub(crate) no_watch: bool,
    /// The control port; S3, SQS, Lambda, Azure Blob and Azure Queue take the five after it. 0: any
    /// that are free
    #[arg(long, value_name = "PORT", default_value_t = 9400, value_parser = clap::value_parser!(u16).range(..=65530))]
    pub(crate) port: u16,
    /// The time that schedules, retries and ages go by. A virtual clock stands still until
    /// `POST /_anyfn/clock/advance` on the control port moves it
    #[arg(long, value_enum, default_value_t = Time::Real)]
    pub(crate) clock: Time,
    /// A file of lines NAME=value: the settings that the apps declare
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Write every endpoint, credential and process there, as JSON, once all is up; and again, whole, when
    /// processes were replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Print the same JSON on stdout, on one line each time
    #[arg(long)]
    pub(crate) json: bool,
    /// Write there, once it stops, how long each function's calls took and how much memory they had:
    /// `anyfn cost --measured` reads it. `GET /_anyfn/measured` on the control port tells it meanwhile
    #[arg(long, value_name = "FILE")]
    pub(crate) measured: Option<PathBuf>,
    /// How often a failing event is tried before it is dead-lettered
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) max_attempts: u32,
}

const EXAMPLES: &str = "\
Examples:
  anyfn dev                                    all apps of this workspace, on both clouds
  anyfn dev -p webhook --host lambda --env-file .env
  anyfn dev --bin target/release/webhook       what is there, without building
  anyfn dev --package dist/webhook/aws-arm64.zip --package dist/webhook/azure-x86_64.zip
  anyfn dev --port 0 --json | jq .aws.s3       free ports, told on stdout
  anyfn dev --clock virtual                    and, to let an hour pass:
  curl -X POST -d '{\"by\": \"1h\"}' http://127.0.0.1:9400/_anyfn/clock/advance";

/// Which clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Host {
    /// AWS Lambda
    Lambda,
    /// Azure Functions
    Azure,
    /// Both
    Both,
}

impl Host {
    pub(crate) fn hosts(self) -> Hosts {
        Hosts { lambda: self != Self::Azure, azure: self != Self::Lambda }
    }
}

/// Which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Time {
    /// This machine's
    Real,
    /// One that is moved by hand, from now on
    Virtual,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode, Fault> {
    // Before the first process is started, so that a stop always is an orderly one.
    let mut signals = Signals::catch()?;
    let settings = args.env_file.as_deref().map(settings).transpose()?.unwrap_or_default();
    let here = here()?;
    let zips = packed::zips(&args.package, &here)?;
    let origin = match args.bin.is_empty() && zips.is_empty() {
        true => {
            let workspace = Box::new(Workspace::around(&here)?);
            Origin::Packages { here: here.clone(), wanted: args.package.clone(), workspace }
        }
        // A bare name would be looked up in PATH.
        false => Origin::Files(args.bin.iter().map(|file| here.join(file)).collect()),
    };
    // Before the first build, so that an edit that comes while it runs is seen.
    let watched = !args.no_watch && zips.is_empty();
    let edits = watched.then(|| Edits::of(origin.sources(&[])));
    let mut executables = tokio::select! {
        built = origin.first() => built?,
        () = signals.stop() => return Ok(ExitCode::SUCCESS),
    };
    let state = state_folder::prepare(&args.state, args.fresh).await?;
    let hosts = args.host.hosts();
    let (packed, hosts) = match zips.is_empty() {
        true => (Vec::new(), hosts),
        false => packed::unpack(&zips, &state, &settings, hosts)?,
    };
    logs::show();
    let reloading = match edits {
        None => None,
        Some(mut edits) => {
            edits.built(origin.sources(&executables));
            let mut copies = Copies::new(&state, args.bin.is_empty());
            executables = copies.keep(&executables)?;
            copies.run(executables.clone());
            let settings = settings.clone();
            Some(Reloading { here, origin, edits, copies, settings })
        }
    };

    if matches!(args.clock, Time::Real)
        && Clock::stood_in(&state).is_some_and(|stood| stood > SystemTime::now())
    {
        output::note(
            "note: this state was last used with a virtual clock that ran ahead; what it dated waits until then; hint: --fresh",
        );
    }
    let apps = executables.into_iter();
    let apps = apps.map(|executable| AppSource { executable, settings: settings.clone() });
    let options = Options {
        packed,
        hosts,
        ports: Ports::from(args.port),
        max_attempts: args.max_attempts,
        clock: match args.clock {
            Time::Real => Clock::real(),
            Time::Virtual => Clock::virtual_in(&state, SystemTime::now()),
        },
        ..Options::new(state.clone(), apps.collect())
    };
    let ready_files: Vec<PathBuf> =
        [state.join(READY)].into_iter().chain(args.ready_file.clone()).collect();
    // One of an earlier run would send whoever waits for it to ports that are gone.
    forget(&ready_files);
    let begun = Instant::now();
    let emulator = tokio::select! {
        started = Emulator::start(options) => {
            started.map_err(|error| Fault::failed(error.to_string()))?
        }
        () = signals.stop() => return Ok(ExitCode::SUCCESS),
    };
    let announce = |ready: &Ready| announce(ready, &ready_files, args.json);
    announce(emulator.ready())?;
    output::note(&summary::of(emulator.ready(), &emulator.functions(), begun.elapsed()));
    match reloading {
        Some(reloading) => {
            reloading.copies.forget_others();
            let replaced = |emulator: &Emulator| {
                if let Err(fault) = announce(&emulator.ready_now()) {
                    output::note(&format!("error: {fault}"));
                }
            };
            tokio::select! {
                never = reloading.run(&emulator, replaced) => match never {},
                () = signals.stop() => {}
            }
        }
        None => signals.stop().await,
    }
    output::note("stopping");
    let measured = args.measured.as_deref().map(|path| write(path, &emulator.measured()));
    // Whatever is not done by then ends with this process.
    let _ = tokio::time::timeout(STOPPING, emulator.stop()).await;
    forget(&ready_files);
    measured.transpose()?;
    Ok(ExitCode::SUCCESS)
}

/// Writes down what was measured.
fn write(path: &Path, measured: &Measured) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(measured);
    let text = text.map_err(|fault| Fault::failed(fault.to_string()))?;
    std::fs::write(path, text + "\n").map_err(|io| {
        Fault::failed(format!(
            "--measured {}: {io}; another one: --measured measured.json",
            path.display()
        ))
    })
}

/// Tells programs what runs.
fn announce(ready: &Ready, files: &[PathBuf], json: bool) -> Result<(), Fault> {
    for path in files {
        ready.write(path).map_err(|io| {
            Fault::failed(format!(
                "the ready file {}: {io}; another one: --ready-file ready.json",
                path.display()
            ))
        })?;
    }
    if json {
        let ready = serde_json::to_string(ready);
        output::data(&ready.map_err(|fault| Fault::failed(fault.to_string()))?);
    }
    Ok(())
}

fn forget(ready_files: &[PathBuf]) {
    for path in ready_files {
        // Most often there is none.
        let _ = std::fs::remove_file(path);
    }
}

/// The settings of a file of lines `NAME=value`.
fn settings(path: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let fault = |why: dotenvy::Error| {
        Fault::usage(format!("{}: {why}; a right line: IMAGE_MAX_PIXELS=1000000", path.display()))
    };
    dotenvy::from_path_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_env_file_is_read_and_a_bad_line_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, "# secrets\nWEBHOOK_SECRET_GITHUB=a,b\n\nX=\"y z\"\n").unwrap();
        let read = settings(&file).unwrap();
        assert_eq!(read["WEBHOOK_SECRET_GITHUB"], "a,b");
        assert_eq!(read["X"], "y z");
        for (name, content) in [("bad", Some("no equals sign\n")), ("missing", None)] {
            let file = folder.path().join(name);
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let error = settings(&file).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("a right line"), "{error}");
        }
    }
}
