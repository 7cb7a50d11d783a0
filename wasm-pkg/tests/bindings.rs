//! Peers by id: what JavaScript gives and gets.

mod common;

use archipelago_wasm::Archipelago;
use common::{counter, flushed, made, put, refused, said, taken, text};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

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
            "joinDistanse is {\"m\":64}: it must be left out: the options are crowdPolicy, joinDistance, \
             leaveDistance, maxPeersPerIsland, roomPrefix",
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
fn refused_crowd_policies_are_named() {
    for (policy, said) in [
        (
            r#""wild""#,
            "crowdPolicy is \"wild\": it must be \"stable\", \"coherent\", \"coherent:PRESET\", perhaps with parameters as \
             in \"coherent:calm,margin=0.5\", or an object with a preset and parameters; presets are tight, balanced, \
             calm, saver",
        ),
        (
            r#""stable,mix=1""#,
            "crowdPolicy is \"stable,mix=1\": it must be \"stable\" without parameters",
        ),
        (
            r#""coherent,mix=1.5""#,
            "crowdPolicy is \"coherent,mix=1.5\": it must be a policy with mix a number from 0 to 1",
        ),
        (
            r#""coherent,radius_m=65""#,
            "crowdPolicy is \"coherent,radius_m=65\": it must be a policy with radius_m at most 4 times kernel_cell_m, \
             which is 16",
        ),
        (
            r#""coherent,depth=1""#,
            "crowdPolicy is \"coherent,depth=1\": it must be a policy with depth left out: the parameters are \
             kernel_cell_m, radius_m, look_ahead_s, stay_s, mix, margin, chain_cost, chain_length, fill, dwell_s",
        ),
        (
            r#"{"preset": "wild"}"#,
            "crowdPolicy.preset is \"wild\": it must be one of tight, balanced, calm, saver",
        ),
        (
            r#"{"preset": "calm", "mix": 1.5}"#,
            "crowdPolicy.mix is 1.5: it must be a number from 0 to 1",
        ),
        (
            r#"{"chainLength": 2.5}"#,
            "crowdPolicy.chainLength is 2.5: it must be a whole number from 1 to 6",
        ),
        (
            r#"{"kernelCellM": 1, "radiusM": 5}"#,
            "crowdPolicy.radiusM is 5: it must be at most 4 times kernelCellM, which is 1",
        ),
        (
            r#"{"kernelCellM": 1}"#,
            "crowdPolicy.radiusM is 16: it must be at most 4 times kernelCellM, which is 1",
        ),
        (
            r#"{"depth": 1}"#,
            "crowdPolicy.depth is 1: it must be left out: the parameters are preset, kernelCellM, radiusM, lookAheadS, \
             stayS, mix, margin, chainCost, chainLength, fill, dwellS",
        ),
    ] {
        assert_eq!(refused(&format!(r#"{{"crowdPolicy": {policy}}}"#)), said);
    }
    // Numbers to JavaScript, but not to the engine.
    for policy in ["coherent,mix=0x1", "coherent,mix=", "coherent,mix=1e"] {
        let told = refused(&format!(r#"{{"crowdPolicy": "{policy}"}}"#));
        assert!(told.contains("it must be \"stable\""), "{told}");
    }
}

#[wasm_bindgen_test]
fn crowd_policies_are_taken_whatever_the_order_of_their_parameters() {
    for policy in [
        r#""coherent:calm, margin=0.5""#,
        r#""coherent,radius_m=4,kernel_cell_m=1""#,
        r#"{"kernelCellM": 1, "radiusM": 4}"#,
        r#"{"radiusM": 4, "kernelCellM": 1}"#,
        r#"{"kernelCellM": 50, "radiusM": 100}"#,
        r#"{"radiusM": 100, "kernelCellM": 50}"#,
    ] {
        made(&format!(r#"{{"crowdPolicy": {policy}}}"#));
    }
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
        let told =
            format!("{told}: it must be a string that is not empty, without lone surrogates");
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
        (1e16.into(), "10000000000000000"),
        (JsValue::NULL, "null"),
    ] {
        let told = format!("nowMs is {told}: it must be a number from 0 to 9007199254740991");
        assert_eq!(said(islands.flush(&now_ms, &JsValue::UNDEFINED)), told);
        assert_eq!(said(islands.flush_raw(&now_ms, &JsValue::UNDEFINED)), told);
    }
    assert_eq!(counter(&islands, "islands"), 0.0);
    assert_eq!(counter(&islands, "flushes"), 0.0);
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

/// All of them would be the same character in Rust, and the same peer.
#[wasm_bindgen_test]
fn halves_of_surrogate_pairs_are_no_names() {
    let mut islands = made("{}");
    let zero = JsValue::from(0);
    for half in [0xd800, 0xdbff, 0xdc00] {
        let name = js_sys::JsString::from_char_code1(half).into();
        let refusal = islands.set_position(&name, &zero, &zero, &zero, &JsValue::UNDEFINED);
        assert!(said(refusal).ends_with("without lone surrogates"));
    }
    put(&mut islands, "\u{1f3dd}", 0.0, 0.0);
    assert_eq!(counter(&islands, "peers"), 1.0);
}
