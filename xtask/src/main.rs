//! `cargo xtask`: sets up and runs what CI runs.
//!
//! Deals with: the command line. `test` is the gate, the others are single steps of it.
//! Does not deal with: anything that a user of anyfn runs (`anyfn-cli`).
#![expect(clippy::print_stdout, reason = "a developer's tool talks to its terminal")]
#![expect(clippy::print_stderr, reason = "as above, where stdout is for figures alone")]

mod bench;
mod cargo;
mod deny;
mod gate;
mod limited;
mod packaged;
mod packages;
mod peers;
mod sdk;
mod step;
mod terraform;
mod tidy;
mod tools;
mod workflows;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test          everything that CI checks
  test --quick  format, tidy, clippy, unit tests
  tidy          the house rules
  deny          licences, bans and sources of the dependencies
  e2e [NAME]    end-to-end tests alone, those whose name contains NAME
  sdk           the feature `aws-sdk` of anyfn-services, on the emulator and moto; minutes to build
  packaged      panics and spinning handlers in the executable of a package
  packages      what `anyfn build` makes: sizes, the same bytes elsewhere, runs on the emulator, arm64 too;
                most of an hour to build the first time
  turbojpeg     image-processing's tests with libjpeg-turbo in place of the Rust codecs
  workflows     actionlint on our workflow and on those that `anyfn ci github` writes
  terraform [FILTER]
                modules and examples on stand-in providers, those whose path contains FILTER
  terraform plans
                plans of the examples, right ones and planted ones, as `anyfn check` and `anyfn idle` judge them
  terraform docs
                writes the tables of inputs, outputs and resources into the modules' README files
  terraform with SCHEMA... -- COMMAND...
                runs a command whose terraform finds the stand-ins (aws, azurerm-4, azurerm-5)
  bench NAME [--json]
                figures beside the peers': cleanup, dev, image, invoke or all; minutes each";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    // Asked at run time: a binary may be shared by several checkouts through one build folder.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("hint: run it as `cargo xtask`")?;
    let root = PathBuf::from(package).join("..");
    let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    let place =
        || Ok::<_, String>(gate::Place { target: cargo::target(&root)?, root: root.clone() });
    match words {
        ["test"] => verdict(&gate::steps(&place()?, false)),
        ["test", "--quick"] => verdict(&gate::steps(&place()?, true)),
        ["tidy"] => tidy::run(&root),
        ["deny"] => deny::run(&place()?),
        ["e2e"] => gate::end_to_end(&place()?, "", &[]),
        ["e2e", name] => gate::end_to_end(&place()?, name, &[]),
        ["sdk"] => sdk::run(&place()?),
        ["packaged"] => packaged::run(&place()?),
        ["packages"] => packages::run(&place()?),
        ["turbojpeg"] => gate::turbojpeg(&place()?),
        ["workflows"] => workflows::run(&place()?),
        ["terraform", rest @ ..] => terraform::run(&place()?, rest),
        ["bench", name] => bench::run(&place()?, name, false),
        ["bench", name, "--json"] => bench::run(&place()?, name, true),
        _ => Err(USAGE.to_owned()),
    }
}

fn verdict(steps: &[step::Step]) -> Result<(), String> {
    let outcomes = step::run(steps);
    println!("\n{}", step::table(&outcomes));
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    if failed { Err("\nthe gate is closed".to_owned()) } else { Ok(()) }
}
