//! The files, compared letter by letter, and everything that is refused.

use expect_test::expect;

use super::*;
use crate::{App, Context, Error, blob, http, queue, schedule};

type Event = http::Request;

async fn answer(_: Event, _: Context<()>) -> Result<http::Response, Error> {
    Ok(http::text(200, ""))
}

async fn message(_: String, _: Context<()>) -> Result<(), Error> {
    Ok(())
}

async fn changed(_: blob::BlobEvent, _: Context<()>) -> Result<(), Error> {
    Ok(())
}

async fn tick(_: schedule::Tick, _: Context<()>) -> Result<(), Error> {
    Ok(())
}

fn app() -> App<()> {
    App::new("shop", |_| async { Ok(()) }).dead_letters(|_, _, _| async { Ok(()) })
}

fn generated(app: &App<()>) -> Result<Vec<File>, String> {
    files(&app.manifest().unwrap())
}

fn refused(app: &App<()>) -> String {
    generated(app).unwrap_err()
}

fn text(app: &App<()>) -> String {
    let show = |file: File| format!("--- {}\n{}", file.path, file.contents);
    generated(app).unwrap().into_iter().skip(1).map(show).collect()
}

#[test]
fn host_json_says_what_the_runtime_relies_on() {
    let files = generated(&app().on("sweep", schedule::cron("0 3 * * *"), tick)).unwrap();
    assert_eq!(files[0].path, "host.json");
    let host: serde_json::Value = serde_json::from_str(&files[0].contents).unwrap();
    assert_eq!(host["version"], "2.0");
    assert_eq!(host["extensions"]["http"]["routePrefix"], ROUTE_PREFIX);
    assert_eq!(host["extensions"]["queues"]["visibilityTimeout"], "00:00:30");
    assert_eq!(host["customHandler"]["description"]["defaultExecutablePath"], EXECUTABLE);
    assert_eq!(host["customHandler"]["enableProxyingHttpRequest"], true);
    // It would multiply the attempts of the queue.
    assert!(files.iter().all(|file| !file.contents.contains("\"retry\"")));
}

#[test]
fn http_functions_have_a_route_methods_and_a_level() {
    let app = app()
        .on("receive", http::post("/hooks/{provider}").public(), answer)
        .on("read", http::get("/hooks/{provider}/{*rest}"), answer)
        .on("whole", http::any("/whole"), answer);
    expect![[r#"
        --- read/function.json
        {
          "bindings": [
            {
              "type": "httpTrigger",
              "direction": "in",
              "name": "req",
              "authLevel": "function",
              "methods": [
                "get",
                "head"
              ],
              "route": "hooks/{provider}/{*rest}"
            },
            {
              "type": "http",
              "direction": "out",
              "name": "res"
            }
          ]
        }
        --- receive/function.json
        {
          "bindings": [
            {
              "type": "httpTrigger",
              "direction": "in",
              "name": "req",
              "authLevel": "anonymous",
              "methods": [
                "post"
              ],
              "route": "hooks/{provider}"
            },
            {
              "type": "http",
              "direction": "out",
              "name": "res"
            }
          ]
        }
        --- whole/function.json
        {
          "bindings": [
            {
              "type": "httpTrigger",
              "direction": "in",
              "name": "req",
              "authLevel": "function",
              "route": "whole"
            },
            {
              "type": "http",
              "direction": "out",
              "name": "res"
            }
          ]
        }
    "#]]
    .assert_eq(&text(&app));
}

#[test]
fn queue_and_blob_functions_listen_on_a_storage_queue_as_bytes_and_can_dead_letter() {
    let app = app().on("archive", queue::messages::<String>("deliveries"), message).on(
        "thumb-nail",
        blob::created("photos").prefix("in/"),
        changed,
    );
    expect![[r#"
        --- archive/function.json
        {
          "bindings": [
            {
              "type": "queueTrigger",
              "direction": "in",
              "name": "message",
              "queueName": "%ANYFN_SOURCE_ARCHIVE%",
              "dataType": "binary",
              "connection": "AzureWebJobsStorage"
            },
            {
              "type": "queue",
              "direction": "out",
              "name": "deadletter",
              "queueName": "%ANYFN_SOURCE_ARCHIVE%-poison",
              "connection": "AzureWebJobsStorage"
            }
          ]
        }
        --- thumb-nail/function.json
        {
          "bindings": [
            {
              "type": "queueTrigger",
              "direction": "in",
              "name": "message",
              "queueName": "%ANYFN_SOURCE_THUMB_NAIL%",
              "dataType": "binary",
              "connection": "AzureWebJobsStorage"
            },
            {
              "type": "queue",
              "direction": "out",
              "name": "deadletter",
              "queueName": "%ANYFN_SOURCE_THUMB_NAIL%-poison",
              "connection": "AzureWebJobsStorage"
            }
          ]
        }
    "#]]
    .assert_eq(&text(&app));
}

#[test]
fn a_schedule_gets_a_seconds_field_and_sunday_is_zero() {
    expect![[r#"
        --- sweep/function.json
        {
          "bindings": [
            {
              "type": "timerTrigger",
              "direction": "in",
              "name": "timer",
              "schedule": "0 30 3 * * 0"
            }
          ]
        }
    "#]]
    .assert_eq(&text(&app().on("sweep", schedule::cron("30 3 * * 7"), tick)));
}

#[test]
fn every_form_of_a_cron_field_is_spelled_for_the_host() {
    let spelled = |cron| ncrontab(&Cron::parse(cron).unwrap());
    assert_eq!(spelled("* * * * *"), "0 * * * * *");
    assert_eq!(spelled("*/15 8-18 * * MON-FRI"), "0 0-45/15 8-18 * * 1-5");
    assert_eq!(spelled("5 0 1,15 JAN *"), "0 5 0 1,15 1 *");
    assert_eq!(spelled("0 1-3,9 * * 5-7"), "0 0 1,2,3,9 * * 0,5,6");
    assert_eq!(spelled("0 0 * * SUN"), "0 0 0 * * 0");
    assert_eq!(spelled("*/1 * * * *"), "0 0-59 * * * *");
    assert_eq!(spelled("*/30 * * * *"), "0 0,30 * * * *");
}

#[test]
fn what_azure_cannot_express_is_listed_by_function() {
    let text = refused(
        &app()
            .on("order", queue::messages::<String>("orders").fifo(), message)
            .on("host", schedule::cron("0 3 * * *"), tick)
            .on("handler", schedule::cron("0 3 * * *"), tick)
            .on("api", schedule::cron("0 3 * * *"), tick),
    );
    assert!(text.starts_with("the app `shop` cannot run on Azure Functions:\n"), "{text}");
    for part in ["`order`: Azure storage queues keep no order", "`host`:", "`handler`:", "`api`:"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn routes_that_the_host_refuses_or_reads_differently_are_refused() {
    let cases = [
        ("/", "root"),
        ("/administration", "`admin`"),
        ("/Runtime/x", "`runtime`"),
        ("/a/{id:int}", "letters, digits"),
        ("/a/{id?}", "letters, digits"),
        ("/a//b", "empty segment"),
        ("/a/", "empty segment"),
        ("/a%20b", "`%`"),
        ("/a/{id}/{ID}", "twice"),
    ];
    for (path, part) in cases {
        let fault = refused(&app().on("page", http::get(path), answer));
        assert!(fault.contains("function `page`") && fault.contains(part), "{path}: {fault}");
    }
}

#[test]
fn routes_that_differ_by_case_only_clash_where_methods_do() {
    let two = |second: http::Http| {
        generated(&app().on("aa", http::get("/page"), answer).on("bb", second, answer))
    };
    let fault = two(http::get("/Page")).unwrap_err();
    assert!(fault.contains("functions `aa` and `bb`"), "{fault}");
    assert!(two(http::any("/PAGE")).is_err());
    assert!(two(http::post("/Page")).is_ok());
}

#[test]
fn a_private_path_that_differs_by_case_from_a_public_one_within_it_clashes() {
    let app = app().on("aa", http::any("/X/{*rest}"), answer).on(
        "bb",
        http::get("/x/{id}").public(),
        answer,
    );
    let fault = refused(&app);
    assert!(fault.contains("functions `aa` and `bb`"), "{fault}");
}
