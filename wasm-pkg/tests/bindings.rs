//! What JavaScript gives and gets.

use archipelago_wasm::{Archipelago, Refusal};
use js_sys::{Float32Array, JSON, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn options(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

fn made(json: &str) -> Archipelago {
    taken(Archipelago::new(&options(json)))
}

fn refused(json: &str) -> String {
    said(Archipelago::new(&options(json)))
}

/// The refusal, which is also an `Error` that tells its parts.
fn said<T>(result: Result<T, Refusal>) -> String {
    let refusal = result.err().expect("it was taken");
    let message = refusal.message();
    let error = JsValue::from(refusal);
    let part = |name: &str| js_sys::Reflect::get(&error, &name.into()).expect("an Error");
    assert_eq!(part("message").as_string().as_ref(), Some(&message));
    assert!(message.starts_with(&part("field").as_string().expect("a name")));
    assert!(message.ends_with(&part("allowed").as_string().expect("words")));
    message
}

fn taken<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{}", refusal.message()))
}

fn text(value: &JsValue) -> String {
    if value.is_undefined() {
        return "undefined".to_owned();
    }
    JSON::stringify(value).expect("plain data").into()
}

fn put(islands: &mut Archipelago, id: &str, x: f64, z: f64) {
    let none = JsValue::UNDEFINED;
    taken(islands.set_position(&id.into(), &x.into(), &0.into(), &z.into(), &none));
}

fn flushed(islands: &mut Archipelago, now_ms: f64, scope: Option<&str>) -> String {
    let scope = scope.map_or(JsValue::UNDEFINED, JsValue::from);
    text(&taken(islands.flush(&now_ms.into(), &scope)))
}

fn counter(islands: &Archipelago, name: &str) -> f64 {
    let counters = islands.counters();
    let count = js_sys::Reflect::get(&counters, &name.into()).expect("an object");
    count.as_f64().expect("a number")
}

#[wasm_bindgen_test]
fn updates_and_islands_are_plain_objects() {
    let mut islands = made(r#"{"joinDistance": 64, "maxPeersPerIsland": 50}"#);
    put(&mut islands, "alice", 0.0, 0.0);
    put(&mut islands, "bob", 30.0, 40.0);
    assert_eq!(
        (counter(&islands, "peers"), counter(&islands, "islands")),
        (2.0, 0.0)
    );
    assert_eq!(
        flushed(&mut islands, 0.0, None),
        r#"[{"kind":"changeTo","peer":"alice","island":"I1"},{"kind":"changeTo","peer":"bob","island":"I1"}]"#
    );
    let island = r#"{"id":"I1","peers":["alice","bob"],"center":[15,0,20],"radius":25,"maxPeers":50,"formedMs":0}"#;
    assert_eq!(text(&islands.islands()), format!("[{island}]"));
    assert_eq!(text(&islands.island(&"I1".into())), island);
    // 80 m is the leave distance that 64 m implies.
    put(&mut islands, "bob", 80.0, 0.0);
    assert_eq!(flushed(&mut islands, 2000.0, None), "[]");
    put(&mut islands, "bob", 80.01, 0.0);
    assert_eq!(
        flushed(&mut islands, 4000.0, Some("full")),
        r#"[{"kind":"changeTo","peer":"bob","island":"I3","from":"I1"}]"#
    );
    for id in ["bob", "nobody"] {
        taken(islands.disconnect(&id.into()));
    }
    assert_eq!(
        flushed(&mut islands, 6000.0, None),
        r#"[{"kind":"leave","peer":"bob","island":"I3"}]"#
    );
    assert_eq!(
        (counter(&islands, "peers"), counter(&islands, "islands")),
        (1.0, 1.0)
    );
}

#[wasm_bindgen_test]
fn islands_that_are_not_there_are_undefined() {
    let mut islands = made("{}");
    put(&mut islands, "alice", 0.0, 0.0);
    flushed(&mut islands, 0.0, None);
    for id in ["I2", "", "I", "I01", "i1", "1", "I99999999999999999999"] {
        assert_eq!(text(&islands.island(&id.into())), "undefined", "{id}");
    }
}

#[wasm_bindgen_test]
fn arrivals_are_placed_without_splitting() {
    let mut islands = made("{}");
    put(&mut islands, "alice", 0.0, 0.0);
    put(&mut islands, "bob", 10.0, 0.0);
    flushed(&mut islands, 0.0, None);
    put(&mut islands, "bob", 900.0, 0.0);
    put(&mut islands, "carol", 20.0, 0.0);
    assert_eq!(
        flushed(&mut islands, 100.0, Some("arrivals")),
        r#"[{"kind":"changeTo","peer":"carol","island":"I1"}]"#
    );
}

#[wasm_bindgen_test]
fn a_wish_is_taken_as_text() {
    let mut islands = made(r#"{"maxPeersPerIsland": 2, "roomPrefix": "room-"}"#);
    for (id, x) in [("a", 0.0), ("b", 0.0), ("c", -90.0), ("d", 90.0)] {
        put(&mut islands, id, x, 0.0);
        flushed(&mut islands, 0.0, None);
    }
    let (zero, wish) = (JsValue::from(0), "room-4".into());
    taken(islands.set_position(&"e".into(), &zero, &zero, &zero, &wish));
    assert_eq!(
        flushed(&mut islands, 0.0, None),
        r#"[{"kind":"changeTo","peer":"e","island":"room-4"}]"#
    );
}

#[wasm_bindgen_test]
fn options_have_defaults() {
    for json in ["null", "{}"] {
        let mut islands = made(json);
        put(&mut islands, "a", 0.0, 0.0);
        put(&mut islands, "b", 100.0, 0.0);
        flushed(&mut islands, 0.0, None);
        assert_eq!(
            text(&islands.islands()),
            r#"[{"id":"I1","peers":["a","b"],"center":[50,0,0],"radius":50,"maxPeers":100,"formedMs":0}]"#
        );
    }
    assert!(Archipelago::new(&JsValue::UNDEFINED).is_ok());
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
            "joinDistanse is {\"m\":64}: it must be left out: the options are joinDistance, leaveDistance, \
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
    assert_eq!(
        said(Archipelago::new(&infinite)),
        "joinDistance is Infinity: it must be finite and above 0"
    );
}

#[wasm_bindgen_test]
fn refused_positions_change_nothing() {
    let mut islands = made("{}");
    put(&mut islands, "a", 1.0, 2.0);
    let zero = || JsValue::from(0);
    let none = JsValue::UNDEFINED;
    for (x, y, z, told) in [
        (f64::NAN.into(), zero(), zero(), "x is NaN"),
        (zero(), f64::NEG_INFINITY.into(), zero(), "y is -Infinity"),
        (zero(), zero(), 1e39.into(), "z is 1e+39"),
        ("1".into(), zero(), zero(), "x is \"1\""),
        (zero(), none.clone(), zero(), "y is undefined"),
    ] {
        for id in ["a", "b"] {
            assert_eq!(
                said(islands.set_position(&id.into(), &x, &y, &z, &none)),
                format!("{told}: it must be a finite 32-bit number")
            );
        }
    }
    for (id, told) in [
        ("".into(), "id is \"\""),
        (7.into(), "id is 7"),
        (none.clone(), "id is undefined"),
    ] {
        let told = format!("{told}: it must be a string that is not empty");
        let refusal = islands.set_position(&id, &zero(), &zero(), &zero(), &none);
        assert_eq!(said(refusal), told);
        assert_eq!(said(islands.disconnect(&id)), told);
        assert_eq!(text(&islands.island(&id)), "undefined");
        assert_eq!(text(&islands.peer(&id)), "undefined");
    }
    let refusal = islands.set_position(&"b".into(), &zero(), &zero(), &zero(), &7.into());
    assert_eq!(said(refusal), "preferred is 7: it must be a string");
    assert_eq!(counter(&islands, "peers"), 1.0);
    flushed(&mut islands, 0.0, None);
    assert_eq!(
        text(&islands.islands()),
        r#"[{"id":"I1","peers":["a"],"center":[1,0,2],"radius":0,"maxPeers":100,"formedMs":0}]"#
    );
}

#[wasm_bindgen_test]
fn refused_flushes_change_nothing() {
    let mut islands = made("{}");
    put(&mut islands, "a", 1.0, 2.0);
    assert_eq!(
        said(islands.flush(&0.into(), &"all".into())),
        "scope is \"all\": it must be \"full\" or \"arrivals\""
    );
    for (now_ms, told) in [
        (f64::NAN.into(), "NaN"),
        (JsValue::from(-1), "-1"),
        (f64::INFINITY.into(), "Infinity"),
        (JsValue::NULL, "null"),
    ] {
        let told = format!("nowMs is {told}: it must be a finite number, at least 0");
        assert_eq!(said(islands.flush(&now_ms, &JsValue::UNDEFINED)), told);
        assert_eq!(said(islands.flush_raw(&now_ms, &JsValue::UNDEFINED)), told);
    }
    assert_eq!(counter(&islands, "islands"), 0.0);
    assert_eq!(counter(&islands, "flushes"), 0.0);
}

#[wasm_bindgen_test]
fn long_values_are_cut_in_messages() {
    let told = refused(&format!(r#"{{"roomPrefix": 7, "{}": 1}}"#, "x".repeat(500)));
    assert!(told.contains("it must be left out"));
    let told = refused(&format!(r#""{}""#, "ä".repeat(500)));
    assert_eq!(
        told,
        format!("options is \"{}…: it must be an object", "ä".repeat(199))
    );
}

#[wasm_bindgen_test]
fn a_peer_tells_where_it_is() {
    let mut islands = made("{}");
    put(&mut islands, "alice", 1.5, -2.0);
    assert_eq!(
        text(&islands.peer(&"alice".into())),
        r#"{"id":"alice","handle":0,"position":[1.5,0,-2]}"#
    );
    flushed(&mut islands, 0.0, None);
    assert_eq!(
        text(&islands.peer(&"alice".into())),
        r#"{"id":"alice","handle":0,"position":[1.5,0,-2],"island":"I1"}"#
    );
    assert_eq!(text(&islands.peer(&"bob".into())), "undefined");
}

fn ids(names: &[&str]) -> JsValue {
    let array: js_sys::Array = names.iter().map(|name| JsValue::from(*name)).collect();
    array.into()
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

fn handles(values: &[u32]) -> JsValue {
    Uint32Array::from(values).into()
}

#[wasm_bindgen_test]
fn many_at_once_by_id_and_by_handle() {
    let mut islands = made(r#"{"joinDistance": 10}"#);
    let given = taken(islands.set_positions(
        &ids(&["a", "b", "c"]),
        &floats(&[0., 0., 0., 5., 0., 0., 90., 0., 0.]),
    ));
    assert_eq!(given.to_vec(), [0, 1, 2]);
    let arrived = taken(islands.flush_raw(&0.into(), &JsValue::UNDEFINED));
    assert_eq!(
        text(&arrived),
        r#"{"peers":{"0":0,"1":1,"2":2},"islands":{"0":1,"1":1,"2":3},"from":{"0":0,"1":0,"2":0},"left":{}}"#
    );
    let same =
        taken(islands.set_positions(&handles(&[2, 1]), &floats(&[52., 0., 0., 50., 0., 0.])));
    assert_eq!(same.to_vec(), [2, 1]);
    put(&mut islands, "d", 51.0, 0.0);
    taken(islands.disconnect(&"a".into()));
    let moved = taken(islands.flush_raw(&2000.into(), &JsValue::UNDEFINED));
    assert_eq!(
        text(&moved),
        r#"{"peers":{"0":2,"1":3},"islands":{"0":1,"1":1},"from":{"0":3,"1":0},"left":{"0":0}}"#
    );
    assert_eq!(islands.assignments_raw().to_vec(), [0.0, 1.0, 1.0, 1.0]);
    assert_eq!(
        text(&islands.islands_raw()),
        r#"{"numbers":{"0":1},"offsets":{"0":0,"1":3},"members":{"0":1,"1":2,"2":3},"centers":{"0":51,"1":0},"radii":{"0":1}}"#
    );
    assert_eq!(islands.handle(&"d".into()), Some(3));
    assert_eq!(islands.id_of(&3.into()), Some("d".to_owned()));
    for nobody in [
        0.into(),
        4.into(),
        1.5.into(),
        JsValue::from(-1),
        JsValue::NULL,
    ] {
        assert_eq!(islands.id_of(&nobody), None);
    }
}

#[wasm_bindgen_test]
fn of_many_all_are_taken_or_none() {
    let mut islands = made("{}");
    put(&mut islands, "a", 1.0, 2.0);
    let six = floats(&[0., 0., 0., 1., 1., f32::NAN]);
    let three = floats(&[7., 7., 7.]);
    for (peers, positions, told) in [
        (
            ids(&["a", "b"]),
            &six,
            "positions[5] is NaN: it must be a finite number",
        ),
        (
            ids(&["a", "b"]),
            &three,
            "positions.length is 3: it must be 6: x, y and z of each of 2 peers",
        ),
        (
            ids(&["a"]),
            &handles(&[1, 2, 3]),
            "positions is {\"0\":1,\"1\":2,\"2\":3}: it must be a Float32Array",
        ),
        (
            ids(&[""]),
            &three,
            "peers[0] is \"\": it must be a string that is not empty",
        ),
        (
            handles(&[1]),
            &three,
            "peers[0] is 1: it must be the handle of a peer",
        ),
        (
            handles(&[u32::MAX]),
            &three,
            "peers[0] is 4294967295: it must be the handle of a peer",
        ),
        (
            "a".into(),
            &three,
            "peers is \"a\": it must be an Array of ids or a Uint32Array of handles",
        ),
    ] {
        assert_eq!(said(islands.set_positions(&peers, positions)), told);
    }
    assert_eq!(counter(&islands, "peers"), 1.0);
    assert_eq!(
        text(&islands.peer(&"a".into())),
        r#"{"id":"a","handle":0,"position":[1,0,2]}"#
    );
    taken(islands.disconnect(&"a".into()));
    assert_eq!(
        said(islands.set_positions(&handles(&[0]), &three)),
        "peers[0] is 0: it must be the handle of a peer"
    );
}
