//! Requests at the container's public port, probes, stopping, and what must not work there.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use super::*;
use crate::config::Settings;
use crate::engine::Limits;
use crate::{App, Context, http, queue};

/// As many bytes as a body may have.
const MOST: usize = 6_291_456;

pub(super) fn engine<S: Send + Sync + 'static>(app: App<S>) -> Arc<Engine> {
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight: 2,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    Arc::new(Engine::new(app, manifest, Settings::default(), limits))
}

pub(super) fn container(engine: Arc<Engine>) -> Container {
    let (intake, drain) = (Intake::new(LARGEST_BODY, AT_ONCE), Arc::default());
    let routes = Routes::new(engine.functions(), str::to_owned);
    Container { engine, routes, intake, drain, timeout: Duration::from_secs(30) }
}

fn shop() -> App<()> {
    App::new("shop", |_| async { Ok(()) })
        .on("echo", http::post("/echo/{word}"), async |request: http::Request, cx: Context<()>| {
            let word = request.param("word").unwrap_or_default().to_owned();
            Ok(http::text(200, format!("{word} {} {}", request.body().len(), cx.host())))
        })
        .on("file", queue::messages::<String>("files"), async |_: String, _: Context<()>| {
            Err::<(), _>(Error::reject("nobody outside may reach this"))
        })
        .dead_letters(|_, _, _| async { Ok(()) })
}

async fn ask(container: &Container, request: Request<Full<Bytes>>) -> (u16, String) {
    let response = container.handle(request, Turn::default()).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

async fn send(request: Request<Full<Bytes>>) -> (u16, String) {
    ask(&container(engine(shop())), request).await
}

fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).body(Full::default()).unwrap()
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path).body(Full::new(body.into())).unwrap()
}

#[tokio::test]
async fn a_function_is_at_its_own_path() {
    assert_eq!(send(post("/echo/a%20b?x=1", "four")).await, (200, "a b 4 container".to_owned()));
    assert_eq!(send(post("/api/echo/a", "")).await.0, 404);
    assert_eq!(send(get("/echo/a")).await, (405, r#"{"error":"method not allowed"}"#.to_owned()));
}

#[tokio::test]
async fn a_forged_envelope_or_event_reaches_nothing() {
    let envelope = r#"{"Data":{"message":"ImEi"},"Metadata":{"DequeueCount":"1"}}"#;
    for path in ["/file", "/api/file", "/", "/files"] {
        let mut request = post(path, envelope);
        for (name, value) in [
            ("x-azure-functions-invocationid", "1"),
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/forged"),
            ("ce-type", "forged"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        assert_eq!(send(request).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_of_6_mib_is_taken_and_one_byte_more_is_413() {
    let (status, text) = send(post("/echo/a", vec![0; MOST + 1])).await;
    assert_eq!(status, 413, "{text}");
    assert_eq!(send(post("/echo/a", vec![0; MOST])).await.0, 200);
}

#[tokio::test]
async fn probes_are_answered_beside_functions_and_after_an_authors_own() {
    let probes = container(engine(shop()));
    assert_eq!(ask(&probes, get("/healthz")).await, (200, "alive".to_owned()));
    assert_eq!(ask(&probes, get("/healthz/")).await.0, 404);
    assert_eq!(ask(&probes, post("/healthz", "")).await.0, 404);
    let head = Request::head("/healthz").body(Full::default()).unwrap();
    assert_eq!(ask(&probes, head).await.0, 200);
    let own = async |_: http::Request, _: Context<()>| Ok(http::text(418, "own"));
    let rest = App::new("shop", |_| async { Ok(()) }).on("rest", http::any("/{*rest}"), own);
    assert_eq!(ask(&container(engine(rest)), get("/healthz")).await.0, 200);
    for method in [http::get("/healthz"), http::any("/healthz")] {
        let app = App::new("shop", |_| async { Ok(()) }).on("own", method, own);
        assert_eq!(ask(&container(engine(app)), get("/healthz")).await.0, 418);
    }
    let posts = App::new("shop", |_| async { Ok(()) }).on("own", http::post("/healthz"), own);
    assert_eq!(ask(&container(engine(posts)), get("/healthz")).await.0, 200);
}

#[tokio::test]
async fn it_is_ready_once_the_state_is_built_and_not_while_it_stops() {
    let (broken, mends) = watch::channel(true);
    let app = App::new("shop", move |_| {
        let broken = *mends.borrow();
        async move { if broken { Err(Error::retry("no database yet")) } else { Ok(()) } }
    });
    let own = async |_: http::Request, _: Context<()>| Ok(http::text(200, ""));
    let stand = container(engine(app.on("own", http::get("/own"), own)));
    for _ in 0..3 {
        assert_eq!(ask(&stand, get("/readyz")).await.0, 503);
        tokio::task::yield_now().await;
    }
    // Nobody calls what is not ready: asking alone builds it again.
    broken.send(false).unwrap();
    while ask(&stand, get("/readyz")).await.0 != 200 {
        tokio::task::yield_now().await;
    }
    stand.drain.close(Duration::ZERO).await;
    assert_eq!(ask(&stand, get("/readyz")).await, (503, "stopping".to_owned()));
    assert_eq!(ask(&stand, get("/healthz")).await.0, 200);
    let refused = stand.handle(get("/own"), Turn::default()).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.headers()["connection"], "close");
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect::<BTreeMap<_, _>>()
}

#[tokio::test]
async fn a_malformed_port_or_address_shows_a_right_one() {
    let engine = engine(shop());
    for bad in ["http", "0", "70000", "-1"] {
        for (name, right) in [("PORT", "PORT=8080"), (EVENT_PORT, "ANYFN_EVENT_PORT=8081")] {
            let fault = serve(Arc::clone(&engine), environment(&[(name, bad)])).await.unwrap_err();
            assert!(fault.contains(bad) && fault.contains(right), "{fault}");
        }
    }
    for (variables, parts) in [
        ([("PORT", "8081"), (EVENT_PORT, "")], ["both 8081", "ANYFN_EVENT_PORT=8090"]),
        ([(EVENT_ADDRESS, "here"), ("", "")], ["`here`", "ANYFN_EVENT_ADDRESS=0.0.0.0"]),
    ] {
        let fault = serve(Arc::clone(&engine), environment(&variables)).await.unwrap_err();
        assert!(parts.iter().all(|part| fault.contains(part)), "{fault}");
    }
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = taken.local_addr().unwrap().port().to_string();
    let fault = serve(Arc::clone(&engine), environment(&[("PORT", &at)])).await.unwrap_err();
    assert!(fault.contains(&at) && fault.contains("PORT=8090"), "{fault}");
}

#[tokio::test]
async fn the_event_port_is_open_on_loopback_only_where_something_listens_there() {
    let (public, events) = (free_port().await, free_port().await);
    let ports = environment(&[("PORT", &public), (EVENT_PORT, &events)]);
    let doors = open(&engine(shop()), &ports).await.unwrap();
    assert!(doors.public.local_addr().unwrap().ip().is_unspecified());
    let at = doors.events.unwrap().local_addr().unwrap();
    assert!(at.ip().is_loopback() && at.port().to_string() == events, "{at}");
    let own = async |_: http::Request, _: Context<()>| Ok(http::text(200, ""));
    let app = App::new("shop", |_| async { Ok(()) }).on("own", http::get("/own"), own);
    drop(doors.public);
    // What nobody uses is not even read.
    let ports = environment(&[("PORT", &public), (EVENT_PORT, "none")]);
    assert!(open(&engine(app), &ports).await.unwrap().events.is_none());
}

async fn free_port() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    listener.local_addr().unwrap().port().to_string()
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish_and_takes_no_more() {
    let (begun, mut begins) = tokio::sync::mpsc::channel(1);
    let (finish, finishes) = watch::channel(false);
    let app = App::new("shop", |_| async { Ok(()) }).on(
        "slow",
        http::get("/slow"),
        move |_: http::Request, _: Context<()>| {
            let (begun, mut finishes) = (begun.clone(), finishes.clone());
            async move {
                begun.send(()).await?;
                finishes.wait_for(|go| *go).await?;
                Ok::<_, Error>(http::text(200, "finished"))
            }
        },
    );
    let public = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let events = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (at, events_at) = (public.local_addr().unwrap(), events.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopping = async { stopped.await.unwrap_or_default() };
    let doors = Doors { public, events: Some(events) };
    let served = tokio::spawn(run(doors, engine(app), Duration::from_secs(30), stopping));
    let mut client = TcpStream::connect(at).await.unwrap();
    client.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    begins.recv().await.unwrap();
    stop.send(()).unwrap();
    while said(at, "GET /readyz").await.starts_with("HTTP/1.1 200") {
        tokio::task::yield_now().await;
    }
    for (at, request) in [(at, "GET /slow"), (at, "GET /readyz"), (events_at, "POST /slow")] {
        let answer = said(at, request).await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{request}: {answer}");
    }
    finish.send(true).unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("finished"), "{text}");
    served.await.unwrap();
    assert!(TcpStream::connect(at).await.is_err() && TcpStream::connect(events_at).await.is_err());
}

async fn said(at: SocketAddr, request: &str) -> String {
    let mut client = TcpStream::connect(at).await.unwrap();
    let head = format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    text
}
