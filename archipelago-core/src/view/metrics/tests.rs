use std::collections::BTreeMap;

use crate::protocol::bus::{
    ConnectorCounters, CountersReply, Histogram, RealmCounters, RealmFigures, RoomCounters,
    SessionStages, UpstreamCounters,
};

use super::metrics_text;

/// These go up although their names, which production has given them, do not say so.
const OLD_COUNTERS: [&str; 3] = [
    "dcl_archipelago_change_island_count",
    "dcl_ws_rooms_in_messages",
    "dcl_ws_rooms_out_messages",
];

/// The families of a text by name: kind, and the samples as they stand behind the name. As strict as the format allows:
/// each family with its help, its type and then its samples, without a time, and nothing else.
fn parse(text: &str) -> BTreeMap<&str, (&str, BTreeMap<&str, &str>)> {
    assert!(text.ends_with('\n') && text.is_ascii());
    let mut families = BTreeMap::new();
    for family in text.strip_prefix("# HELP ").unwrap().split("\n# HELP ") {
        let mut lines = family.lines();
        let (name, help) = lines.next().unwrap().split_once(' ').unwrap();
        assert!(is_name(name) && help.ends_with('.'), "{name} {help}");
        let kind = lines.next().unwrap().strip_prefix("# TYPE ").unwrap();
        let kind = kind.strip_prefix(name).unwrap().strip_prefix(' ').unwrap();
        let mut samples = BTreeMap::new();
        for line in lines {
            let (series, value) = line.strip_prefix(name).unwrap().split_once(' ').unwrap();
            assert!(
                value.parse::<f64>().is_ok_and(|value| value >= 0.0),
                "{line}"
            );
            assert_eq!(samples.insert(series, value), None, "{line} occurs twice");
        }
        assert!(!samples.is_empty(), "{name}");
        let known = families.insert(name, (kind, samples));
        assert_eq!(known, None, "{name} occurs twice");
    }
    families
}

fn is_name(name: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    name.starts_with("dcl_") && name.bytes().all(is_name_byte)
}

#[test]
fn a_realm_of_which_nothing_is_known_has_all_families_with_zeros() {
    let text = metrics_text(&CountersReply::default());
    for (name, (kind, samples)) in parse(&text) {
        match kind {
            "counter" => assert!(
                name.ends_with("_total") || OLD_COUNTERS.contains(&name),
                "{name}"
            ),
            "gauge" => assert!(!name.ends_with("_total"), "{name}"),
            "histogram" => assert!(name.ends_with("_seconds"), "{name}"),
            _ => panic!("{name} {kind}"),
        }
        for (series, value) in samples {
            assert_eq!(value, "0", "{name}{series}");
        }
    }
}

#[test]
fn numbers_stand_where_they_belong() {
    let counters = CountersReply {
        connectors: Some(ConnectorCounters {
            welcomed: 7,
            positions_refused: u64::MAX,
            closed_banned: 3,
            ..ConnectorCounters::default()
        }),
        rooms: Some(RoomCounters {
            closed_undecodable: 3,
            closed_unexpected: 2,
            ..RoomCounters::default()
        }),
        realm: Some(RealmCounters {
            reassignments: 4,
            flush_duration: Some(Histogram {
                counts: vec![1, 0, 2],
                sum_ms: 25,
            }),
            ..RealmCounters::default()
        }),
        figures: Some(RealmFigures {
            peers: 5,
            ..RealmFigures::default()
        }),
        stages: Some(SessionStages {
            vetting: 6,
            ..SessionStages::default()
        }),
        upstream: None,
    };
    let text = metrics_text(&counters);
    let families = parse(&text);
    let max = u64::MAX.to_string();
    for (name, series, value) in [
        ("handshakes_total", "{outcome=\"welcomed\"}", "7"),
        ("heartbeats_dropped_total", "{reason=\"no_position\"}", &max),
        ("closes_total", "{reason=\"banned\"}", "3"),
        ("kicks_total", "{reason=\"banned\"}", "3"),
        ("change_island_count", "", "4"),
        ("flush_duration_seconds", "_bucket{le=\"0.005\"}", "1"),
        ("flush_duration_seconds", "_bucket{le=\"0.01\"}", "3"),
        ("flush_duration_seconds", "_bucket{le=\"2.5\"}", "3"),
        ("flush_duration_seconds", "_bucket{le=\"+Inf\"}", "3"),
        ("flush_duration_seconds", "_sum", "0.025"),
        ("flush_duration_seconds", "_count", "3"),
        ("peers_count", "", "5"),
        ("sessions", "{stage=\"vetting\"}", "6"),
    ] {
        let (_, samples) = &families[format!("dcl_archipelago_{name}").as_str()];
        assert_eq!(samples[series], value, "{name}{series}");
    }
    let (_, unknown) = &families["dcl_ws_rooms_unknown_sent_messages_total"];
    assert_eq!(unknown[""], "5");
}

#[test]
fn calls_are_those_of_connectors_rooms_and_routes() {
    let asked = |ethereum_failed| {
        Some(UpstreamCounters {
            ethereum_failed,
            ..UpstreamCounters::default()
        })
    };
    let counters = CountersReply {
        connectors: Some(ConnectorCounters {
            upstream: asked(1),
            ..ConnectorCounters::default()
        }),
        rooms: Some(RoomCounters {
            upstream: asked(10),
            ..RoomCounters::default()
        }),
        upstream: asked(100),
        ..CountersReply::default()
    };
    let text = metrics_text(&counters);
    let (_, calls) = &parse(&text)["dcl_archipelago_upstream_calls_total"];
    assert_eq!(calls["{upstream=\"ethereum\",outcome=\"failed\"}"], "111");
    assert_eq!(calls["{upstream=\"ethereum\",outcome=\"answered\"}"], "0");
    assert_eq!(calls.len(), 10);
}
