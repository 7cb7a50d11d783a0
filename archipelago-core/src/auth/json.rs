use serde_json::{Map, Value};

use super::link::{ParseLinks, Property};

/// The parser of this crate.
pub(super) struct Json;

impl ParseLinks for Json {
    // A map, not a derived struct: that would take a link written as an array, and refuse a repeated unknown key.
    type Object = Map<String, Value>;

    fn objects(json: &str) -> Option<Vec<Self::Object>> {
        serde_json::from_str(json).ok()
    }

    fn property(object: &Self::Object, name: &str) -> Property {
        match object.get(name) {
            None | Some(Value::Null) => Property::Absent,
            Some(Value::String(text)) => Property::Text(text.clone()),
            Some(_) => Property::Other,
        }
    }
}
