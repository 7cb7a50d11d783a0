use super::{CatalystAbout, CatalystUrl, Place, Version};

/// A catalyst that may be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Where it is on the web.
    pub url: CatalystUrl,
    /// Where it is on earth, if that is known.
    pub place: Option<Place>,
}

/// A catalyst that works.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalyst {
    /// Which one.
    pub candidate: Candidate,
    /// What it says of itself.
    pub about: CatalystAbout,
}

/// What a client would like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// This catalyst.
    pub catalyst: Option<CatalystUrl>,
    /// One that is near.
    pub place: Option<Place>,
}

/// Leaves out of those that work who is below the highest version of content or of lambdas, whoever has it, and then who is
/// on the blacklist. It may be that nobody is left, as in production.
pub fn eligible(mut working: Vec<Catalyst>, blacklist: &[CatalystUrl]) -> Vec<Catalyst> {
    let highest = |version: fn(&CatalystAbout) -> &Option<Version>| {
        let versions = working.iter().map(|one| version(&one.about));
        versions.max().cloned().flatten()
    };
    let content = highest(|about| &about.content_version);
    let lambdas = highest(|about| &about.lambdas_version);
    working.retain(|Catalyst { candidate, about }| {
        about.content_version == content
            && about.lambdas_version == lambdas
            && !blacklist.contains(&candidate.url)
    });
    working
}

/// The catalyst that is wished for, else the nearest one; `random` decides among equals. Who is nowhere is as far from
/// everybody as can be. None only if there is none.
pub fn choose<'a>(eligible: &'a [Catalyst], wish: &Wish, random: u32) -> Option<&'a Catalyst> {
    if let Some(url) = &wish.catalyst
        && let Some(wished) = eligible.iter().find(|one| one.candidate.url == *url)
    {
        return Some(wished);
    }
    let distance_km = |one: &Catalyst| Some(wish.place?.distance_km(&one.candidate.place?));
    let nearest_km = eligible.iter().filter_map(distance_km).min();
    let nearest = |one: &&Catalyst| distance_km(one) == nearest_km;
    let equals: Vec<&Catalyst> = eligible.iter().filter(nearest).collect();
    let index = (random as usize).checked_rem(equals.len())?;
    equals.get(index).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(name: &str) -> CatalystUrl {
        CatalystUrl::parse(&format!("https://{name}.org")).unwrap()
    }

    fn catalyst(name: &str, content: &str, lambdas: &str, place: &str) -> Catalyst {
        let body = json!({
            "healthy": true,
            "content": { "version": content },
            "lambdas": { "version": lambdas },
        });
        let about = CatalystAbout::read(&url(name), body.to_string().as_bytes()).unwrap();
        Catalyst {
            candidate: Candidate {
                url: url(name),
                place: Place::parse(place),
            },
            about,
        }
    }

    fn at(name: &str, place: &str) -> Catalyst {
        catalyst(name, "1.0.0", "1.0.0", place)
    }

    fn left(working: &[(&str, &str, &str)], blacklist: &[&str]) -> String {
        let working = working
            .iter()
            .map(|(name, content, lambdas)| catalyst(name, content, lambdas, ""));
        let blacklist: Vec<CatalystUrl> = blacklist.iter().map(|name| url(name)).collect();
        eligible(working.collect(), &blacklist)
            .iter()
            .map(|one| {
                one.candidate
                    .url
                    .as_str()
                    .trim_start_matches("https://")
                    .trim_end_matches(".org")
            })
            .collect()
    }

    /// Whom the client gets, for all that chance can decide.
    fn chosen(catalysts: &[Catalyst], wish: &Wish) -> Vec<String> {
        let all = (0..12).filter_map(|random| choose(catalysts, wish, random));
        let mut urls: Vec<String> = all.map(|one| one.candidate.url.to_string()).collect();
        urls.sort();
        urls.dedup();
        urls
    }

    #[test]
    fn who_is_below_the_highest_versions_is_left_out() {
        for (working, expected) in [
            (
                &[("a", "6.19.7", "4.0.0"), ("b", "6.19.7", "4.0.0")][..],
                "ab",
            ),
            (&[("a", "6.19.7", "4.0.0"), ("b", "6.9.8", "4.0.0")], "a"),
            (&[("a", "6.19.7", "3.14.1"), ("b", "6.19.7", "4.0.0")], "b"),
            (
                &[
                    ("a", "2.0.0-rc.1", "1"),
                    ("b", "2.0.0", "1"),
                    ("c", "v2", "1.0"),
                ],
                "bc",
            ),
            (
                &[("a", "1", "1"), ("b", "latest", "1"), ("c", "1", "latest")],
                "a",
            ),
            (&[("a", "latest", "x"), ("b", "next", "y")], "ab"),
            // Each has one of them.
            (&[("a", "2", "1"), ("b", "1", "2")], ""),
            (&[], ""),
        ] {
            assert_eq!(left(working, &[]), expected, "{working:?}");
        }
    }

    #[test]
    fn who_is_on_the_blacklist_is_left_out_after_that() {
        let working = [("a", "1", "1"), ("b", "2", "1"), ("c", "2", "1")];
        assert_eq!(left(&working, &["b"]), "c");
        assert_eq!(left(&working, &["b", "c"]), "");
        assert_eq!(left(&working, &["elsewhere"]), "bc");
    }

    #[test]
    fn the_nearest_is_chosen() {
        let catalysts = [
            at("us", "US"),
            at("fr", "48.9:2.4"),
            at("au", "AU"),
            at("nowhere", ""),
        ];
        for (place, expected) in [
            ("DE", "fr"),
            ("CA", "us"),
            ("NZ", "au"),
            ("48:-30", "fr"),
            ("40:-70", "us"),
        ] {
            let place = Place::parse(place);
            let wish = Wish {
                place,
                ..Wish::default()
            };
            assert_eq!(
                chosen(&catalysts, &wish),
                [url(expected).as_str()],
                "{place:?}"
            );
        }
    }

    #[test]
    fn chance_decides_among_equals_and_where_places_are_unknown() {
        let everybody = ["https://a.org", "https://b.org", "https://c.org"];
        let nowhere = [at("a", ""), at("b", ""), at("c", "")];
        let near_paris = Wish {
            place: Place::parse("FR"),
            ..Wish::default()
        };
        assert_eq!(chosen(&nowhere, &near_paris), everybody);
        let places = [at("a", "FR"), at("b", "US"), at("c", "FR")];
        assert_eq!(chosen(&places, &Wish::default()), everybody);
        assert_eq!(
            chosen(&places, &near_paris),
            ["https://a.org", "https://c.org"]
        );
        assert_eq!(chosen(&[], &near_paris), Vec::<String>::new());
    }

    #[test]
    fn a_wish_for_one_of_them_is_granted_and_any_other_is_none() {
        let catalysts = [at("fr", "FR"), at("us", "US")];
        for (name, expected) in [("us", "us"), ("fr", "fr"), ("elsewhere", "fr")] {
            let wish = Wish {
                catalyst: Some(url(name)),
                place: Place::parse("FR"),
            };
            assert_eq!(
                chosen(&catalysts, &wish),
                [url(expected).as_str()],
                "{name}"
            );
        }
    }
}
