//! What the names of worlds stand for.

use crate::ground::Ground;

/// The most players that a name can ask for.
const POPULATION_MAX: u32 = 1_000_000;
const CALM_SUFFIX: &str = "-85";
const IDLE_SHARE: f64 = 0.5;
const CALM_IDLE_SHARE: f64 = 0.85;
/// Players per plaza, in `plazas-N`.
const PLAZA_POPULATION: u32 = 1000;
const CITY_SIDE_M: f64 = 4800.0;
const CITY_POPULATION: f64 = 10_000.0;
const CROWD_PER_M2: f64 = 0.03;
const SURGE_S: f64 = 60.0;

/// A name that no world has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no world {name:?}: it must be plaza-400, plaza-1000, plaza-3000, festival, sparse, city, surge, \
     hamlets, uniform-N, plazas-N or crowd-N with N from 1 to {POPULATION_MAX}, or one of these with the suffix \
     {CALM_SUFFIX}"
)]
pub struct UnknownWorld {
    /// What was asked for.
    pub name: String,
}

/// What makes a world, besides its seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub population: u32,
    pub ground: Ground,
    /// Share of the players that stand still.
    pub idle_share: f64,
    /// Seconds over which the players arrive; 0 if they are there from the start.
    pub arrivals_s: f64,
}

impl Plan {
    pub fn named(name: &str) -> Result<Self, UnknownWorld> {
        let calm = || {
            let plan = lively(name.strip_suffix(CALM_SUFFIX)?)?;
            Some(Self {
                idle_share: CALM_IDLE_SHARE,
                ..plan
            })
        };
        // The whole name first: `crowd-85` is a crowd of 85.
        lively(name).or_else(calm).ok_or_else(|| UnknownWorld {
            name: name.to_owned(),
        })
    }

    fn new(population: u32, ground: Ground) -> Self {
        Self {
            population,
            ground,
            idle_share: IDLE_SHARE,
            arrivals_s: 0.0,
        }
    }
}

/// The world in which half of the players stand still.
fn lively(name: &str) -> Option<Plan> {
    let plaza = |population, scale_m| Plan::new(population, Ground::Plazas { count: 1, scale_m });
    let city = |population, side_m| Plan::new(population, Ground::City { side_m });
    let square = |population, side_m| Plan::new(population, Ground::Square { side_m });
    Some(match name {
        "plaza-400" => plaza(400, 60.0),
        "plaza-1000" => plaza(1000, 100.0),
        "plaza-3000" => plaza(3000, 200.0),
        "festival" => Plan::new(2000, Ground::Festival),
        "sparse" => square(1000, 600.0),
        "city" => city(10_000, CITY_SIDE_M),
        "surge" => Plan {
            arrivals_s: SURGE_S,
            ..plaza(1500, 120.0)
        },
        "hamlets" => city(250, 1200.0),
        _ => {
            let (kind, number) = name.split_once('-')?;
            let n = population(number)?;
            match kind {
                "uniform" => city(n, CITY_SIDE_M * (f64::from(n) / CITY_POPULATION).sqrt()),
                "plazas" => {
                    let count = n.div_ceil(PLAZA_POPULATION);
                    let scale_m = 100.0;
                    Plan::new(n, Ground::Plazas { count, scale_m })
                }
                "crowd" => square(n, (f64::from(n) / CROWD_PER_M2).sqrt()),
                _ => return None,
            }
        }
    })
}

/// The N of a name, if it is written as a number is.
fn population(text: &str) -> Option<u32> {
    let number = text.parse().ok()?;
    let allowed = (1..=POPULATION_MAX).contains(&number) && number.to_string() == text;
    allowed.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_many_and_how_calm() {
        for (name, population, idle_share) in [
            ("plaza-400", 400, 0.5),
            ("plaza-1000", 1000, 0.5),
            ("plaza-3000", 3000, 0.5),
            ("plaza-1000-85", 1000, 0.85),
            ("festival", 2000, 0.5),
            ("festival-85", 2000, 0.85),
            ("sparse", 1000, 0.5),
            ("city", 10_000, 0.5),
            ("surge", 1500, 0.5),
            ("hamlets", 250, 0.5),
            ("uniform-1", 1, 0.5),
            ("plazas-2500", 2500, 0.5),
            ("crowd-1000000", 1_000_000, 0.5),
            ("crowd-85", 85, 0.5),
            ("crowd-85-85", 85, 0.85),
        ] {
            let plan = Plan::named(name).unwrap();
            assert_eq!(
                (plan.population, plan.idle_share),
                (population, idle_share),
                "{name}"
            );
        }
    }

    #[test]
    fn sides_follow_from_populations() {
        let extent_m = |name| Plan::named(name).unwrap().ground.extent_m();
        assert_eq!(extent_m("city"), 2400.0);
        assert_eq!(extent_m("uniform-10000"), 2400.0);
        assert_eq!(extent_m("uniform-2500"), 1200.0);
        assert_eq!(extent_m("hamlets"), 600.0);
        assert_eq!(extent_m("sparse"), 300.0);
        assert_eq!(extent_m("crowd-30000"), 500.0);
        assert_eq!(extent_m("plaza-400"), 90.0);
        assert_eq!(extent_m("plazas-1000"), 150.0);
        assert_eq!(extent_m("plazas-1001"), 350.0);
        assert_eq!(extent_m("festival"), 235.0);
    }

    #[test]
    fn other_names_are_refused_by_name() {
        for name in [
            "",
            "plaza",
            "plaza-500",
            "Plaza-400",
            " city",
            "city-86",
            "-85",
            "85",
            "uniform",
            "uniform-",
            "uniform-0",
            "uniform-01",
            "uniform-+1",
            "uniform--1",
            "uniform-1.5",
            "uniform-1000001",
            "crowd-99999999999",
            "plaza-400-85-85",
            "hamlets-100",
            "\u{1f3dd}",
        ] {
            let said = Plan::named(name).unwrap_err().to_string();
            assert!(
                said.starts_with(&format!("there is no world {name:?}: ")),
                "{said}"
            );
            assert!(said.contains("crowd-N with N from 1 to 1000000"), "{said}");
        }
    }
}
