//! The engine against traces of the service in production.

mod support;

use archipelago_core::engine::NamedEngine;
use support::golden::{TRACES, play};
use support::model::Name;
use support::subject::Handles;

#[test]
fn golden_traces() {
    for (name, text) in TRACES {
        play::<NamedEngine<Name>>(text).unwrap_or_else(|what| panic!("{name}: {what}"));
        play::<Handles>(text).unwrap_or_else(|what| panic!("{name}, by handle: {what}"));
    }
}
