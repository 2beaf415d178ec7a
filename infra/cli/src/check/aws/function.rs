//! One Lambda function against the code and the package.
//!
//! Deals with: handler, runtime, processor, package. Does not deal with: its environment
//! (`../settings.rs`), nor with what it may do (`role.rs`).

use anyfn::manifest::{Function, Manifest};

use super::super::finding::{Found, at};
use super::super::package::Package;
use crate::plan::{Field, Resource};

pub(super) fn compare(
    code: &Function,
    resource: &Resource,
    manifest: &Manifest,
    packages: &[Package],
    found: &mut Found,
) {
    let mut same = |attribute: &str, right: &str, why: &str| match resource.get(attribute) {
        Field::Unknown => found.unknown(at(resource, attribute), "known only after apply"),
        field => {
            if !found.holds(field.text() == Some(right)) {
                let is = field.text().unwrap_or("not set");
                found.drift(at(resource, attribute), format!("it is `{is}`, and {why}: `{right}`"));
            }
        }
    };
    // Of several functions, this tells the executable which one to be.
    if manifest.functions.len() > 1 || resource.text("handler") != Some("bootstrap") {
        same("handler", &code.name, "the code's function is");
    }
    same("runtime", "provided.al2023", "an executable runs on");

    let zips: Vec<&Package> = packages.iter().filter(|package| package.is_aws()).collect();
    if zips.is_empty() {
        return;
    }
    let hash = match resource.get("source_code_hash") {
        Field::Known(hash) => hash.as_str().unwrap_or_default(),
        Field::Unknown => {
            return found.unknown(at(resource, "source_code_hash"), "known only after apply");
        }
        Field::Absent => {
            return found.note(at(resource, "source_code_hash"), "not set, so that Terraform does not see a new package; a right one: filebase64sha256(var.package)");
        }
    };
    let Some(package) = zips.iter().find(|package| package.sha256_base64() == hash) else {
        found.holds(false);
        let given: Vec<String> = zips
            .iter()
            .map(|zip| format!("{} is `{}`", zip.path.display(), zip.sha256_base64()))
            .collect();
        return found.drift(
            at(resource, "source_code_hash"),
            format!(
                "the plan deploys `{hash}`, and {}; plan again after `anyfn build`",
                given.join(", ")
            ),
        );
    };
    found.holds(true);
    let planned = match resource.field(&["architectures", "0"]) {
        Field::Unknown => {
            return found.unknown(at(resource, "architectures"), "known only after apply");
        }
        field => field.text().unwrap_or("x86_64"),
    };
    if let Some(built) = package.architecture()
        && !found.holds(built == planned)
    {
        found.drift(
            at(resource, "architectures"),
            format!(
                "it is `{planned}`, and the executable in {} is for `{built}`",
                package.path.display()
            ),
        );
    }
}
