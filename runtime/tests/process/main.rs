//! A whole process under each host, from its first line to its exit code.
//!
//! Deals with: arguments, the choice of host, start-up errors, one event through each host's own port,
//! what is logged.
//! Does not deal with: what a host does with many kinds of events; that is tested beside its code.
//!
//! This binary is test and app in one: started with `ANYFN_TEST_APP` set it is the app.

#![expect(clippy::print_stdout, reason = "the test's own report")]

#[cfg(test)]
mod app;
#[cfg(test)]
mod child;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod runtime_api;
#[cfg(test)]
mod start;

fn main() -> std::process::ExitCode {
    if std::env::var_os("ANYFN_TEST_APP").is_some() {
        return anyfn::main(app::app());
    }
    let checks = [start::CHECKS, hosts::CHECKS, logs::CHECKS].concat();
    println!("\nrunning {} tests", checks.len());
    for (name, check) in &checks {
        check();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed; 0 ignored", checks.len());
    std::process::ExitCode::SUCCESS
}
