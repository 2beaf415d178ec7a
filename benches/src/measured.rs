//! Our side of the bench: a queue function and nothing else.
//!
//! Deals with: the app. Does not deal with: what it is compared with (`peers/`).

use anyfn::{App, BoxError, Context, Error, queue};
use anyfn_benches::Order;

async fn work(order: Order, _: Context<()>) -> Result<(), Error> {
    if order.total() == 0 { Err(Error::reject("an order of nothing")) } else { Ok(()) }
}

fn main() -> std::process::ExitCode {
    let app = App::new("measured", |_| async { Ok(()) })
        .on("work", queue::messages::<Order>("orders"), work)
        .dead_letters(|_, _, _| async { Ok::<(), BoxError>(()) });
    anyfn::main(app)
}
