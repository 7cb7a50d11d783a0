//! Inputs, read from front to back.

use std::borrow::Cow;

/// What is left of an input. Once it is used up, everything that is read of it is zero or empty.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// The whole input.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    fn take<const LENGTH: usize>(&mut self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        let (taken, rest) = self.rest.split_at(LENGTH.min(self.rest.len()));
        bytes[..taken.len()].copy_from_slice(taken);
        self.rest = rest;
        bytes
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    /// Two bytes, the lower one first, as all numbers.
    pub fn short(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    /// Eight bytes.
    pub fn long(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    /// Four bytes: any number there is, infinities and NaN included.
    pub fn float(&mut self) -> f32 {
        f32::from_le_bytes(self.take())
    }

    /// One of so many, up to 256; of one byte.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    /// One of these; of one byte.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Whether a byte is odd.
    pub fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// A short number most often, and now and then any number; of one byte, or nine.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            255 => self.long(),
            byte => byte.into(),
        }
    }

    /// As many bytes as the first two say, or all that are left.
    pub fn chunk(&mut self) -> &'a [u8] {
        let length = usize::from(self.short()).min(self.rest.len());
        let (chunk, rest) = self.rest.split_at(length);
        self.rest = rest;
        chunk
    }

    /// A [chunk](Self::chunk) as a text; what is no UTF-8 is replaced.
    pub fn text(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.chunk())
    }

    /// Random bits, as a platform gives them.
    pub fn random(&mut self) -> [u8; 16] {
        [self.byte(); 16]
    }
}
