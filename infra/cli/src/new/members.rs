//! The workspace around a new package.
//!
//! Deals with: finding it, telling whether it takes the package already, adding it to the members.
//! Does not deal with: patterns beyond a `*` as the last part of a path.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Value};

/// A `Cargo.toml` with a `[workspace]`.
#[derive(Debug)]
pub(crate) struct Surrounding {
    path: PathBuf,
    pub(crate) document: DocumentMut,
}

/// The workspace that a package in `folder` (absolute) would belong to, if there is one.
///
/// # Errors
/// A `Cargo.toml` on the way up cannot be read.
pub(crate) fn around(folder: &Path) -> Result<Option<Surrounding>, String> {
    for above in folder.ancestors().skip(1) {
        let path = above.join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let document: DocumentMut =
            text.parse().map_err(|fault| format!("{}: {fault}", path.display()))?;
        let Some(workspace) = document.get("workspace") else { continue };
        let excluded = listed(workspace.get("exclude"))
            .any(|excluded| folder.starts_with(above.join(excluded)));
        return Ok((!excluded).then_some(Surrounding { path, document }));
    }
    Ok(None)
}

impl Surrounding {
    /// Makes the package in `folder` a member, if it is none yet; gives the line to tell, if so.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn add(mut self, folder: &Path) -> Result<Option<String>, String> {
        let root = self.path.parent().unwrap_or(Path::new(""));
        let Ok(below) = folder.strip_prefix(root) else { return Ok(None) };
        let below = below.to_string_lossy().into_owned();
        if listed(self.document["workspace"].get("members")).any(|member| takes(member, &below)) {
            return Ok(None);
        }
        let members = &mut self.document["workspace"]["members"];
        if members.is_none() {
            *members = toml_edit::value(Array::new());
        }
        let Some(members) = members.as_array_mut() else {
            return Err(format!("{}: `members` is no list", self.path.display()));
        };
        let first = members.iter().next().and_then(|value| value.decor().prefix()?.as_str());
        let on_its_own_line = first.map(str::to_owned).filter(|prefix| prefix.contains('\n'));
        let mut member = Value::from(below.as_str());
        if let Some(prefix) = on_its_own_line {
            // What stands behind the last one, such as a comment on its line, stays there.
            let behind = members.trailing().as_str().unwrap_or_default().trim_end().to_owned();
            member.decor_mut().set_prefix(behind + &prefix);
            members.push_formatted(member);
            members.set_trailing("\n");
            members.set_trailing_comma(true);
        } else {
            members.push(below.as_str());
        }
        let told = format!("added \"{below}\" to the members of {}", self.path.display());
        fs::write(&self.path, self.document.to_string()).map_err(|io| {
            format!("{}: {io}; add \"{below}\" to its members", self.path.display())
        })?;
        Ok(Some(told))
    }
}

fn listed(item: Option<&Item>) -> impl Iterator<Item = &str> {
    item.and_then(Item::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether the entry `member` stands for the folder `below`.
fn takes(member: &str, below: &str) -> bool {
    let member = member.trim_end_matches('/');
    match member.strip_suffix('*') {
        Some(prefix) => {
            below.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        }
        None => member == below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        folder
    }

    fn added(text: &str, below: &str) -> (Option<String>, String) {
        let folder = workspace(text);
        let package = folder.path().join(below);
        let told = around(&package).unwrap().unwrap().add(&package).unwrap();
        (told, fs::read_to_string(folder.path().join("Cargo.toml")).unwrap())
    }

    #[test]
    fn a_member_is_added_in_the_style_of_the_others() {
        let text = "# ours\n[workspace]\nmembers = [\n    \"a\",\n    \"b\", # why\n]\n";
        let (told, after) = added(text, "functions/c");
        assert!(told.unwrap().contains("\"functions/c\""));
        let wanted = "# ours\n[workspace]\nmembers = [\n    \"a\",\n    \"b\", # why\n    \"functions/c\",\n]\n";
        assert_eq!(after, wanted);
        assert_eq!(
            added("[workspace]\nmembers = [\"a\"]\n", "b").1,
            "[workspace]\nmembers = [\"a\", \"b\"]\n"
        );
        assert!(added("[workspace]\n", "b").1.contains("members = [\"b\"]"));
    }

    #[test]
    fn what_is_a_member_already_is_left_alone() {
        let text = "[workspace]\nmembers = [\"functions/*\"]\n";
        assert_eq!(added(text, "functions/c"), (None, text.to_owned()));
        assert!(added(text, "functions/c/d").0.is_some());
    }

    #[test]
    fn an_excluded_folder_and_a_lone_package_have_no_workspace() {
        let folder = workspace("[workspace]\nexclude = [\"scratch\"]\n");
        assert!(around(&folder.path().join("scratch/a")).unwrap().is_none());
        let folder = workspace("[package]\nname = \"a\"\n");
        assert!(around(&folder.path().join("b")).unwrap().is_none());
        let folder = workspace("[workspace\n");
        assert!(around(&folder.path().join("b")).unwrap_err().contains("Cargo.toml"));
    }
}
