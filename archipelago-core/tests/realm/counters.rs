//! What a realm counts, and what it makes of the numbers of others.

use archipelago_core::protocol::bus::{
    ConnectorCounters, Histogram, RealmCounters, RealmFigures, SessionStages, UpstreamCounters,
};
use archipelago_core::realm::{ARRIVALS_DELAY_MS, FLUSH_BOUNDS_MS};

use crate::world::{HERE, Link, TIMEOUT_MS, World};

fn own(world: &mut World) -> RealmCounters {
    world.realm.counters(world.now_ms).realm.unwrap()
}

fn figures(world: &mut World) -> RealmFigures {
    world.realm.counters(world.now_ms).figures.unwrap()
}

fn stages(world: &mut World) -> SessionStages {
    world.realm.counters(world.now_ms).stages.unwrap()
}

fn live(live: u64) -> SessionStages {
    SessionStages {
        live,
        ..SessionStages::default()
    }
}

fn welcomed(welcomed: u64) -> ConnectorCounters {
    ConnectorCounters {
        welcomed,
        ..ConnectorCounters::default()
    }
}

#[test]
fn a_report_is_counted_once_however_often_it_comes() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let session = world.login(&mut a, 1);
    let mut report = a.heartbeats(&[(session, HERE)]);
    report.counters = Some(welcomed(3));
    let mut other = b.report();
    other.counters = Some(welcomed(4));
    for report in [&report, &other, &report, &report, &other] {
        world.report(report);
    }
    let counters = world.realm.counters(world.now_ms);
    assert_eq!(counters.connectors, Some(welcomed(7)));
    assert_eq!(counters.realm.unwrap().heartbeats, 1);
    // One that is meant for another incarnation is passed over.
    let mut stray = a.report();
    stray.counters = Some(welcomed(100));
    stray.incarnation = 9;
    world.report(&stray);
    assert_eq!(
        world.realm.counters(world.now_ms).connectors,
        Some(welcomed(7))
    );
}

#[test]
fn sockets_are_those_of_connectors_that_live() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let report = |world: &mut World, link: &mut Link, count| {
        let mut report = link.report();
        report.stages = Some(live(count));
        world.report(&report);
    };
    report(&mut world, &mut a, 5);
    report(&mut world, &mut b, 7);
    assert_eq!(stages(&mut world), live(12));
    report(&mut world, &mut a, 4);
    assert_eq!(stages(&mut world), live(11), "as of the last report");
    // It has started again, and has said nothing of its sockets.
    let request = Link::new("b", 2).request(1);
    world.connect(&request).unwrap();
    assert_eq!(stages(&mut world), live(4));
    world.now_ms += TIMEOUT_MS - 1;
    assert_eq!(stages(&mut world), live(4));
    world.now_ms += 1;
    assert_eq!(stages(&mut world), live(0), "silent for too long");
    report(&mut world, &mut a, 3);
    assert_eq!(stages(&mut world), live(3));
}

#[test]
fn deliveries_are_counted_until_they_arrive() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.placed(&mut a, 1, HERE);
    let counts = |world: &mut World| {
        let own = own(world);
        let pending = figures(world).deliveries_pending;
        [
            own.deliveries,
            own.deliveries_retried,
            own.deliveries_failed,
            pending,
        ]
    };
    assert_eq!(counts(&mut world), [0, 0, 0, 1]);
    world.take();
    assert_eq!(counts(&mut world), [1, 0, 0, 1]);
    world.realm.undelivered("a", world.now_ms);
    assert_eq!(counts(&mut world), [1, 0, 1, 1]);
    world.now_ms = world.realm.next_ms().unwrap();
    world.deliver();
    assert_eq!(counts(&mut world), [2, 1, 1, 0]);
    world.login(&mut a, 1);
    world.deliver();
    assert_eq!(counts(&mut world), [3, 1, 1, 0], "none has failed before");
}

#[test]
fn flushes_are_counted_by_how_late_they_are_and_how_long_they_take() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.login(&mut a, 1);
    world.heartbeat(&mut a, session, HERE);
    let late_ms = 40;
    world.now_ms += ARRIVALS_DELAY_MS + late_ms;
    world.realm.tick(world.now_ms);
    world.realm.flush_told(7);
    let histogram = |ms: u64| {
        let mut counts = vec![0; FLUSH_BOUNDS_MS.len() + 1];
        counts[FLUSH_BOUNDS_MS.iter().filter(|bound| **bound < ms).count()] = 1;
        Some(Histogram { counts, sum_ms: ms })
    };
    let own = own(&mut world);
    assert_eq!(own.flush_lateness, histogram(late_ms));
    assert_eq!(own.flush_duration, histogram(7));
}

#[test]
fn players_islands_and_changes_are_those_of_the_stats() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let one = world.player(&mut a, 1, HERE);
    world.player(&mut a, 2, 500.0);
    let now = figures(&mut world);
    assert_eq!((now.peers, now.islands), (2, 2));
    assert_eq!(own(&mut world).reassignments, 0);
    world.heartbeat(&mut a, one, 500.0);
    world.advance(5_000);
    let now = figures(&mut world);
    assert_eq!((now.peers, now.islands), (2, 1));
    assert_eq!(own(&mut world).reassignments, 1);
}

#[test]
fn what_the_routes_have_asked_is_added_up() {
    let mut world = World::new();
    let asked = UpstreamCounters {
        catalysts_failed: 2,
        content_answered: 1,
        ..UpstreamCounters::default()
    };
    world.realm.asked_upstream(Some(&asked));
    world.realm.asked_upstream(None);
    world.realm.asked_upstream(Some(&asked));
    let sum = UpstreamCounters {
        catalysts_failed: 4,
        content_answered: 2,
        ..UpstreamCounters::default()
    };
    assert_eq!(world.realm.counters(world.now_ms).upstream, Some(sum));
}
