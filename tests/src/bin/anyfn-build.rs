//! An app that is another build under every name of its file: what a reload goes from and to.
//!
//! Deals with: the builds `v1` and `v2`, one that has no manifest, one that does not start. Does not deal
//! with: the tests that run them (`tests/e2e/reload.rs`).

use std::process::ExitCode;
use std::time::Duration;

use anyfn::http::{Request, Response};
use anyfn::{App, Context, Error, Settings, blob, http, queue, schedule};
use anyfn_services::Blob;
use serde::Deserialize;

struct State {
    build: String,
    done: Blob,
}

/// What a message asks for.
#[derive(Deserialize)]
struct Job {
    id: String,
    /// Whether it lasts until there is a blob `go/{id}`.
    #[serde(default)]
    waits: bool,
}

async fn open(build: String, _: Settings) -> Result<State, Error> {
    if build == "unready" {
        return Err(Error::config("this build does not start"));
    }
    let done = anyfn_services::blob::from_env("done").map_err(Error::config)?;
    Ok(State { build, done })
}

async fn ask(_: Request, cx: Context<State>) -> Result<Response, Error> {
    Ok(http::text(200, &cx.build))
}

/// Says when it begins, and of every run that it has ended.
async fn work(job: Job, cx: Context<State>) -> Result<(), Error> {
    let Job { id, waits } = job;
    cx.done.put(&format!("begun/{id}"), cx.build.clone()).await?;
    while waits && cx.done.get(&format!("go/{id}")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    cx.done.put(&format!("done/{id}/{}", cx.invocation_id()), cx.build.clone()).await?;
    Ok(())
}

async fn tick(_: schedule::Tick, cx: Context<State>) -> Result<(), Error> {
    cx.done.put(&format!("tick/{}", cx.invocation_id()), cx.build.clone()).await?;
    Ok(())
}

fn app(build: &str) -> App<State> {
    let name = build.to_owned();
    let app = App::new("build", move |settings| open(name.clone(), settings))
        .on("ask", http::get("/ask").public(), ask)
        .on("work", queue::messages::<Job>("jobs"), work)
        .on("tick", schedule::cron("0 * * * *"), tick)
        .needs(blob::store("done").read().write())
        .dead_letters(anyfn_services::dead_letters);
    match build {
        "v2" => app.on("fresh", queue::messages::<Job>("fresh"), work),
        _ => app.on("stale", queue::messages::<Job>("stale"), work),
    }
}

fn main() -> ExitCode {
    let file = std::env::current_exe().unwrap_or_default();
    let build = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if build == "broken" {
        return ExitCode::from(3);
    }
    anyfn::main(app(&build))
}
