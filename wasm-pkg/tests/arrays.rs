//! Many peers at once: by handle, in typed arrays.

mod common;

use common::{counter, made, put, said, taken, text};
use js_sys::{Float32Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

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
            "peers[0] is \"\": it must be a string that is not empty, without lone surrogates",
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
