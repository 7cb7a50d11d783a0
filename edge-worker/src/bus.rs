//! Typed calls between the objects: each ties binding, path, request and reply together.

use archipelago_core::config::ConfigError;
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, CountersReply, CountersRequest, Delivery, DeliveryReply,
    LiveFrame, LiveFrameReply, LookupReply, LookupRequest, PassReply, PassRequest, Report,
    ReportReply, RoomKeyReply, RoomKeyRequest, RoomOrders, RoomOrdersReply, RoomReport,
    RoomReportReply, RoomsReply, RoomsRequest, Snapshot, SnapshotRequest, StatusReply,
    StatusRequest, WatchReply, WatchRequest,
};
use archipelago_core::realm::RealmError;
use prost::Message;
use worker::js_sys::Uint8Array;
use worker::{Env, Method, Request, RequestInit, Response};

/// One call: who is asked, for what, and what comes back.
pub trait Call: Message {
    /// The binding of the object's class.
    const BINDING: &'static str;
    /// The path of the request.
    const PATH: &'static str;
    /// What comes back.
    type Reply: Message + Default;
}

/// The binding of the class that holds the islands.
pub const ARCHIPELAGO: &str = "ARCHIPELAGO";
/// The binding of the class that holds the sockets.
pub const CONNECTORS: &str = "CONNECTORS";
/// The binding of the class that holds the viewers.
pub const LIVE_MAPS: &str = "LIVE_MAPS";
/// The binding of the class that relays what is said on an island.
pub const ROOMS: &str = "ROOMS";

macro_rules! calls {
    ($($binding:ident $path:literal: $request:ty => $reply:ty;)*) => {$(
        impl Call for $request {
            const BINDING: &'static str = $binding;
            const PATH: &'static str = $path;
            type Reply = $reply;
        }
    )*};
}

calls! {
    ARCHIPELAGO "/connect": ConnectRequest => ConnectReply;
    ARCHIPELAGO "/lookup": LookupRequest => LookupReply;
    ARCHIPELAGO "/report": Report => ReportReply;
    ARCHIPELAGO "/status": StatusRequest => StatusReply;
    ARCHIPELAGO "/snapshot": SnapshotRequest => Snapshot;
    ARCHIPELAGO "/watch": WatchRequest => WatchReply;
    ARCHIPELAGO "/room-key": RoomKeyRequest => RoomKeyReply;
    ARCHIPELAGO "/pass": PassRequest => PassReply;
    ARCHIPELAGO "/room-report": RoomReport => RoomReportReply;
    ARCHIPELAGO "/rooms": RoomsRequest => RoomsReply;
    ARCHIPELAGO "/counters": CountersRequest => CountersReply;
    CONNECTORS "/deliver": Delivery => DeliveryReply;
    LIVE_MAPS "/frame": LiveFrame => LiveFrameReply;
    ROOMS "/orders": RoomOrders => RoomOrdersReply;
}

/// Why a call has no reply.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The object could not be reached.
    #[error("unreachable: {0}")]
    Unreachable(#[from] worker::Error),
    /// The object refused.
    #[error("refused with status {0}")]
    Refused(u16),
    /// The reply, or the request, is no message of its kind.
    #[error("undecodable: {0}")]
    Undecodable(#[from] prost::DecodeError),
    /// The realm refuses what it was told.
    #[error("{0}")]
    Realm(#[from] RealmError),
    /// No reply within the limit.
    #[error("no answer within {0} ms")]
    TimedOut(u64),
    /// The realm that an object belongs to is none of this deployment any more.
    #[error("the deployment has no such realm")]
    NoRealm,
    /// A variable of the deployment holds something it may not.
    #[error("{0}")]
    NotConfigured(#[from] ConfigError),
    /// The object is not ready for the call.
    #[error("{0}")]
    NotReady(String),
}

/// Asks an object.
pub async fn call<C: Call>(env: &Env, object: &str, request: &C) -> Result<C::Reply, BusError> {
    let body = Uint8Array::from(request.encode_to_vec().as_slice());
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    // The host is never looked up: a stub leads straight to its object.
    let request = Request::new_with_init(&format!("https://object{}", C::PATH), &init)?;
    let stub = env.durable_object(C::BINDING)?.get_by_name(object)?;
    let mut response = stub.fetch_with_request(request).await?;
    if response.status_code() != 200 {
        return Err(BusError::Refused(response.status_code()));
    }
    Ok(C::Reply::decode(response.bytes().await?.as_slice())?)
}

/// Asks an object, for at most `limit_ms`.
pub async fn call_within<C: Call>(
    limit_ms: u64,
    env: &Env,
    object: &str,
    request: &C,
) -> Result<C::Reply, BusError> {
    let reply = crate::clock::within(limit_ms, call(env, object, request)).await;
    reply.unwrap_or(Err(BusError::TimedOut(limit_ms)))
}

/// Reads a call's request.
pub async fn request<C: Call + Default>(request: &mut Request) -> Result<C, BusError> {
    Ok(C::decode(request.bytes().await?.as_slice())?)
}

/// Answers a call.
pub fn reply<R: Message>(reply: Result<R, BusError>) -> worker::Result<Response> {
    reply_encoded(reply.map(|reply| reply.encode_to_vec()))
}

/// The same, for what is encoded already.
pub fn reply_encoded(reply: Result<Vec<u8>, BusError>) -> worker::Result<Response> {
    match reply {
        Ok(reply) => Response::from_bytes(reply),
        Err(error) => {
            crate::log::warn("call refused", &[("error", &error)]);
            let status = match error {
                BusError::Realm(RealmError::StaleEpoch { .. }) => 409,
                BusError::Realm(RealmError::NotYetKnown)
                | BusError::NotReady(_)
                | BusError::NoRealm
                | BusError::NotConfigured(_)
                | BusError::Unreachable(_)
                | BusError::Refused(_)
                | BusError::TimedOut(_) => 503,
                BusError::Realm(_) | BusError::Undecodable(_) => 400,
            };
            Response::error("refused", status)
        }
    }
}
