//! Realms that start again: what players keep, what they are told, and who is released.

use archipelago_core::engine::EngineConfig;
use archipelago_core::protocol::bus::LiveSession;
use archipelago_core::realm::{ARRIVALS_DELAY_MS, RealmConfig};

use crate::clients::address;
use crate::world::{
    GRACE_MS, HERE, Link, PERIOD_MS, TIMEOUT_MS, World, config, kicked, listed, told,
};

/// Beyond the reach of [`HERE`].
const THERE: f32 = 500.0;

/// Somebody who has been told where it is, with the assignment's number.
fn settler(world: &mut World, link: &mut Link, who: u8, x: f32) -> (u64, u64) {
    let session = world.login(link, who);
    world.heartbeat(link, session, x);
    let deliveries = world.advance(ARRIVALS_DELAY_MS);
    let assignments = deliveries
        .iter()
        .flat_map(|(_, delivery)| &delivery.assignments);
    let mut own = assignments.filter(|assignment| assignment.session == session);
    (session, own.next().unwrap().number)
}

/// Two together in I1, one in I3, all on `a`.
fn three(world: &mut World, a: &mut Link) -> [(u64, u64); 3] {
    [(1, HERE), (2, HERE + 1.0), (3, THERE)].map(|(who, x)| settler(world, a, who, x))
}

fn islands(expected: &[(&str, &[u8])]) -> Vec<(String, Vec<archipelago_core::auth::Address>)> {
    let named = |(id, members): &(&str, &[u8])| {
        let members = members.iter().map(|&who| address(who)).collect();
        ((*id).to_owned(), members)
    };
    expected.iter().map(named).collect()
}

#[test]
fn who_logs_in_again_is_where_it_was_and_a_new_session_is_told_so() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    three(&mut world, &mut a);
    world.restart();
    assert_eq!(world.islands(), [], "nobody is there yet");
    assert!(!world.is_connected(1));
    let mut b = Link::new("b", 1);
    let again = world.login(&mut b, 1);
    assert!(world.is_connected(1));
    assert_eq!(world.islands(), [], "nobody knows where it is");
    world.heartbeat(&mut b, again, HERE);
    assert_eq!(world.islands(), islands(&[("I1", &[1])]));
    assert_eq!(told(&world.deliver()), [("b", again, "I1")]);
    // Another one comes late, but in time.
    world.advance_alive(GRACE_MS - 1, &mut [&mut b]);
    let late = world.login(&mut b, 3);
    world.heartbeat(&mut b, late, THERE);
    assert_eq!(told(&world.deliver()), [("b", late, "I3")]);
    world.advance_alive(PERIOD_MS, &mut [&mut b]);
    assert_eq!(world.islands(), islands(&[("I1", &[1]), ("I3", &[3])]));
    let newcomer = world.login(&mut b, 4);
    world.heartbeat(&mut b, newcomer, 9_000.0);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("b", newcomer, "I4")]
    );
}

#[test]
fn a_session_that_outlived_the_realm_is_told_nothing_that_it_knows() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, two, three] = three(&mut world, &mut a);
    world.restart();
    let greeted = world.deliver();
    assert_eq!(
        greeted.len(),
        1,
        "the connector hears that it has to list its sessions"
    );
    assert_eq!((told(&greeted), kicked(&greeted)), (vec![], vec![]));
    let list = a.list(&[
        listed(1, one.0, HERE, (1, one.1)),
        listed(2, two.0, HERE, (1, two.1)),
        listed(3, three.0, THERE, (3, three.1)),
    ]);
    world.report(&list);
    assert_eq!(world.islands(), islands(&[("I1", &[1, 2]), ("I3", &[3])]));
    let deliveries = world.advance_alive(2 * GRACE_MS, &mut [&mut a]);
    assert_eq!((told(&deliveries), kicked(&deliveries)), (vec![], vec![]));
    assert_eq!(world.islands(), islands(&[("I1", &[1, 2]), ("I3", &[3])]));
}

#[test]
fn a_heartbeat_before_the_list_tells_nobody_anything() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, ..] = three(&mut world, &mut a);
    world.restart();
    world.heartbeat(&mut a, one.0, HERE);
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    assert_eq!(told(&world.advance(PERIOD_MS)), []);
    let list = a.list(&[listed(1, one.0, HERE, (1, one.1))]);
    world.report(&list);
    let deliveries = world.advance(PERIOD_MS);
    assert_eq!(told(&deliveries), []);
}

#[test]
fn an_assignment_that_was_not_delivered_is_not_forgotten() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, two, three] = three(&mut world, &mut a);
    world.heartbeat(&mut a, three.0, HERE);
    while world.island_of(3).as_deref() != Some("I1") {
        world.now_ms = world.realm.next_ms().unwrap();
        world.realm.tick(world.now_ms);
        world.take();
    }
    world.restart();
    let list = a.list(&[
        listed(1, one.0, HERE, (1, one.1)),
        listed(2, two.0, HERE, (1, two.1)),
        listed(3, three.0, HERE, (3, three.1)),
    ]);
    world.report(&list);
    let deliveries = world.advance(PERIOD_MS);
    assert!(told(&deliveries).contains(&("a", three.0, "I1")));
}

#[test]
fn who_has_left_before_the_crash_has_left() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, ..] = three(&mut world, &mut a);
    let ended = a.ended(one.0);
    world.report(&ended);
    // No flush has written the island since.
    world.restart();
    let mut b = Link::new("b", 1);
    let two = world.login(&mut b, 2);
    world.heartbeat(&mut b, two, HERE);
    assert_eq!(world.islands(), islands(&[("I1", &[2])]));
    let again = world.login(&mut b, 1);
    world.heartbeat(&mut b, again, THERE + 200.0);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("b", two, "I1"), ("b", again, "I4")]
    );
}

#[test]
fn a_leave_that_was_not_answered_arrives_after_the_crash() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, ..] = three(&mut world, &mut a);
    world.restart();
    let ended = a.ended(one.0);
    assert!(world.report(&ended).full_wanted);
    let mut b = Link::new("b", 1);
    let again = world.login(&mut b, 1);
    world.heartbeat(&mut b, again, THERE + 200.0);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("b", again, "I4")]
    );
}

#[test]
fn who_stays_away_is_released_when_the_grace_is_over() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    three(&mut world, &mut a);
    world.advance_alive(10 * GRACE_MS, &mut [&mut a]);
    world.restart();
    let mut b = Link::new("b", 1);
    world.advance(GRACE_MS - 1);
    assert_eq!(world.disk.sessions.len(), 3);
    world.advance(PERIOD_MS + 1);
    assert_eq!(
        (world.disk.sessions.len(), world.disk.islands.len()),
        (0, 0)
    );
    let again = world.login(&mut b, 1);
    world.heartbeat(&mut b, again, HERE);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("b", again, "I4")]
    );
}

#[test]
fn an_empty_realm_sleeps_after_a_restart_too() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    three(&mut world, &mut a);
    world.restart();
    world.advance(2 * TIMEOUT_MS);
    assert_eq!(world.realm.next_ms(), None);
    world.restart();
    assert_eq!(world.realm.next_ms(), None);
}

#[test]
fn a_login_keeps_the_place_for_another_grace_and_no_longer() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    three(&mut world, &mut a);
    world.restart();
    let mut b = Link::new("b", 1);
    world.advance(GRACE_MS - 1);
    let [one, three] = [1, 3].map(|who| world.login(&mut b, who));
    world.advance_alive(GRACE_MS - 1, &mut [&mut b]);
    world.heartbeat(&mut b, one, HERE);
    assert_eq!(told(&world.deliver()), [("b", one, "I1")]);
    world.advance_alive(1, &mut [&mut b]);
    assert!(world.is_connected(3), "the session lives");
    world.heartbeat(&mut b, three, THERE);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("b", three, "I4")]
    );
}

#[test]
fn the_newest_session_of_an_address_outlives_the_realm_and_the_others_are_kicked() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let (old, assignment) = settler(&mut world, &mut a, 1, HERE);
    let new = world.login(&mut b, 1);
    assert_eq!(world.take().len(), 1, "the kick is under way");
    world.restart();
    let list = a.list(&[listed(1, old, HERE, (1, assignment))]);
    world.report(&list);
    assert!(kicked(&world.deliver()).contains(&("a", old)));
    let list = b.list(&[LiveSession {
        position: None,
        ..listed(1, new, HERE, (0, 0))
    }]);
    world.report(&list);
    assert!(world.is_connected(1));
    world.heartbeat(&mut b, new, HERE);
    assert!(told(&world.deliver()).contains(&("b", new, "I1")));
}

#[test]
fn an_epoch_outlives_the_realm() {
    let mut world = World::new();
    let mut old = Link::new("a", 1);
    let mut new = Link::new("a", 2);
    let list = new.list(&[]);
    world.report(&list);
    settler(&mut world, &mut new, 1, HERE);
    world.restart();
    let late = old.report();
    assert!(world.realm.report(&late, world.now_ms).is_err());
}

#[test]
fn members_beyond_a_lowered_capacity_are_newcomers() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    for who in 1..=4 {
        settler(&mut world, &mut a, who, HERE);
    }
    world.restart_as(RealmConfig {
        engine: EngineConfig::new(2, 20.0, Some(25.0)).unwrap(),
        ..config()
    });
    let mut b = Link::new("b", 1);
    for who in 1..=4 {
        let session = world.login(&mut b, who);
        world.heartbeat(&mut b, session, HERE);
    }
    world.advance(ARRIVALS_DELAY_MS);
    let sizes: Vec<(String, usize)> = world
        .islands()
        .into_iter()
        .map(|(id, members)| (id, members.len()))
        .collect();
    assert_eq!(sizes, [("I1".to_owned(), 2), ("I5".to_owned(), 2)]);
    assert_eq!(
        (world.island_of(1), world.island_of(2)),
        (Some("I1".to_owned()), Some("I1".to_owned()))
    );
}

#[test]
fn nothing_is_written_for_heartbeats_and_little_for_moves() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [.., three] = three(&mut world, &mut a);
    let before = world.disk.rows_written;
    for step in 0..20_u8 {
        world.heartbeat(&mut a, three.0, THERE + f32::from(step % 3));
        world.advance_alive(PERIOD_MS, &mut [&mut a]);
    }
    assert_eq!(world.disk.rows_written, before);
    // One is reassigned: its old island is gone, its new one is larger.
    world.heartbeat(&mut a, three.0, HERE);
    world.advance(PERIOD_MS);
    assert_eq!(world.island_of(3).as_deref(), Some("I1"));
    assert_eq!(world.disk.rows_written, before + 2);
}

#[test]
fn what_could_not_be_written_is_written_with_the_next() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let request = a.request(1);
    let reply = world.realm.connect(&request, world.now_ms).unwrap();
    let unwritten = world.realm.unstored().unwrap();
    assert_eq!(unwritten.sessions.len(), 1);
    assert_eq!(
        world.realm.unstored(),
        Some(unwritten),
        "until it is stored"
    );
    // The connector has got no answer, and asks again.
    assert_eq!(world.connect(&request), Ok(reply));
    assert_eq!(world.disk.sessions.len(), 1);
}

/// A copy of an old report arrives late, at a realm that has forgotten that it was answered.
#[test]
fn who_has_left_does_not_stay_because_of_an_old_list() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, ..] = three(&mut world, &mut a);
    let old_list = a.list(&[listed(1, one.0, HERE, (1, one.1))]);
    world.report(&old_list);
    let ended = a.ended(one.0);
    world.report(&ended);
    world.restart();
    world.report(&old_list);
    assert!(world.is_connected(1), "nobody can know better yet");
    let list = a.list(&[]);
    world.report(&list);
    assert!(!world.is_connected(1));
    world.advance_alive(GRACE_MS + PERIOD_MS, &mut [&mut a]);
    assert_eq!(world.disk.sessions.len(), 0);
}

/// The connector has slept: where its players stood then may be far from where they are.
#[test]
fn an_old_position_moves_nobody_and_counts_when_none_comes() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let [one, two, three] = three(&mut world, &mut a);
    world.restart();
    let old = |who, (session, assignment), x, island| LiveSession {
        position_is_old: true,
        ..listed(who, session, x, (island, assignment))
    };
    // They came together long after their records were written.
    let list = a.list(&[
        old(1, one, HERE, 1),
        old(2, two, THERE, 1),
        old(3, three, THERE, 3),
    ]);
    world.report(&list);
    assert_eq!(world.islands(), [], "nobody knows where they are now");
    assert!(world.is_connected(2));
    let mut deliveries = world.advance_alive(GRACE_MS / 2, &mut [&mut a]);
    let beats = a.heartbeats(&[(one.0, HERE), (two.0, HERE)]);
    world.report(&beats);
    deliveries.extend(world.advance_alive(GRACE_MS / 2 - 1, &mut [&mut a]));
    assert_eq!(world.islands(), islands(&[("I1", &[1, 2])]));
    deliveries.extend(world.advance_alive(1, &mut [&mut a]));
    assert_eq!(world.islands(), islands(&[("I1", &[1, 2]), ("I3", &[3])]));
    deliveries.extend(world.advance_alive(TIMEOUT_MS, &mut [&mut a]));
    assert_eq!(told(&deliveries), []);
}
