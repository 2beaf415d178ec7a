//! `anyfn`: the command line.
//!
//! Deals with: choosing the command, exit codes. Does not deal with: what a command does; each has a
//! file of its own.

mod build;
mod check;
mod ci;
mod cost;
mod demo;
mod dev;
mod fault;
mod http;
mod idle;
mod invoke;
mod logs;
mod manifest;
mod new;
mod output;
mod packages;
mod plan;
mod running;
mod signals;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::fault::Fault;

/// Event-driven functions in Rust: the same binary on AWS Lambda, Azure Functions and this machine.
#[derive(Debug, Parser)]
#[command(name = "anyfn", version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Data goes to stdout, everything else to stderr.

Exit codes:
  0  it worked; `anyfn dev` ends so on SIGINT (Ctrl-C) and SIGTERM
  1  it did not: a build failed, a function failed, an expectation of the demo did not hold or a
     signal ended it before
  2  it was not understood, or cannot be done here: a wrong argument, event, name or folder";

#[derive(Debug, Subcommand)]
enum Command {
    // Each one's help stands above its arguments.
    New(new::Args),
    Dev(dev::Args),
    Invoke(invoke::Args),
    Manifest(manifest::Args),
    Build(build::Args),
    Demo(demo::Args),
    Check(check::Args),
    Ci(ci::Args),
    Idle(idle::Args),
    Cost(cost::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(fault) => {
            output::note(&format!("error: {fault}"));
            fault.exit_code()
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|io| Fault::failed(format!("no threads: {io}")))?;
    let result = match command {
        Command::New(args) => new::run(&args),
        Command::Dev(args) => runtime.block_on(dev::run(args)),
        Command::Invoke(args) => runtime.block_on(invoke::run(args)),
        Command::Manifest(args) => runtime.block_on(manifest::run(&args)),
        Command::Build(args) => runtime.block_on(build::run(&args)),
        Command::Cost(args) => runtime.block_on(cost::run(&args)),
        Command::Demo(args) => runtime.block_on(demo::run(&args)),
        Command::Ci(args) => ci::run(&args),
        Command::Check(args) => runtime.block_on(check::run(args)),
        Command::Idle(args) => idle::run(&args),
    };
    // Nothing that still runs is worth waiting for: what had to end has ended.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
    }

    #[test]
    fn the_commands_do_not_contradict_themselves() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_each_command_teaches_by_examples() {
        for mut command in Cli::command().get_subcommands().cloned() {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Examples:\n  "), "{help}");
        }
        let mut cli = Cli::command();
        let invoke = cli.find_subcommand_mut("invoke").unwrap().render_long_help().to_string();
        assert!(invoke.contains(r#"queue     {"body": any JSON}"#), "{invoke}");
    }

    #[test]
    fn dev_has_the_documented_defaults() {
        let Ok(Command::Dev(dev)) = parse("anyfn dev") else { panic!() };
        assert_eq!(dev.port, 9400);
        assert_eq!(dev.state.to_str(), Some(".anyfn"));
        assert_eq!(dev.max_attempts, 5);
        assert!(!dev.fresh && !dev.json && !dev.no_watch && dev.package.is_empty());
        let hosts = dev.host.hosts();
        assert!(hosts.lambda && hosts.azure);
    }

    #[test]
    fn dev_takes_what_its_page_says() {
        let line = "anyfn dev -p a -p b --host azure --port 0 --clock virtual --env-file .env \
                    --ready-file r.json --state s --fresh --json --no-watch --max-attempts 2";
        let Ok(Command::Dev(dev)) = parse(line) else { panic!() };
        assert_eq!(dev.package, ["a", "b"]);
        assert!(!dev.host.hosts().lambda && dev.host.hosts().azure);
        assert_eq!((dev.port, dev.max_attempts), (0, 2));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for line in [
            "anyfn",
            "anyfn dev --host gcp",
            "anyfn dev --port x",
            "anyfn dev --port 65535",
            "anyfn dev --max-attempts 0",
            "anyfn dev --bin a -p b",
            "anyfn new",
            "anyfn new orders",
            "anyfn new orders --trigger topic",
            "anyfn build -p a",
            "anyfn build --target gcp",
            "anyfn build --target aws --arch mips",
            "anyfn build --target aws --bin a -p b",
            "anyfn invoke thumbnail",
            "anyfn invoke thumbnail --event e --host both",
            "anyfn invoke thumbnail --event e --state s --ready-file r",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
