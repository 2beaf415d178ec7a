//! The rules of one call, watched from a host's side.

mod here;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::*;
use crate::context::give_up_after;
use crate::trigger::queue::Message;
use crate::trigger::{Event, Reply};
use crate::{Context, queue};

type Log = Arc<Mutex<Vec<String>>>;

struct Stand {
    engine: Arc<Engine>,
    fatal: Log,
    sunk: Log,
    /// What was told in place of calls that blocked their waiters.
    relieved: Log,
}

fn stand<F>(max_in_flight: usize, handler: F) -> Stand
where
    F: crate::Handler<String, Arc<AtomicUsize>, Reply = ()>,
{
    timed(max_in_flight, Handle::current(), handler)
}

fn timed<F>(max_in_flight: usize, timers: Handle, handler: F) -> Stand
where
    F: crate::Handler<String, Arc<AtomicUsize>, Reply = ()>,
{
    let (fatal, sunk) = (Log::default(), Log::default());
    let app = App::new("test", |_| async { Ok(Arc::new(AtomicUsize::new(0))) })
        .on("work", queue::messages::<String>("jobs"), handler)
        .dead_letters({
            let sunk = Arc::clone(&sunk);
            move |function, body, attributes| {
                sunk.lock().unwrap().push(format!("{function} {body:?} {attributes:?}"));
                async { Ok(()) }
            }
        });
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight,
        workers: Handle::current(),
        timers,
        fatal: Arc::new({
            let fatal = Arc::clone(&fatal);
            move |why: &str| fatal.lock().unwrap().push(why.to_owned())
        }),
    };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    Stand { engine, fatal, sunk, relieved: Log::default() }
}

impl Stand {
    async fn send(&self, body: &'static str, seconds: u64) -> Result<Reply, Error> {
        let function = self.engine.function("work").unwrap();
        let deadline = SystemTime::now() + Duration::from_secs(seconds);
        let give_up = give_up_after(Duration::from_secs(seconds));
        let call = Call { deadline, give_up, ..Call::test(Arc::clone(&function.name)) };
        let body = Bytes::from_static(body.as_bytes());
        let event = Event::Message(Message { body: body.clone() });
        match self.engine.run(function, event, call.clone()).await {
            Err(error) if error.kind() == Kind::Reject => {
                self.engine.bury(function, &call, body, &error).await.map(|()| Reply::Done)
            }
            outcome => outcome,
        }
    }
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_next_event_runs() {
    let stand = stand(4, async |word: String, _cx: Context<_>| {
        assert_ne!(word, "bad", "cannot stand it");
        Ok(())
    });
    let error = stand.send("\"bad\"", 60).await.unwrap_err();
    assert!(error.to_string().contains("cannot stand it"), "{error}");
    assert_eq!(error.kind(), Kind::Retry);
    stand.send("\"good\"", 60).await.unwrap();
}

#[tokio::test]
async fn a_panic_in_blocking_work_is_a_failed_attempt_too() {
    let stand = stand(4, async |_: String, _cx: Context<_>| {
        crate::blocking(|| panic!("in the mill")).await
    });
    let error = stand.send("\"x\"", 60).await.unwrap_err();
    assert!(error.to_string().contains("in the mill"), "{error}");
}

#[tokio::test]
async fn a_rejected_event_is_dead_lettered_with_its_reason_and_counts_as_dealt_with() {
    let stand = stand(4, async |_: String, _cx: Context<_>| Err(Error::reject("no picture")));
    stand.send("\"x\"", 60).await.unwrap();
    let sunk = stand.sunk.lock().unwrap().join("\n");
    assert!(sunk.contains("work") && sunk.contains("no picture"), "{sunk}");
}

#[tokio::test]
async fn a_failed_sink_leaves_the_event_with_the_platform() {
    let app = App::new("test", |_| async { Ok(()) })
        .on("work", queue::messages::<String>("jobs"), async |_: String, _: Context<()>| {
            Err::<(), _>(Error::reject("no picture"))
        })
        .dead_letters(|_, _, _| async { Err("the queue is gone".into()) });
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight: 1,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    let stand =
        Stand { engine, fatal: Log::default(), sunk: Log::default(), relieved: Log::default() };
    let error = stand.send("\"x\"", 60).await.unwrap_err();
    assert!(error.to_string().contains("the queue is gone"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_given_up_before_its_deadline_and_lets_go_by_itself() {
    let stand = stand(4, async |_: String, _cx: Context<_>| std::future::pending().await);
    let begun = Instant::now();
    let error = stand.send("\"x\"", 60).await.unwrap_err();
    assert!(error.to_string().contains("deadline"), "{error}");
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(59) && took < Duration::from_secs(60), "{took:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(stand.fatal.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_spins_past_its_deadline_ends_the_process() {
    let stand = stand(4, async |_: String, _cx: Context<_>| {
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(1400) {}
        Ok(())
    });
    assert!(stand.send("\"x\"", 1).await.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stand.fatal.lock().unwrap().join("").contains("does not let go"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_work_that_runs_past_its_deadline_ends_the_process() {
    let stand = stand(1, async |_: String, _cx: Context<_>| {
        crate::blocking(|| {
            let begun = std::time::Instant::now();
            while begun.elapsed() < Duration::from_millis(1400) {}
        })
        .await;
        Ok(())
    });
    assert!(stand.send("\"x\"", 1).await.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stand.fatal.lock().unwrap().join("").contains("does not let go"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_work_that_its_handler_forgot_may_end_until_the_deadline() {
    let fatal = async |millis| {
        let stand = stand(1, move |_: String, _cx: Context<_>| async move {
            let work = crate::blocking(move || {
                let begun = std::time::Instant::now();
                while begun.elapsed() < Duration::from_millis(millis) {}
            });
            let _ = tokio::time::timeout(Duration::from_millis(10), work).await;
            Ok::<_, Error>(())
        });
        stand.send("\"x\"", 1).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1200)).await;
        stand.fatal.lock().unwrap().join("")
    };
    let (ended, held) = tokio::join!(fatal(100), fatal(1400));
    assert_eq!(ended, "");
    assert!(held.contains("does not let go"), "{held}");
}

#[tokio::test]
async fn any_number_of_places_may_be_asked_for() {
    stand(usize::MAX, async |_: String, _cx: Context<_>| Ok(())).send("\"x\"", 60).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_run_at_once_than_there_are_places() {
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let stand = stand(3, move |_: String, cx: Context<Arc<AtomicUsize>>| {
        let seen = Arc::clone(&seen);
        async move {
            seen.fetch_max(cx.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            cx.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let calls = (0..20).map(|_| stand.send("\"x\"", 60));
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_state_that_cannot_be_built_is_built_again_at_the_next_event() {
    let tries = Arc::new(AtomicUsize::new(0));
    let app = App::new("test", {
        let tries = Arc::clone(&tries);
        move |_| {
            let first = tries.fetch_add(1, Ordering::SeqCst) == 0;
            async move { if first { Err(Error::retry("the database sleeps")) } else { Ok(()) } }
        }
    })
    .on("work", queue::messages::<String>("jobs"), async |_: String, _: Context<()>| Ok(()))
    .dead_letters(|_, _, _| async { Ok(()) });
    let manifest = app.manifest().unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 0, "a listing builds no state");
    let limits = Limits {
        max_in_flight: 1,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    let stand =
        Stand { engine, fatal: Log::default(), sunk: Log::default(), relieved: Log::default() };
    let error = stand.send("\"x\"", 60).await.unwrap_err();
    assert!(error.to_string().contains("the database sleeps"), "{error}");
    stand.send("\"x\"", 60).await.unwrap();
}

/// An app whose state is built by `init`, and whose dead letters go nowhere for ever.
fn slow<F, Fut>(init: F) -> Stand
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Error>> + Send + 'static,
{
    let tries = AtomicUsize::new(0);
    let app = App::new("test", move |_| init(tries.fetch_add(1, Ordering::SeqCst)))
        .on("work", queue::messages::<String>("jobs"), async |word: String, _: Context<()>| {
            if word == "bad" { Err(Error::reject("no picture")) } else { Ok(()) }
        })
        .dead_letters(|_, _, _| std::future::pending());
    let manifest = app.manifest().unwrap();
    let fatal = Log::default();
    let told = Arc::clone(&fatal);
    let limits = Limits {
        max_in_flight: 1,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(move |why: &str| told.lock().unwrap().push(why.to_owned())),
    };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    Stand { engine, fatal, sunk: Log::default(), relieved: Log::default() }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_never_gets_ready_is_built_anew_for_the_next_call() {
    let hangs_at_first =
        |time| async move { if time == 0 { std::future::pending().await } else { Ok(()) } };
    for started in [false, true] {
        let stand = slow(hangs_at_first);
        if started {
            drop(stand.engine.start());
            tokio::task::yield_now().await;
        }
        let error = stand.send("\"x\"", 60).await.unwrap_err();
        assert!(error.to_string().contains("state was being built"), "{error}");
        stand.send("\"x\"", 60).await.unwrap();
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_built_rejects_no_event() {
    for error in [|| Error::reject("no such table"), || Error::status(404, "no such table")] {
        let stand = slow(move |_| async move { Err(error()) });
        let error = stand.send("\"x\"", 60).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Retry);
        assert!(error.to_string().contains("no such table"), "{error}");
        assert!(stand.fatal.lock().unwrap().is_empty());
    }
    let stand = slow(|_| async { Err(Error::config("ANYFN_X is not set")) });
    stand.send("\"x\"", 60).await.unwrap_err();
    assert!(stand.fatal.lock().unwrap().join("").contains("ANYFN_X is not set"));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_hangs_is_given_up_before_the_deadline_and_the_event_stays() {
    let stand = slow(|_| async { Ok(()) });
    let begun = Instant::now();
    let error = stand.send("\"bad\"", 60).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(error.kind(), Kind::Retry);
    assert!(error.to_string().contains("no picture"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_margin_is_that_of_the_invocation_however_long_its_call_had_to_wait() {
    let stand = stand(1, async |_: String, _cx: Context<_>| std::future::pending().await);
    let function = stand.engine.function("work").unwrap();
    let call = Call {
        give_up: give_up_after(Duration::from_secs(4)),
        ..Call::test(Arc::clone(&function.name))
    };
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_millis(3450)).await;
    let event = Event::Message(Message { body: Bytes::from_static(b"\"x\"") });
    stand.engine.run(function, event, call).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(3650), "{:?}", begun.elapsed());
}
