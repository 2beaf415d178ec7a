//! What git must not hold: what a tool made from something else.
//!
//! Deals with: names of tracked files.
//! Does not deal with: their content.

use super::Finding;

const FOLDERS: [&str; 6] =
    ["target", "node_modules", ".terraform", "__pycache__", ".anyfn", ".venv"];
const ENDINGS: [&str; 5] = [".tfstate", ".pyc", ".orig", ".rej", ".rs.bk"];

/// Tracked files that a tool makes.
pub(crate) fn check(path: &str) -> Option<Finding> {
    let folder = path.split('/').any(|part| FOLDERS.contains(&part));
    let made = folder || ENDINGS.iter().any(|ending| path.ends_with(ending));
    made.then(|| {
        Finding::new(
            path,
            1,
            "a tool made this file; `git rm --cached` it and name it in .gitignore",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_made_is_found() {
        for planted in
            ["a/node_modules/b.js", "terraform/aws/.terraform/x", "terraform.tfstate", "a.pyc"]
        {
            assert!(check(planted).is_some(), "{planted}");
        }
        assert_eq!(check("terraform/aws/main.tf"), None);
    }
}
