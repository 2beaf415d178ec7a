//! Where the executables come from: packages that cargo builds, or files that somebody else writes.
//!
//! Deals with: the next build, in the background. Does not deal with: when there is to be one, nor with
//! what becomes of it (`reloading`).

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::sources::Sources;
use crate::build;
use crate::fault::Fault;
use crate::output;
use crate::packages::{Package, Workspace};

/// How long an executable that somebody writes may be none.
const INCOMPLETE: Duration = Duration::from_secs(1);
/// Before it is looked at again.
const PERIOD: Duration = Duration::from_millis(50);

/// Where the executables come from.
pub(super) enum Origin {
    /// Packages, by name; none: those around the folder.
    Packages { here: PathBuf, wanted: Vec<String>, workspace: Box<Workspace> },
    /// Files.
    Files(Vec<PathBuf>),
}

/// A build that succeeded.
pub(super) struct Built {
    pub(super) executables: Vec<PathBuf>,
    /// What cargo said of it: warnings.
    pub(super) said: String,
    /// How long cargo took; nothing where it was not asked.
    pub(super) cargo: Option<Duration>,
}

/// A build that failed.
pub(super) struct Failed {
    /// Cargo's own words, or what is wrong with the file.
    pub(super) said: String,
    /// How long cargo took; nothing where it was not asked.
    pub(super) cargo: Option<Duration>,
}

impl Origin {
    /// The files to watch, where `executables` are the last build.
    pub(super) fn sources(&self, executables: &[PathBuf]) -> Sources {
        match self {
            Self::Packages { here, wanted, workspace } => match workspace.apps(wanted, here) {
                Ok(apps) => Sources::of(workspace, &apps, executables),
                Err(_) => Sources::default(),
            },
            Self::Files(files) => Sources::executables(files),
        }
    }

    /// The first build: cargo speaks for itself.
    pub(super) async fn first(&self) -> Result<Vec<PathBuf>, Fault> {
        match self {
            Self::Packages { here, wanted, workspace } => {
                build::build(workspace, &workspace.apps(wanted, here)?)
            }
            Self::Files(files) => {
                for file in files {
                    // Told of the file itself, before it is copied.
                    let listed = anyfn_emulator::apps::manifest(file).await;
                    let fault = |why| format!("{} has no manifest: {why}", file.display());
                    listed.map_err(|why| Fault::failed(fault(why)))?;
                }
                Ok(files.clone())
            }
        }
    }

    /// Builds again; `manifests`: a `Cargo.toml` has changed. Dropping this ends cargo.
    pub(super) async fn again(&mut self, manifests: bool) -> Result<Built, Failed> {
        let begun = Instant::now();
        let failed = |said: String| Failed { said, cargo: Some(begun.elapsed()) };
        match self {
            Self::Packages { here, wanted, workspace } => {
                if manifests {
                    let around = here.clone();
                    let found = tokio::task::spawn_blocking(move || Workspace::around(&around));
                    let found = found.await.map_err(|fault| failed(fault.to_string()))?;
                    **workspace = found.map_err(|fault| failed(format!("error: {fault}")))?;
                }
                let apps = workspace.apps(wanted, here);
                let apps = apps.map_err(|fault| failed(format!("error: {fault}")))?;
                let (executables, said) = cargo_build(workspace, &apps).await.map_err(failed)?;
                Ok(Built { executables, said, cargo: Some(begun.elapsed()) })
            }
            Self::Files(files) => {
                for file in files.iter() {
                    complete(file).await.map_err(|said| Failed { said, cargo: None })?;
                }
                let (executables, said) = (files.clone(), String::new());
                Ok(Built { executables, said, cargo: None })
            }
        }
    }
}

/// The executables and cargo's words, or those alone.
async fn cargo_build(
    workspace: &Workspace,
    apps: &[&Package],
) -> Result<(Vec<PathBuf>, String), String> {
    let told = |fault: Fault| format!("error: {fault}");
    let mut command = build::command(workspace, apps).map_err(told)?;
    command.args(["--quiet", "--color", if output::colourful() { "always" } else { "never" }]);
    let mut command = tokio::process::Command::from(command);
    // A group of its own: cargo's children end with it.
    command.process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |io: std::io::Error| format!("error: cargo build: {io}");
    let child = command.spawn().map_err(failed)?;
    let mut group = Group(child.id().and_then(|pid| i32::try_from(pid).ok()));
    let ended = child.wait_with_output().await.map_err(failed)?;
    group.0 = None;
    let said = String::from_utf8_lossy(&ended.stderr).trim_end().to_owned();
    if !ended.status.success() {
        return Err(said);
    }
    Ok((build::executables(apps, &ended.stdout).map_err(told)?, said))
}

/// A running cargo and its children.
struct Group(Option<i32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // Gone already: nothing is left to end.
            let _ = killpg(Pid::from_raw(leader), Signal::SIGTERM);
        }
    }
}

/// Returns once `executable` can be run: whoever writes it may not be done, or be about to replace it.
async fn complete(executable: &Path) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match anyfn_emulator::apps::manifest(executable).await {
            Ok(_) => return Ok(()),
            Err(why) if begun.elapsed() > INCOMPLETE => {
                return Err(format!("error: {} has no manifest: {why}", executable.display()));
            }
            Err(_) => tokio::time::sleep(PERIOD).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_file_that_is_written_in_pieces_is_waited_for_and_one_that_stays_wrong_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        let manifest = r#"{"anyfn":1,"app":"app","functions":[],"needs":[],"config":[]}"#;
        let script = format!("#!/bin/sh\necho '{manifest}'\n");
        fs::write(&app, "").unwrap();
        let mut origin = Origin::Files(vec![app.clone()]);
        let (built, ()) = tokio::join!(origin.again(false), async {
            tokio::time::sleep(PERIOD / 2).await;
            fs::write(&app, &script).unwrap();
            fs::set_permissions(&app, fs::Permissions::from_mode(0o755)).unwrap();
        });
        assert_eq!(built.ok().unwrap().executables, std::slice::from_ref(&app));
        fs::write(&app, "#!/bin/sh\nexit 3\n").unwrap();
        let failed = origin.again(false).await.err().unwrap();
        assert!(
            failed.said.contains("app") && failed.said.contains("status: 3"),
            "{}",
            failed.said
        );
    }
}
