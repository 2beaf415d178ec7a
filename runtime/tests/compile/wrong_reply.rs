//! The trigger wants nothing back, the handler returns a number.
use anyfn::{App, Context, Error, Settings, queue};

struct Shop;

async fn shop(_: Settings) -> Result<Shop, Error> {
    Ok(Shop)
}

async fn ship(_order: String, _cx: Context<Shop>) -> Result<u64, Error> {
    Ok(7)
}

fn main() {
    let _ = App::new("shop", shop).on("ship", queue::messages::<String>("orders"), ship);
}
