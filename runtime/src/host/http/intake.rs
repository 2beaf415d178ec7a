//! Bodies, taken in within bounds of size, memory and time.
//!
//! Deals with: one body's limit, the memory that all large bodies together may take. Does not deal
//! with: how many calls run (`engine`); a body is here before its call has a place.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::BoxError;
use crate::error::Error;

/// Bodies up to this many bytes wait for nothing: messages and most requests are smaller.
const SMALL: usize = 256 * 1024;

/// How bodies are taken in.
pub(in crate::host) struct Intake {
    /// Bytes of the longest body.
    limit: usize,
    /// Bytes that large bodies may take together.
    room: Arc<Semaphore>,
}

/// The memory of a body, until this is dropped: to be kept until its call is answered.
pub(in crate::host) type Room = Option<OwnedSemaphorePermit>;

impl Intake {
    /// Bodies of at most `limit` bytes, and the memory of `at_once` of the longest.
    pub(in crate::host) fn new(limit: usize, at_once: usize) -> Self {
        Self { limit, room: Arc::new(Semaphore::new(limit.saturating_mul(at_once))) }
    }

    /// The whole body.
    ///
    /// # Errors
    /// 413 where it is too long, 400 where it breaks off, 408 where it is not whole at `until`.
    pub(in crate::host) async fn take<B>(
        &self,
        body: B,
        until: Instant,
    ) -> Result<(Bytes, Room), Error>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let late = |_| Error::status(408, "the body did not come in time");
        timeout_at(until, self.collect(body)).await.map_err(late)?
    }

    async fn collect<B>(&self, body: B) -> Result<(Bytes, Room), Error>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let limit = self.limit;
        let too_large = || Error::status(413, format!("the body is larger than {limit} bytes"));
        let told = body.size_hint();
        if told.lower() > limit as u64 {
            return Err(too_large());
        }
        let most = told.upper().and_then(|most| usize::try_from(most).ok()).unwrap_or(limit);
        let mut body = pin!(body);
        let mut whole = Vec::new();
        let mut room = None;
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|fault| Error::status(400, "the body broke off").because(fault))?;
            let Ok(data) = frame.into_data() else { continue };
            let length = whole.len() + data.len();
            if length > limit {
                return Err(too_large());
            }
            // Most bodies come in one piece, which needs no copy.
            if whole.is_empty() && length <= SMALL && body.is_end_stream() {
                return Ok((data, None));
            }
            if length > SMALL && room.is_none() {
                // All that it may need, at once: bodies that each wait for the rest of their room
                // would wait for each other.
                let most = u32::try_from(most.clamp(length, limit))?;
                room = Some(Arc::clone(&self.room).acquire_many_owned(most).await?);
            }
            whole.extend_from_slice(&data);
        }
        let kept = room.and_then(|mut all: OwnedSemaphorePermit| all.split(whole.len()));
        Ok((whole.into(), kept))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::{StreamExt, stream};
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};

    use super::*;
    use crate::error::Kind;

    const LIMIT: usize = 1024 * 1024;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(9)
    }

    /// A body of so many bytes whose length is not told and which then does not end.
    fn endless(bytes: usize) -> impl Body<Data = Bytes, Error = BoxError> {
        let first = stream::iter([Ok(Frame::data(Bytes::from(vec![0; bytes])))]);
        StreamBody::new(first.chain(stream::pending()))
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_400_and_one_of_just_the_limit_is_taken() {
        let intake = Intake::new(4, 1);
        let gone = [Err::<Frame<Bytes>, BoxError>("gone".into())];
        let broken = StreamBody::new(stream::iter(gone));
        assert_eq!(intake.take(broken, soon()).await.unwrap_err().kind(), Kind::Status(400));
        assert_eq!(intake.take(Full::new(Bytes::from("four")), soon()).await.unwrap().0, "four");
        let over = intake.take(Full::new(Bytes::from("fours")), soon()).await.unwrap_err();
        assert_eq!(over.kind(), Kind::Status(413));
    }

    #[tokio::test]
    async fn what_counts_as_small_is_256_kib() {
        let intake = Intake::new(LIMIT, 1);
        let room = async |bytes: usize| {
            intake.take(Full::new(Bytes::from(vec![0; bytes])), soon()).await.unwrap().1
        };
        assert!(room(262_144).await.is_none());
        assert_eq!(room(262_145).await.map(|room| room.num_permits()), Some(262_145));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_408() {
        let late = Intake::new(LIMIT, 1).take(endless(1), soon()).await.unwrap_err();
        assert_eq!(late.kind(), Kind::Status(408));
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_take_turns_and_small_ones_wait_for_nothing() {
        let intake = Intake::new(LIMIT, 2);
        let whole = |bytes| Full::new(Bytes::from(vec![7; bytes]));
        // Two of unknown length take all room there is, for as long as they come.
        let slow = async {
            tokio::join!(
                intake.take(endless(SMALL + 1), soon()),
                intake.take(endless(SMALL + 1), soon())
            )
        };
        let mut slow = pin!(slow);
        assert!(futures_util::poll!(&mut slow).is_pending());
        assert_eq!(intake.room.available_permits(), 0);
        intake.take(whole(262_144), soon()).await.unwrap();
        let waits = intake.take(whole(SMALL + 1), Instant::now() + Duration::from_secs(1)).await;
        assert_eq!(waits.unwrap_err().kind(), Kind::Status(408));
        let (one, other) = slow.await;
        assert!(one.is_err() && other.is_err());
        // A whole one keeps what it is, until its call is answered.
        let (_, kept) = intake.take(whole(SMALL + 1), soon()).await.unwrap();
        assert_eq!(intake.room.available_permits(), 2 * LIMIT - SMALL - 1);
        drop(kept);
        assert_eq!(intake.room.available_permits(), 2 * LIMIT);
    }
}
