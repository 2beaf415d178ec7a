//! How a worker process is started.
//!
//! Deals with: the executable's place, its arguments, its working folder, the environment that the host
//! gives it.
//! Does not deal with: keeping it running (`worker`), child processes as such (`crate::process`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host_json::Handler;
use super::settings::Settings;
use super::worker::{Boxed, Launch, Process};
use crate::process::{Child, Exit, Program, Spawner};

/// What a worker finds programs by, unless a setting says otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The command for `handler`, without the port.
pub(crate) fn program(
    app: &str,
    folder: &Path,
    handler: &Handler,
    settings: &Settings,
    log: &Path,
) -> Program {
    let mut env: Vec<(String, String)> = vec![("PATH".to_owned(), PATH.to_owned())];
    env.extend(settings.iter().map(|(name, value)| (name.clone(), value.clone())));
    let id = uuid::Uuid::new_v4().to_string();
    for (name, value) in [
        ("FUNCTIONS_CUSTOMHANDLER_WORKER_ID", id.as_str()),
        ("FUNCTIONS_HTTPWORKER_ID", id.as_str()),
        ("FUNCTIONS_APP_ROOT_PATH", &folder.to_string_lossy()),
    ] {
        env.push((name.to_owned(), value.to_owned()));
    }
    // Joining an absolute path replaces the folder.
    let root = folder.join(settings.expand(&handler.worker_directory));
    let executable = settings.expand(&handler.executable);
    let beside = root.join(&executable);
    Program {
        name: app.to_owned(),
        // What is not in the folder is looked up in PATH.
        program: if beside.is_file() { beside } else { PathBuf::from(executable) },
        args: handler.arguments.iter().map(|argument| settings.expand(argument)).collect(),
        env,
        cwd: Some(folder.join(settings.expand(&handler.working_directory))),
        log: log.to_owned(),
    }
}

/// Starts `program` through `spawner`, with the port in its environment.
pub(crate) fn launcher(spawner: Spawner, program: Program) -> Launch {
    Arc::new(move |port| {
        let (spawner, mut program) = (spawner.clone(), program.clone());
        for name in ["FUNCTIONS_CUSTOMHANDLER_PORT", "FUNCTIONS_HTTPWORKER_PORT"] {
            program.env.push((name.to_owned(), port.to_string()));
        }
        Box::pin(async move {
            let child = spawner.spawn(program).await.map_err(|error| error.to_string())?;
            Ok(Arc::new(OsProcess(Arc::new(child))) as Arc<dyn Process>)
        })
    })
}

struct OsProcess(Arc<Child>);

impl Process for OsProcess {
    fn pid(&self) -> Option<u32> {
        Some(self.0.pid())
    }

    fn kill(&self) {
        self.0.kill();
    }

    fn exited(&self) -> Boxed<Exit> {
        let child = Arc::clone(&self.0);
        Box::pin(async move { child.exited().await })
    }

    fn peak_kb(&self) -> Option<u64> {
        self.0.peak_kb()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::host_json::HttpMode;

    fn handler(executable: &str) -> Handler {
        Handler {
            executable: executable.to_owned(),
            arguments: vec!["--mode=%MODE%%UNSET%".to_owned()],
            worker_directory: String::new(),
            working_directory: "sub".to_owned(),
            init_timeout: Duration::from_secs(1),
            mode: HttpMode::Envelope,
        }
    }

    #[test]
    fn the_executable_is_taken_from_the_folder_if_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("handler"), "").unwrap();
        let settings = Settings::new(BTreeMap::from([("MODE".to_owned(), "x".to_owned())]));
        let program = |executable: &str| {
            let log = Path::new("log");
            program("app", folder.path(), &handler(executable), &settings, log)
        };
        assert_eq!(program("handler").program, folder.path().join("handler"));
        assert_eq!(program("./handler").program, folder.path().join("./handler"));
        assert_eq!(program("node").program, PathBuf::from("node"));
        assert_eq!(program("/bin/true").program, PathBuf::from("/bin/true"));
        let program = program("handler");
        assert_eq!(program.args, ["--mode=x"]);
        assert_eq!(program.cwd, Some(folder.path().join("sub")));
        let value = |name: &str| {
            program.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        assert_eq!(value("MODE").as_deref(), Some("x"));
        assert_eq!(value("FUNCTIONS_APP_ROOT_PATH").as_deref(), folder.path().to_str());
        assert_eq!(value("FUNCTIONS_CUSTOMHANDLER_WORKER_ID"), value("FUNCTIONS_HTTPWORKER_ID"));
    }
}
