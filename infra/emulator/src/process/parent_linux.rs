//! Linux: the kernel kills a child when its parent dies.
//!
//! Deals with: the death signal, and the moment between fork and its being set.
//! Does not deal with: grandchildren; only [`super::Child::kill`] reaches those.

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{getpid, getppid};
use tokio::process::Command;

/// Has the child killed as soon as the thread that spawns it is gone, even by `kill -9`.
pub(super) fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    let after_fork = move || {
        set_pdeathsig(Signal::SIGKILL)?;
        // A parent that died before the line above would leave an orphan that nobody signals.
        if getppid() != parent {
            return Err(nix::errno::Errno::ESRCH.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed; this makes two system
    // calls (prctl, getppid), takes no lock and allocates nothing.
    #[expect(unsafe_code, reason = "the standard library has no other door to the death signal")]
    unsafe {
        command.pre_exec(after_fork);
    }
}
