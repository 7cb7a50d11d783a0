//! Auth chains from outside: what is accepted, what is refused, and what other implementations signed.

mod accept;
mod chains;
mod contract;
mod fuzz;
mod primitives;
mod refuse;
mod refuse_shape;
mod vectors;
