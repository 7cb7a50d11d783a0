//! The catalysts among which clients are spread.

use crate::catalyst::{Candidate, CatalystUrl, Place};
use crate::protocol::limits::CATALYSTS_MAX;

use super::ConfigError;
use super::read::Reader;

/// The catalysts that are asked, and those that are never chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalysts {
    /// `CATALYST_URLS`; empty: content and lambdas are those of the configuration, and nobody is asked.
    pub candidates: Vec<Candidate>,
    /// `CATALYST_BLACKLIST`
    pub blacklist: Vec<CatalystUrl>,
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Catalysts, ConfigError> {
    let blacklist = read_list(reader, "CATALYST_BLACKLIST")?;
    Ok(Catalysts {
        candidates: read_list(reader, "CATALYST_URLS")?,
        blacklist: blacklist.into_iter().map(|listed| listed.url).collect(),
    })
}

fn read_list(reader: &Reader<'_>, variable: &'static str) -> Result<Vec<Candidate>, ConfigError> {
    let allowed = format!(
        "up to {CATALYSTS_MAX} URLs, separated by commas, no two of them the same, that start with http:// or https:// and \
         have no user, query, fragment or space; each perhaps with its place, |latitude:longitude in degrees or |FR, a \
         country's code"
    );
    let list = reader.check(variable, allowed, |value| {
        let mut list: Vec<Candidate> = Vec::new();
        for entry in value.split(',') {
            let candidate = read_candidate(entry)?;
            let is_known = list.iter().any(|known| known.url == candidate.url);
            if is_known || list.len() == CATALYSTS_MAX {
                return None;
            }
            list.push(candidate);
        }
        Some(list)
    })?;
    Ok(list.unwrap_or_default())
}

/// `https://peer.example.org`, `https://peer.example.org|48.9:2.4` or `https://peer.example.org|FR`.
fn read_candidate(entry: &str) -> Option<Candidate> {
    let (url, place) = match entry.split_once('|') {
        Some((url, place)) => (url, Some(Place::parse(place.trim())?)),
        None => (entry, None),
    };
    Some(Candidate {
        url: CatalystUrl::parse(url.trim())?,
        place,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::tests::read;

    use super::*;

    fn many(count: usize) -> String {
        let urls: Vec<String> = (0..count).map(|n| format!("https://peer{n}.org")).collect();
        urls.join(",")
    }

    #[test]
    fn there_is_no_choice_unless_it_is_configured() {
        assert_eq!(read(&[]).unwrap().catalysts, Catalysts::default());
        assert_eq!(
            read(&[("CATALYST_URLS", " ")]).unwrap().catalysts,
            Catalysts::default()
        );
    }

    #[test]
    fn catalysts_may_have_places() {
        let urls = "https://a.org/, HTTPS://B.org |48.9:2.4 ,http://c.org/peer/ | fr,https://d.org|-33.9:151.2";
        let config = read(&[
            ("CATALYST_URLS", urls),
            (
                "CATALYST_BLACKLIST",
                "https://b.org/,https://elsewhere.org|FR",
            ),
        ]);
        let Catalysts {
            candidates,
            blacklist,
        } = config.unwrap().catalysts;
        let found: Vec<(&str, Option<Place>)> = candidates
            .iter()
            .map(|one| (one.url.as_str(), one.place))
            .collect();
        let expected = [
            ("https://a.org", None),
            ("https://b.org", Place::new(48.9, 2.4)),
            ("http://c.org/peer", Place::of_country("FR")),
            ("https://d.org", Place::new(-33.9, 151.2)),
        ];
        assert_eq!(found, expected);
        let listed: Vec<&str> = blacklist.iter().map(CatalystUrl::as_str).collect();
        assert_eq!(listed, ["https://b.org", "https://elsewhere.org"]);
        assert_eq!(
            read(&[("CATALYST_URLS", &many(32))])
                .unwrap()
                .catalysts
                .candidates
                .len(),
            32
        );
    }

    #[test]
    fn what_is_no_list_is_named_with_what_is_one() {
        for value in [
            "peer.example.org",
            "ftp://a.org",
            "https://a.org,",
            "https://a.org,,https://b.org",
            "https://a.org https://b.org",
            "https://a.org;https://b.org",
            "https://a.org,https://A.org/",
            "https://a.org|FR,https://a.org|DE",
            "https://a.org?x",
            "https://a.org#x",
            "https://me:hush@a.org",
            "https://a.org@48.9:2.4",
            "https://a.org|",
            "https://a.org|48.9",
            "https://a.org|91:0",
            "https://a.org|Paris",
            "https://a.org|FR|DE",
            &many(33),
        ] {
            for variable in ["CATALYST_URLS", "CATALYST_BLACKLIST"] {
                let error = read(&[(variable, value)]).unwrap_err();
                assert_eq!((error.variable, error.value.as_str()), (variable, value));
                assert!(error.allowed.contains("32 URLs"), "{}", error.allowed);
            }
        }
    }
}
