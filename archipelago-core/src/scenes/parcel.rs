use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::lenient::Lenient;

/// Where a parcel is, in parcels: to the east and to the north. As a text it is a pointer, `x,y`; as JSON `[x, y]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Parcel(pub i32, pub i32);

impl fmt::Display for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.0, self.1)
    }
}

/// A text is no pointer to a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pointer to a parcel")]
pub struct NoParcel;

impl FromStr for Parcel {
    type Err = NoParcel;

    fn from_str(pointer: &str) -> Result<Self, NoParcel> {
        // People write scene.json by hand, with spaces.
        let number = |text: &str| text.trim().parse().map_err(|_| NoParcel);
        let (x, y) = pointer.split_once(',').ok_or(NoParcel)?;
        Ok(Self(number(x)?, number(y)?))
    }
}

impl Lenient<'_> for Option<Parcel> {
    fn of_text(text: &str) -> Self {
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_read_and_written() {
        for (pointer, parcel, written) in [
            ("0,0", Parcel(0, 0), "0,0"),
            ("-150,163", Parcel(-150, 163), "-150,163"),
            (" 1 , -2 ", Parcel(1, -2), "1,-2"),
        ] {
            assert_eq!(pointer.parse(), Ok(parcel));
            assert_eq!(parcel.to_string(), written);
        }
        assert_eq!(serde_json::to_string(&Parcel(3, -4)).unwrap(), "[3,-4]");
    }

    #[test]
    fn what_is_no_pointer_is_none() {
        for text in [
            "",
            ",",
            "1",
            "1,",
            ",1",
            "1,2,3",
            "1;2",
            "1.5,2",
            "one,two",
            "99999999999,0",
            "urn:decentraland:off-chain:base-avatars:eyes_00",
        ] {
            assert_eq!(text.parse::<Parcel>(), Err(NoParcel), "{text}");
        }
    }
}
