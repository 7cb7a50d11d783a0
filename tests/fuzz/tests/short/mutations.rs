//! Inputs that are almost like those that are known.

use crate::rng::Rng;

/// The longest input.
const LENGTH_MAX: usize = 2_048;

/// One of the known inputs, spoilt a little; now and then anything.
pub fn input(rng: &mut Rng, known: &[Vec<u8>]) -> Vec<u8> {
    if rng.chance(0.1) {
        let length = rng.below(200);
        return (0..length).map(|_| byte(rng)).collect();
    }
    let mut bytes = known[rng.below(known.len())].clone();
    for _ in 0..rng.below(6) {
        spoil(rng, &mut bytes, known);
    }
    bytes.truncate(LENGTH_MAX);
    bytes
}

fn byte(rng: &mut Rng) -> u8 {
    rng.below(256) as u8
}

fn spoil(rng: &mut Rng, bytes: &mut Vec<u8>, known: &[Vec<u8>]) {
    let at = rng.below(bytes.len() + 1);
    let end = (at + 1 + rng.below(16)).min(bytes.len());
    match rng.below(9) {
        0 => bytes.insert(at, byte(rng)),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_vec();
            let to = rng.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        3 => {
            // Goes on as another one does.
            let other = &known[rng.below(known.len())];
            bytes.truncate(at);
            bytes.extend_from_slice(&other[at.min(other.len())..]);
        }
        4 => bytes.truncate(at),
        choice => {
            let Some(byte) = bytes.get_mut(at) else {
                return bytes.push(rng.below(256) as u8);
            };
            *byte = match choice {
                5 => *byte ^ 1 << rng.below(8),
                6 => rng.pick(&[0, 1, 0x7f, 0x80, 0xfe, 0xff]),
                7 => byte.wrapping_add(rng.below(8) as u8),
                _ => rng.below(256) as u8,
            };
        }
    }
}
