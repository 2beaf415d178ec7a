//! The app shares a shop, the handler asks for text.
use anyfn::{App, Context, Error, Settings, queue};

struct Shop;

async fn shop(_: Settings) -> Result<Shop, Error> {
    Ok(Shop)
}

async fn ship(_order: String, _cx: Context<String>) -> Result<(), Error> {
    Ok(())
}

fn main() {
    let _ = App::new("shop", shop).on("ship", queue::messages::<String>("orders"), ship);
}
