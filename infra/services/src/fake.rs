//! A provider for tests, which answers what it is told to.
//!
//! Deals with: facts of the wire: what was asked, word for word. Does not deal with: behaving like a
//! provider; that is the emulator's.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Listens on a free port until the test's runtime ends.
pub(crate) struct Fake {
    pub(crate) endpoint: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Response<Body>>,
    asked: Vec<Request<Bytes>>,
    connections: usize,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::<Mutex<Script>>::default();
        tokio::spawn(serve(listener, script.clone()));
        Self { endpoint, script }
    }

    /// The next answer. Without one left, it answers 599.
    pub(crate) fn answer(&self, status: u16, headers: &[(&str, &str)], body: &str) -> &Self {
        self.push(status, headers, whole(body))
    }

    /// The next answer, whose connection breaks after these bytes; the headers promise more.
    pub(crate) fn answer_broken(&self, headers: &[(&str, &str)], body: &str) -> &Self {
        let pieces = [Ok(Frame::data(Bytes::from(body.to_owned()))), Err("broken")];
        let pieces = pieces.map(|piece| piece.map_err(std::io::Error::other));
        // What waits is flushed, so that the first piece is sent before the second breaks it.
        let pieces = futures_util::stream::iter(pieces).then(async |piece| {
            tokio::task::yield_now().await;
            piece
        });
        let body = StreamBody::new(pieces).boxed_unsync();
        self.push(200, headers, body)
    }

    fn push(&self, status: u16, headers: &[(&str, &str)], body: Body) -> &Self {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        self.script.lock().unwrap().answers.push_back(response.body(body).unwrap());
        self
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut self.script.lock().unwrap().asked)
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.script.lock().unwrap().connections
    }
}

async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>) {
    while let Ok((stream, _)) = listener.accept().await {
        script.lock().unwrap().connections += 1;
        let script = script.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let script = script.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                let mut script = script.lock().unwrap();
                script.asked.push(Request::from_parts(head, body));
                let unscripted = || Response::builder().status(599).body(whole("")).unwrap();
                let answer = script.answers.pop_front().unwrap_or_else(unscripted);
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
    }
}

fn whole(body: &str) -> Body {
    Full::from(body.to_owned()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A header's text, or nothing.
pub(crate) fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
