use serde::{Serialize, Serializer};

/// A number as JavaScript writes it: whole ones without a fraction, so that `10` is `10` and not `10.0`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Number(pub f64);

/// Up to here every whole number is a double, and written without an exponent.
const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.trunc() == self.0 && self.0.abs() <= WHOLE_MAX {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl From<f32> for Number {
    fn from(value: f32) -> Self {
        Self(f64::from(value))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn whole_numbers_have_no_fraction() {
        let json = |value: f64| serde_json::to_string(&Number(value)).unwrap();
        assert_eq!(json(10.0), "10");
        assert_eq!(json(-0.0), "0");
        assert_eq!(json(-3.0), "-3");
        assert_eq!(json(0.5), "0.5");
        assert_eq!(
            serde_json::to_string(&Number::from(10.1_f32)).unwrap(),
            "10.100000381469727"
        );
    }
}
