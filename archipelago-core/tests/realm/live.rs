//! The live stream: who sees what, and for how long.

use archipelago_core::engine::IslandNumber;
use archipelago_core::protocol::bus::{LiveFrame, LiveSession, Snapshot};
use archipelago_core::realm::{
    ARRIVALS_DELAY_MS, FRAME_REST_MS, HISTORY_MAX, Realm, WATCH_LEASE_MS,
};
use serde_json::{Value, json};

use crate::clients::{NOW_MS, address};
use crate::world::{HERE, Link, PERIOD_MS, World, config};

/// A realm that has been told that nobody watches.
fn unwatched() -> World {
    let mut world = World::new();
    let mut a = Link::new("first", 1);
    let session = world.player(&mut a, 9, HERE);
    assert!(world.realm.take_frame().is_some());
    world.realm.unwatched();
    let report = a.ended(session);
    world.report(&report);
    world.advance(PERIOD_MS);
    assert_eq!(world.realm.take_frame(), None);
    world
}

fn watch(world: &mut World) -> Value {
    let reply = world.realm.watch(world.now_ms);
    assert_eq!(reply.time_ms, world.now_ms);
    serde_json::from_str(&reply.frame).unwrap()
}

fn read(frame: &LiveFrame) -> Value {
    let value: Value = serde_json::from_str(&frame.frame).unwrap();
    assert_eq!(value["time"], frame.time_ms);
    value
}

/// The frame of the flush that is due within this time.
fn next_frame(world: &mut World, ms: u64) -> Value {
    world.advance(ms);
    read(&world.realm.take_frame().expect("a frame"))
}

/// What a frame has to show of the realm as the stats show it now, to the decimetre.
fn shown(world: &World) -> Vec<(String, Vec<f64>)> {
    let Snapshot { peers, islands, .. } = world.realm.snapshot();
    let tenths = |value: f32| (f64::from(value) * 10.0).round() / 10.0;
    let coordinates = |&member: &u32| {
        let position = peers[member as usize].position.unwrap();
        [tenths(position.x), tenths(position.z)]
    };
    let islands = islands.into_iter();
    islands
        .map(|island| {
            (
                island.id,
                island.members.iter().flat_map(coordinates).collect(),
            )
        })
        .collect()
}

fn islands(frame: &Value) -> Vec<(String, Vec<f64>)> {
    let read = |island: &Value| {
        let peers = island["peers"].as_array().unwrap().iter();
        let peers = peers.map(|value| value.as_f64().unwrap());
        (island["id"].as_str().unwrap().to_owned(), peers.collect())
    };
    frame["islands"]
        .as_array()
        .unwrap()
        .iter()
        .map(read)
        .collect()
}

fn formed(frame: &Value) -> Vec<u64> {
    let islands = frame["islands"].as_array().unwrap().iter();
    islands
        .map(|island| island["formed"].as_u64().unwrap())
        .collect()
}

#[test]
fn without_viewers_nothing_is_made() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    assert_eq!(world.realm.take_frame(), None, "arrivals");
    for _ in 0..3 {
        world.advance(PERIOD_MS);
        assert_eq!(world.realm.take_frame(), None, "everybody");
    }
}

#[test]
fn each_flush_makes_a_frame_until_the_lease_is_over() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    let first = watch(&mut world);
    let over_ms = world.now_ms + WATCH_LEASE_MS;
    assert_eq!((&first["players"], islands(&first)), (&json!(0), vec![]));
    assert_eq!(world.realm.take_frame(), None, "the answer was the frame");

    world.player(&mut a, 1, HERE);
    let arrival = read(&world.realm.take_frame().unwrap());
    assert_eq!(arrival["time"], world.now_ms);
    assert_eq!(arrival["history"], Value::Null, "only in the first one");
    assert_eq!(islands(&arrival), shown(&world));
    assert_eq!(world.realm.take_frame(), None, "each one once");
    let full = next_frame(&mut world, PERIOD_MS);
    assert_eq!(full["players"], 1);

    let mut last_ms = 0;
    while world.now_ms < over_ms + 2 * PERIOD_MS {
        world.advance_alive(ARRIVALS_DELAY_MS, &mut [&mut a]);
        if let Some(frame) = world.realm.take_frame() {
            last_ms = frame.time_ms;
        }
    }
    assert!((over_ms - PERIOD_MS..over_ms).contains(&last_ms));
}

#[test]
fn in_a_rush_arrivals_make_a_frame_a_second() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    world.advance(PERIOD_MS);
    watch(&mut world);
    let mut times = Vec::new();
    let end_ms = world.now_ms + 3 * PERIOD_MS;
    let mut who = 2;
    while world.now_ms < end_ms {
        world.player(&mut a, who, HERE);
        who += 1;
        times.extend(world.realm.take_frame().map(|frame| frame.time_ms));
    }
    let seconds = 3 * PERIOD_MS / FRAME_REST_MS;
    let frames = times.len() as u64;
    assert!(u64::from(who) > 10 * seconds, "{who} is no rush");
    // Each full flush makes one, and between two of them there is time for one or two more.
    assert!((3..=seconds + 3).contains(&frames), "{times:?}");
}

#[test]
fn the_lease_is_extended_by_whoever_asks() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    for _ in 0..5 {
        watch(&mut world);
        world.advance_alive(WATCH_LEASE_MS - PERIOD_MS, &mut [&mut a]);
        next_frame(&mut world, PERIOD_MS);
    }
}

#[test]
fn what_was_not_taken_is_replaced() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    watch(&mut world);
    let newest = next_frame(&mut world, 3 * PERIOD_MS);
    assert!(world.now_ms - newest["time"].as_u64().unwrap() < PERIOD_MS);
    assert_eq!(world.realm.take_frame(), None);
}

#[test]
fn a_realm_that_has_restarted_takes_itself_for_watched() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    assert_eq!(read(&world.realm.take_frame().unwrap())["players"], 1);
    // Nobody answers for the viewers: it ends like any other lease.
    world.advance_alive(WATCH_LEASE_MS - PERIOD_MS, &mut [&mut a]);
    assert!(world.realm.take_frame().is_some());
    world.advance_alive(2 * PERIOD_MS, &mut [&mut a]);
    world.realm.take_frame();
    world.advance_alive(2 * PERIOD_MS, &mut [&mut a]);
    assert_eq!(world.realm.take_frame(), None);

    world.realm = Realm::new(config(), 2, IslandNumber::new(2).unwrap());
    let first = watch(&mut world);
    assert_eq!(
        (&first["history"], &first["reassignments"]),
        (&json!([]), &json!(0))
    );
}

#[test]
fn who_comes_while_a_frame_finds_nobody_is_not_forgotten() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    watch(&mut world);
    next_frame(&mut world, PERIOD_MS);
    watch(&mut world);
    world.realm.unwatched();
    next_frame(&mut world, PERIOD_MS);
    world.realm.unwatched();
    world.advance(PERIOD_MS);
    assert_eq!(world.realm.take_frame(), None);
}

#[test]
fn frames_show_what_the_stats_show() {
    let mut world = unwatched();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    watch(&mut world);
    for (who, x) in [(1, 0.26), (2, -900.04), (3, 15.5), (4, 30.0)] {
        world.player(&mut a, who, x);
    }
    for (who, x) in [(5, 12.34), (6, 5_000.0), (7, -901.0)] {
        world.player(&mut b, who, x);
    }
    let frame = next_frame(&mut world, PERIOD_MS);
    assert_eq!(islands(&frame), shown(&world));
    assert_eq!(frame["players"], 7);
    assert_eq!(frame["maxPeers"], 4);
    assert_eq!(frame["joinDistance"], 20);

    // A connector starts anew without its sessions: they keep their places, but are not shown.
    let mut b = Link::new("b", 2);
    let report = b.list(&[]);
    world.report(&report);
    let frame = next_frame(&mut world, PERIOD_MS);
    assert_eq!(islands(&frame), shown(&world));
    assert_eq!(frame["players"], 4);
    assert_eq!(frame["islands"].as_array().unwrap().len(), 2);
    let history = watch(&mut world)["history"].as_array().unwrap().clone();
    let figures: Vec<(u64, u64)> = history[history.len() - 2..]
        .iter()
        .map(|entry| (entry[1].as_u64().unwrap(), entry[2].as_u64().unwrap()))
        .collect();
    assert_eq!(
        figures,
        [(7, 3), (4, 2)],
        "an island of missing ones is none"
    );
}

#[test]
fn who_leaves_is_shown_until_the_next_flush() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    let session = world.player(&mut a, 2, HERE);
    watch(&mut world);
    next_frame(&mut world, PERIOD_MS);
    let report = a.ended(session);
    world.report(&report);
    assert_eq!(world.realm.take_frame(), None);
    assert_eq!(next_frame(&mut world, PERIOD_MS)["players"], 1);
}

#[test]
fn the_last_frame_of_a_realm_is_empty() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    let session = world.player(&mut a, 1, HERE);
    watch(&mut world);
    let report = a.ended(session);
    world.report(&report);
    let frame = next_frame(&mut world, PERIOD_MS);
    assert_eq!((&frame["players"], islands(&frame)), (&json!(0), vec![]));
    world.advance(10 * PERIOD_MS);
    assert_eq!(world.realm.take_frame(), None);
    assert_eq!(
        world.realm.next_ms(),
        None,
        "a lease alone keeps nobody awake"
    );
}

#[test]
fn moves_from_island_to_island_are_counted() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    let walker = world.player(&mut a, 1, 500.0);
    world.player(&mut a, 2, HERE);
    world.player(&mut a, 3, HERE);
    assert_eq!(watch(&mut world)["reassignments"], 0, "arrivals are none");
    for (x, total) in [(HERE, 1), (5.0, 1), (500.0, 2)] {
        world.heartbeat(&mut a, walker, x);
        assert_eq!(next_frame(&mut world, PERIOD_MS)["reassignments"], total);
    }
    let history = watch(&mut world)["history"].clone();
    let totals: Vec<&Value> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry[3])
        .collect();
    assert_eq!(totals[totals.len() - 3..], [1, 1, 2]);
}

#[test]
fn the_missing_are_not_counted_when_they_move() {
    let mut world = unwatched();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let session = world.player(&mut b, 1, 30.0);
    world.player(&mut a, 2, HERE);
    world.player(&mut a, 3, HERE);
    let mut b = Link::new("b", 2);
    let report = b.list(&[]);
    world.report(&report);
    // Comes between them, and all four fit into the island of two.
    world.player(&mut a, 4, 15.0);
    assert_eq!(watch(&mut world)["reassignments"], 0);
    let report = b.list(&[LiveSession {
        session,
        address: address(1).0.to_vec(),
        ..LiveSession::default()
    }]);
    world.report(&report);
    let frame = next_frame(&mut world, PERIOD_MS);
    assert_eq!(islands(&frame).len(), 1);
    assert_eq!(
        (&frame["players"], &frame["reassignments"]),
        (&json!(4), &json!(0))
    );
}

#[test]
fn the_last_full_flushes_are_remembered_watched_or_not() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    let start_ms = world.now_ms;
    world.advance_alive((HISTORY_MAX as u64 + 20) * PERIOD_MS, &mut [&mut a]);
    let history = watch(&mut world)["history"].clone();
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), HISTORY_MAX);
    let times: Vec<u64> = history
        .iter()
        .map(|entry| entry[0].as_u64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|before, after| before + PERIOD_MS == *after));
    assert!(times[0] > start_ms);
    assert_eq!(
        history[HISTORY_MAX - 1],
        json!([times[HISTORY_MAX - 1], 1, 1, 0])
    );
}

#[test]
fn islands_are_as_old_as_they_are() {
    let mut world = unwatched();
    let mut a = Link::new("a", 1);
    watch(&mut world);
    let walker = world.player(&mut a, 1, 500.0);
    let walker_formed = world.now_ms;
    world.advance(3 * PERIOD_MS);
    for who in 2..4 {
        world.player(&mut a, who, HERE);
    }
    let frame = read(&world.realm.take_frame().unwrap());
    let others_formed = world.now_ms - ARRIVALS_DELAY_MS;
    assert_eq!(formed(&frame), [walker_formed, others_formed]);
    // Joins the larger one, and leaves it again for one of its own.
    world.heartbeat(&mut a, walker, HERE);
    assert_eq!(formed(&next_frame(&mut world, PERIOD_MS)), [others_formed]);
    world.heartbeat(&mut a, walker, 500.0);
    let frame = next_frame(&mut world, PERIOD_MS);
    assert_eq!(
        formed(&frame),
        [others_formed, frame["time"].as_u64().unwrap()]
    );
    assert!(others_formed > NOW_MS);
}
