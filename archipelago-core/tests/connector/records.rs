//! Sessions that outlive their connector.

use archipelago_core::auth::challenge_from;
use archipelago_core::connector::{Action, SocketId};
use archipelago_core::protocol::bus::LiveSession;
use archipelago_core::session::RecordError;

use crate::clients::{
    NOW_MS, at, chain, challenge_request, heartbeat, read_island_changed, signed_challenge, wallet,
};
use crate::shard::{
    RANDOM, Shard, assign, delivery, island, kicks, live_session, records, sent, who,
};

#[test]
fn sessions_are_taken_up_from_their_records() {
    let mut before = Shard::new();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let (live, signing) = (before.welcome(1, 70), before.open());
    kept.extend(records(&before.frame(live, &heartbeat(at(1.0, 1.0)))).pop());
    let out = before.delivered(&delivery(&[island(4, &[(1, 1.0)])], &[assign(70, 5, 0)]));
    kept[0] = records(&out).pop().unwrap();
    before.frame(signing, &challenge_request(&who(2).to_string()));
    kept.extend(records(&before.looked_up(signing)).pop());
    assert_eq!(kept.len(), 2);

    let mut after = Shard::new();
    for (socket, record) in [(live, &kept[0]), (signing, &kept[1])] {
        assert_eq!(SocketId::of_record(record), Some(socket));
        assert_eq!(after.connector.resume(record, NOW_MS), Ok(socket));
    }
    let report = after.report_now();
    let listed = LiveSession {
        position_is_old: true,
        ..live_session(1, 70, (4, 5))
    };
    assert_eq!(report.full.unwrap().sessions, [listed]);
    assert_eq!(report.sequence, 1);
    // Neither told again nor told anything older; the next island is told with the one before.
    let old = delivery(&[island(9, &[(1, 1.0)])], &[assign(70, 5, 0)]);
    assert_eq!(sent(&after.delivered(&old)), []);
    let new = delivery(&[island(5, &[(1, 1.0)])], &[assign(70, 6, 0)]);
    let message = read_island_changed(&sent(&after.delivered(&new))[0].1);
    assert_eq!(message.from_island_id.as_deref(), Some("I4"));
    // The other one signs the challenge it was given.
    let frame = signed_challenge(&chain(&wallet(2), &challenge_from(RANDOM)));
    let out = after.frame(signing, &frame);
    assert!(matches!(out.last(), Some(Action::Join(..))), "{out:?}");
    assert!(after.open() > signing);
    after.frame(live, &heartbeat(at(1.0, 1.0)));
    after.answer_as(1, true);
    let listed = live_session(1, 70, (5, 6));
    assert_eq!(
        after.report_now().full.unwrap().sessions,
        [listed],
        "heard now"
    );
    assert_eq!(sent(&after.delivered(&kicks(&[70]))).len(), 1);
}

#[test]
fn records_that_cannot_be_read_are_refused() {
    let mut shard = Shard::new();
    for record in [&[][..], &[0xff; 9], &[8, 9, 16, 1, 26, 0]] {
        assert_eq!(shard.connector.resume(record, NOW_MS), Err(RecordError));
    }
    assert_eq!(SocketId::of_record(&[0xff; 9]), None);
    assert_eq!(shard.connector.socket_count(), 0);
    assert_eq!(shard.connector.deadline_ms(), None);
    assert_eq!(shard.connector.count().closed_restart, 3);
}

/// Not with every heartbeat; but a record that is too old makes a silent client look lively.
#[test]
fn a_lively_client_is_kept_every_ten_seconds() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let mut kept = Vec::new();
    for _ in 0..40 {
        shard.now_ms += 1_000;
        let out = shard.frame(socket, &heartbeat(at(1.0, 1.0)));
        kept.extend(records(&out).pop().map(|_| shard.now_ms - NOW_MS));
    }
    assert_eq!(kept, [10_000, 20_000, 30_000, 40_000]);
}
