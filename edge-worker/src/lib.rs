//! Edge worker.
