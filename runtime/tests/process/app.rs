//! The app under test: one function a trigger, on no service at all.

use anyfn::config::required;
use anyfn::{App, BoxError, Context, Error, Settings, http, queue};

async fn greeting(settings: Settings) -> Result<String, Error> {
    match settings.get("GREETING")? {
        "broken" => {
            Err(Error::config("GREETING=broken is no greeting; a right one: GREETING=hello"))
        }
        text => Ok(text.to_owned()),
    }
}

async fn greet(request: http::Request, cx: Context<String>) -> Result<http::Response, Error> {
    let left = cx.deadline().duration_since(std::time::SystemTime::now())?.as_secs();
    let name = request.param("name").unwrap_or_default();
    Ok(http::text(200, format!("{} {name} on {}, {left} s left", &*cx, cx.host())))
}

async fn count(number: u32, cx: Context<String>) -> Result<(), Error> {
    tracing::info!(number, host = cx.host(), "counted");
    Ok(())
}

pub(crate) fn app() -> App<String> {
    App::new("hello", greeting)
        .on("greet", http::any("/greet/{name}").public(), greet)
        .on("count", queue::messages::<u32>("numbers"), count)
        .config("GREETING", required())
        .dead_letters(|_, _, _| async { Ok::<(), BoxError>(()) })
}
