//! Entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    anyfn::main(image_processing::app())
}
