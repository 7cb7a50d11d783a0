//! The same worlds on every target: bits that were written down once, compared natively and as WebAssembly.

use archipelago_worlds::{Fingerprint, World};
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Of everybody's position after each of 20 steps of 2 s, and after a drag.
fn fingerprint(name: &str) -> u64 {
    let mut world = World::named(name, 1).unwrap();
    let mut fingerprint = Fingerprint::default();
    let mut add = |world: &World| {
        let bits = world.positions().iter().map(|at| u64::from(at.to_bits()));
        bits.for_each(|bits| fingerprint.add(bits));
    };
    for _ in 0..20 {
        world.step(2.0);
        add(&world);
    }
    world.drag(0.0, 0.0, 40.0, 8.0, -3.0);
    world.step(0.1);
    add(&world);
    fingerprint.value()
}

#[wasm_bindgen_test(unsupported = test)]
fn positions_are_the_same_everywhere() {
    let found = EXPECTED.map(|(name, _)| (name, fingerprint(name)));
    assert_eq!(found, EXPECTED);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_walker_is_where_it_has_always_been() {
    let mut world = World::named("plaza-400", 1).unwrap();
    let first = |world: &World| [world.positions()[0], world.positions()[2]];
    let before = first(&world);
    for _ in 0..100 {
        world.step(2.0);
    }
    assert_eq!([before, first(&world)], FIRST);
}

#[wasm_bindgen_test(unsupported = test)]
fn seeds_make_worlds() {
    let world = |seed| World::named("plaza-400", seed).unwrap();
    assert_eq!(world(3).positions(), world(3).positions());
    assert_ne!(world(3).positions(), world(4).positions());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_name_that_no_world_has_is_refused() {
    let refused = World::named("plaza-401", 1).unwrap_err();
    assert_eq!(refused.name, "plaza-401");
    assert_eq!(
        refused.to_string(),
        "there is no world \"plaza-401\": it must be plaza-400, plaza-1000, plaza-3000, festival, sparse, city, \
         surge, hamlets, uniform-N, plazas-N or crowd-N with N from 1 to 1000000, or one of these with the suffix -85"
    );
}

/// Written down once. Other values mean that all figures measured until then are of other worlds.
const EXPECTED: [(&str, u64); 10] = [
    ("plaza-400", 0x96d2_c3ed_5ed9_2576),
    ("plaza-1000-85", 0xb58c_a2f5_7f96_bf17),
    ("plaza-3000", 0x0289_e32a_1601_65e2),
    ("festival", 0xeb09_50df_a3cd_58de),
    ("sparse", 0xb883_3b0e_82a6_a8c4),
    ("surge", 0xdc14_ec85_498f_263c),
    ("hamlets", 0x431e_f30e_3dd9_8ba7),
    ("uniform-500", 0xe3bb_7064_3dcb_519b),
    ("plazas-2500", 0x52ec_b7ba_6d18_2bc1),
    ("crowd-3000-85", 0x011b_8482_3ea2_2dea),
];
const FIRST: [[f32; 2]; 2] = [[-5.949_208, 26.789_337], [-1.865_928_2, 0.638_072_67]];
