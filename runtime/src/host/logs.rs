//! The log: JSON lines on stdout under a host, plain lines on a terminal.
//!
//! Deals with: installing the subscriber and the panic hook. Does not deal with: stderr, which the
//! Azure host reports as errors line by line.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// `filter` is the value of `ANYFN_LOG`: `info`, or `warn,my_crate=debug`. Default `info`.
pub(super) fn install(filter: Option<&str>) -> Result<(), String> {
    let text = filter.filter(|text| !text.is_empty()).unwrap_or("info");
    let targets = Targets::from_str(text).map_err(|fault| {
        format!(
            "ANYFN_LOG=`{text}` is no filter: {fault}; a right one: ANYFN_LOG=info,my_crate=debug"
        )
    })?;
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

/// The last line before the process ends.
pub(super) fn fatal(why: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{why}");
    } else {
        use std::io::Write;
        let _ = writeln!(
            std::io::stdout(),
            "{}",
            serde_json::json!({"level": "ERROR", "message": why})
        );
    }
}
