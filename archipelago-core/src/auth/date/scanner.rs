use std::ops::RangeInclusive;

use super::decimal;

/// Reads a text from left to right.
pub(super) struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn at_digit(&self) -> bool {
        self.rest.first().is_some_and(u8::is_ascii_digit)
    }

    /// Skips the byte if it is the next one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let Some(rest) = self.rest.strip_prefix(&[byte]) else {
            return false;
        };
        self.rest = rest;
        true
    }

    /// Whether there were any.
    pub(super) fn skip_spaces(&mut self) -> bool {
        !self.take_while(|byte| byte == b' ').is_empty()
    }

    pub(super) fn letters(&mut self) -> &'a [u8] {
        self.take_while(|byte| byte.is_ascii_alphabetic())
    }

    pub(super) fn digits(&mut self) -> &'a [u8] {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// A number of as many digits; at most nine may be asked for.
    pub(super) fn number(&mut self, length: RangeInclusive<usize>) -> Option<u32> {
        let digits = self.digits();
        length.contains(&digits.len()).then(|| decimal(digits))
    }

    /// The first three of any number of decimals.
    pub(super) fn thousandths(&mut self) -> Option<u32> {
        let digits = self.digits();
        let place = |index| digits.get(index).copied().unwrap_or(b'0');
        (!digits.is_empty()).then(|| decimal(&[place(0), place(1), place(2)]))
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .rest
            .iter()
            .position(|&byte| !wanted(byte))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}
