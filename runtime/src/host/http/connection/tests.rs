//! Requests over a socket whose work does not simply answer.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::super::listen::{Listening, listen};
use super::*;

async fn served<H, Fut>(handle: H) -> SocketAddr
where
    H: Fn(Request<Incoming>, Turn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outgoing> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let listening = Listening { patience: None, drain: Duration::from_secs(9) };
    tokio::spawn(listen(listener, listening, std::future::pending(), handle));
    at
}

fn said(text: &'static str) -> Outgoing {
    Response::new(Full::new(Bytes::from_static(text.as_bytes())))
}

struct Client(TcpStream);

impl Client {
    async fn new(at: SocketAddr) -> Self {
        Self(TcpStream::connect(at).await.unwrap())
    }

    async fn send(&mut self, path: &str) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        self.0.write_all(head.as_bytes()).await.unwrap();
    }

    /// One answer, which ends with `end`.
    async fn answer(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let mut some = [0; 512];
            let read = timeout(Duration::from_secs(30), self.0.read(&mut some)).await;
            let read = read.expect("an answer in time").unwrap();
            assert!(read > 0, "the connection ended: {text}");
            text += std::str::from_utf8(&some[..read]).unwrap();
        }
        text
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_connection_goes_on_without_work_that_blocks_and_nobody_gets_its_answer() {
    let (go, waits) = mpsc::channel::<()>();
    let waits = Mutex::new(waits);
    let (tell, told) = oneshot::channel::<Turn>();
    let (tell, over) = (Mutex::new(Some(tell)), Arc::new(Semaphore::new(0)));
    let ended = Arc::clone(&over);
    let at = served(move |request, turn| {
        let stuck = request.uri().path() == "/stuck";
        if stuck {
            lock(&tell).take().unwrap().send(turn).ok().unwrap();
            lock(&waits).recv().unwrap();
            ended.add_permits(1);
        }
        async move { if stuck { said("late") } else { said("quick") } }
    })
    .await;
    let mut client = Client::new(at).await;
    client.send("/stuck").await;
    let turn = told.await.ok().unwrap();
    turn.clone().relieve(said("instead"));
    assert!(client.answer("instead").await.starts_with("HTTP/1.1 200"));
    // The turn is over: nothing is told twice.
    turn.relieve(said("once more"));
    client.send("/quick").await;
    client.answer("quick").await;
    go.send(()).unwrap();
    over.acquire().await.unwrap().forget();
    for _ in 0..3 {
        client.send("/quick").await;
        let answer = client.answer("quick").await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_relief_that_comes_after_the_answer_answers_no_other_request() {
    let (tell, mut turns) = tokio::sync::mpsc::unbounded_channel::<Turn>();
    let at = served(move |request, turn| {
        tell.send(turn).ok().unwrap();
        async move { said(if request.uri().path() == "/one" { "one" } else { "another" }) }
    })
    .await;
    let mut client = Client::new(at).await;
    for _ in 0..2 {
        client.send("/one").await;
        client.answer("one").await;
        turns.recv().await.unwrap().relieve(said("late"));
        for _ in 0..2 {
            client.send("/two").await;
            let answer = client.answer("another").await;
            assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
            turns.recv().await.unwrap();
        }
    }
}

#[tokio::test]
async fn work_goes_on_and_is_done_once_when_its_client_goes_away() {
    let (begun, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let runs = Arc::new(AtomicU32::new(0));
    let (begins, goes, counted) = (Arc::clone(&begun), Arc::clone(&go), Arc::clone(&runs));
    let (done, told) = oneshot::channel();
    let done = Arc::new(Mutex::new(Some(done)));
    let at = served(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        let (begins, goes, done) = (Arc::clone(&begins), Arc::clone(&goes), Arc::clone(&done));
        async move {
            begins.add_permits(1);
            goes.acquire().await.unwrap().forget();
            lock(&done).take().unwrap().send(()).unwrap();
            said("to nobody")
        }
    })
    .await;
    let mut client = Client::new(at).await;
    client.send("/").await;
    begun.acquire().await.unwrap().forget();
    drop(client);
    tokio::task::yield_now().await;
    go.add_permits(1);
    told.await.unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_panic_is_answered_and_the_connection_kept() {
    let at = served(|request, _| async move {
        assert_ne!(request.uri().path(), "/broken");
        said("whole")
    })
    .await;
    let mut client = Client::new(at).await;
    client.send("/broken").await;
    assert!(client.answer("\r\n\r\n").await.starts_with("HTTP/1.1 500"));
    client.send("/").await;
    client.answer("whole").await;
}
