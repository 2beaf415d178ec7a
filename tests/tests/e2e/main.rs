//! Real processes, real clients, one binary.
//!
//! Deals with: what crosses crates or processes. A file a subject, named after it.
//! Does not deal with: what one crate can show alone; that is tested beside its code.

// Under `cfg(test)`, so that clippy treats what is around a `#[test]` as test code too.
#[cfg(test)]
mod author_sdk;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod cargo_lambda;
#[cfg(test)]
mod cleanup;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod container;
#[cfg(test)]
mod dead_letters;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dev_sources;
#[cfg(test)]
mod emulator;
#[cfg(test)]
mod forgery;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod manifest_alone;
#[cfg(test)]
mod outside_peers;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod pressure;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod retries;
#[cfg(test)]
mod runtimes;
#[cfg(test)]
mod slice;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod start_up;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod troubled;
#[cfg(test)]
mod webhook_crash;
