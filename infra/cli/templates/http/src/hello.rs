//! Deals with: one greeting. Does not deal with: who is greeted where.

use crate::State;
use anyfn::{
    Context, Error,
    http::{self, Request, Response},
};
use serde::Serialize;

#[derive(Serialize)]
struct Greeting<'a> {
    text: &'a str,
}

/// Answers with a greeting, as JSON.
///
/// # Errors
/// 400 for a name that is too long. Any other error becomes a 500, and the client learns no more.
pub async fn run(request: Request, cx: Context<State>) -> Result<Response, Error> {
    let name = request.param("name").unwrap_or("world");
    if name.len() > 100 {
        return Err(Error::status(400, "a name has at most 100 bytes"));
    }
    let text = format!("{}, {name}!", cx.greeting);
    Ok(http::json(200, &Greeting { text: &text }))
}

#[cfg(test)]
mod tests {
    use crate::{State, app};
    use anyfn::{Error, Event, Reply, http::Response};
    use bytes::Bytes;

    async fn get(path: &str) -> Result<Response, Error> {
        let app = app().with_state(State { greeting: "Good morning".to_owned() });
        let request = http::Request::get(path).body(Bytes::new()).unwrap();
        match app.invoke("my-app", Event::Http(request)).await? {
            Reply::Http(response) => Ok(response),
            other => panic!("no response but {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_caller_is_greeted_by_name() {
        let response = get("/hello/Ada").await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), r#"{"text":"Good morning, Ada!"}"#);
    }

    #[tokio::test]
    async fn an_endless_name_is_refused() {
        let error = get(&format!("/hello/{}", "a".repeat(101))).await.unwrap_err();
        assert_eq!(error.kind(), anyfn::Kind::Status(400));
    }
}
