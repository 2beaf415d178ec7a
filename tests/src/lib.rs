//! End to end tests live in `tests/e2e`, one binary; this crate has no code of its own.
