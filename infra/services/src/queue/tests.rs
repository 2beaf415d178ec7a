//! What holds for every queue, shown in memory.

use super::*;
use crate::behaviour;

#[tokio::test]
async fn memory_behaves_as_every_queue_does() {
    for queue in [Queue::memory(), Queue::memory_fifo()] {
        let wait = async |by| queue.skip(by);
        behaviour::queue(&queue, queue.capability(), wait).await.unwrap();
    }
}

#[tokio::test]
async fn what_some_provider_would_change_is_refused_before_it_is_sent() {
    let queue = Queue::memory();
    for bad in [&b""[..], b"\xff", b"a\0b", b"\x1b[0m", "\u{ffff}".as_bytes()] {
        let error = queue.send(Bytes::copy_from_slice(bad)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    let error = queue.send(vec![b'x'; 48 * 1024 + 1]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(queue.receive(10, Duration::from_secs(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_old_receipt_counts_no_more_once_its_message_is_extended() {
    let queue = Queue::memory();
    queue.send("a").await.unwrap();
    let mut message = queue.receive(1, Duration::from_secs(1)).await.unwrap().remove(0);
    let receipt = queue.extend(&message, Duration::from_secs(9)).await.unwrap();
    let error = queue.delete(&message).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition, "{error}");
    let failures = queue.delete_batch(&[message.clone()]).await.unwrap();
    assert_eq!((failures[0].0, failures[0].1.kind()), (0, ErrorKind::Precondition));
    message.receipt = receipt;
    queue.delete(&message).await.unwrap();
}

#[tokio::test]
async fn a_repeat_is_a_message_of_its_own_after_five_minutes() {
    let queue = Queue::memory_fifo();
    for _ in 0..2 {
        queue.send(Outgoing::new("a").dedup("once")).await.unwrap();
    }
    queue.skip(Duration::from_secs(300));
    queue.send(Outgoing::new("b").dedup("once")).await.unwrap();
    let received = queue.receive(10, Duration::from_secs(1)).await.unwrap();
    let bodies: Vec<_> = received.iter().map(|message| &message.body[..]).collect();
    assert_eq!(bodies, [b"a", b"b"]);
}

#[test]
fn a_store_is_no_queue() {
    let error = open("azblob://acct/photos").unwrap_err();
    assert!(error.to_string().contains("sqs://"), "{error}");
}

#[test]
fn calls_may_run_on_any_thread() {
    fn movable(_: impl Send) {}
    let queue = Queue::memory();
    movable(queue.send_batch(Vec::new()));
    movable(queue.delete_batch(&[]));
}
