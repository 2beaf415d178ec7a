//! All that a function author needs at compile time.
