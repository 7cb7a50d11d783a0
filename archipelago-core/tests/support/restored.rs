//! Worlds after a restart: islands are known, where their members are is not.

use super::duel::Duel;
use super::model::Name;
use super::random::World;
use super::subject::Handles;

/// Plays the restored world of this seed; what differed, if anything did.
pub fn play(seed: u32) -> Result<(), String> {
    play_in(World::new(seed))
}

/// Plays a world that was made before.
pub fn play_in(mut world: World) -> Result<(), String> {
    // Numbers below and above those of the restored islands, and where another digit begins.
    world.settings.next_number = world.rng.pick(&[1, 30, 46_650]);
    world.travels = world.rng.pick(&[0.1, 0.6]);
    let mut duel = Duel::<Handles>::new(&world.settings);
    restore(&mut world, &mut duel);
    let grace = world.rng.below(world.flushes);
    for flush in 0..world.flushes {
        if flush == grace {
            let released = duel.subject.end_grace();
            let expected = duel.model.end_grace();
            duel.same("released", &released, &expected)?;
        }
        world.step(&mut duel)?;
    }
    Ok(())
}

/// Some islands with numbers in any order, some of them larger than allowed by now.
fn restore(world: &mut World, duel: &mut Duel<Handles>) {
    let mut names = 0..world.population as Name;
    let mut numbers: Vec<u64> = (1..40).collect();
    for _ in 0..world.rng.below(8) {
        let number = numbers.swap_remove(world.rng.below(numbers.len()));
        let most = (world.settings.max_peers as usize + 3).min(12);
        let members: Vec<Name> = names.by_ref().take(1 + world.rng.below(most)).collect();
        if !members.is_empty() {
            duel.subject.restore(number, &members);
            duel.model.restore(number, &members);
        }
    }
}
