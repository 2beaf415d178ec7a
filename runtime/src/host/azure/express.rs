//! What Azure Functions cannot express.
//!
//! Deals with: names and routes that the Functions host refuses or reads differently, ordered queues.
//! Does not deal with: faults on every platform (`manifest`).
//!
//! Sources: the host's name rule (`Utility.cs`, all but `host`), its reserved routes and its
//! case-blind comparison of routes (`ScriptHost.cs`), ASP.NET route templates.

use super::files::{EXECUTABLE, ROUTE_PREFIX};
use crate::manifest::routes::{conflicts, route};
use crate::manifest::{Function, Manifest, TriggerSpec};

/// Every obstacle, each with its function and what to do.
pub(super) fn obstacles(manifest: &Manifest) -> Vec<String> {
    let mut all = Vec::new();
    for function in &manifest.functions {
        let why = named(&function.name).into_iter().chain(triggered(function));
        all.extend(why.map(|why| format!("function `{}`: {why}", function.name)));
    }
    all.extend(alike(manifest));
    all
}

fn named(name: &str) -> Option<String> {
    let why = match name {
        "host" => "the Functions host keeps this name for itself",
        EXECUTABLE => "its folder would be in the way of the executable of that name",
        ROUTE_PREFIX => "its path would be that of the HTTP functions",
        _ => return None,
    };
    Some(format!("{why}; give it another name, such as `{name}-it`"))
}

fn triggered(function: &Function) -> Option<String> {
    match &function.trigger {
        TriggerSpec::Queue { fifo: true, queue, .. } => Some(format!(
            "Azure storage queues keep no order; take `.fifo()` from `queue::messages(\"{queue}\")`, \
             or deploy it to AWS only"
        )),
        TriggerSpec::Http { path, .. } => route_obstacle(path)
            .map(|why| format!("path `{path}`: {why}; a right one: `/hooks/{{provider}}`")),
        _ => None,
    }
}

fn route_obstacle(path: &str) -> Option<String> {
    let route = path.trim_start_matches('/');
    if route.is_empty() {
        return Some(format!(
            "a function cannot have the root of `/{ROUTE_PREFIX}`: the Functions host takes an empty \
             route for the function's name"
        ));
    }
    let low = route.to_ascii_lowercase();
    if let Some(word) = ["admin", "runtime"].iter().find(|word| low.starts_with(**word)) {
        return Some(format!("routes that begin with `{word}` belong to the Functions host"));
    }
    let mut seen = Vec::new();
    for segment in route.split('/') {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None if segment.is_empty() => return Some("it has an empty segment".to_owned()),
            None => {
                if let Some(odd) = segment.chars().find(|c| "{}?*%~".contains(*c)) {
                    return Some(format!("`{odd}` means something else in a route of Azure"));
                }
            }
            Some(name) => {
                let name = name.strip_prefix('*').unwrap_or(name).to_ascii_lowercase();
                if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return Some(format!(
                        "the parameter `{segment}` must be letters, digits and underscores"
                    ));
                }
                if seen.contains(&name) {
                    return Some(format!("the parameter `{segment}` comes twice"));
                }
                seen.push(name);
            }
        }
    }
    None
}

/// Routes that differ by case only, or by a slash at the end, are one route to the Functions host.
fn alike(manifest: &Manifest) -> Vec<String> {
    let plain = |path: &str| path.to_owned();
    let found = |fold: fn(&str) -> String| {
        let functions = manifest.functions.iter();
        let routes: Vec<_> = functions.filter_map(|f| route(&f.name, &f.trigger, fold)).collect();
        conflicts(&routes)
    };
    // What is in the way everywhere was told when the app was listed.
    let known = found(plain);
    let clashes = found(as_host_compares).into_iter().filter(|pair| !known.contains(pair));
    clashes
        .map(|(one, other)| {
            format!(
                "functions `{one}` and `{other}` answer some of the same requests to Azure, which \
                 minds neither case nor a slash at the end; give each paths or methods of its own"
            )
        })
        .collect()
}

fn as_host_compares(path: &str) -> String {
    format!("/{}", path.trim_matches('/').to_lowercase())
}
