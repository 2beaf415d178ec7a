//! Thumbnails of what arrives in `photos`.
