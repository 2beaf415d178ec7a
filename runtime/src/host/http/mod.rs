//! HTTP as the hosts Azure and container share it: both take requests themselves.
//!
//! Deals with: accepting connections until told to stop ([`listen()`]), which function a request is for
//! (`route`), running it ([`answer()`]). Does not deal with: paths before the author's own (`azure`),
//! AWS (whose front door turns requests into JSON).

mod answer;
mod bell;
mod connection;
mod intake;
mod listen;
mod route;
mod stop;

pub(in crate::host) use answer::{Arrival, Outgoing, answer, outgoing};
pub(in crate::host) use connection::Turn;
pub(in crate::host) use intake::Intake;
pub(in crate::host) use listen::{Listening, listen, port};
pub(in crate::host) use route::Routes;
pub(in crate::host) use stop::termination;
