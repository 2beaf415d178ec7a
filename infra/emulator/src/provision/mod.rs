//! What Terraform does in the cloud: stores, queues, grants and bindings, from the manifests alone.
//!
//! Deals with: resources ([`resources`]), who may do what ([`grants`]), the variables that bind names to
//! resources ([`bindings`]). Does not deal with: starting anything.

pub mod bindings;
pub mod grants;
pub mod names;
pub mod resources;
