//! Where a measured run and an app do not meet.
//!
//! Deals with: functions that the run never called, functions that the app has no longer, a run of other apps.
//! Does not deal with: what is assumed where nothing is known (`inputs`).

use std::fmt;

use anyfn::manifest::Manifest;
use anyfn_emulator::measured::Measured;
use serde::Serialize;

use super::inputs::DURATION_MS;
use super::{Args, number};
use crate::fault::Fault;

/// What a user has to know before believing the bill of a measured run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Gaps {
    /// Functions of the app that the run called on no host and whose duration is not told either.
    pub(crate) assumed: Vec<Assumed>,
    /// Functions that the run called under the app's name and that the app has not: renamed or removed since.
    /// No error, since what was measured of the others still holds.
    pub(crate) unknown: Vec<String>,
}

/// A function whose duration is a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Assumed {
    pub(crate) function: String,
    /// What it is reckoned with.
    pub(crate) duration_ms: u32,
    /// The command during which it has to be called to be measured.
    pub(crate) measure: String,
}

/// For a person: a line for each.
impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Assumed { function, duration_ms, measure } in &self.assumed {
            writeln!(
                f,
                "`{function}` was not measured: its {duration_ms} ms are an assumption; call it while \
                 this runs: {measure}; or say it: --duration-ms {function}=MS"
            )?;
        }
        for function in &self.unknown {
            writeln!(f, "`{function}` was measured, and the app has no such function: left out")?;
        }
        Ok(())
    }
}

/// The gaps between `measured` and the app behind `manifest`.
///
/// # Errors
/// Nothing of the app was measured.
pub(crate) fn of(args: &Args, measured: &Measured, manifest: &Manifest) -> Result<Gaps, Fault> {
    let app = &manifest.app;
    let called: Vec<&str> = measured
        .functions
        .iter()
        .filter(|one| one.app == *app)
        .map(|one| one.name.as_str())
        .collect();
    if called.is_empty() {
        let mut known: Vec<&str> = measured.functions.iter().map(|one| &*one.app).collect();
        known.dedup();
        let known =
            if known.is_empty() { "nothing was called".to_owned() } else { known.join(", ") };
        return Err(Fault::usage(format!(
            "--measured: nothing of the app {app} was measured: {known}; measure it: {}",
            measure(args, app)
        )));
    }
    let own: Vec<&str> = manifest.functions.iter().map(|one| one.name.as_str()).collect();
    let told = |name| number::of(&args.duration_ms, name).is_some();
    let assumed = own.iter().filter(|name| !called.contains(*name) && !told(**name));
    let mut unknown: Vec<String> =
        called.iter().filter(|name| !own.contains(*name)).map(|name| (*name).to_owned()).collect();
    // Each host has a line of its own in the file.
    unknown.sort_unstable();
    unknown.dedup();
    Ok(Gaps {
        assumed: assumed
            .map(|name| Assumed {
                function: (*name).to_owned(),
                duration_ms: DURATION_MS,
                measure: measure(args, app),
            })
            .collect(),
        unknown,
    })
}

/// The command that measures the app.
fn measure(args: &Args, app: &str) -> String {
    let what = match &args.bin {
        Some(bin) => format!("--bin {}", bin.display()),
        None => format!("-p {}", args.package.as_deref().unwrap_or(app)),
    };
    let file = args.measured.as_deref().map(|path| path.display().to_string());
    format!("anyfn dev {what} --measured {}", file.as_deref().unwrap_or("measured.json"))
}

#[cfg(test)]
mod tests {
    use super::super::inputs::tests::{args, measured, shop};
    use super::{Fault, Gaps, Measured, of};

    fn gaps(line: &str, measured: &Measured) -> Result<Gaps, Fault> {
        of(&args(&format!("-r 1M {line}")).unwrap(), measured, &shop())
    }

    #[test]
    fn what_the_run_did_not_call_is_told_with_the_assumption_and_the_way_to_measure_it() {
        let seen = measured("lambda", "shop");
        let gaps = gaps("-p shop --measured run.json --duration-ms scan=7", &seen).unwrap();
        let names: Vec<&str> = gaps.assumed.iter().map(|one| &*one.function).collect();
        // `order` was measured, and the duration of `scan` is told.
        assert_eq!(names, ["pack", "sweep"]);
        assert_eq!(
            gaps.to_string().lines().next(),
            Some(
                "`pack` was not measured: its 100 ms are an assumption; call it while this runs: \
                 anyfn dev -p shop --measured run.json; or say it: --duration-ms pack=MS"
            )
        );
        let json = serde_json::to_value(&gaps).unwrap();
        assert_eq!(json["assumed"][1]["function"], "sweep");
        assert_eq!(json["assumed"][1]["duration_ms"], 100);
        assert_eq!(json["assumed"][1]["measure"], "anyfn dev -p shop --measured run.json");
    }

    #[test]
    fn a_duration_for_all_functions_leaves_nothing_to_assume() {
        let gaps = gaps("--duration-ms 20", &measured("lambda", "shop")).unwrap();
        assert_eq!(gaps, Gaps { assumed: Vec::new(), unknown: Vec::new() });
        assert_eq!(gaps.to_string(), "");
    }

    #[test]
    fn a_measured_function_that_the_app_has_not_is_told_once() {
        let mut seen = measured("lambda", "shop");
        let renamed = |host| {
            let mut one = measured(host, "shop").functions.remove(0);
            one.name = "ordr".to_owned();
            one
        };
        // Another app's functions are no gap: one run may measure several apps.
        let other = measured("lambda", "shed").functions.remove(0);
        seen.functions.extend([renamed("lambda"), renamed("azure"), other]);
        let gaps = gaps("--duration-ms 20", &seen).unwrap();
        assert_eq!(gaps.unknown, ["ordr"]);
        assert_eq!(
            gaps.to_string(),
            "`ordr` was measured, and the app has no such function: left out\n"
        );
    }

    #[test]
    fn a_run_of_other_apps_is_refused_with_the_way_to_measure_this_one() {
        let why = |line, seen: &Measured| gaps(line, seen).unwrap_err().to_string();
        let other = measured("azure", "shed");
        assert_eq!(
            why("--bin target/release/shop --measured run.json", &other),
            "--measured: nothing of the app shop was measured: shed; measure it: \
             anyfn dev --bin target/release/shop --measured run.json"
        );
        let nothing = Measured { functions: Vec::new() };
        assert!(why("", &nothing).contains("nothing was called; measure it: anyfn dev -p shop"));
    }
}
