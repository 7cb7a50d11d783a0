//! Packets that are gathered while there are many.

use archipelago_core::protocol::limits::{
    ROOM_BATCH_REST_MAX_MS, ROOM_BATCH_SENDS_MAX, ROOM_BATCH_SENDS_PER_MS,
    ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};
use archipelago_core::room::{Batch, Relay, SocketId};

use crate::clients::NOW_MS;

fn packet(from: u64, text: &str, unreliable: bool) -> Relay {
    Relay {
        packet: text.as_bytes().to_vec(),
        except: Some(SocketId(from)),
        unreliable,
    }
}

fn push(batch: &mut Batch, relay: Relay, receivers: impl IntoIterator<Item = u64>, now_ms: u64) {
    batch.push(relay, now_ms);
    for socket in receivers {
        batch.send_to(SocketId(socket));
    }
}

/// What goes out: to whom, and what.
fn flush(batch: &mut Batch, now_ms: u64) -> (Vec<(u64, String)>, u64) {
    let packets = batch.packets().to_vec();
    let mut sent = Vec::new();
    let left_out = batch.flush(now_ms, |socket, index| {
        let text = String::from_utf8(packets[index].packet.clone()).unwrap();
        sent.push((socket.0, text));
    });
    assert_eq!((batch.due_ms(), batch.packets()), (None, &[][..]));
    (sent, left_out)
}

fn to(socket: u64, texts: &[&str]) -> Vec<(u64, String)> {
    texts
        .iter()
        .map(|&text| (socket, text.to_owned()))
        .collect()
}

#[test]
fn who_was_named_gets_its_packets_in_their_order() {
    let mut batch = Batch::default();
    assert_eq!(batch.due_ms(), None);
    push(&mut batch, packet(1, "a", false), [2, 3], NOW_MS);
    push(&mut batch, packet(2, "b", true), [1, 3], NOW_MS);
    push(&mut batch, packet(1, "c", true), [3], NOW_MS);
    assert_eq!(batch.due_ms(), Some(NOW_MS));
    assert!(batch.waiting(SocketId(2)) == 1 && batch.waiting(SocketId(3)) == 3);
    let expected = [to(1, &["b"]), to(2, &["a"]), to(3, &["a", "b", "c"])].concat();
    assert_eq!(flush(&mut batch, NOW_MS), (expected, 0));
    assert_eq!(batch.waiting(SocketId(2)), 0);
    assert_eq!(flush(&mut batch, NOW_MS), (vec![], 0), "once");
}

#[test]
fn who_is_gone_gets_nothing() {
    let mut batch = Batch::default();
    push(&mut batch, packet(1, "a", false), [2, 3], NOW_MS);
    batch.forget(SocketId(2));
    assert_eq!(batch.waiting(SocketId(2)), 0);
    assert_eq!(flush(&mut batch, NOW_MS), (to(3, &["a"]), 0));
    // Nobody was to get it, so there is nothing to be sent, and nothing that waits for ever.
    push(&mut batch, packet(1, "b", false), [], NOW_MS + 1);
    assert_eq!(flush(&mut batch, NOW_MS + 1), (vec![], 0));
    batch.send_to(SocketId(3));
    assert_eq!(batch.waiting(SocketId(3)), 0, "no packet, nothing to get");
}

#[test]
fn a_quiet_room_sends_at_once_and_a_crowded_one_gathers() {
    let rest_ms = |sends: u64| {
        let mut batch = Batch::default();
        push(&mut batch, packet(0, "a", true), 1..=sends, NOW_MS);
        flush(&mut batch, NOW_MS);
        push(&mut batch, packet(0, "b", true), [1], NOW_MS);
        batch.due_ms().unwrap() - NOW_MS
    };
    assert_eq!(rest_ms(ROOM_BATCH_SENDS_PER_MS - 1), 0);
    assert_eq!(rest_ms(ROOM_BATCH_SENDS_PER_MS), 1);
    assert_eq!(rest_ms(4 * ROOM_BATCH_SENDS_PER_MS), 4);
    let many = 10 * ROOM_BATCH_SENDS_PER_MS * ROOM_BATCH_REST_MAX_MS;
    assert_eq!(rest_ms(many), ROOM_BATCH_REST_MAX_MS, "but not for ever");
    // After the rest, a packet goes out as it comes.
    let mut batch = Batch::default();
    push(&mut batch, packet(0, "a", true), 1..=99, NOW_MS);
    flush(&mut batch, NOW_MS);
    push(&mut batch, packet(0, "b", true), [1], NOW_MS + 1_000);
    assert_eq!(batch.due_ms(), Some(NOW_MS + 1_000));
}

/// Two senders and as many receivers as make the batch just small enough, or too large by one.
fn crowded(sends: usize) -> (Vec<(u64, String)>, u64) {
    let mut batch = Batch::default();
    for (from, text, unreliable) in [
        (1, "1 was here", true),
        (1, "1 speaks", false),
        (2, "2 was there", true),
        (1, "1 is here", true),
        (1, "1 has spoken", false),
    ] {
        push(&mut batch, packet(from, text, unreliable), [9], NOW_MS);
    }
    push(
        &mut batch,
        packet(3, "a crowd", true),
        10..10 + sends as u64 - 5,
        NOW_MS,
    );
    let (mut sent, left_out) = flush(&mut batch, NOW_MS);
    sent.retain(|(socket, _)| *socket == 9);
    (sent, left_out)
}

#[test]
fn a_batch_that_is_too_large_leaves_out_what_is_outdated() {
    let all = [
        "1 was here",
        "1 speaks",
        "2 was there",
        "1 is here",
        "1 has spoken",
    ];
    assert_eq!(crowded(ROOM_BATCH_SENDS_MAX), (to(9, &all), 0));
    assert_eq!(crowded(ROOM_BATCH_SENDS_MAX + 1), (to(9, &all[1..]), 1));
}

#[test]
fn who_has_much_to_get_waits_for_nothing() {
    let mut batch = Batch::default();
    push(&mut batch, packet(0, "a", true), 1..=5_000, NOW_MS);
    flush(&mut batch, NOW_MS);
    let long = "x".repeat(ROOM_UNRELIABLE_BACKLOG_MAX_BYTES);
    push(&mut batch, packet(1, &long, false), [2, 3], NOW_MS + 1);
    assert!(batch.due_ms().unwrap() > NOW_MS + 1, "it may be all");
    push(&mut batch, packet(2, "y", false), [1, 3], NOW_MS + 2);
    assert!(batch.due_ms().unwrap() <= NOW_MS + 2);
    assert_eq!(batch.waiting(SocketId(3)), long.len() + 1);
    assert_eq!(flush(&mut batch, NOW_MS + 2).0.len(), 4);
}
