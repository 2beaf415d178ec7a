//! The gate: the steps that a change must pass, in order.
//!
//! Deals with: which steps there are and what `--quick` leaves out.
//! Does not deal with: how the clients of the end-to-end tests are installed (`peers.rs`).

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::limited::{self, LIMIT};
use crate::{cargo, deny, peers, step::Step, terraform, tidy, tools, workflows};

/// Where everything is.
#[derive(Clone)]
pub(crate) struct Place {
    /// The workspace's root.
    pub root: PathBuf,
    /// Cargo's target folder; what xtask makes is in `xtask` below it.
    pub target: PathBuf,
}

/// The selection of packages is that of the test calls, which name test targets instead of leaving out
/// a package: each crate is built once, with one set of features.
const BUILD: &str = "build --locked --workspace --bins --tests";

/// The steps of `cargo xtask test`, or of its `--quick` form.
pub(crate) fn steps(place: &Place, quick: bool) -> Vec<Step> {
    let cargo = |name, needs, line: &'static str| {
        let place = place.clone();
        Step { name, needs, run: Box::new(move || call(&place, line, &[])) }
    };
    let own = |name, run: fn(&Place) -> Result<(), String>| {
        let place = place.clone();
        Step { name, needs: &[], run: Box::new(move || run(&place)) }
    };
    let mut steps = vec![
        cargo("format", &[], "fmt --all --check"),
        own("tidy", |place| tidy::run(&place.root)),
        cargo("clippy", &[], "clippy --locked --workspace --all-targets -- -D warnings"),
        cargo("build", &[], BUILD),
    ];
    if quick {
        steps.push(cargo("unit tests", &["build"], "test --locked --workspace --lib --bins"));
        return steps;
    }
    steps.extend([
        cargo(
            "tests",
            &["build"],
            "test --locked --workspace --lib --bins --test manifest --test messages --test process",
        ),
        cargo("doc tests", &["build"], "test --locked --workspace --doc"),
        own("docs", |place| {
            call(
                place,
                "doc --locked --workspace --no-deps",
                &[("RUSTDOCFLAGS", "-D warnings".as_ref())],
            )
        }),
        own("licences", deny::run),
        Step { needs: &["build"], ..own("terraform", terraform::gate) },
        Step { needs: &["build"], ..own("workflows", workflows::run) },
        own("peers", peers::set_up),
        Step {
            needs: &["build", "peers"],
            ..own("end to end", |place| end_to_end(place, "", &[]))
        },
    ]);
    steps
}

/// Builds everything as the gate does.
///
/// # Errors
/// The call, if it did not succeed.
pub(crate) fn build(place: &Place) -> Result<(), String> {
    call(place, BUILD, &[])
}

/// Builds what the end-to-end tests start, sets up what they talk to, runs those that `filter` names,
/// with `more` in their environment.
///
/// # Errors
/// What could not be had, or the call that failed.
pub(crate) fn end_to_end(
    place: &Place,
    filter: &str,
    more: &[(&str, &OsStr)],
) -> Result<(), String> {
    peers::set_up(place)?;
    build(place)?;
    e2e(place, &format!("--workspace --test e2e {filter}"), more)
}

/// Runs end-to-end tests, of which `selection` is cargo's and theirs; all that they need is built and set up.
///
/// # Errors
/// The call, if it did not succeed.
pub(crate) fn e2e(place: &Place, selection: &str, more: &[(&str, &OsStr)]) -> Result<(), String> {
    let binaries = ("ANYFN_TEST_BIN_DIR", place.target.join("debug").into_os_string());
    let env: Vec<_> = peers::env(place).into_iter().chain([binaries]).collect();
    let env = env.iter().map(|(name, value)| (*name, value.as_os_str()));
    let env: Vec<_> = env.chain(more.iter().copied()).collect();
    call(place, &format!("test --locked {selection}"), &env)
}

/// Lints and tests `image-processing` with its feature `turbojpeg`, for which cmake and nasm are set up. Not part
/// of the gate: the library takes a minute to build, and the tests are the same.
///
/// # Errors
/// What could not be had, or the call that failed.
pub(crate) fn turbojpeg(place: &Place) -> Result<(), String> {
    tools::install(&tools::CODECS)?;
    let what = "--locked -p image-processing --features turbojpeg";
    call(place, &format!("clippy {what} --all-targets -- -D warnings"), &[])?;
    call(place, &format!("test {what} --lib"), &[])
}

/// Runs one cargo call to its end.
///
/// # Errors
/// The call, if it did not succeed.
pub(crate) fn call(place: &Place, line: &str, env: &[(&str, &OsStr)]) -> Result<(), String> {
    println!("$ cargo {line}");
    let mut cargo = cargo::command(&place.root);
    cargo.args(line.split_whitespace()).envs(env.iter().copied());
    let status =
        limited::status(&mut cargo, LIMIT).map_err(|error| format!("cargo {line}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {line}: {status}")) }
}
