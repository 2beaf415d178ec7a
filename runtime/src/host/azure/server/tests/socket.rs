//! The same over a socket: what only the wire shows.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

use super::*;

struct Served {
    at: std::net::SocketAddr,
    /// Dropped: the server stops.
    _stop: oneshot::Sender<()>,
}

async fn served(handler: Handler) -> Served {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(run(listener, handler, async { drop(stopped.await) }));
    Served { at, _stop: stop }
}

async fn exchange(at: std::net::SocketAddr, request: &str) -> String {
    let mut client = TcpStream::connect(at).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    text
}

const READY: &str = "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";

fn chunked(message: &str) -> String {
    let envelope = envelope(message);
    let (first, second) = envelope.split_at(10);
    format!(
        "POST /archive HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         X-Azure-Functions-InvocationId: 7f6c\r\ncontent-type: application/json; charset=utf-8\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    )
}

#[tokio::test]
async fn a_chunked_invocation_is_read_and_its_answer_has_type_and_length() {
    let stand = stand();
    let seen = Arc::clone(&stand.seen);
    let served = served(stand.handler).await;
    let text = exchange(served.at, &chunked(r#"{"id":5}"#)).await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("content-type: application/json\r\n"), "{text}");
    assert!(text.contains("content-length: 43\r\n"), "{text}");
    assert!(text.ends_with(r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#), "{text}");
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn readiness_answers_while_many_calls_run_and_while_the_state_is_being_built() {
    let (built, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let running = Arc::new(Semaphore::new(0));
    let (building, waiting, begun) = (built.clone(), gate.clone(), running.clone());
    let app = App::new("shop", move |_| {
        let building = building.clone();
        async move {
            building.acquire().await?.forget();
            Ok(Seen::default())
        }
    })
    .on("archive", queue::messages::<Note>("notes"), move |_: Note, _: Context<Seen>| {
        let (waiting, begun) = (waiting.clone(), begun.clone());
        async move {
            begun.add_permits(1);
            waiting.acquire().await?.forget();
            Ok::<_, Error>(())
        }
    })
    .dead_letters(|_, _, _| async { Ok(()) });
    let served = served(handler(app)).await;
    let at = served.at;
    let calls: Vec<_> = (0..64)
        .map(|_| tokio::spawn(async move { exchange(at, &chunked(r#"{"id":5}"#)).await }))
        .collect();
    assert!(exchange(at, READY).await.starts_with("HTTP/1.1 200"));
    built.add_permits(1);
    running.acquire_many(64).await.unwrap().forget();
    assert!(exchange(at, READY).await.starts_with("HTTP/1.1 200"));
    gate.add_permits(64);
    for call in calls {
        assert!(call.await.unwrap().starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let served = served(stand().handler).await;
    let kept = READY.replace("connection: close\r\n", "");
    let text = exchange(served.at, &format!("{kept}{kept}{READY}")).await;
    assert_eq!(text.matches("HTTP/1.1 200").count(), 3, "{text}");
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_its_call() {
    let stand = stand();
    let seen = Arc::clone(&stand.seen);
    let served = served(stand.handler).await;
    let mut client = TcpStream::connect(served.at).await.unwrap();
    client.write_all(chunked(r#"{"id":5}"#).as_bytes()).await.unwrap();
    drop(client);
    while seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_state_is_built_once_the_port_is_open_and_only_a_wrong_setup_ends_the_process() {
    for (error, ends) in
        [(Error::config("ANYFN_X is not set"), true), (Error::retry("asleep"), false)]
    {
        let (told, mut tellings) = tokio::sync::mpsc::unbounded_channel();
        let tries = told.clone();
        let error = Mutex::new(Some(error));
        let app = App::new("shop", move |_| {
            tries.send("built".to_owned()).unwrap();
            let outcome = match error.lock().unwrap().take() {
                Some(error) => Err(error),
                None => Ok(Seen::default()),
            };
            async move { outcome }
        })
        .on("archive", queue::messages::<Note>("notes"), async |_: Note, _: Context<Seen>| Ok(()))
        .dead_letters(|_, _, _| async { Ok(()) });
        let manifest = app.manifest().unwrap();
        let fatal: crate::engine::Fatal = Arc::new(move |why: &str| {
            told.send(why.to_owned()).unwrap();
        });
        let limits = Limits {
            max_in_flight: 1,
            workers: Handle::current(),
            timers: Handle::current(),
            fatal,
        };
        let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
        let timeout = Duration::from_secs(30);
        let routes = Routes::new(engine.functions(), as_host_reads);
        let served =
            served(Handler { engine, routes, timeout, intake: Intake::new(LARGEST, 4) }).await;
        assert_eq!(tellings.recv().await.unwrap(), "built");
        if ends {
            assert!(tellings.recv().await.unwrap().contains("ANYFN_X is not set"));
        } else {
            let text = exchange(served.at, &chunked(r#"{"id":5}"#)).await;
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            assert_eq!(tellings.recv().await.unwrap(), "built");
        }
    }
}
