//! A child process that ends within a limit, so that a test that hangs fails the gate and says so.
//!
//! Deals with: waiting, and ending the child with all that it started once its time is over.
//! Does not deal with: output; it goes where ours goes.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than any step takes on a machine of two cores with nothing built.
pub(crate) const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Runs `command` to its end.
///
/// # Errors
/// Why it did not start, or that it took longer than `limit`.
pub(crate) fn status(command: &mut Command, limit: Duration) -> Result<ExitStatus, String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let id = child.id();
    let (ended, end) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let late = end.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            kill(id);
        }
        late
    });
    let status = child.wait().map_err(|error| error.to_string());
    drop(ended);
    if watch.join().unwrap_or(false) {
        return Err(format!("stopped: it took longer than {} s", limit.as_secs()));
    }
    status
}

/// Ends a process and all below it. A group of its own would be simpler, but would not hear Ctrl-C.
fn kill(id: u32) {
    let list = Command::new("pgrep").args(["-P", &id.to_string()]).output();
    let list = list.map(|list| list.stdout).unwrap_or_default();
    for child in String::from_utf8_lossy(&list).lines().filter_map(|line| line.parse().ok()) {
        kill(child);
    }
    // Whoever is gone already needs no signal.
    let _ = Command::new("kill").args(["-KILL", &id.to_string()]).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_child_that_hangs_is_ended_with_its_own_children() {
        let began = Instant::now();
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60; true"]);
        let failure = status(&mut shell, Duration::from_millis(50)).unwrap_err();
        assert!(failure.contains("longer"), "{failure}");
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_child_that_ends_in_time_tells_how() {
        let status = status(Command::new("false").arg("x"), LIMIT).unwrap();
        assert!(!status.success());
    }
}
