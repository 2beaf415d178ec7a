//! End to end tests live in `tests/e2e`, one binary. The app that they make trouble with is
//! `src/bin/troubled.rs`; this library is empty.
