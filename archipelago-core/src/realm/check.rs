//! The promises of a realm's islands, looked after: slow, and meant for tests.

use crate::engine::Scope;

use super::Realm;

impl Realm {
    /// Checks the islands right after a flush of that scope. For tests: see [`Engine::check`](crate::engine::Engine::check).
    ///
    /// # Errors
    /// What is wrong, in words, if anything is.
    pub fn check(&self, scope: Scope) -> Result<(), String> {
        self.engine.check(scope)
    }
}
