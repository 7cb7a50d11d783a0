//! What clients may do, and how often.

use std::net::IpAddr;

use archipelago_core::connector::{Action, ConnectorConfig, Crowded, REPORT_INTERVAL_MS};
use archipelago_core::engine::Position;
use archipelago_core::protocol::bus::{ConnectorCounters, ReportReply};
use archipelago_core::protocol::common;
use archipelago_core::protocol::limits::{
    CONNECTOR_SOCKETS_MAX, DESIRED_ROOM_MAX_BYTES, HANDSHAKES_PER_BLOCK_MAX, MESSAGES_BURST_MS,
    MESSAGES_PER_SECOND_MAX, POSITION_MAX_M, RESTLESS_PER_BLOCK_MAX,
};
use archipelago_core::session::{Reason, without_session};

use crate::clients::{TIMEOUTS, at, challenge_request, heartbeat, heartbeat_of};
use crate::shard::{Shard, config, who};

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}

fn counters(shard: &mut Shard) -> ConnectorCounters {
    *shard.connector.count()
}

#[test]
fn a_flood_is_closed_and_a_burst_is_not() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += MESSAGES_BURST_MS;
    let burst = MESSAGES_BURST_MS * u64::from(MESSAGES_PER_SECOND_MAX) / 1_000;
    let frame = heartbeat(at(1.0, 1.0));
    let closed = |shard: &mut Shard| {
        let out = shard.frame(socket, &frame);
        out.iter().any(|action| matches!(action, Action::Close(..)))
    };
    for message in 0..burst {
        assert!(!closed(&mut shard), "message {message}");
    }
    // As fast as is allowed, for as long as one likes.
    for _ in 0..1_000 {
        shard.now_ms += 1_000 / u64::from(MESSAGES_PER_SECOND_MAX);
        assert!(!closed(&mut shard));
    }
    let out = shard.frame(socket, &frame);
    assert_eq!(out, [Action::Close(socket, Reason::TooFast)]);
    assert_eq!(counters(&mut shard).closed_too_fast, 1);
}

#[test]
fn positions_outside_the_world_are_passed_over_and_counted() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let beyond = POSITION_MAX_M.next_up();
    let mut refused = 0;
    for bad in [f32::NAN, f32::INFINITY, -f32::INFINITY, beyond, -beyond] {
        for (x, y, z) in [(bad, 0.0, 0.0), (0.0, bad, 0.0), (0.0, 0.0, bad)] {
            let frame = heartbeat_of(Some(common::Position { x, y, z }), None);
            assert_eq!(shard.frame(socket, &frame), []);
            refused += 1;
        }
    }
    assert_eq!(shard.frame(socket, &heartbeat_of(None, None)), []);
    assert_eq!(counters(&mut shard).positions_refused, refused + 1);
    let edge = Position::new(POSITION_MAX_M, -POSITION_MAX_M, POSITION_MAX_M);
    shard.frame(socket, &heartbeat(edge.expect("finite")));
    shard.now_ms += REPORT_INTERVAL_MS;
    let report = shard.connector.take_report(shard.now_ms).expect("due");
    assert_eq!(report.heartbeats.len(), 1);
    assert_eq!(
        report.counters.expect("counted").positions_refused,
        refused + 1
    );
    assert_eq!(counters(&mut shard), ConnectorCounters::default());
}

#[test]
fn a_wish_that_names_no_room_is_passed_over_and_the_position_counts() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let longest = "I".repeat(DESIRED_ROOM_MAX_BYTES);
    let position = Some(at(1.0, 1.0).into());
    for (wish, told) in [
        (longest.clone(), Some(longest.clone())),
        (longest + "I", None),
    ] {
        shard.now_ms += 10_000;
        shard.frame(socket, &heartbeat_of(position, Some(&wish)));
        let report = shard.connector.take_report(shard.now_ms).expect("due");
        assert_eq!(report.heartbeats[0].desired_room, told);
        assert_eq!(report.heartbeats[0].position, position);
        let wishes_refused = report.counters.unwrap_or_default().wishes_refused;
        assert_eq!(wishes_refused, u64::from(told.is_none()));
        let reply = ReportReply {
            incarnation: 1,
            full_wanted: false,
        };
        shard.connector.report_answered(&reply, shard.now_ms);
    }
}

/// However often the realm is told of newcomers, the others' heartbeats wait for their turn.
#[test]
fn heartbeats_are_forwarded_so_often_whatever_else_is_reported() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let reply = ReportReply {
        incarnation: 1,
        full_wanted: false,
    };
    let mut forwarded = Vec::new();
    let started_ms = shard.now_ms;
    for newcomer in 0..200_u8 {
        shard.now_ms += 10;
        shard.frame(socket, &heartbeat(at(f32::from(newcomer), 0.0)));
        if newcomer % 4 == 3 {
            let session = 100 + u64::from(newcomer);
            let other = shard.welcome(newcomer + 2, session);
            shard.frame(other, &heartbeat(at(0.0, 0.0)));
        }
        while let Some(report) = shard.connector.take_report(shard.now_ms) {
            let own = report.heartbeats.iter().filter(|own| own.session == 70);
            forwarded.extend(own.map(|_| shard.now_ms));
            shard.connector.report_answered(&reply, shard.now_ms);
        }
    }
    let seconds = (shard.now_ms - started_ms) / 1_000;
    assert!(forwarded.len() as u64 >= 3 * seconds, "{forwarded:?}");
    for pair in forwarded[1..].windows(2) {
        assert!(pair[1] - pair[0] >= REPORT_INTERVAL_MS, "{forwarded:?}");
    }
}

#[test]
fn handshakes_from_one_network_make_way_for_newer_ones() {
    let mut shard = Shard::new();
    let own = |host: usize| Some(ip(&format!("203.0.113.{}", host % 256)));
    let (oldest, _) = shard.open_from(own(0));
    let (second, _) = shard.open_from(own(1));
    let (elsewhere, _) = shard.open_from(Some(ip("203.0.114.1")));
    let unknown = shard.open();
    for host in 2..HANDSHAKES_PER_BLOCK_MAX {
        assert_eq!(shard.open_from(own(host)).1.len(), 1);
    }
    // Somebody who gets on does not count any more, and neither does who leaves.
    shard.frame(second, &challenge_request(&who(1).to_string()));
    let (newest, out) = shard.open_from(own(7));
    let closed = Action::Close(oldest, Reason::CrowdedNetwork);
    assert!(out.contains(&closed), "{out:?}");
    assert_eq!(counters(&mut shard).closed_crowded_network, 1);
    shard.connector.closed(newest, shard.now_ms);
    assert_eq!(shard.open_from(own(8)).1.len(), 1);
    for spared in [second, elsewhere, unknown] {
        assert!(shard.connector.session(spared).is_some());
    }
}

/// A closed socket that has said nothing since is no reason: its client has gone, or is about to answer.
#[test]
fn nobody_comes_in_from_where_too_many_closed_sockets_go_on() {
    for (near, neighbour, elsewhere) in [
        (Some(ip("203.0.113.1")), Some(ip("203.0.113.99")), None),
        (None, None, Some(ip("203.0.113.1"))),
    ] {
        let mut shard = Shard::new();
        let mut closed = Vec::new();
        for _ in 0..RESTLESS_PER_BLOCK_MAX {
            let (socket, _) = shard.open_from(near);
            shard.frame(socket, &[0xff]);
            closed.push(socket);
        }
        let silent = closed.pop().expect("some");
        for _ in 0..2 {
            for &socket in &closed {
                shard.connector.ignored(socket);
            }
        }
        assert_eq!(shard.connector.admit(neighbour), Ok(()));
        shard.connector.ignored(silent);
        assert_eq!(shard.connector.admit(neighbour), Err(Crowded::Restless));
        assert_eq!(counters(&mut shard).rejected_restless, 1);
        assert_eq!(shard.connector.admit(elsewhere), Ok(()));
        shard.connector.closed(closed[0], shard.now_ms);
        assert_eq!(shard.connector.admit(neighbour), Ok(()));
        // Who is not closed is heard, and one that is gone is nobody's.
        let (open, _) = shard.open_from(near);
        shard.connector.ignored(open);
        shard.connector.ignored(closed[0]);
        assert_eq!(shard.connector.admit(neighbour), Ok(()));
    }
}

#[test]
fn sockets_of_an_ip_are_counted_only_if_that_is_wanted() {
    let sockets_per_ip_max = Some(2);
    let mut shard = Shard::with(ConnectorConfig {
        sockets_per_ip_max,
        ..config()
    });
    let own = Some(ip("2001:db8::1"));
    let (first, _) = shard.open_from(own);
    shard.open_from(Some(ip("2001:db8::2")));
    assert_eq!(shard.connector.admit(own), Err(Crowded::Ip));
    assert_eq!(shard.connector.admit(Some(ip("2001:db8:0:1::1"))), Ok(()));
    assert_eq!(shard.connector.admit(None), Ok(()));
    assert_eq!(counters(&mut shard).rejected_ip, 1);
    shard.connector.closed(first, shard.now_ms);
    assert_eq!(shard.connector.admit(own), Ok(()));

    let mut any = Shard::new();
    for _ in 0..10 {
        any.open_from(own);
    }
    assert_eq!(any.connector.admit(own), Ok(()));
}

#[test]
fn where_a_client_is_outlives_a_sleep() {
    let sockets_per_ip_max = Some(1);
    let config = || ConnectorConfig {
        sockets_per_ip_max,
        ..config()
    };
    for own in [Some(ip("203.0.113.7")), Some(ip("2001:db8::7"))] {
        let mut shard = Shard::with(config());
        let (_, out) = shard.open_from(own);
        let [Action::Keep(_, record)] = out.as_slice() else {
            panic!("{out:?}");
        };
        let mut woken = Shard::with(config());
        let now_ms = woken.now_ms;
        woken.connector.resume(record, now_ms).expect("a record");
        assert_eq!(woken.connector.admit(own), Err(Crowded::Ip));
    }
}

#[test]
fn a_connector_has_so_many_places() {
    let mut shard = Shard::new();
    for _ in 0..CONNECTOR_SOCKETS_MAX {
        assert_eq!(shard.connector.admit(None), Ok(()));
        shard.open();
    }
    assert_eq!(shard.connector.admit(None), Err(Crowded::Full));
}

/// A client need not answer the close of its socket, and then the platform keeps it.
#[test]
fn sockets_that_are_closed_take_their_places_until_they_are_gone() {
    let sockets_per_ip_max = Some(2);
    let config = || ConnectorConfig {
        sockets_per_ip_max,
        ..config()
    };
    let mut shard = Shard::with(config());
    let own = Some(ip("203.0.113.7"));
    let (deaf, out) = shard.open_from(own);
    let [Action::Keep(_, record)] = out.as_slice() else {
        panic!("{out:?}");
    };
    let (other, _) = shard.open_from(own);
    let out = shard.frame(deaf, &[0xff]);
    assert_eq!(out, [Action::Close(deaf, Reason::Undecodable)]);
    assert_eq!(shard.connector.socket_count(), 2);
    assert_eq!(shard.connector.admit(own), Err(Crowded::Ip));
    // Also if the connector sleeps in between.
    let closed = without_session(record).expect("a record");
    let mut woken = Shard::with(config());
    let now_ms = woken.now_ms;
    for _ in 0..2 {
        assert!(woken.connector.resume(&closed, now_ms).is_err());
    }
    assert_eq!(woken.connector.socket_count(), 1);
    assert_eq!(woken.connector.admit(own), Ok(()));
    woken.open_from(own);
    assert_eq!(woken.connector.admit(own), Err(Crowded::Ip));
    woken.connector.closed(deaf, now_ms);
    assert_eq!(woken.connector.socket_count(), 1);
    assert_eq!(woken.connector.admit(own), Ok(()));

    shard.connector.closed(deaf, shard.now_ms);
    shard.connector.closed(deaf, shard.now_ms);
    assert_eq!(shard.connector.socket_count(), 1);
    assert_eq!(shard.connector.admit(own), Ok(()));
    assert!(shard.connector.session(other).is_some());
}

/// The alarm may be late: what is too late is too late all the same.
#[test]
fn an_answer_after_its_time_is_not_taken() {
    let mut shard = Shard::new();
    let socket = shard.open();
    shard.now_ms += TIMEOUTS.handshake_ms;
    let out = shard.frame(socket, &challenge_request(&who(1).to_string()));
    assert_eq!(out, [Action::Close(socket, Reason::HandshakeTimeout)]);
    // Whoever is welcome and speaks is not silent.
    let socket = shard.live(1, 70);
    shard.now_ms += 2 * TIMEOUTS.idle_ms;
    assert_eq!(shard.frame(socket, &heartbeat(at(2.0, 2.0))).len(), 1);
}
