//! Cold starts: from exec to the first poll, or the first request that is accepted.
//!
//! Deals with: every function of this repository, on both hosts. Does not deal with: what the
//! platform adds around it.

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use bytes::Bytes;

use super::{azure, child, lambda};

pub(crate) const FUNCTIONS: [(&str, &str); 6] = [
    ("measured", "work"),
    ("cron-cleanup", "sweep"),
    ("cron-cleanup", "continue"),
    ("image-processing", "thumbnail"),
    ("webhook", "receive"),
    ("webhook", "archive"),
];

/// Milliseconds of one start.
pub(crate) async fn start(
    host: &str,
    folder: &Path,
    binary: &str,
    function: &str,
) -> Result<f64, Box<dyn Error>> {
    let program = child::program(folder, binary);
    if host == "Lambda" {
        let mut api = lambda::Api::start(&Bytes::new()).await?;
        let begun = Instant::now();
        let _child = child::on_lambda(program, function, &api.address, Stdio::null())?;
        let polled = tokio::time::timeout(std::time::Duration::from_secs(30), api.first_poll());
        let polled = polled.await?.ok_or("the API ended")?;
        return Ok(polled.duration_since(begun).as_secs_f64() * 1e3);
    }
    let port = azure::free_port()?;
    let begun = Instant::now();
    let _child = child::on_azure(program, port, Stdio::null())?;
    azure::ready(port).await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}
