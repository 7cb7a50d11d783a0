/// The version of a server, as it says itself. Ordered as semantic versions are (semver.org, 11): by their numbers, of which
/// there may be any number here, and before a release come its pre-releases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Without zeros at the end: they make no difference.
    numbers: Vec<u64>,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    PreRelease(Vec<Identifier>),
    Release,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Text(String),
}

impl Version {
    /// Reads `1.2.3`, `v1.2.3`, `1.2.3-rc.1`, `1.2.3+build`; none if it is nothing like that, such as `latest`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, _build) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, stage) = match text.split_once('-') {
            Some((numbers, identifiers)) => {
                let identifiers = identifiers.split('.').map(Identifier::read);
                (numbers, Stage::PreRelease(identifiers.collect()))
            }
            None => (text, Stage::Release),
        };
        let mut numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { numbers, stage })
    }
}

impl Identifier {
    fn read(text: &str) -> Self {
        number(text).map_or_else(|| Self::Text(text.to_owned()), Self::Number)
    }
}

fn number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_as_semantic_versions_do() {
        let rising = [
            "0.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.0.1",
            "1.0.9",
            "1.0.10",
            "1.2",
            "6.19.7",
            "10.0.0",
        ];
        for (index, lower) in rising.iter().enumerate() {
            for higher in rising.iter().skip(index + 1) {
                assert!(
                    Version::parse(lower) < Version::parse(higher),
                    "{lower} {higher}"
                );
            }
        }
    }

    #[test]
    fn some_are_the_same() {
        for (one, other) in [
            ("1.2.3", "v1.2.3"),
            ("1.2.3", "1.2.3+build.5"),
            ("1.2", "1.2.0"),
            ("1.2.3-rc.1", "v1.2.3-rc.1+x"),
            ("007", "7"),
        ] {
            let version = Version::parse(one);
            assert!(version.is_some());
            assert_eq!(version, Version::parse(other));
        }
    }

    #[test]
    fn unknown_versions_are_the_lowest() {
        for text in [
            "",
            "latest",
            "v",
            "1.",
            ".1",
            "1..2",
            "1.x",
            "-1",
            "+1",
            "1.+2",
            "1.2 ",
            "99999999999999999999",
            "\u{661}",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
            assert!(Version::parse(text) < Version::parse("0"));
        }
    }
}
