use super::countries::centroid;

/// The mean radius of the earth, in km.
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Somewhere on earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    latitude_deg: f64,
    longitude_deg: f64,
}

impl Place {
    /// The place with these coordinates, in degrees; none if there is no such place.
    pub fn new(latitude_deg: f64, longitude_deg: f64) -> Option<Self> {
        let is_place =
            (-90.0..=90.0).contains(&latitude_deg) && (-180.0..=180.0).contains(&longitude_deg);
        is_place.then_some(Self {
            latitude_deg,
            longitude_deg,
        })
    }

    /// The middle of a country by its ISO 3166-1 alpha-2 code, in whatever case.
    pub fn of_country(code: &str) -> Option<Self> {
        let (latitude_deg, longitude_deg) = centroid(&code.to_ascii_uppercase())?;
        Self::new(latitude_deg, longitude_deg)
    }

    /// The place of a client: as its coordinates say, else its country.
    pub fn of_client(
        latitude: Option<&str>,
        longitude: Option<&str>,
        country: Option<&str>,
    ) -> Option<Self> {
        coordinates(latitude, longitude).or_else(|| Self::of_country(country?))
    }

    /// Reads `48.9:2.4`, latitude and longitude in degrees, or the code of a country.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some((latitude, longitude)) => coordinates(Some(latitude), Some(longitude)),
            None => Self::of_country(text),
        }
    }

    /// How far away another place is, as the crow flies, in whole km: places of one town are equally far, and rounding
    /// differently here and there decides nothing.
    pub fn distance_km(&self, other: &Self) -> u32 {
        let (from, to) = (
            self.latitude_deg.to_radians(),
            other.latitude_deg.to_radians(),
        );
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        // The haversine formula; rounding may bring it out of the sine's range.
        let haversine = half(other.latitude_deg - self.latitude_deg)
            + from.cos() * to.cos() * half(other.longitude_deg - self.longitude_deg);
        let angle = 2.0 * haversine.clamp(0.0, 1.0).sqrt().asin();
        (angle * EARTH_RADIUS_KM).round() as u32
    }
}

fn coordinates(latitude: Option<&str>, longitude: Option<&str>) -> Option<Place> {
    Place::new(
        latitude?.trim().parse().ok()?,
        longitude?.trim().parse().ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: &str = "48.9:2.4";

    fn km(from: &str, to: &str) -> u32 {
        let (from, to) = (Place::parse(from).unwrap(), Place::parse(to).unwrap());
        assert_eq!(from.distance_km(&to), to.distance_km(&from));
        from.distance_km(&to)
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        for (from, to, expected_km) in [
            (PARIS, PARIS, 0),
            // London, New York, Tokyo.
            (PARIS, "51.5:-0.1", 340),
            (PARIS, "40.7:-74", 5_836),
            (PARIS, "35.7:139.7", 9_712),
            // Across the date line, over a pole, and to the other side.
            ("0:179.5", "0:-179.5", 111),
            ("89:0", "89:180", 222),
            ("30:20", "-30:-160", 20_015),
        ] {
            let measured_km = km(from, to);
            assert!(
                measured_km.abs_diff(expected_km) <= 30,
                "{from} {to}: {measured_km}"
            );
        }
    }

    #[test]
    fn a_place_is_on_earth() {
        for text in [
            "91:0", "0:181", "NaN:0", "0:inf", "1:2:3", ":", "48.9", "48.9:", "48.9,2.4", "Paris",
            "", "XX",
        ] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
        assert_eq!(Place::parse(" -90 : 180 "), Place::new(-90.0, 180.0));
        assert_eq!(Place::parse("fr"), Place::of_country("FR"));
    }

    #[test]
    fn coordinates_say_more_than_a_country() {
        let paris = Place::parse(PARIS);
        assert_eq!(
            Place::of_client(Some("48.9"), Some("2.4"), Some("JP")),
            paris
        );
        let japan = Place::of_country("JP");
        for (latitude, longitude) in [
            (None, None),
            (Some("48.9"), None),
            (None, Some("2.4")),
            (Some("NaN"), Some("2.4")),
            (Some(""), Some("")),
            (Some("99"), Some("2.4")),
        ] {
            assert_eq!(Place::of_client(latitude, longitude, Some("JP")), japan);
            assert_eq!(Place::of_client(latitude, longitude, None), None);
        }
    }
}
