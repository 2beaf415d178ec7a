//! Requests at the container, and what must not work there.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use tokio::runtime::Handle;

use super::*;
use crate::config::Settings;
use crate::engine::Limits;
use crate::{App, Context, Error, http, queue};

fn engine() -> Engine {
    let app = App::new("shop", |_| async { Ok(()) })
        .on("echo", http::post("/echo/{word}"), async |request: http::Request, cx: Context<()>| {
            let word = request.param("word").unwrap_or_default().to_owned();
            Ok(http::text(200, format!("{word} {} {}", request.body().len(), cx.host())))
        })
        .on("file", queue::messages::<String>("files"), async |_: String, _: Context<()>| {
            Err::<(), _>(Error::reject("nobody outside may reach this"))
        })
        .dead_letters(|_, _, _| async { Ok(()) });
    let manifest = app.manifest().unwrap();
    let limits =
        Limits { max_in_flight: 4, workers: Handle::current(), fatal: Arc::new(|_: &str| ()) };
    Engine::new(app, manifest, Settings::default(), limits)
}

async fn send(request: Request<Full<Bytes>>) -> (u16, String) {
    let response =
        handle(&engine(), &Intake::new(LARGEST_BODY, 1), request, Duration::from_secs(30)).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path).body(Full::new(body.into())).unwrap()
}

#[tokio::test]
async fn a_function_is_at_its_own_path() {
    assert_eq!(send(post("/echo/a%20b?x=1", "four")).await, (200, "a b 4 container".to_owned()));
    assert_eq!(send(post("/api/echo/a", "")).await.0, 404);
    let get = Request::get("/echo/a").body(Full::default()).unwrap();
    assert_eq!(send(get).await, (405, r#"{"error":"method not allowed"}"#.to_owned()));
}

#[tokio::test]
async fn a_forged_envelope_reaches_nothing() {
    let envelope = r#"{"Data":{"message":"ImEi"},"Metadata":{"DequeueCount":"1"}}"#;
    for path in ["/file", "/api/file", "/", "/files"] {
        let mut request = post(path, envelope);
        request.headers_mut().insert("x-azure-functions-invocationid", "1".parse().unwrap());
        assert_eq!(send(request).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let (status, text) = send(post("/echo/a", vec![0; LARGEST_BODY + 1])).await;
    assert_eq!(status, 413, "{text}");
    assert_eq!(send(post("/echo/a", vec![0; LARGEST_BODY])).await.0, 200);
}

#[tokio::test]
async fn a_malformed_port_shows_a_right_one() {
    for bad in ["http", "0", "70000", "-1"] {
        let environment = BTreeMap::from([("PORT".to_owned(), bad.to_owned())]);
        let fault = serve(Arc::new(engine()), environment).await.unwrap_err();
        assert!(fault.contains(bad) && fault.contains("PORT=8080"), "{fault}");
    }
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish_and_takes_no_more() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (begun, mut begins) = tokio::sync::mpsc::channel(1);
    let (finish, finishes) = tokio::sync::watch::channel(false);
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
    let manifest = app.manifest().unwrap();
    let limits =
        Limits { max_in_flight: 4, workers: Handle::current(), fatal: Arc::new(|_: &str| ()) };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopping = async { stopped.await.unwrap_or_default() };
    let served = tokio::spawn(run(listener, engine, Duration::from_secs(30), stopping));
    let mut client = tokio::net::TcpStream::connect(at).await.unwrap();
    client.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    begins.recv().await.unwrap();
    stop.send(()).unwrap();
    // The port closes while the request still runs.
    while tokio::net::TcpStream::connect(at).await.is_ok() {
        tokio::task::yield_now().await;
    }
    finish.send(true).unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("finished"), "{text}");
    served.await.unwrap();
}
