//! Faults on purpose: what a test has fail here, the others must survive.
//!
//! Only the build with the feature `faults` has this module, and no release can have the feature.
//!
//! `POST /faults` arms one fault and `DELETE /faults` disarms all. They are kept in the memory of the wasm instance, in
//! which all objects live, so that a panic takes with it whatever else is armed.

use std::cell::RefCell;

use serde::Deserialize;
use worker::js_sys::{Function, Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Error, Method, Request, Response, Result, State};

use crate::log;

#[cfg(not(debug_assertions))]
compile_error!("the feature `faults` is for tests: a release must not have it");

/// Where faults are armed.
pub const PATH: &str = "/faults";

/// Where something can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Point {
    /// The realm has a call, and has not decided it.
    #[serde(rename = "realm.request")]
    RealmRequest,
    /// It has decided, and what follows is not stored.
    #[serde(rename = "realm.decided")]
    RealmDecided,
    /// It has stored what follows, and has not answered.
    #[serde(rename = "realm.stored")]
    RealmStored,
    /// It is about to do what is due.
    #[serde(rename = "realm.flush")]
    RealmFlush,
    /// It has written, and the transaction is not over.
    #[serde(rename = "realm.store")]
    RealmStore,
    /// It is about to read what it has stored.
    #[serde(rename = "realm.load")]
    RealmLoad,
    /// The handler of its alarm.
    #[serde(rename = "realm.alarm")]
    RealmAlarm,
    /// A connector has a client's message.
    #[serde(rename = "connector.message")]
    ConnectorMessage,
    /// A connector has an upgrade.
    #[serde(rename = "connector.upgrade")]
    ConnectorUpgrade,
    /// The handler of a connector's alarm.
    #[serde(rename = "connector.alarm")]
    ConnectorAlarm,
    /// A connector has a delivery.
    #[serde(rename = "connector.delivery")]
    ConnectorDelivery,
    /// A connector has carried out a delivery, and has not answered.
    #[serde(rename = "connector.delivered")]
    ConnectorDelivered,
    /// A room has a guest's message.
    #[serde(rename = "room.message")]
    RoomMessage,
    /// The handler of a room's alarm.
    #[serde(rename = "room.alarm")]
    RoomAlarm,
    /// The live map has a frame.
    #[serde(rename = "map.frame")]
    MapFrame,
}

/// What happens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// A panic: the wasm instance dies, with all objects in it.
    Panic,
    /// An error: of the write where one is made, else of the handler, which throws.
    Fail,
    /// The platform drops this one object, and its memory.
    Abort,
}

/// A fault that waits for its moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    at: Point,
    /// Only this call, by its path, such as `/report`; at a point that calls pass.
    of: Option<String>,
    how: How,
    /// How often it happens.
    #[serde(default = "once")]
    times: u32,
    /// How often the point is passed unharmed before.
    #[serde(default)]
    after: u32,
}

fn once() -> u32 {
    1
}

thread_local! {
    static ARMED: RefCell<Vec<Fault>> = const { RefCell::new(Vec::new()) };
}

/// Arms and disarms.
pub async fn control(mut request: Request) -> Result<Response> {
    match request.method() {
        Method::Post => match serde_json::from_str(&request.text().await?) {
            Ok(fault) => ARMED.with_borrow_mut(|armed| armed.push(fault)),
            Err(error) => return Response::error(error.to_string(), 400),
        },
        Method::Delete => ARMED.with_borrow_mut(Vec::clear),
        _ => return Response::error("POST or DELETE", 405),
    }
    Ok(Response::empty()?.with_status(204))
}

/// What is armed for this point happens to the object that this is the state of. `call` is the path of the call that
/// passes the point, or nothing. An object can only be dropped where its state is at hand.
///
/// # Errors
///
/// The fault, where it is to be an error.
pub fn strike(point: Point, call: &str, state: Option<&State>) -> Result<()> {
    let Some(how) = ARMED.with_borrow_mut(|armed| take(armed, point, call)) else {
        return Ok(());
    };
    log::warn(
        "fault",
        &[
            ("at", &format_args!("{point:?}")),
            ("of", &call),
            ("how", &format_args!("{how:?}")),
        ],
    );
    match how {
        How::Panic => panic(point),
        How::Fail => Err(Error::RustError(format!("a fault on purpose: {point:?}"))),
        How::Abort => abort(state, point),
    }
}

/// What happens at this point now, if anything.
fn take(armed: &mut Vec<Fault>, point: Point, call: &str) -> Option<How> {
    let index = armed
        .iter()
        .position(|fault| fault.at == point && fault.of.as_ref().is_none_or(|path| path == call))?;
    let fault = armed.get_mut(index)?;
    if fault.after > 0 {
        fault.after -= 1;
        return None;
    }
    let how = fault.how;
    fault.times = fault.times.saturating_sub(1);
    if fault.times == 0 {
        armed.remove(index);
    }
    Some(how)
}

#[expect(clippy::panic, reason = "that is what it is for")]
fn panic(point: Point) -> ! {
    panic!("a fault on purpose: {point:?}")
}

/// What the platform does when an object's storage fails, or its machine: the object is gone, and the next event makes
/// another. In its own turn: ending what runs now would end it in the middle of the instance that all objects share.
fn abort(state: Option<&State>, point: Point) -> Result<()> {
    let Some(state) = state else {
        return Err(Error::RustError(format!("{point:?} cannot drop an object")));
    };
    let state: &JsValue = state.as_raw().as_ref();
    let abort: Function = Reflect::get(state, &"abort".into())?.dyn_into()?;
    let later: Function = Reflect::get(&global(), &"setTimeout".into())?.dyn_into()?;
    let reason = format!("dropped on purpose: {point:?}");
    later.call1(
        &JsValue::UNDEFINED,
        &abort.bind1(state, &reason.as_str().into()),
    )?;
    Err(Error::RustError(reason))
}
