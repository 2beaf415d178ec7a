//! Which function, until when.

use super::*;

#[tokio::test]
async fn an_app_of_one_function_runs_it_under_any_name() {
    let app = App::new("test", |_| async { Ok(()) }).on(
        "only",
        web::get("/"),
        async |_: web::Request, _: Context<()>| Ok(portable::text(200, "")),
    );
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight: 1,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    let engine = Engine::new(app, manifest, Settings::default(), limits);
    for handler in ["only", "bootstrap", "rust.handler", ""] {
        assert_eq!(&*pick(&engine, handler).unwrap().name, "only");
    }
}

#[tokio::test]
async fn the_handler_variable_picks_the_function_and_a_wrong_one_lists_all() {
    let (engine, _) = engine();
    assert_eq!(&*pick(&engine, "words").unwrap().name, "words");
    let fault = pick(&engine, "bootstrap").err().unwrap();
    assert!(fault.contains("`bootstrap`") && fault.contains("nightly") && fault.contains("photos"));
}

#[test]
fn a_deadline_is_an_instant_on_lambda_and_a_span_under_cargo_lambda() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    assert_eq!(deadline(1_767_225_603_000, now), now + Duration::from_secs(3));
    assert_eq!(deadline(600_000, now), now + Duration::from_secs(600));
}
