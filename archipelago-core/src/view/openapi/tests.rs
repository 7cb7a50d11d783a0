use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::openapi_json;

fn document() -> Value {
    serde_json::from_str(&openapi_json().unwrap()).unwrap()
}

/// Every value in the document with the path that leads to it.
fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(path, value);
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, &format!("{path}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), visit);
            }
        }
        _ => {}
    }
}

/// The paths of all values that are wanted.
fn find(document: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    walk(document, "", &mut |path, value| {
        if wanted(value) {
            found.push(path.to_owned());
        }
    });
    found
}

fn names(document: &Value, pointer: &str) -> BTreeSet<String> {
    let object = document.pointer(pointer).unwrap().as_object().unwrap();
    object.keys().cloned().collect()
}

#[test]
fn every_type_that_serves_an_answer_has_a_schema() {
    let schemas = names(&document(), "/components/schemas");
    let expected = [
        "About",
        "Address",
        "Comms",
        "Configurations",
        "CoreStatus",
        "ErrorAnswer",
        "HotScene",
        "IslandView",
        "Islands",
        "Parcel",
        "ParcelCoordinates",
        "ParcelView",
        "Parcels",
        "PeerAnswer",
        "PeerNotFound",
        "PeerView",
        "Peers",
        "Position",
        "RealmView",
        "RoomDetail",
        "RoomsStatus",
        "Service",
        "Status",
        "Time",
        "World",
    ];
    assert_eq!(schemas, expected.map(str::to_owned).into());
}

#[test]
fn references_lead_somewhere_and_everything_is_referred_to() {
    let document = document();
    let mut referred = BTreeSet::new();
    walk(&document, "", &mut |path, value| {
        if let Some(target) = value.get("$ref") {
            let pointer = target.as_str().unwrap().strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{path}: {target}");
            referred.insert(pointer.to_owned());
        }
    });
    for kind in names(&document, "/components") {
        for name in names(&document, &format!("/components/{kind}")) {
            let pointer = format!("/components/{kind}/{name}");
            assert!(referred.contains(&pointer), "nobody refers to {pointer}");
        }
    }
}

#[test]
fn every_path_has_three_operations_each_with_an_id_of_its_own() {
    let document = document();
    let mut paths_of = BTreeMap::new();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for method in ["get", "head", "options"] {
            let id = item[method]["operationId"].as_str().unwrap();
            assert_eq!(paths_of.insert(id, path), None, "{id}");
        }
    }
    assert_eq!(paths_of["getCommsPeersId"], "/comms/peers/{id}");
    assert_eq!(paths_of["headHotScenes"], "/hot-scenes");
    assert_eq!(paths_of["optionsOpenapiJson"], "/openapi.json");
}

#[test]
fn parameters_of_a_path_are_those_in_it() {
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["parameters"].as_array().map_or(0, Vec::len);
        assert_eq!(parameters, path.matches('{').count(), "{path}");
    }
}

#[test]
fn a_head_is_never_upgraded() {
    let document = document();
    let statuses = |path: &str| names(&document["paths"][path]["head"], "/responses");
    let expected = ["400", "404", "414", "426", "431", "500"].map(str::to_owned);
    for path in ["/ws", "/archipelago/ws", "/live", "/rooms/{id}"] {
        assert_eq!(statuses(path), expected.clone().into(), "{path}");
    }
}

#[test]
fn no_number_is_taken_for_a_smaller_one() {
    let document = document();
    assert_eq!(find(&document, |value| value == "int32"), [""; 0]);
    let count = &document["components"]["schemas"]["Comms"]["properties"]["usersCount"];
    assert_eq!(
        (&count["format"], &count["minimum"]),
        (&"int64".into(), &0.into())
    );
}

#[test]
fn only_the_answer_about_nobody_has_a_null() {
    let nulls = find(&document(), |value| value == "null" || value.is_null());
    assert_eq!(
        nulls,
        ["/components/schemas/PeerNotFound/properties/peer/type"]
    );
}

#[test]
fn answers_are_closed_unless_they_hand_on_what_a_catalyst_says() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_open = |schema: &Value| {
        schema["type"] == "object" && schema["additionalProperties"] != Value::Bool(false)
    };
    let open = schemas.iter().filter(|(_, schema)| is_open(schema));
    let open: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
    assert_eq!(open, ["About", "Service", "World"]);
    // It is a world, which is open, with a name.
    assert!(schemas["Configurations"]["allOf"].is_array());
}
