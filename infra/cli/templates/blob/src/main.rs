//! Entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    anyfn::main(my_app::app())
}
