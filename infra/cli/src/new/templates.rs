//! The files of a new package, as they stand in `templates/`.
//!
//! Deals with: which files there are, putting the name in. Does not deal with: `Cargo.toml`, which
//! depends on where the package is made (`dependencies.rs`).

use clap::ValueEnum;

/// The name that stands for the new one in the templates, as a package and as a crate.
const PLACEHOLDERS: [&str; 2] = ["my-app", "my_app"];

/// What runs the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trigger {
    /// A request: GET /hello/{name}
    Http,
    /// An instant: every night at three
    Schedule,
    /// A message of a queue
    Queue,
    /// A new blob in a store
    Blob,
}

/// A template: the manifest, and the other files by their path.
struct Template {
    manifest: &'static str,
    files: [(&'static str, &'static str); 5],
}

macro_rules! template {
    ($folder:literal, $handler:literal) => {
        Template {
            manifest: include_str!(concat!("../../templates/", $folder, "/package.toml")),
            files: [
                ("README.md", include_str!(concat!("../../templates/", $folder, "/README.md"))),
                ("event.json", include_str!(concat!("../../templates/", $folder, "/event.json"))),
                ("src/lib.rs", include_str!(concat!("../../templates/", $folder, "/src/lib.rs"))),
                ("src/main.rs", include_str!(concat!("../../templates/", $folder, "/src/main.rs"))),
                (
                    concat!("src/", $handler, ".rs"),
                    include_str!(concat!("../../templates/", $folder, "/src/", $handler, ".rs")),
                ),
            ],
        }
    };
}

impl Trigger {
    fn template(self) -> Template {
        match self {
            Self::Http => template!("http", "hello"),
            Self::Schedule => template!("schedule", "nightly"),
            Self::Queue => template!("queue", "work"),
            Self::Blob => template!("blob", "count"),
        }
    }

    /// The `Cargo.toml` of a package called `name`, with dependencies by version.
    pub(crate) fn manifest(self, name: &str) -> String {
        named(self.template().manifest, name)
    }

    /// The other files of a package called `name`: path and content.
    pub(crate) fn files(self, name: &str) -> Vec<(&'static str, String)> {
        let files = self.template().files;
        files.into_iter().map(|(path, text)| (path, named(text, name))).collect()
    }
}

fn named(text: &str, name: &str) -> String {
    let [package, krate] = PLACEHOLDERS;
    text.replace(package, name).replace(krate, &name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_everywhere_and_the_placeholder_nowhere() {
        for trigger in Trigger::value_variants() {
            let mut all = trigger.files("resize-photos");
            all.push(("Cargo.toml", trigger.manifest("resize-photos")));
            for (path, text) in &all {
                assert!(!text.contains("my-app") && !text.contains("my_app"), "{path}");
            }
            let (_, main) = all.iter().find(|(path, _)| *path == "src/main.rs").unwrap();
            assert!(main.contains("resize_photos::app()"));
        }
    }
}
