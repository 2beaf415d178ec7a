//! The emulated Azure Functions host, with a custom handler.

#![allow(dead_code)]

mod envelope;
mod files;
mod function_json;
mod host_json;
mod http_reply;
mod http_trigger;
mod outputs;
mod reply;
mod route;
mod schedule;
mod section;
mod settings;
