//! An app that takes all messages that are delivered together in one call.
//!
//! Deals with: being the process under test. Does not deal with: what must become of each message
//! (`tests/e2e/batches.rs`).

use std::process::ExitCode;

use anyfn::queue::{Batch, Failed};
use anyfn::{App, Context, Error, Settings, blob, queue};
use anyfn_services::Blob;

async fn open(_: Settings) -> Result<Blob, Error> {
    anyfn_services::blob::from_env("tallied").map_err(Error::config)
}

/// Writes down what came together, and fails what is 13 always, what is 7 the first time.
async fn tally(batch: Batch<u32>, tallied: Context<Blob>) -> Result<Failed, Error> {
    let numbers: Vec<String> = batch.iter().map(|item| item.body.to_string()).collect();
    let key = format!("{}/{}", tallied.host(), tallied.invocation_id());
    tallied.put(&key, numbers.join(" ")).await?;
    let fails = |item: &&queue::Item<u32>| match item.body {
        13 => true,
        7 => item.attempt == Some(1),
        _ => false,
    };
    Ok(batch.iter().filter(fails).map(|item| &item.id).collect())
}

fn main() -> ExitCode {
    let app = App::new("tally", open)
        .on("tally", queue::batch::<u32>("tallies"), tally)
        .needs(blob::store("tallied").write())
        .dead_letters(anyfn_services::dead_letters);
    anyfn::main(app)
}
