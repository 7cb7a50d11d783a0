//! What regions and gates say to each other. Every message may be late, lost, repeated and overtaken.

use archipelago_core::engine::Position;

/// A session of a player; it begins and ends once.
pub type PlayerId = u32;
/// The place of a region's square, counted row by row.
pub type RegionId = usize;
/// A gate is what a connector is to regions.
pub type GateId = usize;

/// The region that has opened the island, and its number there: kept wherever the island goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IslandId {
    pub number: u64,
    pub region: RegionId,
}

/// What the owner of a player knows beyond its island.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Session {
    pub gate: GateId,
    /// One higher with everything new that the player's gate is told, whoever the owner is.
    pub version: u64,
}

/// An island as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: IslandId,
    pub formed_ms: u64,
    /// In the order of joining.
    pub members: Vec<PlayerId>,
}

/// Why an island is handed over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// It could be one with this island of the taker.
    Merge(IslandId),
    /// Its centre lies in the square of the taker.
    Centre,
}

/// An island that is handed over, with all that is known of its members.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    pub row: Row,
    pub reason: Reason,
    /// By member.
    pub sessions: Vec<Session>,
    /// By member.
    pub positions: Vec<Position>,
}

/// An island, as far as it matters to another region.
#[derive(Clone, Debug)]
pub struct Outline {
    pub id: IslandId,
    pub size: usize,
    /// Those of its members that are near the other region's square, or in it.
    pub spots: Vec<Position>,
}

/// Where a message goes.
#[derive(Clone, Copy, Debug)]
pub enum Address {
    Gate(GateId),
    Region(RegionId),
}

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// Gate to region, repeated as it was until it is heard.
    Report {
        gate: GateId,
        sequence: u64,
        logins: Vec<PlayerId>,
        leaves: Vec<PlayerId>,
        positions: Vec<(PlayerId, Position)>,
    },
    /// The answer.
    Heard { region: RegionId, sequence: u64 },
    /// Region to gate: where a player is, repeated until it is answered.
    Told {
        region: RegionId,
        player: PlayerId,
        version: u64,
        island: IslandId,
    },
    /// The answer: the gate knows this, or something newer.
    Took { player: PlayerId, version: u64 },
    /// The answer: there is no such session.
    Gone { player: PlayerId },
    /// Region to region, after every full flush: replaces what was said before.
    Outlines {
        from: RegionId,
        at_ms: u64,
        outlines: Vec<Outline>,
    },
    /// Whoever sees two islands that could be one says so to the owner of the lesser one.
    Advice {
        island: IslandId,
        taker: RegionId,
        partner: IslandId,
    },
    /// Giver to taker, repeated as it was until it is answered.
    Offer {
        from: RegionId,
        transfer: u64,
        islands: Vec<Offered>,
    },
    /// Taker to giver: which of these islands it has now.
    Answer {
        from: RegionId,
        transfer: u64,
        taken: Vec<bool>,
    },
}
