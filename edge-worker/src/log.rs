//! Structured logs: one JSON object a line. No secrets, signatures or tokens.

use std::fmt::Display;

use serde_json::{Map, Value};
use worker::{console_error, console_log, console_warn};

fn line(event: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut object = Map::new();
    object.insert("event".to_owned(), Value::from(event));
    for (name, value) in fields {
        object.insert((*name).to_owned(), Value::from(value.to_string()));
    }
    Value::Object(object).to_string()
}

/// Something worth knowing.
pub fn info(event: &str, fields: &[(&str, &dyn Display)]) {
    console_log!("{}", line(event, fields));
}

/// Something that should not happen, and is dealt with.
pub fn warn(event: &str, fields: &[(&str, &dyn Display)]) {
    console_warn!("{}", line(event, fields));
}

/// Something that somebody has to look after.
pub fn error(event: &str, fields: &[(&str, &dyn Display)]) {
    console_error!("{}", line(event, fields));
}
