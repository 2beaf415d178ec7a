//! Programs of the system that the end-to-end tests and the benches need.
//!
//! Deals with: finding them; installing them through apt where that needs no question to anyone.
//! Does not deal with: packages from PyPI and npm (`peers.rs`).

use std::process::{Command, Stdio};

/// A program: how to see that it works, and which Debian package brings it.
pub(crate) struct Tool {
    pub name: &'static str,
    pub probe: &'static [&'static str],
    pub package: &'static str,
}

/// What packages from npm run on.
pub(crate) const NODE: [Tool; 2] = [
    Tool { name: "node", probe: &["node", "--version"], package: "nodejs" },
    Tool { name: "npm", probe: &["npm", "--version"], package: "npm" },
];

/// What the end-to-end tests call, beside [`NODE`] and [`PYTHON`].
pub(crate) const TOOLS: [Tool; 2] = [
    Tool { name: "curl", probe: &["curl", "--version"], package: "curl" },
    Tool { name: "strace", probe: &["strace", "--version"], package: "strace" },
];

/// What packages from PyPI run on.
pub(crate) const PYTHON: [Tool; 2] = [
    Tool { name: "python3", probe: &["python3", "--version"], package: "python3" },
    Tool {
        name: "python3's venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        package: "python3-venv",
    },
];

/// What libjpeg-turbo is built with.
pub(crate) const CODECS: [Tool; 2] = [
    Tool { name: "cmake", probe: &["cmake", "--version"], package: "cmake" },
    Tool { name: "nasm", probe: &["nasm", "-v"], package: "nasm" },
];

/// What packages are looked at and run with.
pub(crate) const PACKAGES: [Tool; 3] = [
    Tool { name: "skopeo", probe: &["skopeo", "--version"], package: "skopeo" },
    Tool { name: "buildah", probe: &["buildah", "--version"], package: "buildah" },
    Tool {
        name: "qemu-aarch64",
        probe: &["qemu-aarch64-static", "--version"],
        package: "qemu-user-static",
    },
];

/// Finds every tool, or installs what is missing.
///
/// # Errors
/// A sentence that says how to get what is missing.
pub(crate) fn install(tools: &[Tool]) -> Result<(), String> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !works(tool.probe)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    let hint = format!("missing: {names}; hint: apt-get install {}", packages.join(" "));
    if !(is_root() && works(&["apt-get", "--version"])) {
        return Err(hint);
    }
    eprintln!("installing {}", packages.join(" "));
    let install =
        [&["apt-get", "install", "-y", "-qq", "--no-install-recommends"], packages.as_slice()]
            .concat();
    let installed = works(&["apt-get", "update", "-qq"]) && works(&install);
    let still = missing.iter().any(|tool| !works(tool.probe));
    if installed && !still { Ok(()) } else { Err(hint) }
}

fn works(line: &[&str]) -> bool {
    let mut command = Command::new(line[0]);
    command
        .args(&line[1..])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}
