//! The root `Cargo.toml`: every lint and every dependency has its reason written down, panics unwind.
//!
//! Deals with: `[workspace.lints]`, `[workspace.dependencies]` against ARCHITECTURE.md, profiles.
//! Does not deal with: TOML beyond one entry a line, which is how this workspace writes it.

use super::Finding;

const PATH: &str = "Cargo.toml";
const REASONS: &str = "## Why each dependency";

/// Lints without a comment above them or behind them on their line.
pub(crate) fn lints(manifest: &str) -> Vec<Finding> {
    let entries = entries(manifest, |table| table.starts_with("workspace.lints"));
    let bare = entries.filter(|entry| !entry.line.contains('#') && !entry.above.starts_with('#'));
    bare.map(|entry| {
        let what = format!(
            "lint `{}` has no reason; write it as a comment above or behind it",
            entry.name
        );
        Finding::new(PATH, entry.at, what)
    })
    .collect()
}

/// Dependencies that ARCHITECTURE.md does not account for, and rows of its table that nothing stands for.
pub(super) fn dependencies(manifest: &str, architecture: &str) -> Vec<Finding> {
    let entries = entries(manifest, |table| table == "workspace.dependencies");
    let foreign: Vec<Entry<'_>> = entries.filter(|entry| !entry.line.contains("path =")).collect();
    let rows = rows(architecture);
    let unnamed = foreign.iter().filter(|entry| rows.iter().all(|(_, name)| *name != entry.name));
    let unnamed = unnamed.map(|entry| {
        let what = format!(
            "dependency `{}` has no reason; add it to `{REASONS}` in ARCHITECTURE.md",
            entry.name
        );
        Finding::new(PATH, entry.at, what)
    });
    let stale = rows.iter().filter(|(_, name)| foreign.iter().all(|entry| entry.name != *name));
    let stale = stale.map(|(at, name)| {
        Finding::new("ARCHITECTURE.md", *at, format!("`{name}` is no dependency; remove the row"))
    });
    unnamed.chain(stale).collect()
}

/// Line and name of each entry of `[workspace.dependencies]`.
pub(super) fn declared(manifest: &str) -> Vec<(usize, String)> {
    let entries = entries(manifest, |table| table == "workspace.dependencies");
    entries.map(|entry| (entry.at, entry.name.to_owned())).collect()
}

/// The line and the first cell of each row of the table of dependencies.
fn rows(architecture: &str) -> Vec<(usize, &str)> {
    let lines = architecture.lines().enumerate().skip_while(|(_, line)| *line != REASONS);
    let named = lines.filter_map(|(at, line)| Some((at + 1, line.strip_prefix("| `")?)));
    named.filter_map(|(at, rest)| Some((at, rest.split_once('`')?.0))).collect()
}

/// Profiles in which a panic would end the process.
pub(crate) fn profiles(manifest: &str) -> Vec<Finding> {
    let lines = manifest.lines().enumerate();
    let aborts = lines.filter(|(_, line)| line.replace(' ', "").starts_with("panic=\"abort\""));
    let what = "a panic must stay one failed event; write `panic = \"unwind\"`";
    aborts.map(|(at, _)| Finding::new(PATH, at + 1, what)).collect()
}

struct Entry<'a> {
    at: usize,
    name: &'a str,
    line: &'a str,
    above: &'a str,
}

/// The `name = value` lines of the tables that `wanted` picks.
fn entries(manifest: &str, wanted: fn(&str) -> bool) -> impl Iterator<Item = Entry<'_>> {
    let mut inside = false;
    let mut above = "";
    manifest.lines().enumerate().filter_map(move |(at, line)| {
        let before = std::mem::replace(&mut above, line);
        if let Some(table) = line.strip_prefix('[') {
            inside = wanted(table.trim_end_matches(']'));
            return None;
        }
        let (name, _) =
            line.split_once('=').filter(|_| inside && !line.starts_with([' ', '#', ']', '}']))?;
        Some(Entry {
            at: at + 1,
            name: name.trim().trim_end_matches(".workspace"),
            line,
            above: before,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_without_a_reason_is_found() {
        let manifest = "[workspace.lints.rust]\n# Why.\na = \"warn\"\nb = \"deny\"\nc = \"warn\" # Why.\n[profile.dev]\nd = 1";
        let found = lints(manifest);
        assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[workspace.dependencies]\nanyfn = { path = \"runtime\" }\nhttp = \"1\"\nhttp-body = \"1\"";
        let architecture = |rows: &str| format!("| `a` | b |\n{REASONS}\n{rows}");
        let found = dependencies(manifest, &architecture("| `http` | requests |"));
        assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_row_that_stands_for_nothing_is_found() {
        let found =
            dependencies("[workspace.dependencies]", &format!("{REASONS}\n| `http` | why |"));
        assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_profile_that_aborts_is_found() {
        assert_eq!(profiles("[profile.release]\npanic = \"abort\"")[0].line, 2);
        assert_eq!(profiles("[profile.release]\npanic = \"unwind\""), []);
    }
}
