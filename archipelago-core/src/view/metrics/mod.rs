//! `/metrics`: what has been counted, in Prometheus' text format.
//!
//! Every series is there from the start, with 0, so that what it has grown by can be told at any time. Names that the
//! production services have too are theirs, and mean the same.

mod connectors;
mod realm;
mod rooms;
#[cfg(test)]
mod tests;
mod text;

use crate::protocol::bus::{CountersReply, RealmCounters, UpstreamCounters};

use text::Text;

/// What the type of the `/metrics` answer is: Prometheus' text format, version 0.0.4.
pub const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes a family for each name: `one` counter, or one for each value of a label. The message is taken apart, so that no field
/// can be forgotten, but for the `others`.
macro_rules! counters {
    (
        $write:ident($message:ident), others: $($other:ident),*;
        $(one $name:literal, $help:literal: $field:ident;)*
        $(by $label:literal $family:literal, $family_help:literal: $($part:ident $value:literal),*;)*
    ) => {
        pub(super) fn $write(text: &mut Text, counters: &$message) {
            let &$message { $($field,)* $($($part,)*)* $($other: _,)* } = counters;
            $(text.counter($name, $help, $field);)*
            $(text.counters($family, $family_help, $label, &[$(($value, $part)),*]);)*
        }
    };
}
use counters;

/// `GET /metrics`
pub fn metrics_text(counters: &CountersReply) -> String {
    let CountersReply {
        connectors,
        rooms,
        realm,
        figures,
        stages,
        upstream,
    } = counters;
    let (connectors, rooms) = (connectors.unwrap_or_default(), rooms.unwrap_or_default());
    let mut text = Text::default();
    realm::write_figures(&mut text, &figures.unwrap_or_default());
    realm::write_stages(&mut text, &stages.unwrap_or_default());
    connectors::write(&mut text, &connectors);
    connectors::write_kicks(&mut text, &connectors);
    realm::write(
        &mut text,
        realm.as_ref().unwrap_or(&RealmCounters::default()),
    );
    let mut calls = upstream.unwrap_or_default();
    for part in [connectors.upstream, rooms.upstream].iter().flatten() {
        calls.add(part);
    }
    write_upstream(&mut text, &calls);
    rooms::write(&mut text, &rooms);
    rooms::write_unknown(&mut text, &rooms);
    text.into_string()
}

fn write_upstream(text: &mut Text, calls: &UpstreamCounters) {
    let &UpstreamCounters {
        bans_answered,
        bans_failed,
        deny_list_answered,
        deny_list_failed,
        ethereum_answered,
        ethereum_failed,
        catalysts_answered,
        catalysts_failed,
        content_answered,
        content_failed,
    } = calls;
    let services = [
        ("bans", bans_answered, bans_failed),
        ("deny_list", deny_list_answered, deny_list_failed),
        ("ethereum", ethereum_answered, ethereum_failed),
        ("catalysts", catalysts_answered, catalysts_failed),
        ("content", content_answered, content_failed),
    ];
    let samples = services.iter().flat_map(|&(service, answered, failed)| {
        [
            ([("upstream", service), ("outcome", "answered")], answered),
            ([("upstream", service), ("outcome", "failed")], failed),
        ]
    });
    text.samples(
        "dcl_archipelago_upstream_calls_total",
        "Calls of services outside that were answered in time and to the point, and those that were not.",
        samples,
    );
}
