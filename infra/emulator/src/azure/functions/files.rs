//! The app's folder: host.json and one folder a function.
//!
//! Deals with: finding and reading the files, errors that name the file, rules across functions.
//! Does not deal with: what is in them (`host_json`, `function_json`).

use std::io;
use std::path::Path;

use super::function_json::{self, Function, Target, Trigger};
use super::host_json::{self, HostConfig};
use super::settings::Settings;

/// What is wrong with a folder, with the file's path relative to it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}: {why}")]
pub struct FileError {
    /// `host.json`, or `NAME/function.json`.
    pub file: String,
    /// What is wrong, and what a right value looks like.
    pub why: String,
}

/// A whole app as its files describe it.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) host: HostConfig,
    /// By name; without disabled ones.
    pub(crate) functions: Vec<Function>,
}

/// Reads `folder`.
///
/// # Errors
/// The first file that is wrong.
pub(crate) fn read(folder: &Path, settings: &Settings) -> Result<Definition, FileError> {
    let wrong = |file: &str, why: String| FileError { file: file.to_owned(), why };
    let text = |file: &str| {
        std::fs::read_to_string(folder.join(file))
            .map_err(|error| wrong(file, format!("cannot be read: {error}")))
    };
    let host_text = text("host.json")?;
    let host = host_json::parse(&host_text, settings).map_err(|why| wrong("host.json", why))?;
    let names = names(folder).map_err(|e| wrong(".", format!("cannot be listed: {e}")))?;
    let mut functions = Vec::new();
    for name in names {
        let file = format!("{name}/function.json");
        check_name(&name).map_err(|why| wrong(&file, why))?;
        let function = function_json::parse(&name, &text(&file)?, settings)
            .and_then(|function| check_bundle(&host, &function).map(|()| function))
            .map_err(|why| wrong(&file, why))?;
        let twin =
            functions.iter().find(|other: &&Function| other.name.eq_ignore_ascii_case(&name));
        if let Some(twin) = twin {
            let why = format!("'{name}' and '{}' differ only in case", twin.name);
            return Err(wrong(&file, why));
        }
        functions.push(function);
    }
    functions.retain(|function| !function.disabled);
    if functions.is_empty() {
        let why = "no function: the folder has no NAME/function.json that is not disabled";
        return Err(wrong(".", why.to_owned()));
    }
    Ok(Definition { host, functions })
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().join("function.json").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if first && name.len() <= 128 && name.chars().all(plain) {
        return Ok(());
    }
    Err(format!("'{name}' is not a function's name, like 'archive'"))
}

/// Only HTTP and timers are built into the real host.
fn check_bundle(host: &HostConfig, function: &Function) -> Result<(), String> {
    let queue = matches!(function.trigger, Trigger::Queue { .. })
        || function.outputs.iter().any(|output| matches!(output.target, Target::Queue(_)));
    if queue && !host.bundle {
        return Err(
            "queue bindings need an extension bundle; add to host.json \"extensionBundle\": \
                    {\"id\": \"Microsoft.Azure.Functions.ExtensionBundle\", \
                    \"version\": \"[4.*, 5.0.0)\"}"
                .to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = r#"{"version": "2.0",
        "customHandler": {"description": {"defaultExecutablePath": "handler"}}}"#;
    const HTTP: &str = r#"{"bindings": [{"type": "httpTrigger", "name": "req"},
        {"type": "http", "direction": "out", "name": "res"}]}"#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn error(files: &[(&str, &str)]) -> String {
        read(folder(files).path(), &Settings::default()).unwrap_err().to_string()
    }

    #[test]
    fn every_folder_with_a_function_json_is_a_function() {
        let folder = folder(&[
            ("host.json", HOST),
            ("b/function.json", HTTP),
            ("a/function.json", HTTP),
            ("docs/notes.txt", "no function"),
            ("off/function.json", &HTTP.replacen('{', "{\"disabled\": true, ", 1)),
        ]);
        let definition = read(folder.path(), &Settings::default()).unwrap();
        let names: Vec<_> = definition.functions.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn an_error_names_the_file() {
        assert!(error(&[]).starts_with("host.json: cannot be read"));
        assert!(error(&[("host.json", HOST)]).starts_with(".: no function"));
        assert!(
            error(&[("host.json", HOST), ("x/function.json", "{}")])
                .starts_with("x/function.json: ")
        );
        assert!(
            error(&[("host.json", HOST), ("1x/function.json", HTTP)])
                .contains("not a function's name")
        );
    }

    #[test]
    fn queues_need_the_bundle() {
        let queue = r#"{"bindings": [{"type": "httpTrigger", "name": "req"},
            {"type": "queue", "direction": "out", "name": "q", "queueName": "orders"}]}"#;
        let folder = folder(&[("host.json", HOST), ("x/function.json", queue)]);
        let storage = [("AzureWebJobsStorage".to_owned(), "x".to_owned())];
        let settings = Settings::new(storage.into_iter().collect());
        let error = read(folder.path(), &settings).unwrap_err().to_string();
        assert!(error.contains("need an extension bundle"), "{error}");
    }
}
