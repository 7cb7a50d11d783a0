//! The archipelago on Cloudflare Workers: translates the platform's events into calls of `archipelago-core`, and what
//! comes out of them into calls of the platform.

// A panic aborts the wasm instance and with it every object of the isolate.
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

/// Where a test can have something fail: the error is returned, or thrown away with what follows `else`. Nothing of it is
/// in a release.
macro_rules! fault {
    ($point:ident) => {
        #[cfg(feature = "faults")]
        crate::faults::strike(crate::faults::Point::$point, "", None)?;
    };
    ($point:ident, $state:expr) => {
        fault!($point, $state, "")
    };
    ($point:ident, $state:expr, else $otherwise:expr) => {
        #[cfg(feature = "faults")]
        if crate::faults::strike(crate::faults::Point::$point, "", Some(&$state)).is_err() {
            $otherwise
        }
    };
    ($point:ident, $state:expr, $call:expr) => {
        #[cfg(feature = "faults")]
        crate::faults::strike(crate::faults::Point::$point, $call, Some(&$state))?;
    };
}

mod about;
mod alarm;
mod archipelago;
mod breath;
mod bus;
mod catalysts;
mod clock;
mod connector;
mod ethereum;
#[cfg(feature = "faults")]
mod faults;
mod hot_scenes;
mod http;
mod limits;
mod live_map;
mod log;
mod metrics;
mod moderation;
mod openapi;
mod realms;
mod room;
mod rooms;
mod routes;
mod settings;
mod socket_events;
mod sockets;
mod stats;
mod store;
mod upstream;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    #[cfg(feature = "faults")]
    if request.path() == faults::PATH {
        return faults::control(request).await;
    }
    routes::handle(request, &env, &context).await
}
