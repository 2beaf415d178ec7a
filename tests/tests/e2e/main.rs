//! Real processes, real clients, one binary.
//!
//! Deals with: what crosses crates or processes. A file a subject, named after it.
//! Does not deal with: what one crate can show alone; that is tested beside its code.

// Under `cfg(test)`, so that clippy treats what is around a `#[test]` as test code too.
#[cfg(test)]
mod machine;
#[cfg(test)]
mod runtimes;
#[cfg(test)]
mod slice;
#[cfg(test)]
mod stage;
