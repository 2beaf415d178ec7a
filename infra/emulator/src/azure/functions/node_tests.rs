//! A real process that nobody here wrote the runtime of: Node, with its own HTTP server.
//!
//! Deals with: what the tests with a worker in process cannot show. Where there is no `node` in PATH
//! the test says so and shows nothing.

use std::path::PathBuf;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use tokio::sync::{mpsc, watch};

use super::app::Input;
use super::host::FunctionsHost;
use super::test_host::{Ground, Rig, soon};

const COPY: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"},
    {"type": "queue", "direction": "out", "name": "out", "queueName": "copies"}]"#;
const HELLO: &str = r#"[{"type": "httpTrigger", "name": "req", "authLevel": "anonymous",
    "route": "hello/{name}"}, {"type": "http", "direction": "out", "name": "res"}]"#;
const HOST: &str = r#"{"customHandler": {"enableProxyingHttpRequest": true,
    "description": {"defaultExecutablePath": "node", "arguments": ["handler.js"]}}}"#;

fn node() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("node")).find(|node| node.is_file())
}

#[tokio::test]
async fn a_node_handler_runs_crashes_comes_back_and_leaves_nothing() {
    let Some(node) = node() else {
        println!("there is no node in PATH: nothing was shown");
        return;
    };
    let host = HOST.replace("\"node\"", &format!("{node:?}"));
    let ground = Ground::new(&host, &[("copy", COPY), ("hello", HELLO)]);
    std::fs::write(ground.folder.path().join("handler.js"), include_str!("node_handler.js"))
        .unwrap();
    for queue in ["orders", "copies"] {
        ground.create(queue).await;
    }
    let host = FunctionsHost::start(ground.deps(), ground.app()).await.unwrap();
    soon(host.ready()).await.unwrap();
    let first = host.pid().unwrap();
    assert!(host.peak_kb().is_none_or(|kb| kb > 1000));

    ground.send("orders", &STANDARD.encode(r#"{"text": "one"}"#)).await;
    let copy = STANDARD.decode(ground.take("copies").await.body).unwrap();
    assert_eq!(copy, b"{\n  \"got\": \"one\"\n}");
    ground.logged("copied one").await;
    // Nothing of the user's environment is there.
    ground.logged("home undefined").await;

    // Given back at once, it would crash the worker again and again until the host stops the app.
    let crash = r#"{"crash": true}"#.to_owned();
    let outcome = host.invoke("copy", Input::Text(crash)).await.unwrap();
    outcome.result.unwrap_err();
    ground.logged("the worker ended: exit status 3").await;
    soon(host.ready()).await.unwrap();
    assert_ne!(host.pid().unwrap(), first);

    let rig = Rig { host, calls: mpsc::unbounded_channel().1, launches: watch::channel(0).1 };
    let request = Request::post("/api/hello/you?x=1").body(Body::from("body")).unwrap();
    let (status, body, headers) = rig.http(request).await;
    assert_eq!((status.as_u16(), body.as_str()), (201, "\u{0}\u{fffd}body"));
    assert_eq!(headers["content-type"], "application/octet-stream");
    let last = rig.host.pid().unwrap();
    soon(rig.host.stop()).await;
    for pid in [first, last] {
        assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
    }
}
