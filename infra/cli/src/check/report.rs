//! What was found, for a reader and for a program.
//!
//! Deals with: text, JSON. Does not deal with: finding it.

use serde_json::{Value, json};

use super::finding::{Found, Kind, Said};

/// Whether the check failed.
pub(super) fn failed(found: &Found, allow_unknown: bool) -> bool {
    !found.faults.is_empty() || !(allow_unknown || found.unknown.is_empty())
}

/// For a program.
pub(super) fn json(app: &str, found: &Found, allow_unknown: bool) -> Value {
    let faults: Vec<Value> = found
        .faults
        .iter()
        .map(|(kind, said)| json!({"kind": kind, "place": said.place, "says": said.says}))
        .collect();
    json!({
        "app": app,
        "passed": !failed(found, allow_unknown),
        "compared": found.compared,
        "faults": faults,
        "unknown": found.unknown,
        "notes": found.notes,
    })
}

/// For a reader.
pub(super) fn text(app: &str, found: &Found, allow_unknown: bool) -> String {
    let mut text = String::new();
    for (kind, title) in [
        (Kind::Drift, "drift: code and plan differ"),
        (Kind::Grant, "granted, and not declared in code"),
        (Kind::Missing, "declared in code, and not granted"),
        (Kind::Trigger, "triggers that nothing provisions"),
        (Kind::Loop, "loops"),
    ] {
        let of: Vec<&Said> =
            found.faults.iter().filter(|(own, _)| *own == kind).map(|(_, said)| said).collect();
        section(&mut text, title, &of);
    }
    section(
        &mut text,
        "unknown before apply, not compared",
        &found.unknown.iter().collect::<Vec<_>>(),
    );
    section(&mut text, "notes", &found.notes.iter().collect::<Vec<_>>());
    let verdict = if failed(found, allow_unknown) { "failed" } else { "passed" };
    text += &format!(
        "{app}: {verdict}; {} comparisons, {} faults, {} unknown before apply",
        found.compared,
        found.faults.len(),
        found.unknown.len()
    );
    if !found.unknown.is_empty() && !allow_unknown && found.faults.is_empty() {
        text += "; --allow-unknown lets those pass";
    }
    text
}

fn section(text: &mut String, title: &str, said: &[&Said]) {
    if said.is_empty() {
        return;
    }
    *text += &format!("{title}:\n");
    for one in said {
        *text += &format!("  {}\n      {}\n", one.place, one.says);
    }
    text.push('\n');
}
