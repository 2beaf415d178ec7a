//! Deals with: real processes (`sh`), one of them under an emulator that is killed.
//! Does not deal with: functions.

use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use super::*;

fn sh(folder: &std::path::Path, script: &str, env: &[(&str, &str)]) -> Program {
    Program {
        name: "test".to_owned(),
        program: "/bin/sh".into(),
        args: vec!["-c".to_owned(), script.to_owned()],
        env: env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        cwd: Some(folder.to_owned()),
        log: folder.join("logs/test.log"),
    }
}

#[tokio::test]
async fn a_child_sees_only_what_it_is_given_and_its_output_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo given=$GIVEN home=$HOME; pwd >&2; printf 'no end'; exit 3";
    let program = sh(folder.path(), script, &[("GIVEN", "yes")]);
    let child = Spawner::start().unwrap().spawn(program).await.unwrap();
    let exit = child.exited().await;
    assert_eq!((exit.code, exit.to_string().as_str()), (Some(3), "exit status 3"));
    let log = std::fs::read_to_string(folder.path().join("logs/test.log")).unwrap();
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 3);
    assert!(lines.contains(&"given=yes home=") && lines.contains(&"no end"), "{log}");
    assert_eq!(child.log().tail(), log.as_bytes());
}

#[tokio::test]
async fn a_signal_ends_the_child_and_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let spawner = Spawner::start().unwrap();
    let program = sh(folder.path(), "sleep 600 & echo $! ; wait", &[("PATH", "/usr/bin:/bin")]);
    let child = spawner.spawn(program).await.unwrap();
    assert!(child.is_running());
    #[cfg(target_os = "linux")]
    assert!(child.peak_kb().unwrap() > 0);
    let log = folder.path().join("logs/test.log");
    let started = loop {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        if let Some(pid) = said.strip_suffix('\n') {
            break pid.to_owned();
        }
        tokio::task::yield_now().await;
    };
    child.kill();
    let exit = child.exited().await;
    assert_eq!((exit.code, exit.to_string().as_str()), (None, "signal: SIGKILL"));
    #[cfg(target_os = "linux")]
    {
        let begun = Instant::now();
        while is_alive(&started) {
            assert!(begun.elapsed() < Duration::from_secs(5), "{started} lives on");
            tokio::task::yield_now().await;
        }
    }
    let polite = spawner.spawn(sh(folder.path(), "kill -STOP $$", &[])).await.unwrap();
    polite.terminate();
    polite.kill();
    assert!(polite.exited().await.signal.is_some());
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program { program: "/no/such".into(), ..sh(folder.path(), "", &[]) };
    let error = Spawner::start().unwrap().spawn(program).await.err().unwrap();
    assert!(error.to_string().starts_with("/no/such cannot be started: "), "{error}");
}

#[cfg(target_os = "linux")]
fn is_alive(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // "Z": dead, but nobody has asked for its exit status yet.
    status.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

/// The other half of the next test: an emulator with one child. A test that does nothing unless asked.
#[tokio::test]
async fn an_emulator_that_waits_to_be_killed() {
    let Ok(folder) = std::env::var("ANYFN_TEST_VICTIM") else { return };
    let spawner = Spawner::start().unwrap();
    let program = sh(std::path::Path::new(&folder), "exec sleep 600", &[("PATH", "/usr/bin:/bin")]);
    let child = spawner.spawn(program).await.unwrap();
    writeln!(io::stdout(), "\nchild={}", child.pid()).unwrap();
    child.exited().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_child_outlives_a_killed_emulator() {
    let folder = tempfile::tempdir().unwrap();
    let mut emulator = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::tests::an_emulator_that_waits_to_be_killed", "--nocapture"])
        .env("ANYFN_TEST_VICTIM", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(emulator.stdout.take().unwrap()).lines();
    let pid =
        said.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("child=")?.to_owned()));
    let pid = pid.unwrap();
    assert!(is_alive(&pid));
    emulator.kill().unwrap();
    emulator.wait().unwrap();
    let killed = Instant::now();
    while is_alive(&pid) {
        assert!(killed.elapsed() < Duration::from_secs(1), "{pid} still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
