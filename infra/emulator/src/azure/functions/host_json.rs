//! host.json: what holds for the whole app.
//!
//! Deals with: reading it strictly, defaults, limits, the custom handler's description.
//! Does not deal with: functions (`function_json`), overriding it from settings (`settings`).

use std::time::Duration;

use serde_json::Value;

use super::section::Section;
use super::settings::Settings;

/// How the host gives an HTTP request to the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpMode {
    /// As JSON in the `Data`/`Metadata` envelope, like any other trigger.
    Envelope,
    /// As a rebuilt HTTP request (`enableForwardingHttpRequest`).
    Forward,
    /// As the stream it is (`enableProxyingHttpRequest`); wins over forwarding.
    Proxy,
}

/// `extensions.queues`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueueOptions {
    /// Messages taken at once, 1 to 32.
    pub(crate) batch_size: u32,
    /// The next batch is taken once no more than this many messages are being worked on.
    pub(crate) new_batch_threshold: u32,
    /// How long a failed message stays invisible.
    pub(crate) visibility_timeout: Duration,
    /// Receipts after which a failed message is poison.
    pub(crate) max_dequeue_count: u32,
    /// Whether message texts are base64.
    pub(crate) base64: bool,
}

/// `customHandler`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    pub(crate) executable: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) worker_directory: String,
    pub(crate) working_directory: String,
    /// How long the worker may take until it answers `GET /`.
    pub(crate) init_timeout: Duration,
    pub(crate) mode: HttpMode,
}

/// The parts of host.json that the emulated host acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostConfig {
    /// `None`: unbounded.
    pub(crate) function_timeout: Option<Duration>,
    /// Without slashes at its ends; may be empty.
    pub(crate) route_prefix: String,
    pub(crate) queues: QueueOptions,
    pub(crate) handler: Handler,
    /// Whether an extension bundle is declared; without one there are only HTTP and timers.
    pub(crate) bundle: bool,
}

/// Reads host.json after the settings' overrides.
///
/// # Errors
/// A sentence that names the value and shows a right one.
pub(crate) fn parse(text: &str, settings: &Settings) -> Result<HostConfig, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    if !value.is_object() {
        return Err("must be a JSON object, like {\"version\": \"2.0\"}".to_owned());
    }
    settings.override_host(&mut value);
    let root = Section::root(&value);
    let version = root.at("version");
    if version.text()?.as_deref() != Some("2.0") {
        return Err(version.wrong("\"2.0\"", "{\"version\": \"2.0\"}"));
    }
    Ok(HostConfig {
        function_timeout: function_timeout(&root)?,
        route_prefix: route_prefix(&root)?,
        queues: queues(&root.at("extensions").at("queues"))?,
        handler: handler(&root.at("customHandler"))?,
        bundle: root.at("extensionBundle").at("id").is_present(),
    })
}

fn function_timeout(root: &Section<'_>) -> Result<Option<Duration>, String> {
    let section = root.at("functionTimeout");
    if section.text()?.as_deref() == Some("-1") {
        return Ok(None);
    }
    // Flex Consumption's default.
    let timeout = section.duration()?.unwrap_or(Duration::from_secs(30 * 60));
    if timeout < Duration::from_secs(1) {
        return Err(section.wrong("a second or more", "\"00:05:00\""));
    }
    Ok(Some(timeout))
}

fn route_prefix(root: &Section<'_>) -> Result<String, String> {
    let section = root.at("extensions").at("http").at("routePrefix");
    let prefix = section.text()?.unwrap_or_else(|| "api".to_owned());
    let trimmed = prefix.trim_matches('/');
    if trimmed.contains(['{', '}', '?', '%', ' ']) {
        return Err(section.wrong("a plain path", "\"api\""));
    }
    Ok(trimmed.to_owned())
}

fn queues(section: &Section<'_>) -> Result<QueueOptions, String> {
    let batch_size = section.at("batchSize").number(1, 32)?.unwrap_or(16);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threshold = (batch_size / 2).max(1) * u32::try_from(cores).unwrap_or(1);
    let visibility = section.at("visibilityTimeout");
    let visibility_timeout = visibility.duration()?.unwrap_or_default();
    if visibility_timeout > Duration::from_secs(7 * 86_400) {
        return Err(visibility.wrong("at most seven days", "\"00:00:30\""));
    }
    let encoding = section.at("messageEncoding");
    let base64 = match encoding.text()?.map(|text| text.to_ascii_lowercase()).as_deref() {
        None | Some("base64") => true,
        Some("none") => false,
        Some(_) => return Err(encoding.wrong("\"base64\" or \"none\"", "\"base64\"")),
    };
    // Not used, because the emulator knows at once when a message arrives; read to find mistakes.
    section.at("maxPollingInterval").duration()?;
    Ok(QueueOptions {
        batch_size,
        new_batch_threshold: section
            .at("newBatchThreshold")
            .number(0, 10_000)?
            .unwrap_or(threshold),
        visibility_timeout,
        max_dequeue_count: section.at("maxDequeueCount").number(1, u32::MAX)?.unwrap_or(5),
        base64,
    })
}

fn handler(section: &Section<'_>) -> Result<Handler, String> {
    let description = section.at("description");
    let executable = description.at("defaultExecutablePath");
    let Some(path) = executable.text()?.filter(|path| !path.is_empty()) else {
        return Err(executable.wrong("the path of the executable", "\"handler\""));
    };
    let mut arguments = description.at("arguments").texts()?;
    arguments
        .extend(description.at("defaultWorkerPath").text()?.filter(|worker| !worker.is_empty()));
    arguments.extend(description.at("workerArguments").texts()?);
    let forward = section.at("enableForwardingHttpRequest").flag()?;
    let mode = match (section.at("enableProxyingHttpRequest").flag()?, forward) {
        (true, _) => HttpMode::Proxy,
        (false, true) => HttpMode::Forward,
        (false, false) => HttpMode::Envelope,
    };
    if section.at("http").is_present() {
        return Err(
            "'customHandler.http' (routes without function.json) is not emulated; write a \
                    function.json with an httpTrigger for each route"
                .to_owned(),
        );
    }
    Ok(Handler {
        executable: path,
        arguments,
        worker_directory: description.at("workerDirectory").text()?.unwrap_or_default(),
        working_directory: description.at("workingDirectory").text()?.unwrap_or_default(),
        init_timeout: section
            .at("initializationTimeout")
            .duration()?
            .unwrap_or(Duration::from_secs(30)),
        mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn read(text: &str) -> Result<HostConfig, String> {
        parse(text, &Settings::default())
    }

    const LEAST: &str = r#"{"version": "2.0",
        "customHandler": {"description": {"defaultExecutablePath": "handler"}}}"#;

    #[test]
    fn defaults_are_those_of_the_real_host() {
        let host = read(LEAST).unwrap();
        assert_eq!(host.function_timeout, Some(Duration::from_secs(1800)));
        assert_eq!(host.route_prefix, "api");
        assert_eq!((host.queues.batch_size, host.queues.max_dequeue_count), (16, 5));
        assert_eq!(host.queues.visibility_timeout, Duration::ZERO);
        assert!(host.queues.base64 && !host.bundle);
        assert_eq!(host.handler.init_timeout, Duration::from_secs(30));
        assert_eq!(host.handler.mode, HttpMode::Envelope);
    }

    #[test]
    fn proxying_wins_over_forwarding() {
        let host = LEAST.replace(
            "\"customHandler\": {",
            "\"customHandler\": {\"enableForwardingHttpRequest\": true, \
             \"enableProxyingHttpRequest\": true, ",
        );
        assert_eq!(read(&host).unwrap().handler.mode, HttpMode::Proxy);
    }

    #[test]
    fn the_dequeue_count_is_the_apps_and_may_come_from_a_setting() {
        let name = "AzureFunctionsJobHost__extensions__queues__maxDequeueCount".to_owned();
        let settings = Settings::new(BTreeMap::from([(name, "2".to_owned())]));
        assert_eq!(parse(LEAST, &settings).unwrap().queues.max_dequeue_count, 2);
    }

    #[test]
    fn what_the_real_host_refuses_is_refused_with_a_right_example() {
        for (text, says) in [
            ("{}", "'version' must be \"2.0\""),
            ("[]", "must be a JSON object"),
            ("{", "not JSON"),
            (r#"{"version":"2.0"}"#, "'customHandler.description.defaultExecutablePath' must be"),
            (
                r#"{"version":"2.0","functionTimeout":"5m"}"#,
                "'functionTimeout' must be a time span",
            ),
            (
                r#"{"version":"2.0","extensions":{"queues":{"batchSize":33}}}"#,
                "from 1 to 32, like 1, not 33",
            ),
            (
                r#"{"version":"2.0","extensions":{"queues":{"messageEncoding":"utf8"}}}"#,
                "must be \"base64\" or \"none\"",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn no_value_in_any_place_breaks_the_parser(
            place in prop::sample::select(vec![
                "functionTimeout", "extensions", "customHandler", "version", "extensionBundle",
            ]),
            value in "\"\\PC{0,12}\"|[0-9]{1,30}|\\[\\]|\\{\\}|null|true|-1|1e99",
        ) {
            let _ = read(&format!("{{\"version\": \"2.0\", \"{place}\": {value}}}"));
        }
    }
}
