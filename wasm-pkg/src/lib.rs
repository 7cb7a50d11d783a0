//! What the package's TypeScript stands on: the island engine and the check of auth chains for JavaScript.
//!
//! Every function looks at its arguments as values: what wasm-bindgen does with a number where it expects a string ends
//! in reads outside of the memory. What the values look like is declared in the package's `ts` folder.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![expect(
    clippy::missing_errors_doc,
    reason = "to the readers of these docs an error is an exception"
)]

mod archipelago;
mod arrays;
mod auth;
mod crowds;
mod options;
mod refusal;
mod values;

pub use archipelago::Archipelago;
pub use auth::verify_auth_chain;
pub use refusal::Refusal;
