//! What Terraform does in the cloud: stores, queues, grants and bindings, from the manifests alone.
//!
//! Deals with: resources ([`resources`]), their names ([`names`]), the variables that bind the one to the
//! other ([`bindings`]). Does not deal with: who may do what (`identity`), starting anything.

pub mod bindings;
pub mod names;
pub mod resources;
