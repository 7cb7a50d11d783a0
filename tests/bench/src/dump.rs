//! Everybody's way through a world as bytes, so that other engines can be run on exactly the same input.

use std::io::{self, Write};

use archipelago_worlds::{Settings, World};

/// Writes the positions before each flush: the number of players and of flushes as 32-bit unsigned integers; then for
/// each flush x and z of each player as 32-bit floats, in metres, NaN for one that has not arrived. All little-endian.
///
/// # Errors
/// If the bytes cannot be written.
pub fn dump(mut world: World, flushes: u32, to: &mut impl Write) -> io::Result<()> {
    let interval_s = Settings::WORLDS.flush_interval_s;
    let players = population(&world, flushes);
    to.write_all(&(players as u32).to_le_bytes())?;
    to.write_all(&flushes.to_le_bytes())?;
    for flush in 0..flushes {
        if flush > 0 {
            world.step(interval_s);
        }
        for at in world.positions().chunks_exact(3) {
            to.write_all(&at[0].to_le_bytes())?;
            to.write_all(&at[2].to_le_bytes())?;
        }
        for _ in 2 * world.count()..2 * players {
            to.write_all(&f32::NAN.to_le_bytes())?;
        }
    }
    Ok(())
}

/// How many will have arrived: nobody leaves, so that is how many there are at the end.
fn population(world: &World, flushes: u32) -> usize {
    let mut ahead = world.clone();
    for _ in 1..flushes {
        ahead.step(Settings::WORLDS.flush_interval_s);
    }
    ahead.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SEED;

    fn dumped(name: &str, flushes: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let world = World::named(name, SEED).unwrap();
        dump(world, flushes, &mut bytes).unwrap();
        bytes
    }

    fn number(bytes: &[u8], at: usize) -> [u8; 4] {
        bytes[4 * at..][..4].try_into().unwrap()
    }

    #[test]
    fn positions_are_those_of_the_flushes() {
        let bytes = dumped("plaza-400", 3);
        assert_eq!(bytes.len(), 8 + 3 * 400 * 8);
        let heads = [0, 1].map(|at| u32::from_le_bytes(number(&bytes, at)));
        assert_eq!(heads, [400, 3]);
        let mut world = World::named("plaza-400", SEED).unwrap();
        for flush in 0..3 {
            for (player, at) in world.positions().chunks_exact(3).enumerate() {
                let place = 2 + 2 * (400 * flush + player);
                let found = [0, 1].map(|axis| f32::from_le_bytes(number(&bytes, place + axis)));
                assert_eq!(found, [at[0], at[2]]);
            }
            world.step(Settings::WORLDS.flush_interval_s);
        }
    }

    #[test]
    fn who_has_not_arrived_is_nowhere() {
        let bytes = dumped("surge", 40);
        let present = |flush: usize| {
            let row = &bytes[8 + flush * 1500 * 8..][..1500 * 8];
            let numbers = row
                .chunks_exact(4)
                .map(|at| f32::from_le_bytes(at.try_into().unwrap()));
            numbers.filter(|at| !at.is_nan()).count()
        };
        assert_eq!([0, 1, 15, 30, 39].map(present), [0, 100, 1500, 3000, 3000]);
    }
}
