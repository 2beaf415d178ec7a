//! An app in trouble: functions that block, spin and panic when they are asked to, and declarations
//! that no process may start with.
//!
//! Deals with: being the process under test. Does not deal with: what must become of it (`tests/e2e`).
//!
//! Of several apps the variable `TROUBLE` chooses one; without it all is well until a call.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyfn::config::{required, secret};
use anyfn::{App, BoxError, Context, Error, Settings, blob, http, queue, schedule};

/// How long a slow call keeps its thread.
const SLOW: Duration = Duration::from_millis(150);

fn main() -> ExitCode {
    let trouble = std::env::var("TROUBLE").unwrap_or_default();
    anyfn::main(match trouble.as_str() {
        "wanting" => wanting(),
        "cron" => idle().on("sweep", schedule::cron("61 3 * * *"), sweep),
        "twice" => idle().on("ship", queue::messages::<String>("others"), ship),
        _ => troubled(),
    })
}

async fn no_state(_: Settings) -> Result<(), Error> {
    Ok(())
}

async fn buried(_: String, _: bytes::Bytes, _: Vec<(String, String)>) -> Result<(), BoxError> {
    Ok(())
}

fn troubled() -> App<()> {
    App::new("troubled", no_state)
        .on("slow", http::get("/slow").public(), slow)
        .on("spin", http::get("/spin").public(), spin)
        .on("panic", http::get("/panic").public(), panic)
}

fn idle() -> App<()> {
    App::new("idle", no_state)
        .on("ship", queue::messages::<String>("orders"), ship)
        .dead_letters(buried)
}

fn wanting() -> App<()> {
    idle()
        .on("sweep", schedule::cron("0 3 * * *"), sweep)
        .needs(blob::store("photos").read())
        .config("GREETING", required())
        .config("API_TOKEN", secret())
}

/// Keeps its thread without computing: nobody else gets it meanwhile.
async fn slow(_: http::Request, _: Context<()>) -> Result<http::Response, Error> {
    let (_keep, nothing) = std::sync::mpsc::channel::<()>();
    let _ = nothing.recv_timeout(SLOW);
    Ok(http::text(200, "slow"))
}

/// With `?forever` it computes and never awaits.
async fn spin(request: http::Request, _: Context<()>) -> Result<http::Response, Error> {
    let begun = Instant::now();
    while request.uri().query() == Some("forever") {
        std::hint::black_box(begun.elapsed());
    }
    Ok(http::text(200, "span"))
}

/// With `?now` it panics.
async fn panic(request: http::Request, _: Context<()>) -> Result<http::Response, Error> {
    let asked = request.uri().query() == Some("now");
    assert!(!asked, "asked to");
    Ok(http::text(200, "calm"))
}

async fn ship(_: String, _: Context<()>) -> Result<(), Error> {
    Ok(())
}

async fn sweep(_: schedule::Tick, _: Context<()>) -> Result<(), Error> {
    Ok(())
}
