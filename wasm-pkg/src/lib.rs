//! npm package.
