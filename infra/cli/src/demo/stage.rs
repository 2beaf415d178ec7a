//! One host of the running emulator, with the owner's credentials.
//!
//! Deals with: its stores and queues, its functions' URLs, waiting with a bound. Does not deal with:
//! what is put in and expected back.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use anyfn_emulator::{Emulator, FunctionStatus, Ready};
use anyfn_services::{Blob, Environment, Queue, blob, queue};

use super::row::{Row, Step};
use crate::logs::Line;

/// A step that has shown nothing by then has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long something gets to happen that must not.
pub(crate) const SETTLING: Duration = Duration::from_millis(300);
const POLL: Duration = Duration::from_millis(15);
/// Lines of a log that are shown of a failed step.
const LAST: usize = 6;

/// A host.
pub(crate) struct Stage<'a> {
    /// `lambda` or `azure`.
    pub(crate) host: &'static str,
    emulator: &'a Emulator,
    environment: Environment,
}

impl<'a> Stage<'a> {
    /// `host` of `emulator`.
    pub(crate) fn new(emulator: &'a Emulator, host: &'static str) -> Self {
        let Ready { aws, azure, .. } = emulator.ready();
        let environment = Environment::of([
            ("AWS_ACCESS_KEY_ID", aws.access_key_id.to_string()),
            ("AWS_SECRET_ACCESS_KEY", aws.secret_access_key.to_string()),
            ("AZURE_STORAGE_KEY", azure.key.to_string()),
        ]);
        Self { host, emulator, environment }
    }

    fn is_lambda(&self) -> bool {
        self.host == "lambda"
    }

    /// A store, through this cloud's API.
    pub(crate) fn store(&self, name: &str) -> Result<Blob, String> {
        let Ready { aws, azure, .. } = self.emulator.ready();
        let url = if self.is_lambda() {
            format!("s3://{name}?region={}&endpoint={}", aws.region, escaped(&aws.s3))
        } else {
            let endpoint = without_account(&azure.blob, azure.account);
            format!("azblob://{}/{name}?endpoint={}", azure.account, escaped(endpoint))
        };
        blob::open_in(&url, &self.environment).map_err(|error| error.to_string())
    }

    /// The dead-letter queue of a function that listens on a queue of its own.
    pub(crate) fn dead_letters(&self, function: &str) -> Result<Queue, String> {
        let Ready { aws, azure, .. } = self.emulator.ready();
        let url = if self.is_lambda() {
            let (region, endpoint) = (&aws.region, escaped(&aws.sqs));
            format!("sqs://{region}/000000000000/{function}-dead-letter?endpoint={endpoint}")
        } else {
            let endpoint = without_account(&azure.queue, azure.account);
            let (account, endpoint) = (&azure.account, escaped(endpoint));
            format!("azqueue://{account}/{function}-events-poison?endpoint={endpoint}")
        };
        queue::open_in(&url, &self.environment).map_err(|error| error.to_string())
    }

    /// The function as it is now.
    pub(crate) fn function(&self, name: &str) -> Option<FunctionStatus> {
        let all = self.emulator.functions();
        all.into_iter().find(|function| function.host == self.host && function.name == name)
    }

    /// The row of a finished step.
    pub(crate) fn row(&self, step: Step) -> Row {
        let function = self.function(step.function);
        let peak_kb = function.as_ref().map_or(0, |function| function.peak_kb);
        let log = function.map(|function| function.log).unwrap_or_default();
        let ok = step.expected == step.got;
        Row {
            host: self.host,
            function: step.function.to_owned(),
            step: step.step,
            input: step.input,
            ok,
            expected: step.expected,
            got: step.got,
            ms: u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
            peak_kb,
            said: if ok { Vec::new() } else { end(&log) },
            log,
        }
    }
}

/// What `look` finds, as soon as it finds something; `None` after [`PATIENCE`].
///
/// # Errors
/// Those of `look`, at once.
pub(crate) async fn wait<T, F>(mut look: impl FnMut() -> F) -> Result<Option<T>, String>
where
    F: Future<Output = Result<Option<T>, String>>,
{
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        // Whatever hangs inside is bounded as well.
        match tokio::time::timeout(PATIENCE, look()).await {
            Ok(found @ (Ok(Some(_)) | Err(_))) => return found,
            Ok(Ok(None)) => tokio::time::sleep(POLL).await,
            Err(_) => break,
        }
    }
    Ok(None)
}

/// The last lines of a log.
fn end(log: &Path) -> Vec<String> {
    let text = match fs::read(log) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(io) => return vec![io.to_string()],
    };
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LAST);
    lines[from..].iter().map(|line| Line::of(line).plain()).collect()
}

fn escaped(url: &str) -> String {
    form_urlencoded::byte_serialize(url.as_bytes()).collect()
}

fn without_account<'a>(url: &'a str, account: &str) -> &'a str {
    let url = url.trim_end_matches('/');
    url.strip_suffix(account).map_or(url, |url| url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_told_apart_from_its_account() {
        for url in ["http://127.0.0.1:1/acc", "http://127.0.0.1:1/acc/", "http://127.0.0.1:1"] {
            assert_eq!(without_account(url, "acc"), "http://127.0.0.1:1");
        }
        assert_eq!(escaped("http://127.0.0.1:1"), "http%3A%2F%2F127.0.0.1%3A1");
    }

    #[test]
    fn a_log_is_shown_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        let lines: String = (0..20).map(|n| format!("line {n}\n")).collect();
        let last = "{\"level\":\"ERROR\",\"message\":\"rejected\",\"reason\":\"empty\"}\n";
        fs::write(&log, lines + last).unwrap();
        let shown = end(&log);
        assert_eq!((shown.len(), shown[0].as_str()), (LAST, "line 15"));
        assert_eq!(shown[LAST - 1], "ERROR rejected reason=empty");
        assert_eq!(end(Path::new("/nowhere")).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_something_is_found_or_never_comes() {
        let mut left = 3;
        let found = wait(|| {
            left -= 1;
            let found = (left == 0).then_some("it");
            async move { Ok(found) }
        });
        assert_eq!(found.await, Ok(Some("it")));
        let hangs = wait::<(), _>(|| async { std::future::pending().await });
        assert_eq!(hangs.await, Ok(None));
    }
}
