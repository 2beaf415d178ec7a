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

async fn spin(_: http::Request, _: Context<String>) -> Result<http::Response, Error> {
    loop {
        std::hint::spin_loop();
    }
}

/// Logs as an author's code does, as a library does, and from a closure on a thread of its own.
async fn count(number: u32, cx: Context<String>) -> Result<(), Error> {
    tracing::info!(number, host = cx.host(), "counted");
    tracing::debug!(target: "some_library::inside", "in a library");
    let found = anyfn::blocking(move || {
        let _round = tracing::info_span!("round", round = number).entered();
        tracing::warn!("in a closure");
        if number == 13 { panic!("thirteen") } else { number.checked_sub(1) }
    });
    match found.await {
        None => Err(Broken(std::num::NonZeroU32::try_from(number).unwrap_err()).into()),
        Some(13) => Err(Error::reject("fourteen")),
        Some(_) => Ok(()),
    }
}

#[derive(Debug)]
struct Broken(std::num::TryFromIntError);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the counter broke")
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

pub(crate) fn app() -> App<String> {
    App::new("hello", greeting)
        .on("greet", http::any("/greet/{name}").public(), greet)
        .on("spin", http::get("/spin"), spin)
        .on("count", queue::messages::<u32>("numbers"), count)
        .config("GREETING", required())
        .dead_letters(|_, _, _| async { Ok::<(), BoxError>(()) })
}
