//! `drive-cleanup FOLDER S5CMD`: the nightly cleanup beside s5cmd, on one S3 server.
//!
//! Deals with: which figures there are and what they should be. Does not deal with: the server
//! (`server`), the peer's process (`s5cmd`).

mod s5cmd;
mod server;

use std::error::Error;
use std::path::Path;

use anyfn_benches::{Goal, Row, median};
use server::Server;

type Anything<T> = Result<T, Box<dyn Error>>;

/// Objects of the run that is measured by its memory.
const LISTED: usize = 1_000_000;
/// Objects deleted by either side in one round.
const DELETED: usize = 50_000;
const ROUNDS: usize = 5;
const PEER: &str = "s5cmd";
/// What the function may take, in MB, however much it lists.
const BOUND: f64 = 24.0;

/// The first rule deletes outright, as s5cmd does; the second one first counts, as rules do unless told
/// otherwise.
const RULES: &str = r#"[
    {"store": "photos", "prefix": "outright/", "older_than": "30d", "max_share": 1},
    {"store": "photos", "prefix": "counted/", "older_than": "30d", "max_share": 1, "keep_latest": 1}]"#;
/// Both passes, and a thousand of the newest to hold meanwhile.
const LISTING: &str = r#"[{"store": "photos", "prefix": "", "older_than": "30d", "max_share": 1,
    "keep_latest": 1000, "dry_run": true}]"#;

#[tokio::main]
async fn main() -> Anything<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: drive-cleanup FOLDER S5CMD";
    let (folder, peer) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let (folder, peer) = (Path::new(&folder), Path::new(&peer));
    deleting(folder, peer).await?;
    listing(folder, peer).await
}

async fn deleting(folder: &Path, peer: &Path) -> Anything<()> {
    let server = Server::start(&folder.join("cron-cleanup"), RULES).await?;
    let (mut outright, mut counted, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut memory, mut peers_memory) = (0.0_f64, 0.0_f64);
    for round in 0..=ROUNDS {
        server.seed("outright/", DELETED).await?;
        server.seed("counted/", DELETED).await?;
        let night = server.night().await?;
        server.seed("theirs/", DELETED).await?;
        let run = s5cmd::run(peer, &server, &["rm", "s3://photos/theirs/*"]).await?;
        if server.left("theirs/").await? > 0 {
            return Err("s5cmd left objects".into());
        }
        // The first round fills caches.
        if round > 0 {
            outright.push(night.rate(0, DELETED)?);
            counted.push(night.rate(1, DELETED - 1)?);
            theirs.push(server::rate(DELETED, run.took));
        }
        memory = memory.max(server.peak_mb());
        peers_memory = peers_memory.max(run.peak_mb);
    }
    server.stop().await;
    let peer_value = median(theirs);
    let case = "delete 50,000 objects";
    let (ours, goal) = (median(outright), Some(Goal::AtLeast(1.5)));
    let row = Row { case, metric: "rate", unit: "/s", ours, peer: PEER, peer_value, goal };
    row.print()?;
    let (case, ours) = ("count, then delete 50,000 objects", median(counted));
    Row { case, ours, goal: None, ..row }.print()?;
    let (ours, peer_value) = (memory, peers_memory);
    Row { metric: "peak memory", unit: "MB", ours, peer_value, goal: None, ..row }.print()?;
    Ok(())
}

async fn listing(folder: &Path, peer: &Path) -> Anything<()> {
    let server = Server::start(&folder.join("cron-cleanup"), LISTING).await?;
    server.seed("", LISTED).await?;
    let night = server.night().await?;
    if night.listed(0) != LISTED as u64 {
        return Err(format!("{} objects listed", night.listed(0)).into());
    }
    let ours = server.peak_mb();
    let run = s5cmd::run(peer, &server, &["--dry-run", "rm", "s3://photos/*"]).await?;
    server.stop().await;
    let goal = Some(Goal::AtMost(1.0));
    let (case, metric, unit) = ("list 1,000,000 objects", "peak memory", "MB");
    let row = Row { case, metric, unit, ours, peer: "the bound", peer_value: BOUND, goal };
    row.print()?;
    Row { peer: "s5cmd --dry-run", peer_value: run.peak_mb, goal: None, ..row }.print()?;
    Ok(())
}
