//! Worlds with a shape: people on their ways, crowds, chains, places where arithmetic is at its limits.

use std::f64::consts::TAU;

use archipelago_core::engine::Position;

use super::duel::{Duel, at};
use super::model::Name;
use super::rng::Rng;
use super::subject::{Settings, Subject};

/// Seconds between flushes.
const PERIOD_S: f64 = 2.0;

/// Plays a world; what differed, if anything did.
type Play = fn() -> Result<(), String>;

/// Every world of this file, by name.
pub fn all<S: Subject>() -> Vec<(&'static str, Play)> {
    vec![
        ("walkers on a plaza", walkers_on_a_plaza::<S>),
        ("walkers in hamlets", walkers_in_hamlets::<S>),
        ("crowd beyond capacity", crowd_beyond_capacity::<S>),
        ("everybody at one point", everybody_at_one_point::<S>),
        ("chains", chains::<S>),
        ("rings that are cut", rings_that_are_cut::<S>),
        ("extreme coordinates", extreme_coordinates::<S>),
        ("guides and followers", guides_and_followers::<S>),
        ("in all directions", in_all_directions::<S>),
        ("one very large island", one_very_large_island::<S>),
        ("groups that meet in a row", groups_that_meet_in_a_row::<S>),
    ]
}

/// Somebody who walks from destination to destination and rests in between.
struct Walker {
    x: f64,
    z: f64,
    to: (f64, f64),
    speed: f64,
    idle_s: f64,
}

impl Walker {
    fn step(
        &mut self,
        rng: &mut Rng,
        idle_mean_s: f64,
        destination: impl Fn(&mut Rng, &Walker) -> (f64, f64),
    ) {
        if self.idle_s > 0.0 {
            self.idle_s -= PERIOD_S;
            if self.idle_s <= 0.0 {
                self.to = destination(rng, self);
                self.speed = rng.between(1.5, 6.0);
            }
            return;
        }
        let (dx, dz) = (self.to.0 - self.x, self.to.1 - self.z);
        let left = dx.hypot(dz);
        let stride = self.speed * PERIOD_S;
        if left <= stride {
            (self.x, self.z) = self.to;
            self.idle_s = rng.exp(idle_mean_s).max(PERIOD_S);
        } else {
            self.x += dx / left * stride;
            self.z += dz / left * stride;
        }
    }
}

/// Walks for a while; now and then somebody leaves and somebody comes.
fn walk<S: Subject>(
    mut duel: Duel<S>,
    rng: &mut Rng,
    count: usize,
    destination: impl Fn(&mut Rng, Option<&Walker>) -> (f64, f64),
) -> Result<(), String> {
    let mut walkers: Vec<Walker> = Vec::new();
    for _ in 0..count {
        let ((x, z), to) = (destination(rng, None), destination(rng, None));
        let idle_s = if rng.chance(0.5) { rng.exp(20.0) } else { 0.0 };
        walkers.push(Walker {
            x,
            z,
            to,
            speed: rng.between(1.5, 6.0),
            idle_s,
        });
    }
    for flush in 0..30 {
        for (peer, walker) in walkers.iter_mut().enumerate() {
            if flush > 0 {
                walker.step(rng, 20.0, |rng, walker| destination(rng, Some(walker)));
            }
            if rng.chance(0.01) {
                duel.disconnect(peer as Name);
            } else if walker.idle_s <= 0.0 || flush == 0 {
                duel.place(peer as Name, walker.x, walker.z);
            }
        }
        if flush % 3 == 1 {
            duel.arrivals()?;
        }
        duel.full()?;
    }
    duel.stays_put()
}

fn walkers_on_a_plaza<S: Subject>() -> Result<(), String> {
    let duel = Duel::<S>::new(&Settings::new(100, 64.0, 80.0));
    walk(duel, &mut Rng::new(1), 250, |rng, _| {
        (rng.ih() * 100.0, rng.ih() * 100.0)
    })
}

fn walkers_in_hamlets<S: Subject>() -> Result<(), String> {
    let duel = Duel::<S>::new(&Settings::new(100, 64.0, 80.0));
    walk(duel, &mut Rng::new(2), 120, |rng, walker| match walker {
        None => (rng.between(0.0, 800.0), rng.between(0.0, 800.0)),
        Some(here) => (
            here.x + rng.between(-150.0, 150.0),
            here.z + rng.between(-150.0, 150.0),
        ),
    })
}

/// Three times as many as fit, in one place, coming in waves and leaving again.
fn crowd_beyond_capacity<S: Subject>() -> Result<(), String> {
    let mut duel = Duel::<S>::new(&Settings::new(25, 20.0, 25.0));
    let mut rng = Rng::new(3);
    for wave in 0..5 {
        for peer in wave * 16..(wave + 1) * 16 {
            duel.place(peer, rng.between(-15.0, 15.0), rng.between(-15.0, 15.0));
        }
        duel.arrivals()?;
        duel.full()?;
    }
    duel.stays_put()?;
    for _ in 0..60 {
        let peer = rng.below(80) as Name;
        if rng.chance(0.5) {
            duel.disconnect(peer);
        } else {
            duel.place(peer, rng.between(-30.0, 30.0), rng.between(-30.0, 30.0));
        }
        duel.full()?;
    }
    duel.stays_put()
}

fn everybody_at_one_point<S: Subject>() -> Result<(), String> {
    let mut duel = Duel::<S>::new(&Settings::new(30, 64.0, 80.0));
    for peer in 0..100 {
        duel.place(peer, -7.5, 1e6);
    }
    duel.full()?;
    duel.stays_put()?;
    // Every third leaves: what is left could be fewer islands.
    for peer in (0..100).step_by(3) {
        duel.disconnect(peer);
    }
    duel.full()?;
    duel.stays_put()?;
    for peer in 100..130 {
        duel.place(peer, -7.5, 1e6);
        duel.arrivals()?;
    }
    duel.full()?;
    duel.stays_put()
}

/// People in a row, exactly at the join distance, then exactly at the leave distance, then a hair beyond.
fn chains<S: Subject>() -> Result<(), String> {
    for (max_peers, count) in [(100, 60), (10, 60), (7, 23), (1, 5)] {
        let mut duel = Duel::<S>::new(&Settings::new(max_peers, 64.0, 80.0));
        for gap in [64.0, 80.0, 64.0, 80.0_f64.next_up(), 64.0] {
            for peer in 0..count {
                duel.place(peer, 0.0, f64::from(peer) * gap);
            }
            duel.full()?;
            duel.stays_put()?;
        }
        for peer in [count / 2, count / 3, 0] {
            duel.disconnect(peer);
            duel.full()?;
        }
        duel.place(count / 2, 0.0, f64::from(count / 2) * 64.0);
        duel.arrivals()?;
        duel.full()?;
        duel.stays_put()?;
    }
    Ok(())
}

/// A ring stays whole when cut once and falls apart when cut twice.
fn rings_that_are_cut<S: Subject>() -> Result<(), String> {
    for max_peers in [100, 24, 11] {
        let mut duel = Duel::<S>::new(&Settings::new(max_peers, 20.0, 25.0));
        let radius = 24.0 * 19.0 / TAU;
        for peer in 0..24 {
            let angle = TAU * f64::from(peer) / 24.0;
            duel.place(peer, radius * angle.cos(), radius * angle.sin());
        }
        duel.full()?;
        for peer in [3, 15, 9, 21] {
            duel.disconnect(peer);
            duel.full()?;
            duel.stays_put()?;
        }
        for peer in [15, 3] {
            let angle = TAU * f64::from(peer) / 24.0;
            duel.place(peer, radius * angle.cos(), radius * angle.sin());
            duel.full()?;
        }
        duel.stays_put()?;
    }
    Ok(())
}

/// Coordinates as large, as small and as close to each other as 32 bits allow.
fn extreme_coordinates<S: Subject>() -> Result<(), String> {
    let tiny = f32::from_bits(1);
    let far = [
        f32::MAX,
        f32::MAX.next_down(),
        1e30,
        16_777_216.0,
        16_777_218.0,
        1e9,
        2_147_483_648.0,
    ];
    let near = [
        0.0,
        tiny,
        f32::MIN_POSITIVE,
        f32::EPSILON,
        1.0,
        1.0_f32.next_up(),
        64.0,
        80.0,
        80.0_f32.next_up(),
    ];
    let magnitudes: Vec<f32> = far.into_iter().chain(near).collect();
    let distances = [
        (64.0, 80.0),
        (1e-30, 1e-30),
        (1e-3, 1e30),
        (1e30, 1e38),
        (5e-324, 1e-45),
    ];
    for (round, (join, leave)) in distances.into_iter().enumerate() {
        for max_peers in [3, 100] {
            let mut duel = Duel::<S>::new(&Settings::new(max_peers, join, leave));
            let mut rng = Rng::new(4 + round as u32);
            for _ in 0..12 {
                for _ in 0..12 {
                    let mut coordinate = || rng.pick(&magnitudes) * rng.pick(&[1.0, -1.0]);
                    let position =
                        Position::new(coordinate(), coordinate(), coordinate()).expect("finite");
                    duel.report(rng.below(40) as Name, position, None);
                }
                duel.disconnect(rng.below(40) as Name);
                if rng.chance(0.4) {
                    duel.arrivals()?;
                }
                duel.full()?;
            }
            duel.stays_put()?;
        }
    }
    Ok(())
}

/// Full islands side by side; newcomers ask for the one in which their guide is.
fn guides_and_followers<S: Subject>() -> Result<(), String> {
    let mut duel = Duel::<S>::new(&Settings::new(12, 20.0, 25.0));
    let mut rng = Rng::new(9);
    let mut next: Name = 0;
    for island in 0..4 {
        for _ in 0..8 {
            duel.place(next, f64::from(island) * 18.0, rng.between(-3.0, 3.0));
            next += 1;
        }
        duel.full()?;
    }
    for _ in 0..40 {
        let guide = rng.below(next as usize) as Name;
        let wanted = duel
            .model
            .island_of(guide)
            .map(|number| duel.model.id(number))
            .unwrap_or_default();
        for _ in 0..=rng.below(3) {
            duel.report(
                next,
                at(rng.between(-5.0, 60.0), rng.between(-3.0, 3.0)),
                Some(&wanted),
            );
            next += 1;
        }
        duel.disconnect(rng.below(next as usize) as Name);
        if rng.chance(0.5) {
            duel.arrivals()?;
        }
        duel.full()?;
    }
    duel.stays_put()
}

/// More members than pairs should be tested for, in a band that comes apart when a few leave.
fn one_very_large_island<S: Subject>() -> Result<(), String> {
    let mut duel = Duel::<S>::new(&Settings::new(1000, 20.0, 25.0));
    let mut rng = Rng::new(10);
    for peer in 0..650 {
        duel.place(peer, f64::from(peer / 2), rng.between(-2.0, 2.0));
    }
    duel.full()?;
    duel.stays_put()?;
    for peer in 300..352 {
        duel.disconnect(peer);
    }
    duel.full()?;
    duel.place(700, 163.0, 0.0);
    duel.full()?;
    duel.stays_put()
}

/// Two who come one after the other, as far from each other as they may be, seen from every side.
fn in_all_directions<S: Subject>() -> Result<(), String> {
    let (join, leave) = (20.0, 25.0);
    for turn in 0..64 {
        let (sin, cos) = (TAU * f64::from(turn) / 64.0).sin_cos();
        for share in [0.999_99, 1.0, 1.000_01] {
            for max_peers in [3, 100] {
                let mut duel = Duel::<S>::new(&Settings::new(max_peers, join, leave));
                let far = |distance: f64| (cos * distance * share, sin * distance * share);
                // Two pairs, grown up apart: with room for three only, a newcomer makes a crowd of them.
                for away in [1000.0, 8.0] {
                    for (peer, x) in [(1, 0.0), (2, 0.0), (3, away), (4, away)] {
                        duel.place(peer, x + far(join).0, far(join).1);
                    }
                    duel.full()?;
                }
                duel.place(5, 0.0, 0.0);
                duel.arrivals()?;
                duel.full()?;
                duel.place(5, far(join - leave).0, far(join - leave).1);
                duel.full()?;
                duel.stays_put()?;
            }
        }
    }
    Ok(())
}

/// Groups of different sizes that have grown up apart walk to places in a row, all in the same flush: clusters of some
/// that fit into one island lie beside others of which only some do.
fn groups_that_meet_in_a_row<S: Subject>() -> Result<(), String> {
    // Two fit, and beside one of them three.
    meet_in_a_row::<S>(&[50, 50, 60, 10, 20], &[8.0; 5])?;
    let mut rng = Rng::new(11);
    for _ in 0..200 {
        let groups = 4 + rng.below(4);
        let sizes: Vec<Name> = (0..groups).map(|_| 5 + rng.below(60) as Name).collect();
        let gaps: Vec<f64> = (0..groups).map(|_| rng.between(3.0, 11.0)).collect();
        meet_in_a_row::<S>(&sizes, &gaps)?;
    }
    Ok(())
}

fn meet_in_a_row<S: Subject>(sizes: &[Name], gaps: &[f64]) -> Result<(), String> {
    let mut duel = Duel::<S>::new(&Settings::new(100, 10.0, 12.5));
    for (group, size) in (0..).zip(sizes) {
        for member in 0..*size {
            duel.place(group * 100 + member, f64::from(group) * 1000.0, 0.0);
        }
        duel.full()?;
    }
    let mut x = 0.0;
    for ((group, size), gap) in (0..).zip(sizes).zip(gaps) {
        for member in 0..*size {
            duel.place(group * 100 + member, x, 500.0);
        }
        x += gap;
    }
    duel.full()?;
    duel.stays_put()
}
