//! Ways to get the hand-over wrong. Each has to be noticed, or the checks are worth nothing.

/// What is wrong with all regions of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// The giver's engine goes on with an island that is on its way.
    Unfrozen,
    /// The giver forgets an island with the offer, and not with the answer.
    Hasty,
    /// The taker does not know which offers it has answered.
    Forgetful,
    /// The taker answers before it has stored the island.
    Unstored,
    /// The taker begins to count anew what it tells.
    Unversioned,
    /// The taker does not tell anybody that it is the owner now.
    Silent,
    /// The giver tells nobody anything new when an island comes back.
    Unrenewed,
    /// Nobody says which islands come near a border.
    Blind,
    /// An island follows any of its members, and not its centre.
    Torn,
}

/// Those that random worlds show soon, and what of the failure says that it is this one that was noticed. For the other
/// flaw there is an example.
pub const FLAWS: [(Flaw, &str); 8] = [
    (Flaw::Unfrozen, "is owned by ["),
    (Flaw::Hasty, "is owned by nobody"),
    (Flaw::Forgetful, "is owned by ["),
    (Flaw::Unstored, "and is not in it"),
    (Flaw::Unversioned, "version "),
    (Flaw::Silent, "and believes"),
    (Flaw::Blind, "could be one"),
    (Flaw::Torn, "does not come to rest"),
];
