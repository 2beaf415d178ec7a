//! The text that the Azure Functions host would have been given.
//!
//! Deals with: the `input` of `POST /admin/functions/{name}`, which stands for a message's text. Does
//! not deal with: HTTP functions, which are called at their URL.

use std::time::SystemTime;

use anyfn::manifest::Function;

use super::{Portable, change, read};
use crate::clock::millis;
use crate::events;

/// The input of `function` for the portable `event`, at the instant `now`.
///
/// # Errors
/// A sentence with the JSON path, what was expected there, and a right event; or that HTTP functions
/// are called at their URL.
pub fn input(function: &Function, event: &[u8], now: SystemTime) -> Result<String, String> {
    Ok(match read(&function.trigger, event)? {
        Portable::Http(_) => {
            return Err("an HTTP function has no input; call it at its URL".to_owned());
        }
        Portable::Schedule(tick) if tick.scheduled_at.is_some() => {
            return Err(
                "the Azure host says itself when a timer was due; leave out `scheduled_at`"
                    .to_owned(),
            );
        }
        Portable::Schedule(_) => String::new(),
        Portable::Queue(mut bodies) => match (bodies.pop(), bodies.is_empty()) {
            (Some(body), true) => body,
            _ => {
                return Err(
                    "the Azure host passes one message a call; give one, not a list of several"
                        .to_owned(),
                );
            }
        },
        Portable::Blob(blob) => {
            let change =
                change(&function.trigger, &blob, millis(now)).ok_or("not a blob function")?;
            events::event_grid_event(&change).to_string()
        }
    })
}
