//! JSON that others have written: what is not of the type that is expected is absent, and no error. Nothing is kept of
//! what nobody asks for, however long and however deep it is.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::protocol::limits::SCENE_TEXT_MAX_BYTES;

/// What can be read from some type of JSON value; from any other it is the default.
pub(super) trait Lenient<'de>: Default {
    /// From a string.
    fn of_text(_: &str) -> Self {
        Self::default()
    }

    /// From an array.
    fn of_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        IgnoredAny.visit_seq(list)?;
        Ok(Self::default())
    }

    /// From an object.
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        IgnoredAny.visit_map(object)?;
        Ok(Self::default())
    }
}

/// A value of any type, read leniently.
#[derive(Default)]
pub(super) struct Any<T>(pub T);

impl<'de, T: Lenient<'de>> Deserialize<'de> for Any<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData))
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for AnyVisitor<T> {
    type Value = Any<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Any<T>, E> {
        Ok(Any::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Any<T>, E> {
        Ok(Any::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Any<T>, E> {
        Ok(Any::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Any<T>, E> {
        Ok(Any::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Any<T>, E> {
        Ok(Any::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<Any<T>, E> {
        Ok(Any(T::of_text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Any<T>, A::Error> {
        T::of_list(list).map(Any)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Any<T>, A::Error> {
        T::of_object(object).map(Any)
    }
}

/// A text that is not too long.
impl Lenient<'_> for Option<String> {
    fn of_text(text: &str) -> Self {
        (text.len() <= SCENE_TEXT_MAX_BYTES).then(|| text.to_owned())
    }
}

/// The first entries of an array that can be read; none if it is no array.
pub(super) struct List<T, const MAX: usize>(pub Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T, const MAX: usize> Lenient<'de> for List<T, MAX>
where
    Option<T>: Lenient<'de>,
{
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MAX {
            match list.next_element::<Any<Option<T>>>()? {
                Some(Any(entry)) => entries.extend(entry),
                None => return Ok(Self(entries)),
            }
        }
        IgnoredAny.visit_seq(list)?;
        Ok(Self(entries))
    }
}

/// The members of an object that are asked for; none of them if it is no object.
#[derive(Default)]
pub(super) struct Object<T>(pub T);

impl<'de, T: Default + Deserialize<'de>> Lenient<'de> for Object<T> {
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Inner {
        text: Any<Option<String>>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Outer {
        list: Any<List<String, 3>>,
        object: Any<Object<Inner>>,
    }

    impl<T: fmt::Debug> fmt::Debug for Any<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<T: PartialEq> PartialEq for Any<T> {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    fn read(json: &str) -> (Vec<String>, Option<String>) {
        let outer: Any<Object<Outer>> = serde_json::from_str(json).unwrap();
        let Any(Object(Outer { list, object })) = outer;
        let Any(List(list)) = list;
        let Any(Object(Inner { text: Any(text) })) = object;
        (list, text)
    }

    #[test]
    fn what_is_of_another_type_is_absent() {
        let values = [
            "null",
            "true",
            "7",
            "-7",
            "0.5",
            "\"x\"",
            "[]",
            "[[1]]",
            "{}",
            r#"{"a":[]}"#,
        ];
        for value in values {
            assert_eq!(read(value), (vec![], None), "{value}");
            let json = format!(r#"{{"list":{value},"object":{value}}}"#);
            assert_eq!(read(&json), (vec![], None), "{value}");
            let json = format!(r#"{{"list":[{value},"y"],"object":{{"z":{value},"text":"t"}}}}"#);
            let expected = if value == "\"x\"" {
                vec!["x", "y"]
            } else {
                vec!["y"]
            };
            assert_eq!(read(&json).0, expected, "{value}");
            assert_eq!(read(&json).1.as_deref(), Some("t"), "{value}");
        }
        assert_eq!(read(r#"{"object":{"text":["t"]}}"#), (vec![], None));
    }

    #[test]
    fn lists_and_texts_are_bounded() {
        assert_eq!(
            read(r#"{"list":[1,"a",2,"b","c","d",{}]}"#).0,
            ["a", "b", "c"]
        );
        for (length, is_read) in [
            (SCENE_TEXT_MAX_BYTES, true),
            (SCENE_TEXT_MAX_BYTES + 1, false),
        ] {
            let json = format!(r#"{{"object":{{"text":"{}"}}}}"#, "x".repeat(length));
            assert_eq!(read(&json).1.is_some(), is_read, "{length}");
        }
    }

    #[test]
    fn what_nobody_asks_for_may_be_as_deep_as_it_likes() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let json = format!(r#"{{"other":{deep},"list":{deep},"object":{{"text":{deep}}}}}"#);
        assert_eq!(read(&json), (vec![], None));
    }
}
