//! Tests of `queues`.

use std::sync::Arc;

use super::*;

const AWS: Cloud = Cloud::Aws;

struct Room {
    queues: Queues,
    clock: Clock,
    folder: Arc<tempfile::TempDir>,
}

fn room() -> Room {
    let clock = Clock::virtual_at(instant(1_700_000_000_000));
    open(&clock, Arc::new(tempfile::tempdir().unwrap()))
}

fn open(clock: &Clock, folder: Arc<tempfile::TempDir>) -> Room {
    let store = Store::open(folder.path(), SCHEMA).unwrap();
    Room { queues: Queues::new(store, clock.clone()), clock: clock.clone(), folder }
}

impl Room {
    async fn with(self, name: &str, change: impl FnOnce(&mut QueueSpec)) -> Self {
        let mut spec = QueueSpec::new(AWS);
        change(&mut spec);
        self.queues.create(AWS, name, spec).await.unwrap();
        self
    }
    async fn send(&self, name: &str, body: &str) -> Message {
        self.queues.send(AWS, name, NewMessage::text(body)).await.unwrap()
    }
    async fn send_group(&self, name: &str, group: &str, body: &str) -> Message {
        let message = NewMessage {
            group: Some(group.to_owned()),
            dedup: Some(body.to_owned()),
            ..NewMessage::text(body)
        };
        self.queues.send(AWS, name, message).await.unwrap()
    }
    async fn receive(&self, name: &str) -> Vec<Message> {
        self.queues.receive(AWS, name, 10, None).await.unwrap()
    }
    async fn bodies(&self, name: &str) -> Vec<String> {
        self.receive(name).await.into_iter().map(|message| message.body).collect()
    }
    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds)).unwrap();
    }
}

#[tokio::test]
async fn a_received_message_comes_back_after_its_visibility_timeout_and_not_before() {
    let room = room().with("q", |_| {}).await;
    let sent = room.send("q", "a").await;
    let first = room.receive("q").await.remove(0);
    assert_eq!((first.id.as_str(), first.receive_count), (sent.id.as_str(), 1));
    room.pass(29);
    assert!(room.receive("q").await.is_empty());
    room.pass(1);
    let second = room.receive("q").await.remove(0);
    assert_eq!((second.receive_count, second.first_received_ms), (2, first.first_received_ms));
    assert_eq!(second.sent_ms, sent.sent_ms);
}

#[tokio::test]
async fn only_the_latest_receipt_speaks_for_a_message() {
    let room = room().with("q", |_| {}).await;
    room.send("q", "a").await;
    let old = room.receive("q").await.remove(0).receipt;
    room.pass(30);
    let new = room.receive("q").await.remove(0).receipt;
    assert!(matches!(room.queues.delete(AWS, "q", &old).await, Err(QueueError::ReceiptStale)));
    room.queues.delete(AWS, "q", &new).await.unwrap();
    assert!(matches!(room.queues.delete(AWS, "q", &new).await, Err(QueueError::MessageGone)));
    let never = room.queues.delete(AWS, "q", "nonsense!").await;
    assert!(matches!(never, Err(QueueError::ReceiptMalformed)));
}

#[tokio::test]
async fn a_standard_receipt_outlives_its_timeout_and_a_fifo_one_does_not() {
    let room = room().with("q", |_| {}).await.with("q.fifo", |spec| spec.fifo = true).await;
    room.send("q", "a").await;
    room.send_group("q.fifo", "g", "a").await;
    let standard = room.receive("q").await.remove(0).receipt;
    let fifo = room.receive("q.fifo").await.remove(0).receipt;
    room.queues
        .change_visibility(AWS, "q.fifo", &fifo, Duration::from_secs(60))
        .await
        .expect("a longer visibility moves the receipt's expiry");
    room.pass(59);
    room.queues.change_visibility(AWS, "q.fifo", &fifo, Duration::from_secs(5)).await.unwrap();
    room.pass(5);
    let late = room.queues.delete(AWS, "q.fifo", &fifo).await;
    assert!(matches!(late, Err(QueueError::ReceiptExpired)));
    let visible = room.queues.change_visibility(AWS, "q", &standard, Duration::ZERO).await;
    assert!(matches!(visible, Err(QueueError::NotInFlight)));
    room.queues.delete(AWS, "q", &standard).await.unwrap();
}

#[tokio::test]
async fn a_message_moves_to_the_dead_letter_queue_on_the_receive_after_the_last_allowed_one() {
    let redrive = Redrive { dead_letter: "dead".to_owned(), max_receives: 2 };
    let room = room().with("dead", |_| {}).await.with("q", |q| q.redrive = Some(redrive)).await;
    let sent = room.send("q", "poison").await;
    for count in 1..=2 {
        assert_eq!(room.receive("q").await[0].receive_count, count);
        room.pass(30);
    }
    assert!(room.bodies("dead").await.is_empty(), "two receives are allowed");
    assert!(room.receive("q").await.is_empty());
    let dead = room.receive("dead").await.remove(0);
    assert_eq!((&dead.id, dead.sent_ms), (&sent.id, sent.sent_ms));
    assert_eq!(dead.dead_from.as_deref(), Some("q"));
    assert_eq!(room.queues.counts(AWS, "q").await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_dead_letter_queue_that_is_gone_swallows_nothing() {
    let redrive = Redrive { dead_letter: "gone".to_owned(), max_receives: 1 };
    let room = room().with("q", |q| q.redrive = Some(redrive)).await;
    room.send("q", "a").await;
    for _ in 0..3 {
        assert_eq!(room.bodies("q").await, ["a"]);
        room.pass(30);
    }
}

#[tokio::test]
async fn poison_at_the_front_does_not_hide_what_is_behind_it() {
    let redrive = Redrive { dead_letter: "dead".to_owned(), max_receives: 1 };
    let room = room().with("dead", |_| {}).await.with("q", |q| q.redrive = Some(redrive)).await;
    for n in 0..10 {
        room.send("q", &n.to_string()).await;
    }
    assert_eq!(room.receive("q").await.len(), 10);
    room.pass(30);
    room.send("q", "good").await;
    assert_eq!(room.bodies("q").await, ["good"]);
    assert_eq!(room.queues.counts(AWS, "dead").await.unwrap().visible, 10);
}

#[tokio::test]
async fn a_later_message_of_a_group_waits_while_an_earlier_one_is_hidden() {
    let room = room().with("q.fifo", |spec| spec.fifo = true).await;
    for (group, body) in [("g", "1"), ("g", "2"), ("h", "3")] {
        room.send_group("q.fifo", group, body).await;
    }
    let first = room.queues.receive(AWS, "q.fifo", 1, None).await.unwrap().remove(0);
    assert_eq!(first.body, "1");
    assert_eq!(room.bodies("q.fifo").await, ["3"], "another group is not held up");
    let hide = Duration::from_secs(100);
    room.queues.change_visibility(AWS, "q.fifo", &first.receipt, hide).await.unwrap();
    room.pass(99);
    assert_eq!(room.bodies("q.fifo").await, ["3"]);
    room.pass(1);
    assert_eq!(room.bodies("q.fifo").await, ["1", "2"], "a failed one comes back first");
}

#[tokio::test]
async fn deleting_the_first_of_a_group_releases_the_second() {
    let room = room().with("q.fifo", |spec| spec.fifo = true).await;
    room.send_group("q.fifo", "g", "1").await;
    room.send_group("q.fifo", "g", "2").await;
    let first = room.queues.receive(AWS, "q.fifo", 1, None).await.unwrap().remove(0);
    assert!(room.receive("q.fifo").await.is_empty());
    room.queues.delete(AWS, "q.fifo", &first.receipt).await.unwrap();
    assert_eq!(room.bodies("q.fifo").await, ["2"]);
}

#[tokio::test]
async fn an_earlier_message_waits_while_a_later_one_of_its_batch_is_in_flight() {
    let room = room().with("q.fifo", |spec| spec.fifo = true).await;
    room.send_group("q.fifo", "g", "1").await;
    room.send_group("q.fifo", "g", "2").await;
    let batch = room.receive("q.fifo").await;
    room.queues.change_visibility(AWS, "q.fifo", &batch[0].receipt, Duration::ZERO).await.unwrap();
    assert!(room.receive("q.fifo").await.is_empty());
    room.pass(30);
    assert_eq!(room.bodies("q.fifo").await, ["1", "2"]);
}

#[tokio::test]
async fn a_repeated_deduplication_id_is_dropped_for_five_minutes_even_after_a_delete() {
    let room = room()
        .with("q.fifo", |spec| {
            spec.fifo = true;
            spec.content_dedup = true;
        })
        .await;
    let first = room.send("q.fifo", "same").await;
    let taken = room.receive("q.fifo").await.remove(0);
    room.queues.delete(AWS, "q.fifo", &taken.receipt).await.unwrap();
    room.pass(299);
    let again = room.send("q.fifo", "same").await;
    assert_eq!((&again.id, &again.sequence), (&first.id, &first.sequence));
    assert!(room.receive("q.fifo").await.is_empty());
    room.pass(1);
    assert!(room.send("q.fifo", "same").await.sequence > first.sequence);
    assert_eq!(room.bodies("q.fifo").await, ["same"]);
}

#[tokio::test]
async fn delay_retention_and_time_to_live_follow_the_clock() {
    let room = room()
        .with("q", |spec| {
            spec.delay = Duration::from_secs(10);
            spec.retention = Duration::from_secs(60);
        })
        .await;
    room.send("q", "delayed").await;
    let at_once = NewMessage {
        delay: Some(Duration::ZERO),
        ttl: Some(Duration::from_secs(5)),
        ..NewMessage::text("short")
    };
    room.queues.send(AWS, "q", at_once).await.unwrap();
    let counts = room.queues.counts(AWS, "q").await.unwrap();
    assert_eq!(counts, Counts { visible: 1, in_flight: 0, delayed: 1 });
    assert_eq!(room.queues.peek(AWS, "q", 9).await.unwrap()[0].body, "short");
    room.pass(10);
    assert_eq!(room.bodies("q").await, ["delayed"]);
    assert_eq!(room.queues.counts(AWS, "q").await.unwrap().in_flight, 1);
    room.pass(50);
    assert!(room.bodies("q").await.is_empty());
}

#[tokio::test]
async fn a_message_is_hidden_for_at_most_twelve_hours_since_its_receive() {
    let room = room().with("q", |_| {}).await;
    room.send("q", "a").await;
    let hours = |h: u64| Duration::from_secs(h * 3600);
    let taken = room.queues.receive(AWS, "q", 1, Some(hours(11))).await.unwrap().remove(0);
    room.clock.advance(hours(1)).unwrap();
    let more = room.queues.change_visibility(AWS, "q", &taken.receipt, hours(12)).await;
    assert!(matches!(more, Err(QueueError::HiddenTooLong(43_200))));
    room.queues.change_visibility(AWS, "q", &taken.receipt, hours(11)).await.unwrap();
}

#[tokio::test]
async fn waiting_ends_with_an_arrival_with_a_timeout_that_passes_and_at_its_own_end() {
    let room = room().with("q", |_| {}).await;
    let waiter = |seconds| {
        let (queues, until) =
            (room.queues.clone(), room.clock.now() + Duration::from_secs(seconds));
        tokio::spawn(async move { queues.wait(AWS, "q", until).await.unwrap() })
    };
    let arrival = waiter(3600);
    room.send("q", "a").await;
    arrival.await.unwrap();
    room.receive("q").await;
    let visible_again = waiter(3600);
    let given_up = waiter(3);
    room.pass(3);
    given_up.await.unwrap();
    assert!(!visible_again.is_finished());
    room.pass(27);
    visible_again.await.unwrap();
    assert_eq!(room.bodies("q").await, ["a"]);
}

#[tokio::test]
async fn a_message_wakes_its_receiver_even_if_its_sender_went_away_meanwhile() {
    let room = room().with("q", |_| {}).await;
    let (queues, until) = (room.queues.clone(), room.clock.now() + Duration::from_secs(3600));
    let wait = queues.wait(AWS, "q", until);
    tokio::pin!(wait);
    assert!(futures_util::poll!(&mut wait).is_pending());
    // One commit later what it read has been answered, and it sleeps.
    room.queues.list(AWS, "").await.unwrap();
    assert!(futures_util::poll!(&mut wait).is_pending());
    let (go_on, held_up) = std::sync::mpsc::channel();
    {
        let busy = room.queues.write(move |_, _| Ok(held_up.recv()));
        let send = room.queues.send(AWS, "q", NewMessage::text("a"));
        tokio::pin!(busy, send);
        assert!(futures_util::poll!(&mut busy).is_pending());
        assert!(futures_util::poll!(&mut send).is_pending());
    }
    go_on.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("nobody was told").unwrap();
    assert_eq!(room.bodies("q").await, ["a"]);
}

#[tokio::test]
async fn waiting_for_a_fifo_group_ends_when_the_message_before_is_deleted() {
    let room = room().with("q.fifo", |spec| spec.fifo = true).await;
    room.send_group("q.fifo", "g", "1").await;
    room.send_group("q.fifo", "g", "2").await;
    let first = room.queues.receive(AWS, "q.fifo", 1, None).await.unwrap().remove(0);
    let (queues, until) = (room.queues.clone(), room.clock.now() + Duration::from_secs(20));
    let waiter = tokio::spawn(async move { queues.wait(AWS, "q.fifo", until).await });
    room.queues.delete(AWS, "q.fifo", &first.receipt).await.unwrap();
    waiter.await.unwrap().unwrap();
    assert_eq!(room.bodies("q.fifo").await, ["2"]);
}

#[tokio::test]
async fn an_azure_update_gives_a_new_receipt_and_a_new_body() {
    let room = room();
    let azure = Cloud::Azure;
    room.queues.create(azure, "q", QueueSpec::new(azure)).await.unwrap();
    let sent = room.queues.send(azure, "q", NewMessage::text("a")).await.unwrap();
    let hide = Duration::from_secs(5);
    let body = Some("b".to_owned());
    let updated = room.queues.update(azure, "q", &sent.receipt, hide, body).await.unwrap();
    let stale = room.queues.delete(azure, "q", &sent.receipt).await;
    assert!(matches!(stale, Err(QueueError::ReceiptStale)));
    room.pass(5);
    assert_eq!(room.queues.peek(azure, "q", 1).await.unwrap()[0].body, "b");
    room.queues.delete(azure, "q", &updated.receipt).await.unwrap();
}

#[tokio::test]
async fn the_clouds_do_not_see_each_others_queues() {
    let room = room().with("q", |_| {}).await;
    let other = room.queues.spec(Cloud::Azure, "q").await;
    assert!(matches!(other, Err(QueueError::NoQueue(name)) if name == "q"));
    assert_eq!(room.queues.list(AWS, "").await.unwrap(), ["q"]);
}

#[tokio::test]
async fn a_queue_is_made_once_and_only_with_the_same_settings() {
    let room = room().with("q", |_| {}).await;
    assert!(!room.queues.create(AWS, "q", QueueSpec::new(AWS)).await.unwrap());
    let other = QueueSpec { fifo: true, ..QueueSpec::new(AWS) };
    let refused = room.queues.create(AWS, "q", other).await;
    assert!(matches!(refused, Err(QueueError::Exists(_))));
}

#[tokio::test]
async fn an_acknowledged_message_and_its_receive_count_are_there_after_reopening() {
    let room = room().with("q", |_| {}).await;
    room.send("q", "kept").await;
    room.receive("q").await;
    room.pass(30);
    let reopened = open(&room.clock, Arc::clone(&room.folder));
    assert_eq!(reopened.receive("q").await[0].receive_count, 2);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let room = room().with("q", |spec| spec.max_bytes = 4).await;
    room.send("q", "four").await;
    let refused = room.queues.send(AWS, "q", NewMessage::text("fiver")).await;
    assert!(matches!(refused, Err(QueueError::TooLarge { bytes: 5, limit: 4 })));
}

#[tokio::test]
async fn no_two_receivers_get_the_same_message() {
    let room = room().with("q", |_| {}).await;
    for n in 0..40 {
        room.send("q", &n.to_string()).await;
    }
    let takers = (0..8).map(|_| room.receive("q"));
    let taken = futures_util::future::join_all(takers).await;
    let mut ids: Vec<_> = taken.into_iter().flatten().map(|message| message.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}
