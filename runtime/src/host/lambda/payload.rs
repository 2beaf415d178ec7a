//! The payload as it came, which `lambda_runtime` would otherwise read into a type before it calls us.
//!
//! Deals with: handing the very bytes to our handler. Does not deal with: what they mean.
//!
//! Read twice, a payload of 100 KB costs twice; read into JSON values, ten times. So the type that is
//! asked for is one that reads nothing, and the bytes are taken before that, where they pass as they are.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use lambda_runtime::tower::Layer;
use lambda_runtime::{LambdaInvocation, Service};
use serde::{Deserialize, Deserializer};

/// The payload that is on its way. Between putting it in and taking it out nothing waits, so that it
/// can be nobody else's.
#[derive(Clone, Default)]
pub(super) struct Passing(Arc<Mutex<Bytes>>);

impl Passing {
    /// What was put in last; nothing the next time.
    pub(super) fn take(&self) -> Bytes {
        self.0.lock().map(|mut payload| std::mem::take(&mut *payload)).unwrap_or_default()
    }

    fn put(&self, payload: &Bytes) {
        if let Ok(mut place) = self.0.lock() {
            place.clone_from(payload);
        }
    }
}

impl<S> Layer<S> for Passing {
    type Service = Taking<S>;

    fn layer(&self, inner: S) -> Taking<S> {
        Taking { inner, passing: self.clone() }
    }
}

/// Puts each payload where the handler finds it.
pub(super) struct Taking<S> {
    inner: S,
    passing: Passing,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for Taking<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> S::Future {
        self.passing.put(&invocation.body);
        self.inner.call(invocation)
    }
}

/// Any payload, unread.
pub(super) struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// `text`, which was read out of `payload`: a part of it where it stands there as it is.
pub(super) fn part(payload: &Bytes, text: Cow<'_, str>) -> Bytes {
    bytes(
        payload,
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
    )
}

/// As [`part`].
pub(super) fn bytes(payload: &Bytes, text: Cow<'_, [u8]>) -> Bytes {
    match text {
        Cow::Borrowed(text) => payload.slice_ref(text),
        Cow::Owned(text) => Bytes::from(text),
    }
}
