//! The archipelago on Cloudflare Workers: translates the platform's events into calls of `archipelago-core`, and what
//! comes out of them into calls of the platform.

// A panic aborts the wasm instance and with it every object of the isolate.
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod about;
mod alarm;
mod archipelago;
mod bus;
mod clock;
mod connector;
mod http;
mod live_map;
mod log;
mod room;
mod rooms;
mod routes;
mod settings;
mod sockets;
mod stats;
mod store;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    routes::handle(request, &env).await
}
