//! The log: JSON lines on stdout under a host, plain lines on a terminal.
//!
//! Deals with: installing the subscriber and the panic hook. Does not deal with: stderr, which the
//! Azure host reports as errors line by line.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// `filter` is the value of `ANYFN_LOG`: `info`, or `warn,my_crate=debug`. Default `info`. This
/// crate's own errors are in the log whatever it says.
pub(super) fn install(filter: Option<&str>) -> Result<(), String> {
    let targets = targets(filter)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stdout);
    let layer = if std::io::stdout().is_terminal() {
        lines.boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    };
    // A second app in one process (a test) keeps the first log.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    Ok(())
}

fn targets(filter: Option<&str>) -> Result<Targets, String> {
    let text = filter.filter(|text| !text.is_empty()).unwrap_or("info");
    let targets = Targets::from_str(text).map_err(|fault| {
        format!(
            "ANYFN_LOG=`{text}` is no filter: {fault}; a right one: ANYFN_LOG=info,my_crate=debug"
        )
    })?;
    // Why an event failed or the process ends is told nowhere but here.
    Ok(match targets.would_enable(OWN, &Level::ERROR) {
        true => targets,
        false => targets.with_target(OWN, Level::ERROR),
    })
}

/// The target of this crate's own lines.
const OWN: &str = "anyfn";

/// The last line before the process ends.
pub(super) fn fatal(why: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!(target: OWN, "{why}");
    } else {
        use std::io::Write;
        let _ = writeln!(
            std::io::stdout(),
            "{}",
            serde_json::json!({"level": "ERROR", "message": why})
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_hides_why_the_process_ends_or_an_event_fails() {
        for filter in ["off", "my_crate=debug", "anyfn=off", "warn,anyfn=off"] {
            let targets = targets(Some(filter)).unwrap();
            assert!(targets.would_enable(OWN, &Level::ERROR), "{filter}");
            assert!(targets.would_enable("anyfn::engine", &Level::ERROR), "{filter}");
            assert!(!targets.would_enable("anyfn::engine", &Level::INFO), "{filter}");
        }
        assert!(targets(Some("anyfn=debug")).unwrap().would_enable(OWN, &Level::DEBUG));
        assert!(targets(None).unwrap().would_enable("my_crate", &Level::INFO));
    }

    #[test]
    fn a_filter_that_is_none_shows_a_right_one() {
        let fault = targets(Some("loud=very=much")).unwrap_err();
        assert!(fault.contains("`loud=very=much`"), "{fault}");
        assert!(fault.contains("ANYFN_LOG=info,my_crate=debug"), "{fault}");
    }
}
