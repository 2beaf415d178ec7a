//! Apps as they are deployed: the very zips that `anyfn build` made.
//!
//! Deals with: which app and cloud a zip is for, unpacking it, how its executable is run here. Does not deal
//! with: reading zips (`unzip`), running anything (the emulator).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyfn::manifest::Manifest;
use anyfn_emulator::{Entrypoint, Hosts, PackedApp};
use serde_json::Value;

use super::unzip::{self, File};
use crate::build::executable::{self, Executable};
use crate::build::target::Arch;
use crate::build::{BOOTSTRAP, MANIFEST, find};
use crate::fault::Fault;

/// What this machine runs by itself.
const HERE: Option<Arch> = match (cfg!(target_os = "linux"), cfg!(target_arch = "aarch64")) {
    (true, true) => Some(Arch::Arm64),
    (true, false) => Some(Arch::X86),
    (false, _) => None,
};

/// Those of `wanted` that are zips; empty where all are names of packages.
///
/// # Errors
/// Some are zips and some are not.
pub(super) fn zips(wanted: &[String], here: &Path) -> Result<Vec<PathBuf>, Fault> {
    let (zips, names): (Vec<&String>, Vec<&String>) =
        wanted.iter().partition(|one| one.ends_with(".zip"));
    if let (Some(zip), Some(name)) = (zips.first(), names.first()) {
        return Err(Fault::usage(format!(
            "{zip} is a package that is built and `{name}` one to be built; run them apart, or build it: anyfn build -p {name} --target aws"
        )));
    }
    Ok(zips.into_iter().map(|zip| here.join(zip)).collect())
}

/// Unpacks `zips` below `state`, and gives their apps with the clouds of `wanted` that they are for.
///
/// # Errors
/// The first zip that is no package, or cannot run here.
pub(super) fn unpack(
    zips: &[PathBuf],
    state: &Path,
    settings: &BTreeMap<String, String>,
    wanted: Hosts,
) -> Result<(Vec<PackedApp>, Hosts), Fault> {
    let all = state.join("packages");
    if all.exists() {
        let fault = |io| Fault::failed(format!("{}: {io}", all.display()));
        fs::remove_dir_all(&all).map_err(fault)?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut apps: Vec<PackedApp> = Vec::new();
    for (number, zip) in zips.iter().enumerate() {
        let fault = |why: String| Fault::usage(format!("{}: {why}", zip.display()));
        let one = one(zip, &all.join(number.to_string()), &path).map_err(fault)?;
        let known = apps.iter_mut().find(|app| app.manifest.app == one.manifest.app);
        let Some(app) = known else {
            apps.push(PackedApp { settings: settings.clone(), ..one });
            continue;
        };
        if app.manifest != one.manifest {
            return Err(fault(format!(
                "another package of `{}` has another {MANIFEST}; build both again",
                one.manifest.app
            )));
        }
        match (one.lambda, one.azure) {
            (Some(lambda), _) if app.lambda.is_none() => app.lambda = Some(lambda),
            (_, Some(azure)) if app.azure.is_none() => app.azure = Some(azure),
            _ => {
                return Err(fault(format!(
                    "`{}` has a package for this cloud already",
                    app.manifest.app
                )));
            }
        }
    }
    let lambda = wanted.lambda && apps.iter().any(|app| app.lambda.is_some());
    let azure = wanted.azure && apps.iter().any(|app| app.azure.is_some());
    // Where nothing is left, the emulator says which package would be needed.
    let hosts = if lambda || azure { Hosts { lambda, azure } } else { wanted };
    Ok((apps, hosts))
}

fn one(zip: &Path, folder: &Path, path: &OsStr) -> Result<PackedApp, String> {
    let files = unzip::files(&fs::read(zip).map_err(|io| io.to_string())?)?;
    let beside = zip.with_file_name(MANIFEST);
    let manifest = fs::read(&beside).map_err(|io| {
        format!(
            "its manifest is to lie beside it, as `anyfn build` puts it there: {}: {io}",
            beside.display()
        )
    })?;
    let manifest =
        Manifest::from_json(&manifest).map_err(|why| format!("{MANIFEST} beside it: {why}"))?;
    let has = |name: &str| files.iter().any(|file| file.path == Path::new(name));
    let (mut lambda, mut azure) = (None, None);
    if has(BOOTSTRAP) {
        let kind = runnable(&files, BOOTSTRAP)?;
        let program = folder.join(BOOTSTRAP);
        let (program, args) = match runner(kind, HERE, path)? {
            None => (program, Vec::new()),
            Some(qemu) => (qemu, vec![program.display().to_string()]),
        };
        lambda = Some(Entrypoint { program, args, folder: folder.to_owned() });
    } else if has("host.json") {
        let kind = runnable(&files, &handler(&files)?)?;
        if HERE != Some(kind.arch) {
            return Err(format!(
                "its executable is for Linux on {}, which this machine is not, and the Functions host runs it as it is",
                kind.arch.name()
            ));
        }
        azure = Some(folder.to_owned());
    } else {
        return Err(format!(
            "it has neither `{BOOTSTRAP}`, as a package for AWS, nor `host.json`, as one for Azure; make one: anyfn build -p {} --target aws",
            manifest.app
        ));
    }
    unzip::write(&files, folder).map_err(|io| format!("{}: {io}", folder.display()))?;
    Ok(PackedApp { manifest, lambda, azure, settings: BTreeMap::new() })
}

/// The executable that `host.json` names, to the letter.
fn handler(files: &[File]) -> Result<String, String> {
    let host = files.iter().find(|file| file.path == Path::new("host.json"));
    let host = host.map(|file| file.contents.as_slice()).unwrap_or_default();
    let host: Value = serde_json::from_slice(host).map_err(|why| format!("host.json: {why}"))?;
    let name = host.pointer("/customHandler/description/defaultExecutablePath");
    name.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
        "host.json names no customHandler.description.defaultExecutablePath".to_owned()
    })
}

/// The executable `name`, if a cloud could start it.
fn runnable(files: &[File], name: &str) -> Result<Executable, String> {
    let file = files.iter().find(|file| file.path.as_os_str() == name);
    let file = file.ok_or_else(|| format!("it has no executable of the very name `{name}`"))?;
    if file.mode & 0o100 == 0 {
        return Err(format!(
            "`{name}` may not be run: its mode is {:o}, a right one is 755",
            file.mode
        ));
    }
    executable::read(&file.contents).map_err(|why| format!("`{name}`: {why}"))
}

/// What runs an executable that this machine does not run by itself.
fn runner(kind: Executable, here: Option<Arch>, path: &OsStr) -> Result<Option<PathBuf>, String> {
    let Some(here) = here else {
        return Err(
            "a package holds an executable for Linux, and this machine runs another system"
                .to_owned(),
        );
    };
    if here == kind.arch {
        return Ok(None);
    }
    let name = match kind.arch {
        Arch::Arm64 => "qemu-aarch64",
        Arch::X86 => "qemu-x86_64",
    };
    let found =
        [format!("{name}-static"), name.to_owned()].iter().find_map(|name| find(name, path));
    found.map(Some).ok_or_else(|| {
        format!(
            "its executable is for {}, and this machine is {}, which runs it through {name}; install that: apt-get install qemu-user-static",
            kind.arch.name(),
            here.name()
        )
    })
}

#[cfg(test)]
#[path = "packed/tests.rs"]
mod tests;
