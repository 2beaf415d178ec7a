//! Terraform modules and examples, checked by the real Terraform on stand-in providers.
//!
//! Deals with: having Terraform and the Python packages, calling the checks.
//! Does not deal with: the checks (`terraform/tests/support`).

mod fixtures;

use std::process::Command;

use crate::gate::{self, Place};
use crate::limited::{self, LIMIT};
use crate::{peers, tools};

const SUPPORT: &str = "terraform/tests/support";
/// What each virtual environment below `target/xtask` holds. checkov wants other versions than the rest.
const VENVS: [(&str, &str); 2] = [
    ("terraform-venv", "terraform/tests/requirements.txt"),
    ("checkov-venv", "terraform/tests/requirements-checkov.txt"),
];
/// What the modules' `required_version` asks for.
const OLDEST: (u32, u32) = (1, 9);
const HINT: &str = "hint: `brew install hashicorp/tap/terraform`, the package `terraform` of HashiCorp's apt and \
                    yum repositories, or an executable from the download page of terraform's documentation";

/// The step of the gate: what [`run()`] checks, that the manifests it checks with are those of the code, and that
/// the commands `anyfn check` and `anyfn idle` judge plans of the examples rightly. All must have been built.
///
/// # Errors
/// What is missing and how to get it, or that a check failed.
pub(crate) fn gate(place: &Place) -> Result<(), String> {
    fixtures::check(&place.root, &place.target.join("debug"))?;
    run(place, &[])?;
    plans(place)
}

/// The support's own tests, then every module and example.
fn everything(place: &Place) -> Result<(), String> {
    set_up(place)?;
    let support = place.root.join(SUPPORT).display().to_string();
    let tests = format!("{support}/tests");
    python(place, &["-m", "ruff", "check", "--no-cache", "--quiet", &support])?;
    python(place, &["-m", "ruff", "format", "--no-cache", "--quiet", "--check", &support])?;
    python(place, &["-m", "unittest", "discover", "-q", "-s", &tests, "-t", &support])?;
    python(place, &["-m", "runner", "check", &root(place), &scratch(place), &checkov(place)])
}

/// Plans of the examples, right ones and planted ones, and what the built commands say of them.
fn plans(place: &Place) -> Result<(), String> {
    let scratch = place.target.join("xtask/plans").display().to_string();
    let binaries = place.target.join("debug").display().to_string();
    python(place, &["-m", "plans", &root(place), &scratch, &binaries])
}

/// Runs `cargo xtask terraform WORDS`: a filter, `docs`, `plans`, or `with SCHEMA... -- COMMAND...`.
///
/// # Errors
/// What is missing and how to get it, or that a check failed.
pub(crate) fn run(place: &Place, words: &[&str]) -> Result<(), String> {
    let (root, scratch, checkov) = (root(place), scratch(place), checkov(place));
    let call = match words {
        [] => return everything(place),
        ["docs"] => vec!["-m", "runner", "docs", &root],
        ["plans"] => {
            gate::build(place)?;
            set_up(place)?;
            return plans(place);
        }
        ["with", rest @ ..] => [&["-m", "runner", "with"], rest].concat(),
        [filter] => vec!["-m", "runner", "check", &root, &scratch, &checkov, filter],
        _ => {
            return Err(
                "usage: cargo xtask terraform [FILTER | docs | plans | with SCHEMA... -- COMMAND...]"
                    .to_owned(),
            );
        }
    };
    set_up(place)?;
    python(place, &call)
}

fn set_up(place: &Place) -> Result<(), String> {
    tools::install(&tools::PYTHON)?;
    let said = peers::said("terraform", &["version", "-json"]);
    recent(&said.map_err(|_| format!("missing: terraform; {HINT}"))?)?;
    for (name, requirements) in VENVS {
        peers::python::install(place, requirements, &place.target.join("xtask").join(name))?;
    }
    Ok(())
}

/// Whether what `terraform version -json` said is new enough.
fn recent(said: &str) -> Result<(), String> {
    let (major, minor) = OLDEST;
    let said: serde_json::Value = serde_json::from_str(said).unwrap_or_default();
    let version = said["terraform_version"].as_str().unwrap_or("of unknown version");
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    if (numbers.next(), numbers.next()) >= (Some(major), Some(minor)) {
        return Ok(());
    }
    Err(format!("terraform {version} is found, {major}.{minor} or later is needed; {HINT}"))
}

fn python(place: &Place, words: &[&str]) -> Result<(), String> {
    let mut command = Command::new(place.target.join("xtask/terraform-venv/bin/python"));
    command
        .args(words)
        .env("PYTHONPATH", place.root.join(SUPPORT))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let status = limited::status(&mut command, LIMIT)?;
    if status.success() { Ok(()) } else { Err(format!("python {}: {status}", words.join(" "))) }
}

/// The interpreter of checkov's environment.
fn checkov(place: &Place) -> String {
    place.target.join("xtask/checkov-venv/bin/python").display().to_string()
}

fn root(place: &Place) -> String {
    place.root.display().to_string()
}

/// Where modules are copied to and where Terraform writes.
fn scratch(place: &Place) -> String {
    place.target.join("xtask/terraform").display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terraform_that_is_too_old_or_none_is_named_with_what_to_do() {
        let of = |version: &str| recent(&format!("{{\"terraform_version\":\"{version}\"}}"));
        for new_enough in ["1.9.0", "1.11.4", "2.0.0-beta1"] {
            of(new_enough).unwrap();
        }
        let old = of("1.8.5").unwrap_err();
        assert!(old.contains("1.8.5") && old.contains("1.9") && old.contains("hint:"), "{old}");
        recent("no json").unwrap_err();
    }
}
