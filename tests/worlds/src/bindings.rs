//! The class that JavaScript sees.

use wasm_bindgen::prelude::*;

use crate::figures;

/// The farthest, in metres, that anything in a drag may lie: positions stay numbers of 32 bits that mean something.
const REACH_MAX_M: f64 = 1_000_000.0;

/// A world full of walkers: deterministic, the same as in Rust.
#[wasm_bindgen]
#[derive(Debug)]
pub struct World {
    world: crate::World,
}

#[wasm_bindgen]
impl World {
    /// The world of that name, see the [crate], at its beginning.
    ///
    /// Throws an Error, which lists the names, if no world has that one; also if the seed is not an integer from 0 to
    /// 4294967295.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue,
        seed: f64,
    ) -> Result<World, JsError> {
        let text = name.as_string().ok_or_else(|| {
            // Its type only: what `String(value)` does is up to the value.
            let kind = name.js_typeof().as_string().unwrap_or_default();
            refused("name", &format!("of type {kind}"), "a string")
        })?;
        if seed < 0.0 || seed > f64::from(u32::MAX) || seed.fract() != 0.0 {
            return Err(refused("seed", &seed, "an integer from 0 to 4294967295"));
        }
        let world = crate::World::named(&text, seed as u32)?;
        Ok(Self { world })
    }

    /// Lets that many seconds pass. Throws an Error unless it is from 0 to 3600.
    pub fn step(&mut self, #[wasm_bindgen(js_name = dtS)] dt_s: f64) -> Result<(), JsError> {
        let max_s = crate::World::STEP_MAX_S;
        check("dtS", dt_s, 0.0, max_s)?;
        self.world.step(dt_s);
        Ok(())
    }

    /// x, y and z in metres of every walker present, copied; y is 0. The order never changes: who arrives comes last,
    /// and nobody leaves.
    pub fn positions(&self) -> Vec<f32> {
        self.world.positions().to_vec()
    }

    /// How many walkers are present.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.world.count()
    }

    /// Moves the walkers within `radiusM` of a spot by a vector, all in metres. They stand there for a while, as if
    /// they had arrived. Returns how many that were.
    ///
    /// Throws an Error unless all of them are from -1000000 to 1000000, and the radius from 0.
    pub fn drag(
        &mut self,
        x: f64,
        z: f64,
        #[wasm_bindgen(js_name = radiusM)] radius_m: f64,
        dx: f64,
        dz: f64,
    ) -> Result<usize, JsError> {
        for (name, value) in [("x", x), ("z", z), ("dx", dx), ("dz", dz)] {
            check(name, value, -REACH_MAX_M, REACH_MAX_M)?;
        }
        check("radiusM", radius_m, 0.0, REACH_MAX_M)?;
        Ok(self.world.drag(x, z, radius_m, dx, dz))
    }

    /// The share of the pairs of walkers within `radiusM` metres of each other that share an island; 1 where nobody is
    /// that near to anybody. `assignments` has the number of each walker's island, 0 for none.
    ///
    /// Throws an Error if it has fewer entries than there are walkers, or the radius is not finite and above 0.
    pub fn recall(
        &self,
        assignments: &[f64],
        #[wasm_bindgen(js_name = radiusM)] radius_m: f64,
    ) -> Result<f64, JsError> {
        self.together(assignments, radius_m)
            .map(|pairs| pairs.share())
    }

    /// The pairs themselves, to be added up over several moments. The same arguments as for `recall`.
    pub fn together(
        &self,
        assignments: &[f64],
        #[wasm_bindgen(js_name = radiusM)] radius_m: f64,
    ) -> Result<Together, JsError> {
        let (entries, count) = (assignments.len(), self.world.count());
        if entries < count {
            let allowed = format!("at least {count}, one entry for each walker");
            return Err(refused("the length of assignments", &entries, &allowed));
        }
        check_length("radiusM", radius_m)?;
        let positions = self.world.positions();
        Ok(Together(figures::together(
            positions,
            assignments,
            radius_m,
        )))
    }

    /// As few islands as there can be: what hangs together by hops of `leaveM` metres, cut into islands of `maxPeers`.
    ///
    /// Throws an Error if the distance is not finite and above 0, or the number not an integer from 1 to 4294967295.
    #[wasm_bindgen(js_name = islandsMin)]
    pub fn islands_min(
        &self,
        #[wasm_bindgen(js_name = leaveM)] leave_m: f64,
        #[wasm_bindgen(js_name = maxPeers)] max_peers: f64,
    ) -> Result<usize, JsError> {
        check_length("leaveM", leave_m)?;
        if !(1.0..=f64::from(u32::MAX)).contains(&max_peers) || max_peers.fract() != 0.0 {
            let allowed = "an integer from 1 to 4294967295";
            return Err(refused("maxPeers", &max_peers, allowed));
        }
        let positions = self.world.positions();
        Ok(figures::islands_min(positions, leave_m, max_peers as usize))
    }
}

/// Pairs of walkers that are near each other, and those of them that share an island.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Together(figures::Together);

#[wasm_bindgen]
impl Together {
    /// No pairs.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds those of another moment.
    pub fn add(&mut self, other: &Together) {
        self.0 += other.0;
    }

    /// The share of the pairs that share an island; 1 where there are no pairs.
    pub fn share(&self) -> f64 {
        self.0.share()
    }
}

/// Reassignments that one player lives through in a minute: `playerSeconds` is the time over which they were counted,
/// once for every player present. 0 if nobody was there.
#[wasm_bindgen(js_name = reassignmentsPerPlayerMinute)]
pub fn reassignments_per_player_minute(
    reassignments: u32,
    #[wasm_bindgen(js_name = playerSeconds)] player_seconds: f64,
) -> f64 {
    figures::reassignments_per_player_minute(reassignments.into(), player_seconds)
}

/// The sizes of islands with so many members: of the smallest, the median and the largest. Between two, the median is
/// their mean. Empty if there are no islands.
#[wasm_bindgen]
pub fn sizes(members: &[u32]) -> Vec<f64> {
    let sizes = figures::sizes(members.iter().map(|&count| count as usize));
    let row = |sizes: figures::Sizes| vec![sizes.min as f64, sizes.median, sizes.max as f64];
    sizes.map(row).unwrap_or_default()
}

fn check_length(name: &str, value_m: f64) -> Result<(), JsError> {
    if value_m.is_finite() && value_m > 0.0 {
        return Ok(());
    }
    Err(refused(name, &value_m, "finite and above 0"))
}

fn check(name: &str, value: f64, min: f64, max: f64) -> Result<(), JsError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(refused(name, &value, &format!("from {min} to {max}")))
}

fn refused(name: &str, value: &dyn std::fmt::Display, allowed: &str) -> JsError {
    JsError::new(&format!("{name} is {value}: it must be {allowed}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[cfg(in_browser)]
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

    /// What the exception says.
    fn said<T>(result: Result<T, JsError>) -> String {
        let error = result.err().expect("it is refused");
        format!("{:?}", JsValue::from(error))
    }

    fn world(name: &str, seed: f64) -> Result<World, JsError> {
        World::new(&name.into(), seed)
    }

    fn plaza() -> World {
        world("plaza-400", 1.0).expect("a world")
    }

    #[wasm_bindgen_test]
    fn it_is_the_world_of_that_name() {
        let mut bound = plaza();
        let mut world = crate::World::named("plaza-400", 1).expect("a world");
        assert_eq!(bound.count(), 400);
        bound.step(2.0).expect("a step");
        world.step(2.0);
        let dragged = bound.drag(0.0, 0.0, 20.0, 5.0, 5.0).expect("a drag");
        assert_eq!(dragged, world.drag(0.0, 0.0, 20.0, 5.0, 5.0));
        assert_eq!(bound.positions(), world.positions());
        for (islands, expected) in [([1.0; 400], 1.0), ([0.0; 400], 0.0)] {
            assert_eq!(bound.recall(&islands, 20.0).expect("a figure"), expected);
            let mut pairs = Together::new();
            pairs.add(&bound.together(&islands, 20.0).expect("pairs"));
            assert_eq!(pairs.share(), expected);
            pairs.add(&bound.together(&[1.0; 400], 20.0).expect("pairs"));
            assert_eq!(pairs.share(), f64::midpoint(1.0, expected));
        }
        assert_eq!(bound.islands_min(1e6, 100.0).expect("a figure"), 4);
        assert_eq!(bound.islands_min(1e6, 400.0).expect("a figure"), 1);
        assert_eq!(reassignments_per_player_minute(3, 120.0), 1.5);
    }

    #[wasm_bindgen_test]
    fn sizes_are_the_smallest_the_median_and_the_largest() {
        assert_eq!(sizes(&[9, 1, 4, 2]), [1.0, 3.0, 9.0]);
        assert_eq!(sizes(&[]), [0.0; 0]);
    }

    #[wasm_bindgen_test]
    fn refusals_name_the_value() {
        assert!(said(world("plaza", 1.0)).contains("there is no world \"plaza\": it must be"));
        assert!(said(World::new(&7.into(), 1.0)).contains("name is of type number: it must be"));
        for seed in [-1.0, 0.5, f64::NAN, f64::INFINITY, 4_294_967_296.0] {
            let expected = format!("seed is {seed}: it must be an integer from 0");
            assert!(said(world("city", seed)).contains(&expected));
        }
        for dt_s in [-0.1, 3601.0, f64::NAN] {
            let expected = format!("dtS is {dt_s}: it must be from 0 to 3600");
            assert!(said(plaza().step(dt_s)).contains(&expected));
        }
        let far = said(plaza().drag(0.0, 0.0, 1.0, 1e7, 0.0));
        assert!(far.contains("dx is 10000000: it must be from -1000000 to 1000000"));
        let negative = said(plaza().drag(0.0, 0.0, -1.0, 0.0, 0.0));
        assert!(negative.contains("radiusM is -1: it must be from 0 to 1000000"));
        let short = said(plaza().recall(&[1.0; 399], 20.0));
        assert!(
            short.contains("the length of assignments is 399: it must be at least 400, one entry")
        );
        let none = said(plaza().recall(&[1.0; 400], 0.0));
        assert!(none.contains("radiusM is 0: it must be finite and above 0"));
        let refused = |leave_m, max| said(plaza().islands_min(leave_m, max));
        assert!(refused(0.0, 1.0).contains("leaveM is 0: it must be finite and above 0"));
        for max in [0.0, 1.5, f64::NAN, 5e9] {
            let expected = format!("maxPeers is {max}: it must be an integer from 1 to 4294967295");
            assert!(refused(80.0, max).contains(&expected));
        }
    }
}
