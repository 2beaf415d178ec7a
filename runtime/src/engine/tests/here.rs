//! The same rules where a call runs on the task of whoever waits for it.

use tokio::sync::oneshot;

use super::*;

impl Stand {
    async fn send_here(&self, body: &'static str, seconds: u64) -> Result<Reply, Error> {
        let relieved = Arc::clone(&self.relieved);
        let relief = move |error: &Error| relieved.lock().unwrap().push(error.to_string());
        self.relieved_by(body, seconds, relief).await
    }

    async fn relieved_by(
        &self,
        body: &'static str,
        seconds: u64,
        relief: impl FnOnce(&Error) + Send + 'static,
    ) -> Result<Reply, Error> {
        let function = self.engine.function("work").unwrap();
        let give_up = give_up_after(Duration::from_secs(seconds));
        let call = Call { give_up, ..Call::test(Arc::clone(&function.name)) };
        let event = Event::Message(Message { body: Bytes::from_static(body.as_bytes()) });
        self.engine.run_here(function, event, call, Box::new(relief)).await
    }
}

/// Timers on a thread of their own, as under every host.
fn elsewhere() -> Handle {
    let timers = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let handle = timers.handle().clone();
    std::thread::spawn(move || timers.block_on(std::future::pending::<()>()));
    handle
}

fn told(log: &Log) -> String {
    log.lock().unwrap().join(" ")
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_next_event_runs() {
    let stand = stand(1, async |word: String, _cx: Context<_>| {
        assert_ne!(word, "bad", "cannot stand it");
        crate::blocking(move || assert_ne!(word, "worse", "in the mill")).await;
        Ok(())
    });
    for (word, why) in [("\"bad\"", "cannot stand it"), ("\"worse\"", "in the mill")] {
        let error = stand.send_here(word, 60).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(error.kind(), Kind::Retry);
    }
    stand.send_here("\"good\"", 60).await.unwrap();
    assert_eq!(told(&stand.relieved), "");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_awaits_is_dropped_before_its_deadline_and_needs_no_relief() {
    let stand = stand(1, async |_: String, _cx: Context<_>| std::future::pending().await);
    for _ in 0..2 {
        let begun = Instant::now();
        let error = stand.send_here("\"x\"", 60).await.unwrap_err();
        assert!(error.to_string().contains("deadline"), "{error}");
        let took = begun.elapsed();
        assert!(took > Duration::from_secs(59) && took < Duration::from_secs(60), "{took:?}");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(told(&stand.relieved) + &told(&stand.fatal), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_call_that_spins_is_told_of_before_its_deadline_though_others_have_more_time() {
    let (go, waits) = std::sync::mpsc::channel::<()>();
    let (waits, spun) = (Mutex::new(waits), Arc::new(AtomicUsize::new(0)));
    let ended = Arc::clone(&spun);
    let stand = Arc::new(timed(2, elsewhere(), move |word: String, _cx: Context<_>| {
        if word == "spin" {
            waits.lock().unwrap().recv().unwrap();
            ended.fetch_add(1, Ordering::SeqCst);
        }
        async move { if word == "wait" { std::future::pending().await } else { Ok(()) } }
    }));
    let patient = tokio::spawn({
        let stand = Arc::clone(&stand);
        async move { stand.send_here("\"wait\"", 60).await }
    });
    let (tell, tells) = oneshot::channel();
    let spinning = tokio::spawn({
        let stand = Arc::clone(&stand);
        async move {
            let relief = |error: &Error| tell.send(error.to_string()).unwrap();
            stand.relieved_by("\"spin\"", 1, relief).await
        }
    });
    let begun = Instant::now();
    let why = tells.await.unwrap();
    assert!(why.contains("the deadline came before the call could end"), "{why}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(spun.load(Ordering::SeqCst), 0, "the handler is still at it");
    while told(&stand.fatal).is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(told(&stand.fatal).contains("function `work` does not let go"));
    go.send(()).unwrap();
    // What it came to in the end is no longer asked for.
    let outcome = spinning.await.unwrap().unwrap_err();
    assert_eq!(outcome.to_string(), why);
    assert!(!patient.is_finished());
    stand.send_here("\"good\"", 60).await.unwrap();
}
