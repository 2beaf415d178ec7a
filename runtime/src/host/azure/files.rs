//! The files that tell an Azure Functions host what an app is: a pure function of its manifest.
//!
//! Deals with: `host.json`, and `function.json` in a folder for each function. Does not deal with: the
//! zip around them and the executable in it, app settings and queues (Terraform's, the emulator's).
//!
//! Queues stand in the files as `%ANYFN_SOURCE_<FUNCTION>%`, app settings that the host fills in, so
//! that one zip serves every environment.

use std::collections::BTreeSet;

use serde::Serialize;

use super::express::obstacles;
use crate::manifest::{Function, Manifest, TriggerSpec};
use crate::name::variable;
use crate::trigger::cron::Cron;

/// The executable's name in the deployment, which has to be a file beside `host.json` with mode 755.
/// No `./` before it: Core Tools gives the mode only to a file of exactly this name.
pub const EXECUTABLE: &str = "handler";

/// The first segment of every HTTP function's path. It is never empty: paths outside of it are the
/// host's own way to call functions, and closed to the public.
pub const ROUTE_PREFIX: &str = "api";

/// The output binding through which a queue or blob function's dead letters leave.
pub const DEAD_LETTER: &str = "deadletter";

/// `enableProxyingHttpRequest` streams requests through and wins where both are set; hosts from before
/// mid-2025 do not know it and forward a copy instead. Either way the handler sees the request itself.
const HOST: &str = include_str!("host.json");

/// One file of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative, with slashes: `host.json`, `receive/function.json`.
    pub path: String,
    /// The text, with a line feed at its end.
    pub contents: String,
}

/// `host.json` and every `function.json` of the app, in that order and by name.
///
/// The time limit of a call is 5 minutes (set `functionTimeout` and `ANYFN_TIMEOUT` together to change
/// it), a message is tried 5 times with 30 s in between (the app setting
/// `AzureFunctionsJobHost__extensions__queues__maxDequeueCount` changes the number).
///
/// # Errors
/// What Azure Functions cannot express, one a line: function, why, and what to do.
pub fn files(manifest: &Manifest) -> Result<Vec<File>, String> {
    let mut obstacles = obstacles(manifest);
    let mut files = vec![File { path: "host.json".to_owned(), contents: HOST.to_owned() }];
    for function in &manifest.functions {
        match bindings(function) {
            Ok(bindings) => files.push(File {
                path: format!("{}/function.json", function.name),
                contents: print(&FunctionJson { bindings }),
            }),
            Err(fault) => obstacles.push(format!("function `{}`: {fault}", function.name)),
        }
    }
    if obstacles.is_empty() {
        return Ok(files);
    }
    let app = &manifest.app;
    Err(format!("the app `{app}` cannot run on Azure Functions:\n  {}", obstacles.join("\n  ")))
}

#[derive(Serialize)]
struct FunctionJson {
    bindings: Vec<Binding>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    r#type: &'static str,
    direction: &'static str,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<&'static str>,
}

fn bindings(function: &Function) -> Result<Vec<Binding>, String> {
    Ok(match &function.trigger {
        TriggerSpec::Http { methods, path, public } => vec![
            Binding {
                auth_level: Some(if *public { "anonymous" } else { "function" }),
                // Without the list the host lets every method through.
                methods: (!methods.is_empty())
                    .then(|| methods.iter().map(|m| m.to_ascii_lowercase()).collect()),
                route: Some(path.trim_start_matches('/').to_owned()),
                ..binding("httpTrigger", "in", "req")
            },
            binding("http", "out", "res"),
        ],
        TriggerSpec::Schedule { cron } => vec![Binding {
            schedule: Some(ncrontab(&Cron::parse(cron)?)),
            ..binding("timerTrigger", "in", "timer")
        }],
        TriggerSpec::Queue { .. } | TriggerSpec::Blob { .. } => {
            let source = format!("%{}%", variable("ANYFN_SOURCE", &function.name));
            vec![
                Binding {
                    queue_name: Some(source.clone()),
                    // As text the host would decode it as UTF-8 and let its JSON overwrite metadata.
                    data_type: Some("binary"),
                    connection: Some("AzureWebJobsStorage"),
                    ..binding("queueTrigger", "in", "message")
                },
                Binding {
                    queue_name: Some(source + "-poison"),
                    connection: Some("AzureWebJobsStorage"),
                    ..binding("queue", "out", DEAD_LETTER)
                },
            ]
        }
    })
}

fn binding(r#type: &'static str, direction: &'static str, name: &'static str) -> Binding {
    Binding { r#type, direction, name, ..Binding::default() }
}

fn print(file: &FunctionJson) -> String {
    // Plain structs of strings: writing them cannot fail.
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}

/// Six fields, seconds first. Values are written out rather than repeated as the author spelled them:
/// to the host's parser Sunday is 0 only, never 7, and names are a matter of taste.
fn ncrontab(cron: &Cron) -> String {
    let fields = [&cron.minute, &cron.hour, &cron.day_of_month, &cron.month, &cron.day_of_week];
    format!("0 {}", fields.map(|field| spell(field.as_ref())).join(" "))
}

fn spell(field: Option<&BTreeSet<u8>>) -> String {
    let Some(set) = field else { return "*".to_owned() };
    let values: Vec<u8> = set.iter().copied().collect();
    if let [first, second, .., last] = values.as_slice() {
        let step = second - first;
        if values.is_sorted_by(|a, b| b - a == step) {
            let range = format!("{first}-{last}");
            return if step == 1 { range } else { format!("{range}/{step}") };
        }
    }
    values.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
