//! `drive-dev BINARIES FOLDER BUILDS`: how long after an edit the new build answers, cargo's part taken off.
//!
//! Deals with: edits, the first new answer of each host, which figures there are and what they should be.
//! Does not deal with: `anyfn dev` as a process (`session`), timing cargo (`timed_cargo`), making the
//! package in FOLDER (xtask).

mod session;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyfn_benches::{Goal, Row, median};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use session::Session;

type Anything<T> = Result<T, Box<dyn Error>>;
type Http = Client<HttpConnector, Empty<Bytes>>;

const EDITS: usize = 12;
/// The first of them fill caches.
const THROWN_AWAY: usize = 2;
/// What is to be left of the wait for an edit once cargo's own time is taken off, in ms.
const BOUND: f64 = 200.0;
/// Between two requests while the new build is waited for. Half of it is in the figures, on average.
const OFTEN: Duration = Duration::from_millis(5);
/// What an edit may take, cargo included.
const LONGEST: Duration = Duration::from_secs(120);
/// Before the next edit, so that what follows from one is over.
const REST: Duration = Duration::from_secs(1);
/// What the template's answer is made with, up to its end: a source that was edited before has it no more.
const ANSWER: &str = "{}, {name}!\"";

/// What one edit took.
struct Edit {
    /// To the first new answer: on Lambda, on Azure.
    ready: [Duration; 2],
    cargo: Duration,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "cargo's own words have many lines, for people")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Anything<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [binaries, folder, builds] = arguments.as_slice() else {
        return Err("usage: drive-dev BINARIES FOLDER BUILDS".into());
    };
    let mut session = Session::start(binaries, folder, builds)?;
    let edits = edits(&mut session, &folder.join("src/hello.rs")).await;
    session.stop().await;
    rows(&edits.map_err(|error| format!("{error}\n{}", session.last_words()))?)
}

async fn edits(session: &mut Session, source: &Path) -> Anything<Vec<Edit>> {
    let urls = session.urls().await?;
    let text = std::fs::read_to_string(source)?;
    if !text.contains(ANSWER) {
        return Err(format!("{} is not as `anyfn new` makes it", source.display()).into());
    }
    let mut edits = Vec::new();
    for n in 0..EDITS {
        tokio::time::sleep(REST).await;
        let marker = format!("edit {n}.");
        let text = text.replace(ANSWER, &format!("{{}}, {{name}}! {marker}\""));
        edits.push(edit(session, &urls, source, &text, &marker).await?);
    }
    Ok(edits.split_off(THROWN_AWAY))
}

/// Writes `text`, whose build answers with `marker`.
async fn edit(
    session: &mut Session,
    urls: &[String; 2],
    source: &Path,
    text: &str,
    marker: &str,
) -> Anything<Edit> {
    let calls = session.cargo_calls()?.len();
    let begun = Instant::now();
    std::fs::write(source, text)?;
    let [lambda, azure] = urls;
    let answers = async {
        tokio::try_join!(first_new(lambda, marker, begun), first_new(azure, marker, begun))
    };
    let (lambda, azure) = tokio::select! {
        answered = answers => answered?,
        error = session.failure(calls) => return Err(error),
        () = tokio::time::sleep(LONGEST) => {
            return Err(format!("no new answer within {LONGEST:?} of an edit").into());
        }
    };
    let cargo: Vec<Duration> =
        session.cargo_calls()?.iter().skip(calls).map(|call| call.took).collect();
    if cargo.is_empty() {
        return Err("anyfn dev built without the cargo that it was given".into());
    }
    Ok(Edit { ready: [lambda, azure], cargo: cargo.iter().sum() })
}

/// Asks until the answer has `marker`, and says how long that was after `begun`.
async fn first_new(url: &str, marker: &str, begun: Instant) -> Anything<Duration> {
    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let uri: hyper::Uri = format!("{url}/hello/Ada").parse()?;
    loop {
        let response = http.get(uri.clone()).await;
        let response = response.map_err(|error| format!("{url}: {error}"))?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let body = String::from_utf8_lossy(&body);
        if !status.is_success() {
            return Err(format!("{url}: {status}: {body}").into());
        }
        if body.contains(marker) {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(OFTEN).await;
    }
}

fn rows(edits: &[Edit]) -> Anything<()> {
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let cases = ["edit of an HTTP function on Lambda", "edit of an HTTP function on Azure"];
    for (host, case) in cases.into_iter().enumerate() {
        let ready = |edit: &Edit| edit.ready.get(host).copied().unwrap_or_default();
        let beyond: Vec<f64> =
            edits.iter().map(|edit| ms(ready(edit).saturating_sub(edit.cargo))).collect();
        let slowest = beyond.iter().copied().fold(0.0, f64::max);
        let (metric, goal) = ("beyond cargo", Some(Goal::AtMost(1.0)));
        let (ours, peer, peer_value) = (median(beyond), "the bound", BOUND);
        let row = Row { case, metric, unit: "ms", ours, peer, peer_value, goal };
        row.print()?;
        Row { metric: "the slowest", ours: slowest, goal: None, ..row }.print()?;
        let ours = median(edits.iter().map(|edit| ms(ready(edit))).collect());
        let peer_value = median(edits.iter().map(|edit| ms(edit.cargo)).collect());
        let (metric, peer) = ("all of it", "cargo alone");
        Row { metric, ours, peer, peer_value, goal: None, ..row }.print()?;
    }
    Ok(())
}
