//! Further tries of a call.
//!
//! Deals with: which failures are worth another try, how many, the pause before it, a line in the log.
//! Does not deal with: making one (each is signed anew by who makes it).

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::Reply;
use crate::dates;
use crate::error::{ErrorKind, Result};
use crate::reply;

/// Tries of one call, the first included.
pub(crate) const TRIES: u32 = 4;
/// The longest pause before the second try; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A provider that is over its limits needs more time than one that failed.
const FIRST_PAUSE_THROTTLED: Duration = Duration::from_millis(500);
/// No try begins later than this after the first, whatever the provider asks for: a function is paid
/// for while it waits, and its queue tries again anyway.
const TOTAL: Duration = Duration::from_secs(20);

/// What is tried: for the log.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) host: Option<&'a str>,
}

impl Call<'_> {
    /// One failure is nothing to worry about, two may be.
    fn fails_again(self, tried: u32, kind: ErrorKind, pause: Duration) {
        let Self { operation, host } = self;
        if tried == 1 {
            tracing::debug!(operation, host, tried, ?kind, ?pause, "a call is tried again");
        } else {
            tracing::warn!(operation, host, tried, ?kind, ?pause, "a call is tried again");
        }
    }
}

/// Counts tries, and pauses between them.
#[derive(Debug)]
pub(crate) struct Tries {
    made: u32,
    begun: Instant,
}

impl Tries {
    pub(crate) fn begin() -> Self {
        Self { made: 0, begun: Instant::now() }
    }

    /// Whether to try `call` again; by then the pause is over.
    pub(crate) async fn another(&mut self, call: Call<'_>, result: &Result<Reply>) -> bool {
        let (kind, asked) = match result {
            Ok(reply) if reply.status.is_success() => return false,
            Ok(reply) => (reply::kind(reply), asked(reply, SystemTime::now())),
            Err(error) => (error.kind(), None),
        };
        self.after(call, kind, asked).await
    }

    /// As [`Tries::another`], by the failure's kind and what the provider asked for.
    pub(crate) async fn after(
        &mut self,
        call: Call<'_>,
        kind: ErrorKind,
        asked: Option<Duration>,
    ) -> bool {
        self.made += 1;
        let share = f64::from(u16::from_le_bytes(random())) / f64::from(u16::MAX);
        let Some(pause) = pause(kind, self.made, asked, share) else { return false };
        if self.begun.elapsed().saturating_add(pause) > TOTAL {
            return false;
        }
        call.fails_again(self.made, kind, pause);
        tokio::time::sleep(pause).await;
        true
    }
}

/// How long to wait after `made` tries; `None`: no further one. It is a random `share` of a bound that
/// doubles, so that callers who failed together do not return together, and at least what the provider
/// asked for.
fn pause(kind: ErrorKind, made: u32, asked: Option<Duration>, share: f64) -> Option<Duration> {
    let first = match kind {
        ErrorKind::Unavailable => FIRST_PAUSE,
        ErrorKind::Throttled => FIRST_PAUSE_THROTTLED,
        _ => return None,
    };
    if made >= TRIES {
        return None;
    }
    let bound = first * 2u32.pow(made.saturating_sub(1));
    Some(bound.mul_f64(share).saturating_add(asked.unwrap_or_default()))
}

/// `Retry-After` (seconds, or a date), or Azure's finer `x-ms-retry-after-ms`.
fn asked(reply: &Reply, now: SystemTime) -> Option<Duration> {
    if let Some(millis) = reply.header("x-ms-retry-after-ms") {
        return millis.trim().parse().ok().map(Duration::from_millis);
    }
    let text = reply.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    dates::read(text)?.duration_since(now).ok()
}

fn random() -> [u8; 2] {
    let [a, b, ..] = uuid::Uuid::new_v4().into_bytes();
    [a, b]
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn reply(headers: &[(&'static str, &str)]) -> Reply {
        let headers = headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()));
        let status = http::StatusCode::SERVICE_UNAVAILABLE;
        Reply { status, headers: headers.collect(), body: Bytes::new() }
    }

    #[test]
    fn pauses_double_and_end_after_the_fourth_try() {
        let full = |kind, made| pause(kind, made, None, 1.0).map(|pause| pause.as_millis());
        let unavailable = [1, 2, 3, 4].map(|made| full(ErrorKind::Unavailable, made));
        assert_eq!(unavailable, [Some(100), Some(200), Some(400), None]);
        let throttled = [1, 2, 3, 4].map(|made| full(ErrorKind::Throttled, made));
        assert_eq!(throttled, [Some(500), Some(1000), Some(2000), None]);
        assert_eq!(full(ErrorKind::Denied, 1), None);
    }

    #[test]
    fn what_the_provider_asks_for_comes_on_top() {
        let asked = Some(Duration::from_secs(3));
        let least = pause(ErrorKind::Throttled, 1, asked, 0.0);
        assert_eq!(least, asked);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_as_asked_but_never_beyond_its_total() {
        let begun = Instant::now();
        let (mut tries, call) = (Tries::begin(), Call { operation: "test", host: None });
        assert!(tries.another(call, &Ok(reply(&[("retry-after", "15")]))).await);
        assert!(begun.elapsed() >= Duration::from_secs(15), "{:?}", begun.elapsed());
        assert!(!tries.another(call, &Ok(reply(&[("retry-after", "15")]))).await);
        assert!(begun.elapsed() < TOTAL);
        assert!(!Tries::begin().another(call, &Ok(reply(&[("retry-after", "86400")]))).await);
    }

    #[tokio::test(start_paused = true)]
    async fn the_log_tells_of_a_second_failure_louder_than_of_the_first() {
        let log = Log::default();
        let lines = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || lines.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let (mut tries, call) =
            (Tries::begin(), Call { operation: "blob get", host: Some("b.example") });
        while tries.after(call, ErrorKind::Unavailable, None).await {}
        drop(guard);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len(), 3, "the last failure is its caller's: {log}");
        for (at, level) in ["DEBUG", "WARN", "WARN"].into_iter().enumerate() {
            let tried = format!("tried={}", at + 1);
            for part in [level, "operation=\"blob get\"", "host=\"b.example\"", &tried] {
                assert!(lines[at].contains(part), "{part}: {log}");
            }
        }
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_form_of_retry_after_is_read() {
        let now = dates::read("Fri, 24 May 2013 00:00:00 GMT").unwrap();
        let read = |headers: &[(&'static str, &str)]| asked(&reply(headers), now);
        assert_eq!(read(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let date = "Fri, 24 May 2013 00:01:00 GMT";
        assert_eq!(read(&[("retry-after", date)]), Some(Duration::from_secs(60)));
        assert_eq!(read(&[("x-ms-retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        for nothing in ["", "-1", "soon", "Fri, 24 May 2000 00:00:00 GMT"] {
            assert_eq!(read(&[("retry-after", nothing)]), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(value in "[ -~]{0,40}") {
            let _ = asked(&reply(&[("retry-after", &value)]), SystemTime::now());
            let _ = asked(&reply(&[("x-ms-retry-after-ms", &value)]), SystemTime::now());
        }
    }
}
