//! The log: JSON lines on stdout under a host, readable lines on a terminal.
//!
//! Deals with: installing the subscriber and the panic hook, what is logged (`ANYFN_LOG`). Does not
//! deal with: what a line looks like (`lines`); stderr, which the Azure host reports as errors line by
//! line.

mod clock;
#[cfg(test)]
pub(super) mod heard;
mod lines;
mod value;

use std::io::{IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::str::FromStr;

use tracing::Level;
use tracing::field::display;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::Host;
use lines::{Form, Lines};

/// `filter` is the value of `ANYFN_LOG`: `info`, or `warn,my_crate=debug`; by default what is usual on
/// `host`. This crate's own errors are in the log whatever it says. `plain` is the value of `NO_COLOR`
/// (<https://no-color.org>).
pub(super) fn install(filter: Option<&str>, host: Host, plain: Option<&str>) -> Result<(), String> {
    let targets = targets(chosen(filter, host))?;
    let form = match std::io::stdout().is_terminal() {
        true => Form::Terminal { colour: plain.is_none_or(str::is_empty) },
        false => Form::Json,
    };
    let log = registry().with(targets).with(Lines::new(form, stdout));
    // A second app in one process (a test) keeps the first log.
    let _ = tracing::subscriber::set_global_default(log);
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// A line is written whole, and nobody waits for it to be.
fn stdout(line: &[u8]) {
    // A log that nobody reads any more is no reason to fail an event.
    let _ = std::io::stdout().lock().write_all(line);
}

/// A panic of a handler is told within its invocation, since the hook runs where the panic began.
fn panicked(panic: &PanicHookInfo<'_>) {
    let text = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(display);
    tracing::error!(target: OWN, panic = text, location, "panicked");
}

/// What is set, or what is usual: Lambda and the Functions host write a line for each call themselves.
fn chosen(filter: Option<&str>, host: Host) -> &str {
    filter.filter(|text| !text.is_empty()).unwrap_or(match host {
        Host::Lambda | Host::Azure => "info",
        Host::Container => "info,anyfn::call=debug",
    })
}

fn targets(text: &str) -> Result<Targets, String> {
    let targets = Targets::from_str(text).map_err(|fault| {
        format!(
            "ANYFN_LOG=`{text}` is no filter: {fault}; a right one: ANYFN_LOG=info,my_crate=debug"
        )
    })?;
    // It repeats the error of each failed invocation, without the invocation's id.
    let targets = targets.with_target(REPEATS, LevelFilter::OFF);
    // Why an event failed or the process ends is told nowhere but here.
    Ok(match targets.would_enable(OWN, &Level::ERROR) {
        true => targets,
        false => targets.with_target(OWN, Level::ERROR),
    })
}

/// The target of this crate's own lines.
pub(crate) const OWN: &str = "anyfn";
/// The target of the line that a call succeeded.
pub(crate) const CALL: &str = "anyfn::call";
const REPEATS: &str = "lambda_runtime::layers::panic";

/// The last line before the process ends.
pub(super) fn fatal(why: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!(target: OWN, "{why}");
    } else {
        let line = serde_json::json!({"level": "ERROR", "message": why});
        stdout(format!("{line}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_hides_why_the_process_ends_or_an_event_fails() {
        for filter in ["off", "my_crate=debug", "anyfn=off", "warn,anyfn=off"] {
            let targets = targets(filter).unwrap();
            assert!(targets.would_enable(OWN, &Level::ERROR), "{filter}");
            assert!(targets.would_enable("anyfn::engine", &Level::ERROR), "{filter}");
            assert!(!targets.would_enable("anyfn::engine", &Level::INFO), "{filter}");
        }
        assert!(targets("anyfn=debug").unwrap().would_enable(OWN, &Level::DEBUG));
    }

    #[test]
    fn only_where_no_platform_tells_it_a_call_that_succeeded_is_told_by_default() {
        for (host, told) in [(Host::Lambda, false), (Host::Azure, false), (Host::Container, true)] {
            for filter in [None, Some("")] {
                let targets = targets(chosen(filter, host)).unwrap();
                assert_eq!(targets.would_enable(CALL, &Level::DEBUG), told, "{host:?}");
                assert!(targets.would_enable("my_crate", &Level::INFO), "{host:?}");
                assert!(!targets.would_enable("my_crate", &Level::DEBUG), "{host:?}");
            }
            assert_eq!(chosen(Some("warn"), host), "warn");
        }
    }

    #[test]
    fn an_error_that_is_told_already_is_not_told_again() {
        for filter in ["info", "trace", "lambda_runtime=debug"] {
            assert!(!targets(filter).unwrap().would_enable(REPEATS, &Level::ERROR), "{filter:?}");
        }
        assert!(targets("info").unwrap().would_enable("lambda_runtime::layers", &Level::ERROR));
    }

    #[test]
    fn a_filter_that_is_none_shows_a_right_one() {
        let fault = targets("loud=very=much").unwrap_err();
        assert!(fault.contains("`loud=very=much`"), "{fault}");
        assert!(fault.contains("ANYFN_LOG=info,my_crate=debug"), "{fault}");
    }
}
