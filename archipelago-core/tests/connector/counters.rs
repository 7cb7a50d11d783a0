//! What a connector counts, and when it tells.

use archipelago_core::auth::challenge_from;
use archipelago_core::connector::{Connector, REPORT_INTERVAL_MS, SocketId};
use archipelago_core::protocol::bus::{ConnectorCounters, SessionStages, UpstreamCounters};
use archipelago_core::protocol::limits::COUNTS_REST_MS;
use archipelago_core::session::without_session;

use crate::clients::{
    NOW_MS, TIMEOUTS, at, chain, challenge_request, heartbeat, heartbeat_of, signed_challenge,
    wallet,
};
use crate::shard::{Shard, config, kicks, records, who};

/// A client that has its challenge.
fn challenged(shard: &mut Shard, number: u8) -> SocketId {
    let socket = shard.open();
    shard.frame(socket, &challenge_request(&who(number).to_string()));
    shard.looked_up(socket);
    socket
}

#[test]
fn every_handshake_ends_once_and_every_socket_is_closed_once() {
    let mut shard = Shard::new();
    shard.live(1, 70);
    let bad_message = shard.open();
    shard.frame(bad_message, &[0xff]);
    let bad_chain = challenged(&mut shard, 2);
    let foreign = chain(&wallet(2), &challenge_from([9; 16]));
    shard.frame(bad_chain, &signed_challenge(&foreign));
    let left = challenged(&mut shard, 3);
    shard.connector.closed(left, shard.now_ms);
    let failed = shard.joining(4);
    shard.join_failed(failed);
    let (denied, banned) = (shard.open(), shard.joining(5));
    let mut out = Vec::new();
    shard.connector.denied(denied, shard.now_ms, &mut out);
    shard.connector.banned(who(5), shard.now_ms, &mut out);
    shard.open();
    shard.now_ms += TIMEOUTS.handshake_ms;
    shard.tick();
    shard.delivered(&kicks(&[70]));
    for gone in [bad_message, bad_chain, failed, denied, banned] {
        shard.connector.closed(gone, shard.now_ms);
    }
    let expected = ConnectorCounters {
        refused_message: 1,
        refused_chain: 1,
        refused_unavailable: 1,
        refused_denied: 1,
        refused_banned: 1,
        timed_out: 1,
        gave_up: 1,
        closed_undecodable: 1,
        closed_bad_chain: 1,
        closed_realm_unavailable: 1,
        closed_denied: 1,
        closed_banned: 1,
        closed_handshake_timeout: 1,
        closed_new_session: 1,
        closed_by_client: 1,
        ..ConnectorCounters::default()
    };
    assert_eq!(*shard.connector.count(), expected);
}

#[test]
fn who_is_welcome_and_then_silent_has_ended_no_handshake() {
    let mut shard = Shard::new();
    shard.welcome(1, 70);
    shard.now_ms += TIMEOUTS.idle_ms;
    shard.tick();
    let expected = ConnectorCounters {
        welcomed: 1,
        closed_idle_timeout: 1,
        ..ConnectorCounters::default()
    };
    assert_eq!(*shard.connector.count(), expected);
}

#[test]
fn sockets_are_told_by_their_stages() {
    let mut shard = Shard::new();
    shard.open();
    let looking = shard.open();
    shard.frame(looking, &challenge_request(&who(2).to_string()));
    challenged(&mut shard, 3);
    shard.joining(4);
    shard.joining(5);
    let live = shard.live(6, 70);
    let mut expected = SessionStages {
        awaiting_request: 1,
        looking_up: 1,
        awaiting_signature: 1,
        vetting: 0,
        joining: 2,
        live: 1,
    };
    shard.connector.closed(live, shard.now_ms);
    shard.frame(looking, &[0xff]);
    expected.live = 0;
    expected.looking_up = 0;
    assert_eq!(shard.report_now().stages, Some(expected));
    assert_eq!(shard.connector.report_due_ms(), None, "it is told");
}

/// Nobody who has logged in is there to be reported.
#[test]
fn refused_clients_are_told_after_a_while_and_not_more_often() {
    let mut shard = Shard::new();
    let mut told = Vec::new();
    for _ in 0..4 * COUNTS_REST_MS / 100 {
        shard.now_ms += 100;
        let socket = shard.open();
        shard.frame(socket, &[0xff]);
        shard.connector.closed(socket, shard.now_ms);
        if let Some(report) = shard.connector.take_report(shard.now_ms) {
            told.push((shard.now_ms, report.counters.unwrap().refused_message));
            shard.answer();
        }
    }
    let every = COUNTS_REST_MS / 100;
    let expected = [1, 2, 3, 4].map(|time| (NOW_MS + time * COUNTS_REST_MS, every));
    assert_eq!(told, expected);
}

#[test]
fn numbers_alone_do_not_shorten_the_wait_after_a_failure() {
    let mut shard = Shard::new();
    shard.open();
    let mut waits = Vec::new();
    for _ in 0..8 {
        let due = shard.connector.report_due_ms().unwrap();
        waits.push(due - shard.now_ms);
        shard.now_ms = due;
        let report = shard.connector.take_report(due).unwrap();
        assert_eq!(
            (report.sequence, report.stages.unwrap().awaiting_request),
            (1, 1)
        );
        shard.connector.report_failed(due);
        shard.open();
    }
    assert!(waits[1..].is_sorted() && waits[1] < waits[7], "{waits:?}");
}

/// Every heartbeat is told, dropped, or waits; whatever becomes of the reports.
#[test]
fn each_heartbeat_is_forwarded_or_dropped_or_waits() {
    let mut shard = Shard::new();
    let sockets = [(1, 70), (2, 71), (3, 72)].map(|(who, session)| shard.welcome(who, session));
    let (mut received, mut forwarded, mut dropped) = (0, 0, 0);
    for step in 0_u32..2_000 {
        shard.now_ms += u64::from(step % 7) * 20;
        let socket = sockets[step as usize % 3];
        if step % 11 == 0 {
            shard.frame(socket, &heartbeat_of(None, None));
        } else {
            shard.frame(socket, &heartbeat(at(1.0, 1.0)));
        }
        if step == 1_500 {
            shard.connector.closed(sockets[0], shard.now_ms);
        }
        let Some(report) = shard.connector.take_report(shard.now_ms) else {
            continue;
        };
        match step % 5 {
            0 => shard.connector.report_failed(shard.now_ms),
            1 => shard.connector.report_refused(shard.now_ms),
            _ => {
                let counters = report.counters.unwrap_or_default();
                received += counters.heartbeats;
                dropped += counters.positions_refused
                    + counters.heartbeats_superseded
                    + counters.heartbeats_outlived;
                forwarded += report.heartbeats.len() as u64;
                let waiting = received.checked_sub(forwarded + dropped);
                assert!(waiting.is_some_and(|waiting| waiting <= 3), "{waiting:?}");
                shard.answer();
            }
        }
    }
    assert!(forwarded > 100 && dropped > 100 && received > 1_000);
    shard.now_ms += 60_000;
    shard.frame(sockets[1], &heartbeat(at(1.0, 1.0)));
    while let Some(report) = shard.connector.take_report(shard.now_ms) {
        let counters = report.counters.unwrap_or_default();
        received += counters.heartbeats;
        dropped += counters.positions_refused + counters.heartbeats_superseded;
        dropped += counters.heartbeats_outlived;
        forwarded += report.heartbeats.len() as u64;
        shard.answer();
    }
    assert_eq!(received, forwarded + dropped, "none waits");
}

#[test]
fn heartbeats_that_newer_ones_replace_are_superseded() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    for x in [1.0, 2.0, 3.0] {
        shard.frame(socket, &heartbeat(at(x, 0.0)));
    }
    shard.now_ms += REPORT_INTERVAL_MS;
    let report = shard.report_now();
    let counters = report.counters.unwrap();
    assert_eq!(
        (counters.heartbeats, counters.heartbeats_superseded),
        (3, 2)
    );
    assert_eq!(report.heartbeats.len(), 1);
    shard.frame(socket, &heartbeat(at(4.0, 0.0)));
    shard.connector.closed(socket, shard.now_ms);
    let counters = shard.report_now().counters.unwrap();
    assert_eq!((counters.heartbeats, counters.heartbeats_outlived), (1, 1));
}

#[test]
fn what_services_answered_is_told_once_although_reports_fail() {
    let mut shard = Shard::new();
    let upstream = UpstreamCounters {
        bans_failed: 2,
        ..UpstreamCounters::default()
    };
    shard.connector.count().upstream = Some(upstream);
    shard.welcome(1, 70);
    shard.now_ms += COUNTS_REST_MS;
    assert_eq!(shard.take().counters.unwrap().upstream, Some(upstream));
    shard.connector.report_refused(shard.now_ms);
    shard.now_ms = shard.connector.report_due_ms().unwrap();
    let counters = shard.report_now().counters.unwrap();
    assert_eq!((counters.welcomed, counters.upstream), (1, Some(upstream)));
    assert_eq!(*shard.connector.count(), ConnectorCounters::default());
}

/// Those that were closed before are not closed once more.
#[test]
fn a_restart_counts_the_handshakes_that_it_has_cut_off() {
    let mut shard = Shard::new();
    let socket = shard.open();
    let out = shard.frame(socket, &challenge_request(&who(1).to_string()));
    let waiting = records(&out).pop().unwrap();
    let closed = without_session(&waiting).unwrap();
    let mut after = Connector::new(config(), "connector-0".to_owned(), 4, NOW_MS);
    for record in [&waiting, &closed, &vec![0xff; 9]] {
        assert!(after.resume(record, NOW_MS).is_err());
    }
    let expected = ConnectorCounters {
        refused_unavailable: 1,
        closed_restart: 2,
        ..ConnectorCounters::default()
    };
    assert_eq!(*after.count(), expected);
}
