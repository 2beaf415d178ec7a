//! Entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    anyfn::main(cron_cleanup::app())
}
