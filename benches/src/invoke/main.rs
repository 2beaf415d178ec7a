//! `drive-invoke FOLDER`: what a call and a start cost, beside bare handlers.
//!
//! Deals with: which figures there are and what they should be. Does not deal with: taking them
//! (the modules), or building the programs in FOLDER.

mod azure;
mod child;
mod cold;
mod instructions;
mod lambda;

use std::error::Error;
use std::path::Path;

use anyfn_benches::{Goal, Row, median};

type Anything = Result<(), Box<dyn Error>>;

const KIB: usize = 1024;
/// Where a process lies in memory makes it faster or slower for as long as it lives: so many of each.
const PROCESSES: u32 = 20;
/// Of each, so many times in turn.
const ROUNDS: u32 = 2;

// One thread: what is measured needs the machine's other core.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything {
    let folder = std::env::args().nth(1).ok_or("usage: drive-invoke FOLDER")?;
    let folder = Path::new(&folder);
    on_lambda(folder, "bare-lambda", KIB, 4_000, Goal::AtMost(1.05)).await?;
    on_lambda(folder, "bare-lambda-value", 100 * KIB, 600, Goal::AtMost(1.0 / 3.0)).await?;
    on_azure(folder).await?;
    starts(folder).await
}

async fn on_lambda(folder: &Path, peer: &str, bytes: usize, calls: u32, goal: Goal) -> Anything {
    let case = format!("Lambda, message of {} KB", bytes / KIB);
    let payload = lambda::batch(bytes)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let mut our_side = lambda::Side::start(folder, "measured", &payload).await?;
        let mut peers_side = lambda::Side::start(folder, peer, &payload).await?;
        // The first calls fill caches and are not looked at.
        our_side.calls(100).await?;
        peers_side.calls(100).await?;
        for _ in 0..ROUNDS {
            let each = calls / (PROCESSES * ROUNDS);
            ours.extend(our_side.calls(each).await?);
            theirs.extend(peers_side.calls(each).await?);
        }
    }
    let (ours, peer_value) = (median(ours), median(theirs));
    let row =
        Row { case: &case, metric: "time", unit: "µs", ours, peer, peer_value, goal: Some(goal) };
    row.print()?;
    let ours = instructions::on_lambda(folder, "measured", &payload).await?;
    let peer_value = instructions::on_lambda(folder, peer, &payload).await?;
    Row { metric: "instructions", unit: "k", ours, peer_value, ..row }.print()?;
    Ok(())
}

async fn on_azure(folder: &Path) -> Anything {
    let peer = "bare-axum";
    let envelope = azure::envelope(KIB)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let our_side = azure::Side::start(folder, "measured").await?;
        let peers_side = azure::Side::start(folder, peer).await?;
        for round in 0..=ROUNDS {
            let (a, b) = (our_side.rate(&envelope).await?, peers_side.rate(&envelope).await?);
            // The first round fills caches.
            if round > 0 {
                ours.push(a);
                theirs.push(b);
            }
        }
    }
    let (ours, peer_value) = (median(ours), median(theirs));
    let goal = Some(Goal::AtLeast(1.0));
    let case = "Azure, message of 1 KB";
    let row = Row { case, metric: "rate", unit: "/s", ours, peer, peer_value, goal };
    row.print()?;
    let ours = instructions::on_azure(folder, "measured", &envelope).await?;
    let peer_value = instructions::on_azure(folder, peer, &envelope).await?;
    Row { metric: "instructions", unit: "k", ours, peer_value, goal: None, ..row }.print()?;
    Ok(())
}

async fn starts(folder: &Path) -> Anything {
    for (host, peer) in [("Lambda", "bare-lambda"), ("Azure", "bare-axum")] {
        for (binary, function) in cold::FUNCTIONS {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..50 {
                ours.push(cold::start(host, folder, binary, function).await?);
                theirs.push(cold::start(host, folder, peer, "work").await?);
            }
            let case = format!("{host}, start of {binary}/{function}");
            let (ours, peer_value) = (median(ours), median(theirs));
            let goal = Some(Goal::AtMost(1.3));
            Row { case: &case, metric: "cold start", unit: "ms", ours, peer, peer_value, goal }
                .print()?;
        }
    }
    Ok(())
}
