//! The trigger delivers a request, the handler takes a number.
use anyfn::{App, Context, Error, Settings, http};

struct Shop;

async fn shop(_: Settings) -> Result<Shop, Error> {
    Ok(Shop)
}

async fn page(_number: u64, _cx: Context<Shop>) -> Result<http::Response, Error> {
    Ok(http::text(200, "hello"))
}

fn main() {
    let _ = App::new("shop", shop).on("page", http::get("/"), page);
}
