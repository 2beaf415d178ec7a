//! From an edit to the new build in the place of the old one.
//!
//! Deals with: building again on an edit, and from the start where another edit comes meanwhile; what a
//! person is told. Does not deal with: the switch itself (`Emulator::reload`).

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use anyfn_emulator::{AppSource, Emulator, Reloaded};

use super::copies::Copies;
use super::edits::{Edit, Edits};
use super::origin::{Built, Failed, Origin};
use crate::output::note;

/// A build that takes longer is told of while it runs.
const LONG: Duration = Duration::from_secs(1);
const STAYS: &str = "the old build keeps serving";

/// What it takes to replace what runs.
pub(super) struct Reloading {
    pub(super) here: PathBuf,
    pub(super) origin: Origin,
    pub(super) edits: Edits,
    pub(super) copies: Copies,
    pub(super) settings: BTreeMap<String, String>,
}

impl Reloading {
    /// Replaces the apps of `emulator` on every edit; `announce` is called after each switch.
    pub(super) async fn run(
        mut self,
        emulator: &Emulator,
        announce: impl Fn(&Emulator),
    ) -> Infallible {
        loop {
            let mut edit = self.edits.next(false).await;
            let built = loop {
                let what = edit.told(&self.here);
                tokio::select! {
                    biased;
                    later = self.edits.next(true) => edit = edit.followed_by(later),
                    built = told_if_long(self.origin.again(edit.has_manifest()), &what) => break built,
                }
            };
            let what = edit.told(&self.here);
            match built {
                Ok(built) => {
                    if !built.said.is_empty() {
                        note(&built.said);
                    }
                    match self.replace(emulator, &edit, &built).await {
                        Ok(Some(told)) => {
                            announce(emulator);
                            note(&format!("{what}: {told}"));
                        }
                        Ok(None) => note(&format!("{what}: what is built is what runs")),
                        Err(why) => {
                            note(&format!(
                                "error: {why}\n{what}: the new build does not run; {STAYS}"
                            ));
                        }
                    }
                    self.edits.built(self.origin.sources(&built.executables));
                }
                Err(Failed { said, cargo }) => {
                    let fails = match cargo {
                        Some(cargo) => format!("it does not build ({})", ms(cargo)),
                        None => "it does not run".to_owned(),
                    };
                    note(&format!("{said}\n{what}: {fails}; {STAYS}"));
                    self.edits.failed();
                }
            }
        }
    }

    /// What was replaced and how long it took; `None` where the build is the one that runs.
    async fn replace(
        &mut self,
        emulator: &Emulator,
        edit: &Edit,
        built: &Built,
    ) -> Result<Option<String>, String> {
        let copies = tokio::task::block_in_place(|| self.copies.keep(&built.executables));
        let copies = copies.map_err(|fault| fault.to_string())?;
        let apps = copies
            .iter()
            .map(|copy| AppSource { executable: copy.clone(), settings: self.settings.clone() });
        let apps: Vec<AppSource> = apps.collect();
        match emulator.reload(&apps).await {
            Ok(reloaded) if reloaded == Reloaded::default() => Ok(None),
            Ok(reloaded) => {
                self.copies.run(copies);
                let rest = edit.at.elapsed().saturating_sub(built.cargo.unwrap_or_default());
                Ok(Some(format!("{}; {}", names(&reloaded), times(built.cargo, rest))))
            }
            Err(error) => {
                self.copies.refuse(&copies);
                Err(error.to_string())
            }
        }
    }
}

/// `build`, and a line where it takes long.
async fn told_if_long<T>(build: impl Future<Output = T>, what: &str) -> T {
    tokio::pin!(build);
    tokio::select! {
        built = &mut build => built,
        () = tokio::time::sleep(LONG) => {
            note(&format!("{what}: the next build takes a while"));
            build.await
        }
    }
}

fn names(reloaded: &Reloaded) -> String {
    let Reloaded { functions, added, removed, .. } = reloaded;
    let renewed = functions.iter().filter(|name| !added.contains(name)).cloned().collect();
    let list = |verb: &str, names: Vec<String>| {
        (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")))
    };
    let all =
        [list("reloaded", renewed), list("added", added.clone()), list("removed", removed.clone())];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `rest` is all from the edit to the switch but cargo: noticing it, starting the processes, switching.
fn times(cargo: Option<Duration>, rest: Duration) -> String {
    match cargo {
        Some(cargo) => format!("cargo {}, swap {}", ms(cargo), ms(rest)),
        None => format!("swap {}", ms(rest)),
    }
}

fn ms(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_told_by_its_functions_and_times() {
        let text = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let reloaded = Reloaded {
            apps: text(&["shop"]),
            functions: text(&["mail", "pay"]),
            added: text(&["mail"]),
            removed: text(&["fax"]),
        };
        assert_eq!(names(&reloaded), "reloaded pay, added mail, removed fax");
        let (cargo, rest) = (Duration::from_millis(812), Duration::from_micros(96_400));
        assert_eq!(times(Some(cargo), rest), "cargo 812 ms, swap 96 ms");
        assert_eq!(times(None, rest), "swap 96 ms");
    }
}
