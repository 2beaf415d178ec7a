//! Which files matter.
//!
//! Deals with: the sources of apps and of the packages of the workspace that they are made of, what cargo
//! says went into them, files that an editor makes for itself. Does not deal with: seeing them change
//! (`watch`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::dep_info;
use crate::packages::{Package, Workspace};

/// Files, and folders of which everything matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    trees: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    lock: Option<PathBuf>,
}

impl Sources {
    /// What `apps` of `workspace`, last built as `executables`, are made of.
    pub(super) fn of(workspace: &Workspace, apps: &[&Package], executables: &[PathBuf]) -> Self {
        let mut files = BTreeSet::new();
        let mut trees = BTreeSet::new();
        let root = canonical(&workspace.root);
        for name in ["Cargo.toml", ".cargo/config.toml", "rust-toolchain.toml", "rust-toolchain"] {
            files.insert(root.join(name));
        }
        for package in workspace.parts(apps) {
            files.insert(canonical(&package.manifest_path));
            for source in package.source_files() {
                let source = canonical(source);
                match source.parent() {
                    // A tree at the package's own folder would hold all that is built.
                    Some(folder) if Some(folder) != package.folder().map(canonical).as_deref() => {
                        trees.insert(folder.to_owned());
                    }
                    _ => {}
                }
                files.insert(source);
            }
        }
        let target = canonical(&workspace.target);
        let built = executables.iter().flat_map(|executable| dep_info::of(executable));
        files.extend(built.map(|path| canonical(&path)).filter(|path| !path.starts_with(&target)));
        Self { trees, files, lock: Some(root.join("Cargo.lock")) }
    }

    /// The executables themselves.
    pub(super) fn executables(executables: &[PathBuf]) -> Self {
        let given = executables.iter().filter_map(|path| std::path::absolute(path).ok());
        let files = given.flat_map(|path| [canonical(&path), in_folder(&path)]).collect();
        Self { files, ..Self::default() }
    }

    /// The folders to be watched.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let files = self.files.iter().chain(&self.lock);
        let mut folders: BTreeSet<PathBuf> =
            files.filter_map(|file| file.parent()).map(Path::to_owned).collect();
        let mut rest: Vec<PathBuf> = self.trees.iter().cloned().collect();
        while let Some(folder) = rest.pop() {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            rest.extend(below.map(|entry| entry.path()).filter(|path| !is_temporary(path)));
            folders.insert(folder);
        }
        folders
    }

    /// Whether a change of `file` asks for a new build.
    pub(super) fn has(&self, file: &Path) -> bool {
        self.files.contains(file) || (self.is_below(file) && !is_temporary(file))
    }

    /// Whether `path` is in a folder of which everything matters.
    pub(super) fn is_below(&self, path: &Path) -> bool {
        self.trees.iter().any(|tree| path.starts_with(tree))
    }

    /// The versions that cargo chose: cargo writes this file itself.
    pub(super) fn lock(&self) -> Option<&Path> {
        self.lock.as_deref()
    }
}

/// What editors put beside the file that is being written, and hidden files.
pub(super) fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || [".swp", ".swx", ".tmp", ".bak", ".orig"].iter().any(|end| name.ends_with(end))
        || name.contains("___jb_")
        // vim asks with this one whether it may write there.
        || name == "4913"
}

/// One spelling for one file, as far as it is there.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| in_folder(path))
}

/// The file by its own name, a link or missing though it be, in its folder's one spelling.
fn in_folder(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    #[test]
    fn sources_of_apps_and_of_what_they_are_made_of_matter_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let at = |path: &str| root.join(path);
        for path in [
            "shop/src/deep/a.rs",
            "shop/main.rs",
            "kit/src/lib.rs",
            "other/src/lib.rs",
            "page.html",
        ] {
            fs::create_dir_all(at(path).parent().unwrap()).unwrap();
            fs::write(at(path), "").unwrap();
        }
        fs::create_dir_all(at("target/debug")).unwrap();
        let list =
            format!("x: {} {}\n", at("page.html").display(), at("target/debug/made.rs").display());
        fs::write(at("target/debug/shop.d"), list).unwrap();
        let package = |name: &str, path: Option<&str>, source: &str| {
            let on = path.map(|to| json!({"name": to, "kind": null, "path": at(to)}));
            let runtime = json!({"name": "anyfn", "kind": null});
            json!({
                "name": name, "manifest_path": at(name).join("Cargo.toml"), "default_run": null,
                "dependencies": on.into_iter().chain([runtime]).collect::<Vec<_>>(),
                "targets": [{"name": name, "kind": ["bin"], "src_path": at(source)},
                    {"name": "build-script-build", "kind": ["custom-build"], "src_path": at(name).join("build.rs")},
                    {"name": "t", "kind": ["test"], "src_path": at(name).join("tests/t.rs")}],
            })
        };
        let packages = [
            package("shop", Some("kit"), "shop/src/main.rs"),
            package("kit", None, "kit/src/lib.rs"),
            package("other", None, "other/src/lib.rs"),
        ];
        let json =
            json!({"packages": packages, "workspace_root": root, "target_directory": at("target")});
        let workspace: Workspace = serde_json::from_value(json).unwrap();
        let apps = workspace.apps(&["shop".to_owned()], &root).unwrap();
        let sources = Sources::of(&workspace, &apps, &[at("target/debug/shop")]);
        for yes in [
            "Cargo.toml",
            "shop/Cargo.toml",
            "shop/build.rs",
            "shop/src/new.rs",
            "shop/src/deep/b.sql",
            "kit/src/lib.rs",
            "kit/Cargo.toml",
            "page.html",
            ".cargo/config.toml",
        ] {
            assert!(sources.has(&at(yes)), "{yes}");
        }
        for no in [
            "other/src/lib.rs",
            "shop/README.md",
            "shop/tests/t.rs",
            "target/debug/made.rs",
            "page.css",
            "shop/src/.a.rs.swp",
            "shop/src/a.rs~",
            "shop/src/4913",
            "Cargo.lock",
            "shop/src/#a.rs#",
        ] {
            assert!(!sources.has(&at(no)), "{no}");
        }
        assert_eq!(sources.lock(), Some(at("Cargo.lock").as_path()));
        let folders = sources.folders();
        for watched in ["", "shop", "shop/src", "shop/src/deep", "kit/src"] {
            assert!(folders.contains(&at(watched)) || watched.is_empty(), "{watched}");
        }
        assert!(!folders.contains(&at("target")) && !folders.contains(&at("other/src")));
    }

    #[test]
    fn an_executable_matters_under_its_own_name_and_where_it_links_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("v1"), "").unwrap();
        std::os::unix::fs::symlink(root.join("v1"), root.join("app")).unwrap();
        let sources = Sources::executables(&[root.join("app")]);
        assert!(sources.has(&root.join("app")) && sources.has(&root.join("v1")));
        assert!(!sources.has(&root.join("v2")));
    }
}
