//! Deals with: thumbnails of what arrives in the store `photos`.
//! Does not deal with: editing, other output formats, colour management.

pub mod decode;
pub mod error;
pub mod orientation;
pub mod shrink;
pub mod widths;
