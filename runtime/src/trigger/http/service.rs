//! A tower service as the handler of an HTTP function: a router that an author has already.
//!
//! Deals with: the request on its way in, the whole body of the answer on its way out. Does not deal with:
//! which requests come here (the trigger's path).

use ::http::Response as Answer;
use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Full};
use std::future::poll_fn;
use tower_service::Service;

use super::{Request, Response};
use crate::{BoxError, Context, Error, Handler};

/// Hands every request of its trigger to a tower service, such as an axum `Router`.
///
/// ```
/// # fn app() -> anyfn::App<()> {
/// use anyfn::{App, http};
/// use axum::{Router, routing::get};
///
/// let router = Router::new().route("/shop/{item}", get(|| async { "in stock" }));
/// App::new("shop", |_| async { Ok(()) })
///     .on("shop", http::any("/shop/{*path}").public(), http::service(router))
/// # }
/// ```
///
/// The service sees the path as the trigger's template does, whole. The call's
/// [`Context`](crate::Context) is among the request's extensions, so that
/// `axum::Extension<Context<S>>` reads the app's state. The body of the answer is gathered
/// before it is sent (6 MB is the most that every host can send). An error of the service, or of that
/// body, is the call's failure: the client reads 500, the log the cause.
#[derive(Clone, Debug)]
pub struct Tower<T>(T);

/// Makes a handler of `service`; each request is answered by a clone of it.
pub fn service<T>(service: T) -> Tower<T> {
    Tower(service)
}

impl<T, B, S> Handler<Request, S> for Tower<T>
where
    T: Service<::http::Request<Full<Bytes>>, Response = Answer<B>> + Clone + Send + Sync + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
    S: Send + Sync + 'static,
{
    type Reply = Response;

    async fn call(&self, request: Request, cx: Context<S>) -> Result<Response, Error> {
        let mut service = self.0.clone();
        let mut request = request.into_inner().map(Full::new);
        request.extensions_mut().insert(cx);
        let failed = |fault: BoxError| Error::retry(fault.to_string()).because(fault);
        poll_fn(|waiting| service.poll_ready(waiting))
            .await
            .map_err(|fault| failed(fault.into()))?;
        let answer = service.call(request).await.map_err(|fault| failed(fault.into()))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|fault| failed(fault.into()))?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use axum::Router;
    use axum::extract::{Extension, Query};
    use axum::routing::post;
    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;
    use crate::trigger::{Event, Reply};
    use crate::{App, http};

    fn app<T: Handler<Request, u32, Reply = Response>>(handler: T) -> App<u32> {
        App::new("shop", |_| async { Ok(7) }).on("shop", http::any("/shop/{*path}"), handler)
    }

    async fn post_to<T>(handler: T, path: &str) -> Result<Response, Error>
    where
        T: Handler<Request, u32, Reply = Response>,
    {
        let request = ::http::Request::post(path).body(Bytes::from_static(b"two")).unwrap();
        match app(handler).invoke("shop", Event::Http(request)).await? {
            Reply::Http(response) => Ok(response),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_router_gets_path_query_body_and_the_calls_context() {
        type Asked = Query<std::collections::BTreeMap<String, String>>;
        let said = |Extension(cx): Extension<Context<u32>>, Query(asked): Asked, body: String| async move {
            format!("{} {} {} {body}", *cx, cx.function(), asked["size"])
        };
        let router = Router::new().route("/shop/cart", post(said));
        let service = service(router);
        let answer = post_to(service.clone(), "/shop/cart?size=9").await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"7 shop 9 two"[..]));
        let lost = post_to(service, "/shop/till").await.unwrap();
        assert_eq!(lost.status().as_u16(), 404, "the router's own answer");
    }

    /// Answers when it has been asked twice whether it is ready.
    #[derive(Clone)]
    struct Slow(Arc<std::sync::atomic::AtomicU32>, fn() -> Vec<Result<Frame<Bytes>, BoxError>>);

    type Frames = stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, BoxError>>>;

    impl Service<::http::Request<Full<Bytes>>> for Slow {
        type Response = Answer<StreamBody<Frames>>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(
            &mut self,
            waiting: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            if self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                waiting.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: ::http::Request<Full<Bytes>>) -> Self::Future {
            assert!(self.0.load(std::sync::atomic::Ordering::Relaxed) == 2, "called unready");
            std::future::ready(Ok(Answer::new(StreamBody::new(stream::iter((self.1)())))))
        }
    }

    #[tokio::test]
    async fn a_service_is_called_when_it_is_ready_and_its_body_is_gathered() {
        let pieces = || ["a", "b"].map(|piece| Ok(Frame::data(Bytes::from(piece)))).into();
        let answer = post_to(service(Slow(Arc::default(), pieces)), "/shop/x").await.unwrap();
        assert_eq!(answer.body(), "ab");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_a_failed_call() {
        let broken = || vec![Ok(Frame::data(Bytes::from("a"))), Err("disk full".into())];
        let fault = post_to(service(Slow(Arc::default(), broken)), "/shop/x").await;
        assert!(fault.unwrap_err().to_string().contains("disk full"));
    }
}
