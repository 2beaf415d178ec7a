//! The manifests that the modules are tested with, compared with what the applications print.
//!
//! Deals with: `terraform/tests/fixtures/NAME/manifest.json` against `NAME manifest`.
//! Does not deal with: building the applications.

use std::fs;
use std::path::Path;
use std::process::Command;

const FIXTURES: &str = "terraform/tests/fixtures";

/// Compares every fixture with the built application of its name in `binaries`.
///
/// # Errors
/// Which fixture is old and the command that renews it, or what could not be read.
pub(super) fn check(root: &Path, binaries: &Path) -> Result<(), String> {
    let folder = root.join(FIXTURES);
    let failed = |error| format!("{FIXTURES}: {error}");
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let place = format!("{FIXTURES}/{name}/manifest.json");
        let kept = fs::read(root.join(&place)).map_err(|error| format!("{place}: {error}"))?;
        let binary = binaries.join(&name);
        let said = Command::new(&binary).arg("manifest").output();
        let said =
            said.map_err(|error| format!("{}: {error}; hint: cargo build", binary.display()))?;
        if kept != said.stdout {
            let renew = format!("cargo run -p {name} -- manifest > {place}");
            return Err(format!("{place} is not what {name} prints; hint: {renew}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_manifest_that_the_application_no_longer_prints_is_named_with_what_renews_it() {
        let root = std::env::temp_dir().join(format!("anyfn-fixtures-{}", std::process::id()));
        let kept = root.join(FIXTURES).join("hooks/manifest.json");
        fs::create_dir_all(kept.parent().unwrap()).unwrap();
        let binary = root.join("hooks");
        fs::write(&binary, "#!/bin/sh\nprintf '{\"anyfn\":1}'\n").unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();

        fs::write(&kept, "{\"anyfn\":1}").unwrap();
        check(&root, &root).unwrap();
        fs::write(&kept, "{\"anyfn\":0}").unwrap();
        let old = check(&root, &root).unwrap_err();
        assert!(old.contains("fixtures/hooks/manifest.json is not what hooks prints"), "{old}");
        assert!(old.contains("cargo run -p hooks -- manifest >"), "{old}");
        let unbuilt = check(&root, &root.join("nowhere")).unwrap_err();
        assert!(unbuilt.contains("hint: cargo build"), "{unbuilt}");
        fs::remove_dir_all(&root).unwrap();
    }
}
