//! The `Cargo.toml` of a new package: where its dependencies come from.
//!
//! Deals with: the workspace's own versions, paths to our crates, versions of the registry.
//! Does not deal with: the members of a workspace (`members.rs`).

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

/// Where a crate of ours is, below the folder that holds them all.
const OURS: [(&str, &str); 2] = [("anyfn", "runtime"), ("anyfn-services", "infra/services")];

/// The folder with our crates: `asked`, or the one that this program was built in, if it is there.
///
/// # Errors
/// `asked` does not hold them.
pub(crate) fn source(asked: Option<&Path>) -> Result<Option<PathBuf>, String> {
    let holds = |folder: &Path| {
        OURS.iter().all(|(_, below)| folder.join(below).join("Cargo.toml").is_file())
    };
    match asked {
        Some(folder) if holds(folder) => {
            folder.canonicalize().map(Some).map_err(|io| format!("{}: {io}", folder.display()))
        }
        Some(folder) => Err(format!(
            "{} does not hold anyfn; a right one is a clone of it, with runtime/Cargo.toml",
            folder.display()
        )),
        None => {
            let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            Ok(built.canonicalize().ok().filter(|folder| holds(folder)))
        }
    }
}

/// `manifest` with its dependencies pointed at the `workspace` that it will be in, where that has
/// them, and at `source`, where there is one.
///
/// # Errors
/// `manifest` is no TOML.
pub(crate) fn pointed(
    manifest: &str,
    workspace: Option<&DocumentMut>,
    source: Option<&Path>,
) -> Result<String, String> {
    let mut document: DocumentMut = manifest.parse().map_err(|fault| format!("{fault}"))?;
    let shared = workspace.and_then(|w| w.get("workspace")?.get("dependencies")?.as_table_like());
    for section in ["dependencies", "dev-dependencies"] {
        let Some(table) = document.get_mut(section).and_then(Item::as_table_like_mut) else {
            continue;
        };
        for (name, dependency) in table.iter_mut() {
            let ours = OURS.iter().find(|(own, _)| *own == name.get());
            if shared.is_some_and(|shared| shared.contains_key(name.get())) {
                *dependency = from_workspace(ours.is_some_and(|(own, _)| *own == "anyfn"));
            } else if let (Some((_, below)), Some(source)) = (ours, source) {
                *dependency = at_path(&source.join(below));
            }
        }
    }
    if workspace.is_some_and(|w| w.get("workspace").is_some_and(|w| w.get("lints").is_some())) {
        let mut lints = Table::new();
        lints.insert("workspace", toml_edit::value(true));
        document.insert("lints", Item::Table(lints));
    }
    Ok(document.to_string())
}

/// `{ workspace = true }`; the runtime with its hosts, which a workspace may have left out.
fn from_workspace(with_hosts: bool) -> Item {
    let mut table = InlineTable::new();
    table.insert("workspace", true.into());
    if with_hosts {
        table.insert("features", Value::Array(["default"].into_iter().collect()));
    }
    Item::Value(table.into())
}

fn at_path(folder: &Path) -> Item {
    let mut table = InlineTable::new();
    table.insert("path", folder.to_string_lossy().as_ref().into());
    Item::Value(table.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"a\"\n\n[dependencies]\nanyfn = \"0.1\"\nanyfn-services = \"0.1\"\nserde = \"1\"\n";

    #[test]
    fn outside_of_a_workspace_our_crates_are_found_by_path_or_by_version() {
        let by_path = pointed(MANIFEST, None, Some(Path::new("/src"))).unwrap();
        assert!(by_path.contains("anyfn = { path = \"/src/runtime\" }"), "{by_path}");
        assert!(by_path.contains("anyfn-services = { path = \"/src/infra/services\" }"));
        assert!(by_path.contains("serde = \"1\"") && !by_path.contains("lints"));
        assert_eq!(pointed(MANIFEST, None, None).unwrap(), MANIFEST);
    }

    #[test]
    fn a_workspace_gives_what_it_has() {
        let workspace = "[workspace]\n[workspace.dependencies]\nanyfn = \"0.1\"\nserde = \"1\"\n[workspace.lints.rust]\n";
        let workspace = workspace.parse().unwrap();
        let text = pointed(MANIFEST, Some(&workspace), Some(Path::new("/src"))).unwrap();
        assert!(text.contains("anyfn = { workspace = true, features = [\"default\"] }"), "{text}");
        assert!(text.contains("serde = { workspace = true }"), "{text}");
        assert!(text.contains("anyfn-services = { path = \"/src/infra/services\" }"), "{text}");
        assert!(text.contains("[lints]\nworkspace = true"), "{text}");
    }

    #[test]
    fn the_folder_that_is_asked_for_must_hold_our_crates() {
        let folder = tempfile::tempdir().unwrap();
        let error = source(Some(folder.path())).unwrap_err();
        assert!(error.contains("runtime/Cargo.toml"), "{error}");
        assert!(source(None).unwrap().is_some());
    }
}
