use std::fmt::Write;

use crate::protocol::bus::{ConnectorCounters, CountersReply, RoomCounters};

/// What the type of the `/metrics` answer is: Prometheus' text format, version 0.0.4.
pub const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One number of `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Letters, digits and `_`; that of a counter ends in `_total`.
    pub name: &'static str,
    /// What is counted, on one line, without a backslash.
    pub help: &'static str,
    /// How the number moves.
    pub kind: MetricKind,
    /// The number.
    pub value: u64,
}

/// How the number of a metric moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only up, and to 0 when the realm starts.
    Counter,
    /// Up and down.
    Gauge,
}

impl Metric {
    /// How many there are now.
    pub const fn gauge(name: &'static str, help: &'static str, value: u64) -> Self {
        Self {
            name,
            help,
            kind: MetricKind::Gauge,
            value,
        }
    }

    /// How often something has happened since the realm has started.
    pub const fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Self {
            name,
            help,
            kind: MetricKind::Counter,
            value,
        }
    }

    fn kind_name(self) -> &'static str {
        match self.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
        }
    }
}

/// `GET /metrics`: the metrics in Prometheus' text format.
pub fn metrics_text(metrics: &[Metric]) -> String {
    let mut text = String::new();
    for metric in metrics {
        let &Metric {
            name, help, value, ..
        } = metric;
        let kind = metric.kind_name();
        // Cannot fail: it is memory.
        let _ = write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
        );
    }
    text
}

/// What is told of a realm with so many players, where this has been counted.
pub fn realm_metrics(users: u32, counters: CountersReply) -> Vec<Metric> {
    let users = Metric::gauge(
        "archipelago_users",
        "Players that the stats show.",
        users.into(),
    );
    let mut metrics = vec![users];
    metrics.extend(of_connectors(counters.connectors.unwrap_or_default()));
    metrics.extend(of_rooms(counters.rooms.unwrap_or_default()));
    metrics
}

/// One counter for each field of a message, which is taken apart so that none can be forgotten.
macro_rules! counters {
    ($name:ident($message:ident) $prefix:literal: $($field:ident: $help:literal,)*) => {
        fn $name(counters: $message) -> Vec<Metric> {
            let $message { $($field),* } = counters;
            vec![$(Metric::counter(concat!($prefix, stringify!($field), "_total"), $help, $field)),*]
        }
    };
}

counters! {
    of_connectors(ConnectorCounters) "archipelago_":
    welcomed: "Clients that have logged in.",
    refused: "Sockets that the realm closed before their clients had logged in.",
    banned: "Clients that were banned, when they came or later.",
    denied: "Clients on the deny list.",
    too_fast: "Clients that sent more messages than they may.",
    crowded: "Sockets that were refused or closed as too many of one network, IP or player.",
    positions_refused: "Heartbeats without a position in the world.",
    wishes_refused: "Wishes for rooms whose names are too long.",
    ban_checks: "Questions whether a player is banned.",
    ban_checks_failed: "Questions whether a player is banned that were not answered.",
    deny_lists: "Fetches of the deny list.",
    deny_lists_failed: "Fetches of the deny list that failed.",
    contract_checks: "Chains about which contract wallets were asked.",
    contract_checks_failed: "Chains about which contract wallets could not be asked.",
}

counters! {
    of_rooms(RoomCounters) "archipelago_room_":
    received: "Packets from players in rooms.",
    relayed: "Packets to players in rooms, once for each receiver.",
    dropped: "Unreliable packets that slow receivers have not got.",
    too_slow: "Players that were closed because they did not keep up.",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Name to kind and number, for a text that is as strict as the format allows: each metric with its help, its type and
    /// one sample without labels or a time, and nothing else.
    fn parse(text: &str) -> BTreeMap<&str, (&str, u64)> {
        assert!(text.ends_with('\n') && text.is_ascii());
        let lines: Vec<&str> = text.lines().collect();
        let mut metrics = BTreeMap::new();
        for chunk in lines.chunks(3) {
            let &[help, kind, sample] = chunk else {
                panic!("{chunk:?}")
            };
            let (name, value) = sample.split_once(' ').unwrap();
            let is_name_byte =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
            assert!(name.bytes().all(is_name_byte) && !name.as_bytes()[0].is_ascii_digit());
            let help = help.strip_prefix("# HELP ").unwrap();
            let help = help.strip_prefix(name).unwrap().strip_prefix(' ').unwrap();
            assert!(help.ends_with('.') && !help.contains('\\'), "{help}");
            let kind = kind.strip_prefix("# TYPE ").unwrap();
            let kind = kind.strip_prefix(name).unwrap().strip_prefix(' ').unwrap();
            assert!(matches!(kind, "counter" | "gauge"));
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
            let known = metrics.insert(name, (kind, value.parse().unwrap()));
            assert_eq!(known, None, "{name} occurs twice");
        }
        metrics
    }

    #[test]
    fn a_realm_is_told_in_the_text_format() {
        let counters = CountersReply {
            connectors: Some(ConnectorCounters {
                welcomed: 7,
                positions_refused: u64::MAX,
                ..ConnectorCounters::default()
            }),
            rooms: Some(RoomCounters {
                too_slow: 3,
                ..RoomCounters::default()
            }),
        };
        let text = metrics_text(&realm_metrics(5, counters));
        let metrics = parse(&text);
        assert_eq!(metrics["archipelago_users"], ("gauge", 5));
        assert_eq!(metrics["archipelago_welcomed_total"], ("counter", 7));
        assert_eq!(
            metrics["archipelago_positions_refused_total"],
            ("counter", u64::MAX)
        );
        assert_eq!(metrics["archipelago_room_too_slow_total"], ("counter", 3));
        assert_eq!(metrics["archipelago_room_received_total"], ("counter", 0));
        let sum: u128 = metrics.values().map(|&(_, value)| u128::from(value)).sum();
        assert_eq!(
            sum,
            u128::from(u64::MAX) + 15,
            "no number stands under two names"
        );
    }

    #[test]
    fn a_metric_is_three_lines() {
        let metric = Metric::counter("archipelago_tries_total", "Tries.", 2);
        assert_eq!(
            metrics_text(&[metric]),
            "# HELP archipelago_tries_total Tries.\n# TYPE archipelago_tries_total counter\narchipelago_tries_total 2\n"
        );
        assert_eq!(metrics_text(&[]), "");
    }
}
