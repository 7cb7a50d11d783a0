//! What JavaScript gives and gets.

use archipelago_wasm::{Archipelago, ArchipelagoOptions, FlushScope};
use js_sys::JSON;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

fn options(json: &str) -> ArchipelagoOptions {
    JSON::parse(json).expect("JSON").unchecked_into()
}

fn made(json: &str) -> Archipelago {
    taken(Archipelago::new(Some(options(json))))
}

fn refused(json: &str) -> String {
    message(
        Archipelago::new(Some(options(json)))
            .err()
            .unwrap_or_else(|| panic!("{json} was taken")),
    )
}

fn message(error: JsError) -> String {
    JsValue::from(error)
        .unchecked_into::<js_sys::Error>()
        .message()
        .into()
}

fn taken<T>(result: Result<T, JsError>) -> T {
    result.unwrap_or_else(|error| panic!("{}", message(error)))
}

fn text(value: Result<JsValue, JsError>) -> String {
    let value = taken(value);
    if value.is_undefined() {
        return "undefined".to_owned();
    }
    JSON::stringify(&value).expect("plain data").into()
}

fn put(islands: &mut Archipelago, id: &str, x: f64, z: f64) {
    taken(islands.set_position(&id.into(), x, 0.0, z, &JsValue::UNDEFINED));
}

fn scope(name: &str) -> FlushScope {
    JsValue::from_str(name).unchecked_into()
}

#[wasm_bindgen_test]
fn updates_and_islands_are_plain_objects() {
    let mut islands = made(r#"{"joinDistance": 64, "maxPeersPerIsland": 50}"#);
    put(&mut islands, "alice", 0.0, 0.0);
    put(&mut islands, "bob", 30.0, 40.0);
    assert_eq!((islands.peers_count(), islands.islands_count()), (2, 0));
    assert_eq!(
        text(islands.flush(0.0, None)),
        r#"[{"kind":"changeTo","peer":"alice","island":"I1"},{"kind":"changeTo","peer":"bob","island":"I1"}]"#
    );
    let island =
        r#"{"id":"I1","peers":["alice","bob"],"center":[15,0,20],"radius":25,"maxPeers":50}"#;
    assert_eq!(text(islands.islands()), format!("[{island}]"));
    assert_eq!(text(islands.island(&"I1".into())), island);
    // 80 m is the leave distance that 64 m implies.
    put(&mut islands, "bob", 80.0, 0.0);
    assert_eq!(text(islands.flush(2000.0, None)), "[]");
    put(&mut islands, "bob", 80.01, 0.0);
    assert_eq!(
        text(islands.flush(4000.0, Some(scope("full")))),
        r#"[{"kind":"changeTo","peer":"bob","island":"I3","from":"I1"}]"#
    );
    for id in ["bob", "nobody"] {
        taken(islands.disconnect(&id.into()));
    }
    assert_eq!(
        text(islands.flush(6000.0, None)),
        r#"[{"kind":"leave","peer":"bob","island":"I3"}]"#
    );
    assert_eq!((islands.peers_count(), islands.islands_count()), (1, 1));
}

#[wasm_bindgen_test]
fn islands_that_are_not_there_are_undefined() {
    let mut islands = made("{}");
    put(&mut islands, "alice", 0.0, 0.0);
    taken(islands.flush(0.0, None));
    for id in ["I2", "", "I", "I01", "i1", "1", "I99999999999999999999"] {
        assert_eq!(text(islands.island(&id.into())), "undefined", "{id}");
    }
}

#[wasm_bindgen_test]
fn arrivals_are_placed_without_splitting() {
    let mut islands = made("{}");
    put(&mut islands, "alice", 0.0, 0.0);
    put(&mut islands, "bob", 10.0, 0.0);
    taken(islands.flush(0.0, None));
    put(&mut islands, "bob", 900.0, 0.0);
    put(&mut islands, "carol", 20.0, 0.0);
    assert_eq!(
        text(islands.flush(100.0, Some(scope("arrivals")))),
        r#"[{"kind":"changeTo","peer":"carol","island":"I1"}]"#
    );
}

#[wasm_bindgen_test]
fn a_wish_is_taken_as_text() {
    let mut islands = made(r#"{"maxPeersPerIsland": 2, "roomPrefix": "room-"}"#);
    for (id, x) in [("a", 0.0), ("b", 0.0), ("c", -90.0), ("d", 90.0)] {
        put(&mut islands, id, x, 0.0);
        taken(islands.flush(0.0, None));
    }
    let wish = "room-4".into();
    taken(islands.set_position(&"e".into(), 0.0, 0.0, 0.0, &wish));
    assert_eq!(
        text(islands.flush(0.0, None)),
        r#"[{"kind":"changeTo","peer":"e","island":"room-4"}]"#
    );
}

#[wasm_bindgen_test]
fn options_have_defaults() {
    for json in ["null", "{}"] {
        let mut islands = made(json);
        put(&mut islands, "a", 0.0, 0.0);
        put(&mut islands, "b", 100.0, 0.0);
        taken(islands.flush(0.0, None));
        assert_eq!(
            text(islands.islands()),
            r#"[{"id":"I1","peers":["a","b"],"center":[50,0,0],"radius":50,"maxPeers":100}]"#
        );
    }
    assert!(Archipelago::new(None).is_ok());
}

#[wasm_bindgen_test]
fn refused_options_name_field_value_and_what_is_allowed() {
    for (json, said) in [
        (
            r#"{"joinDistance": 0}"#,
            "joinDistance is 0: it must be finite and above 0",
        ),
        (
            r#"{"joinDistance": "64"}"#,
            "joinDistance is \"64\": it must be a number above 0",
        ),
        (
            r#"{"joinDistance": null}"#,
            "joinDistance is null: it must be a number above 0",
        ),
        (
            r#"{"joinDistance": [64]}"#,
            "joinDistance is [64]: it must be a number above 0",
        ),
        (
            r#"{"leaveDistance": 99.5}"#,
            "leaveDistance is 99.5: it must be finite and at least joinDistance, which is 100",
        ),
        (
            r#"{"maxPeersPerIsland": 0}"#,
            "maxPeersPerIsland is 0: it must be an integer from 1 to 4294967295",
        ),
        (
            r#"{"maxPeersPerIsland": 1.5}"#,
            "maxPeersPerIsland is 1.5: it must be an integer from 1 to 4294967295",
        ),
        (
            r#"{"maxPeersPerIsland": 4294967296}"#,
            "maxPeersPerIsland is 4294967296: it must be an integer from 1 to 4294967295",
        ),
        (
            r#"{"roomPrefix": ""}"#,
            "roomPrefix is \"\": it must be a string that is not empty",
        ),
        (
            r#"{"roomPrefix": 7}"#,
            "roomPrefix is 7: it must be a string that is not empty",
        ),
        (
            r#"{"joinDistanse": {"m": 64}}"#,
            "joinDistanse is not an option (its value is {\"m\":64}): known are joinDistance, leaveDistance, \
             maxPeersPerIsland, roomPrefix",
        ),
        ("[]", "options is []: it must be an object"),
        ("64", "options is 64: it must be an object"),
    ] {
        assert_eq!(refused(json), said);
    }
    let infinite = js_sys::Object::new();
    js_sys::Reflect::set(&infinite, &"joinDistance".into(), &f64::INFINITY.into())
        .expect("a plain object");
    let error = Archipelago::new(Some(infinite.unchecked_into()))
        .err()
        .map(message);
    assert_eq!(
        error.as_deref(),
        Some("joinDistance is Infinity: it must be finite and above 0")
    );
}

#[wasm_bindgen_test]
fn refused_positions_change_nothing() {
    let mut islands = made("{}");
    put(&mut islands, "a", 1.0, 2.0);
    for (x, y, z, said) in [
        (
            f64::NAN,
            0.0,
            0.0,
            "x is NaN: it must be a finite 32-bit number",
        ),
        (
            0.0,
            f64::NEG_INFINITY,
            0.0,
            "y is -Infinity: it must be a finite 32-bit number",
        ),
        (
            0.0,
            0.0,
            1e39,
            "z is 1e+39: it must be a finite 32-bit number",
        ),
    ] {
        for id in ["a", "b"] {
            assert_eq!(
                islands
                    .set_position(&id.into(), x, y, z, &JsValue::NULL)
                    .err()
                    .map(message)
                    .as_deref(),
                Some(said)
            );
        }
    }
    for (id, said) in [
        (
            "".into(),
            "id is \"\": it must be a string that is not empty",
        ),
        (7.into(), "id is 7: it must be a string that is not empty"),
        (
            JsValue::UNDEFINED,
            "id is undefined: it must be a string that is not empty",
        ),
    ] {
        let error = islands.set_position(&id, 0.0, 0.0, 0.0, &JsValue::NULL);
        assert_eq!(error.err().map(message).as_deref(), Some(said));
        assert_eq!(
            islands.disconnect(&id).err().map(message).as_deref(),
            Some(said)
        );
        assert_eq!(text(islands.island(&id)), "undefined");
    }
    let error = islands.set_position(&"b".into(), 0.0, 0.0, 0.0, &7.into());
    assert_eq!(
        error.err().map(message).as_deref(),
        Some("preferred is 7: it must be a string")
    );
    assert_eq!(islands.peers_count(), 1);
    taken(islands.flush(0.0, None));
    assert_eq!(
        text(islands.islands()),
        r#"[{"id":"I1","peers":["a"],"center":[1,0,2],"radius":0,"maxPeers":100}]"#
    );
}

#[wasm_bindgen_test]
fn refused_flushes_change_nothing() {
    let mut islands = made("{}");
    put(&mut islands, "a", 1.0, 2.0);
    let error = islands.flush(0.0, Some(scope("all"))).err().map(message);
    assert_eq!(
        error.as_deref(),
        Some("scope is \"all\": it must be \"full\" or \"arrivals\"")
    );
    for (now_ms, said) in [(f64::NAN, "NaN"), (-1.0, "-1"), (f64::INFINITY, "Infinity")] {
        let error = islands.flush(now_ms, None).err().map(message);
        assert_eq!(
            error,
            Some(format!(
                "nowMs is {said}: it must be a finite number, at least 0"
            ))
        );
    }
    assert_eq!(islands.islands_count(), 0);
}
