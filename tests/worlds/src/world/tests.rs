//! The worlds against the table of the crate's documentation.

use super::*;
use crate::walker::{Doing, SPEED_MAX_MPS, SPEED_MIN_MPS};

const SEED: u32 = 20;

fn world(name: &str) -> World {
    World::named(name, SEED).unwrap()
}

fn idle(world: &World) -> impl Iterator<Item = &Walker> {
    let is_idle = |walker: &&Walker| matches!(walker.doing, Doing::Idle { .. });
    world.walkers.iter().filter(is_idle)
}

fn idle_share(world: &World) -> f64 {
    idle(world).count() as f64 / world.count() as f64
}

/// The standard deviation along both axes of those who stand at a destination.
fn sigma_m(world: &World) -> [f64; 2] {
    let spots: Vec<_> = idle(world).map(|walker| walker.at).collect();
    let deviation = |axis: fn(&Spot) -> f64| {
        let mean = spots.iter().map(axis).sum::<f64>() / spots.len() as f64;
        let squares = spots.iter().map(|spot| (axis(spot) - mean).powi(2));
        (squares.sum::<f64>() / spots.len() as f64).sqrt()
    };
    [deviation(|spot| spot.x), deviation(|spot| spot.z)]
}

fn near(value: f64, expected: f64, tolerance: f64) -> bool {
    (value - expected).abs() <= expected * tolerance
}

#[test]
fn destinations_spread_as_the_table_says() {
    // A uniform square has its side over the root of 12.
    for (name, sigma) in [
        ("plaza-400", 30.0),
        ("plaza-1000", 50.0),
        ("plaza-1000-85", 50.0),
        ("plaza-3000", 100.0),
        ("sparse", 173.2),
        ("city", 1385.6),
        ("hamlets", 346.4),
        ("uniform-1000", 438.2),
        ("crowd-3000", 91.29),
    ] {
        let mut world = world(name);
        for minute in 0..5 {
            let found = sigma_m(&world);
            assert!(
                found.iter().all(|axis| near(*axis, sigma, 0.15)),
                "{name}, seed {SEED}, minute {minute}: {found:?}"
            );
            world.step(60.0);
        }
    }
}

#[test]
fn the_share_that_stands_still_stays() {
    for (name, share) in [
        ("plaza-1000", 0.5),
        ("plaza-3000", 0.5),
        ("festival", 0.5),
        ("sparse", 0.5),
        ("city", 0.5),
        ("crowd-3000", 0.5),
        ("plazas-3000", 0.5),
        ("plaza-1000-85", 0.85),
        ("city-85", 0.85),
        ("plazas-2000-85", 0.85),
    ] {
        let mut world = world(name);
        let found = idle_share(&world);
        assert!(near(found, share, 0.1), "{name}, seed {SEED}: {found}");
        // A trip on which one finds somebody is a long one; those of the start are as they come, so there are fewer
        // walkers for a while.
        world.step(120.0);
        for _ in 0..20 {
            let found = idle_share(&world);
            assert!(
                near(found, share, 0.1),
                "{name}, seed {SEED}, after {} s: {found}",
                world.clock_s
            );
            world.step(20.0);
        }
    }
}

#[test]
fn everybody_stays_inside_at_a_walkers_speed() {
    const DT_S: f64 = 0.5;
    for name in [
        "plaza-400",
        "festival",
        "sparse",
        "surge",
        "hamlets",
        "uniform-50",
        "plazas-2500",
        "crowd-500",
    ] {
        let mut world = world(name);
        for _ in 0..200 {
            let before = world.walkers.clone();
            world.step(DT_S);
            for (old, new) in before.iter().zip(&world.walkers) {
                let speed = old.at.distance_m(new.at) / DT_S;
                assert!(speed <= SPEED_MAX_MPS + 1e-9, "{name}: {speed} m/s");
                let same_trip =
                    matches!(old.doing, Doing::Walking { .. }) && old.doing == new.doing;
                assert!(
                    !same_trip || speed >= SPEED_MIN_MPS - 1e-9,
                    "{name}: {speed} m/s"
                );
            }
            let edge = world.extent() as f32;
            assert!(
                world.positions().iter().all(|at| at.abs() <= edge),
                "{name}"
            );
        }
    }
}

#[test]
fn speeds_are_uniform() {
    let world = world("plaza-3000");
    let speed = |walker: &Walker| match walker.doing {
        Doing::Walking { speed_mps, .. } => Some(speed_mps),
        Doing::Idle { .. } => None,
    };
    let speeds: Vec<_> = world.walkers.iter().filter_map(speed).collect();
    let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
    assert!(near(mean, 3.75, 0.05), "{mean}");
    let slow = speeds.iter().filter(|speed| **speed < 2.625).count();
    assert!(
        near(slow as f64 / speeds.len() as f64, 0.25, 0.15),
        "{slow}"
    );
}

#[test]
fn stages_keep_their_shares_and_their_sizes() {
    let stages = [
        (0.0, 160.0, 0.36),
        (152.0, 49.0, 0.24),
        (94.0, -129.0, 0.18),
        (-94.0, -129.0, 0.13),
        (-152.0, 49.0, 0.09),
    ];
    let mut world = world("festival");
    for _ in 0..5 {
        for (x, z, share) in stages {
            let middle = Spot { x, z };
            // Stages are at least 159 m apart, nobody stands farther than 106 m from the middle of his.
            let here = idle(&world).filter(|walker| walker.at.distance_m(middle) < 79.0);
            let squares: Vec<_> = here
                .map(|walker| walker.at.distance_m(middle).powi(2))
                .collect();
            let found = squares.len() as f64 / idle(&world).count() as f64;
            assert!(near(found, share, 0.25), "({x}, {z}), {found}");
            let sigma = (squares.iter().sum::<f64>() / squares.len() as f64 / 2.0).sqrt();
            let expected = 25.0 * (share / 0.36_f64).sqrt();
            assert!(near(sigma, expected, 0.15), "({x}, {z}): {sigma}");
        }
        world.step(100.0);
    }
}

#[test]
fn plazas_are_apart_and_equally_full() {
    let mut world = world("plazas-4000");
    world.step(300.0);
    let mut counts = [0; 4];
    for walker in &world.walkers {
        let plaza = usize::from(walker.at.x > 0.0) + 2 * usize::from(walker.at.z > 0.0);
        counts[plaza] += 1;
        let from_middle = [walker.at.x.abs() - 200.0, walker.at.z.abs() - 200.0];
        assert!(from_middle.iter().all(|m| m.abs() <= 150.0), "{walker:?}");
    }
    assert_eq!(counts, [1000; 4]);
}

#[test]
fn a_surge_arrives_evenly() {
    let mut world = world("surge");
    assert_eq!((world.count(), world.positions()), (0, &[][..]));
    let capacity = world.positions.capacity();
    for second in 1..=70 {
        let before = world.walkers.clone();
        world.step(1.0);
        assert_eq!(world.count(), (25 * second).min(1500));
        assert_eq!(world.positions().len(), 3 * world.count());
        // Whoever was there is still at the same index.
        for (old, new) in before.iter().zip(&world.walkers) {
            assert!(old.at.distance_m(new.at) <= SPEED_MAX_MPS + 1e-9);
        }
    }
    assert_eq!(world.positions.capacity(), capacity);
}

#[test]
fn who_is_dragged_stands_where_he_was_put() {
    let mut world = world("plaza-1000");
    let before = world.walkers.clone();
    let middle = Spot { x: 10.0, z: -5.0 };
    let dragged = world.drag(10.0, -5.0, 30.0, 100.0, 50.0);
    assert!((50..500).contains(&dragged), "{dragged}");
    let mut moved = 0;
    for (index, (old, new)) in before.iter().zip(&world.walkers).enumerate() {
        if old.at.distance_m(middle) > 30.0 {
            assert_eq!((old.at, old.doing), (new.at, new.doing));
            continue;
        }
        moved += 1;
        let at = Spot {
            x: old.at.x + 100.0,
            z: old.at.z + 50.0,
        };
        assert_eq!(new.at, at);
        assert!(matches!(new.doing, Doing::Idle { .. }));
        let place = &world.positions()[3 * index..][..3];
        assert_eq!(place, [at.x as f32, 0.0, at.z as f32]);
    }
    assert_eq!(moved, dragged);
    assert_eq!(world.drag(0.0, 0.0, -1.0, 1.0, 1.0), 0);
}

#[test]
fn a_step_of_no_time_changes_nothing() {
    let mut world = world("plaza-400");
    let before = world.positions().to_vec();
    world.step(0.0);
    assert_eq!(world.positions(), before);
}

#[test]
#[should_panic(expected = "dt_s is NaN: it must be from 0 to 3600")]
fn time_is_a_number() {
    world("plaza-400").step(f64::NAN);
}

#[test]
#[should_panic(expected = "inf, 0.0]: they must be finite")]
fn nobody_is_dragged_to_infinity() {
    world("plaza-400").drag(0.0, 0.0, 1.0, f64::INFINITY, 0.0);
}

#[test]
fn a_world_with_another_number_of_players_has_the_same_ground() {
    for population in [0, 1, 50, 5000] {
        let mut world = World::with_population("plaza-1000", 3, population).unwrap();
        world.step(60.0);
        assert_eq!(
            (world.count(), world.population()),
            (population, population)
        );
        assert_eq!(world.extent(), 150.0);
    }
    let mut surge = World::with_population("surge", 3, 600).unwrap();
    surge.step(6.0);
    assert_eq!((surge.count(), surge.population()), (60, 600));
    assert_eq!(World::population_of("surge"), Ok(1500));
}

#[test]
fn a_world_has_the_players_of_its_name_unless_told_otherwise() {
    let named = World::named("sparse", 9).unwrap();
    let told = World::with_population("sparse", 9, 1000).unwrap();
    assert_eq!(named.positions(), told.positions());
}
