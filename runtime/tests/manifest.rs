//! The manifest as others read it: golden files, the published schema, faults, and the public API of
//! a test in an author's own crate.
//!
//! `UPDATE_EXPECT=1 cargo test -p anyfn` rewrites the golden files.

use std::time::Duration;

use anyfn::config::{optional, required, secret};
use anyfn::manifest::{Manifest, SCHEMA};
use anyfn::queue::{Batch, Failed, Message};
use anyfn::{App, Context, Error, Event, Reply, Settings, blob, http, queue, schedule};
use expect_test::expect_file;

#[derive(Debug)]
struct State {
    greeting: String,
}

#[derive(serde::Deserialize)]
struct Order {
    id: u64,
}

async fn state(settings: Settings) -> Result<State, Error> {
    Ok(State { greeting: settings.get("GREETING")?.to_owned() })
}

async fn greet(request: http::Request, cx: Context<State>) -> Result<http::Response, Error> {
    let name = request.param("name").unwrap_or("nobody");
    Ok(http::text(200, format!("{}, {name}", cx.greeting)))
}

async fn ship(order: Order, cx: Context<State>) -> Result<(), Error> {
    match order.id {
        0 => Err(Error::reject(format!("{} cannot ship nothing", cx.function()))),
        _ => Ok(()),
    }
}

async fn rows(orders: Batch<Order>, _cx: Context<State>) -> Result<Failed, Error> {
    if orders.iter().any(|order| order.body.id == 13) {
        return Err(Error::reject("thirteen"));
    }
    Ok(orders.iter().filter(|order| order.body.id == 0).map(|order| order.id.as_str()).collect())
}

async fn seen(_photo: blob::BlobEvent, _cx: Context<State>) -> Result<(), Error> {
    Ok(())
}

async fn sweep(_tick: schedule::Tick, _cx: Context<State>) -> Result<(), Error> {
    Ok(())
}

fn shop() -> App<State> {
    App::new("shop", state)
        .on("ship", queue::messages::<Order>("orders"), ship)
        .on("rows", queue::batch::<Order>("rows"), rows)
        .on("greet", http::get("/hello/{name}").public(), greet)
        .on("seen", blob::created("photos").prefix("in/").suffix(".jpg"), seen)
        .on("gone", blob::deleted("photos"), seen)
        .on("ordered", queue::messages::<Order>("ledger").fifo(), ship)
        .on("anything", http::any("/files/{*rest}"), greet)
        .on("sweep", schedule::cron("0 3 * * MON-FRI"), sweep)
        .on("often", schedule::every(Duration::from_secs(900)), sweep)
        .needs(queue::named("orders").send())
        .needs(blob::store("photos").write())
        .needs(blob::store("photos").read().write())
        .config("GREETING", optional("hello"))
        .config("REGION_NAME", required())
        .config("API_TOKEN", secret())
        .dead_letters(|_, _, _| async { Ok(()) })
}

#[test]
fn a_listing_is_sorted_merged_and_golden() {
    let text = shop().manifest().unwrap().to_json();
    expect_file!["golden/shop.json"].assert_eq(&text);
    assert_eq!(Manifest::from_json(text.as_bytes()).unwrap().to_json(), text);
}

#[test]
fn a_listing_is_valid_under_the_published_schema_and_so_are_its_event_schemas() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let manifest = shop().manifest().unwrap();
    let value = serde_json::to_value(&manifest).unwrap();
    validator.validate(&value).unwrap();
    for (pointer, odd) in [("/app", "Shop"), ("/functions/0/trigger/type", "pigeon")] {
        let mut broken = value.clone();
        *broken.pointer_mut(pointer).unwrap() = odd.into();
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
    let event = |name: &str| {
        let function = manifest.functions.iter().find(|f| f.name == name).unwrap();
        jsonschema::draft202012::new(&function.event).unwrap()
    };
    assert!(event("seen").is_valid(&serde_json::json!({"key": "in/a.jpg", "size": 3})));
    assert!(!event("seen").is_valid(&serde_json::json!({"size": 3})));
    assert!(event("ship").is_valid(&serde_json::json!({"body": {"id": 1}})));
    assert!(!event("ship").is_valid(&serde_json::json!([{"body": {"id": 1}}])));
    for batch in [serde_json::json!({"body": 1}), serde_json::json!([{"body": 1}, {"body": 2}])] {
        assert!(event("rows").is_valid(&batch), "{batch}");
    }
    assert!(!event("rows").is_valid(&serde_json::json!([])));
    assert!(event("sweep").is_valid(&serde_json::json!({})));
    assert!(event("greet").is_valid(&serde_json::json!({"method": "GET", "path": "/hello/a"})));
    assert!(!event("greet").is_valid(&serde_json::json!({"method": "POST", "path": "/hello/a"})));
}

#[test]
fn every_fault_is_told_at_once_with_a_right_example() {
    let app = App::new("Shop", state)
        .on("ship", queue::messages::<Order>("orders"), ship)
        .on("ship", http::get("hello"), greet)
        .on("first", http::any("/x/{a}"), greet)
        .on("second", http::any("/x/{b}"), greet)
        .on("other", queue::messages::<Order>("orders"), ship)
        .on("sweep", schedule::cron("0 25 * * *"), sweep)
        .on("never", schedule::every(Duration::from_secs(7)), sweep)
        .needs(blob::store("photos"))
        .config("region", required())
        .config("AWS_REGION", required())
        .config("TOKEN", optional("hunter2").secret())
        .config("NO_TOKEN", optional("").secret());
    let text = app.manifest().unwrap_err();
    for part in [
        "app name `Shop`",
        "two functions are named `ship`",
        "path `hello`: it must begin with a slash",
        "functions `first` and `second` answer some of the same requests",
        "two functions would take turns at `the queue orders`",
        "hour `25` is not a number from 0 to 23; a right one: `0 3 * * *`",
        "function `never`: cron `every 7s`",
        "the need of store `photos` names no access",
        "setting `region` must be upper-case",
        "setting `AWS_REGION`: `AWS_` belongs to the platform",
        "setting `TOKEN` is a secret with a default",
        "function `ship` has nowhere to put dead letters (ANYFN_DEAD_LETTER_SHIP)",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("NO_TOKEN"), "{text}");
}

#[test]
fn a_manifest_of_another_version_or_shape_is_refused_by_name() {
    let other = Manifest::from_json(br#"{"anyfn":2,"apps":[]}"#).unwrap_err();
    assert!(other.contains("version 2") && other.contains("version 1"), "{other}");
    let text = shop().manifest().unwrap().to_json().replace("\"fifo\": false", "\"fifo\": 3");
    let fault = Manifest::from_json(text.as_bytes()).unwrap_err();
    assert!(fault.contains("functions["), "{fault}");
}

#[tokio::test]
async fn an_app_is_invoked_in_process_with_its_own_types() {
    let app = shop().with_state(State { greeting: "hi".to_owned() });
    let request = http_request("/hello/ann");
    let Reply::Http(response) = app.invoke("greet", Event::Http(request)).await.unwrap() else {
        panic!("no response");
    };
    assert_eq!(&response.body()[..], b"hi, ann");
    let order = |body: &'static [u8]| Event::Message(Message { body: body.into() });
    app.invoke("ship", order(br#"{"id":1}"#)).await.unwrap();
    let rejected = app.invoke("ship", order(br#"{"id":0}"#)).await.unwrap_err();
    assert_eq!(rejected.kind(), anyfn::Kind::Reject);
    assert_eq!(rejected.to_string(), "ship cannot ship nothing");
    let bodies = |bodies: &[&'static str]| {
        Event::Batch(Batch::test(bodies.iter().map(|body| bytes::Bytes::from(*body))))
    };
    let batch = bodies(&[r#"{"id":1}"#, r#"{"id":0}"#, r#"{"id":"x"}"#]);
    let Reply::Failed(failed) = app.invoke("rows", batch).await.unwrap() else {
        panic!("no answer to a batch");
    };
    assert_eq!(failed.iter().collect::<Vec<_>>(), ["2", "3"], "its own, and what cannot be read");
    let rejected = app.invoke("rows", bodies(&[r#"{"id":13}"#])).await.unwrap_err();
    assert_eq!(rejected.kind(), anyfn::Kind::Reject);
    let unknown = app.invoke("shipp", order(b"{}")).await.unwrap_err().to_string();
    assert!(unknown.contains("`shipp`") && unknown.contains("sweep"), "{unknown}");
    let wrong = app.invoke("greet", order(b"{}")).await.unwrap_err().to_string();
    assert_eq!(wrong, "this function takes an HTTP request, not a queue message");
}

#[tokio::test]
async fn a_handler_is_an_ordinary_function_of_an_event_and_a_test_context() {
    let cx = Context::test(State { greeting: "hi".to_owned() });
    assert_eq!((cx.attempt(), cx.host()), (Some(1), "test"));
    ship(Order { id: 7 }, cx).await.unwrap();
}

#[expect(clippy::unwrap_used, reason = "paths of tests are right")]
fn http_request(path: &str) -> ::http::Request<bytes::Bytes> {
    ::http::Request::get(path).body(bytes::Bytes::new()).unwrap()
}
