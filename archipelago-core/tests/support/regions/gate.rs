//! A gate: what regions see of a connector. It knows to which region each of its players belongs, and never dies.

use std::collections::BTreeMap;

use archipelago_core::engine::Position;

use super::message::{Address, GateId, IslandId, Message, PlayerId, RegionId};

/// A player that is here.
#[derive(Debug)]
pub struct Line {
    pub position: Position,
    /// The region that it is reported to.
    pub route: RegionId,
    /// Of what was last told.
    pub version: u64,
    pub told: Option<IslandId>,
}

/// What one region has yet to hear.
#[derive(Debug, Default)]
struct Stream {
    sequence: u64,
    /// The report that is under way.
    open: Option<Message>,
    logins: Vec<PlayerId>,
    leaves: Vec<PlayerId>,
}

#[derive(Debug)]
pub struct Gate {
    id: GateId,
    pub lines: BTreeMap<PlayerId, Line>,
    streams: Vec<Stream>,
}

impl Gate {
    pub fn new(id: GateId, regions: usize) -> Self {
        let streams = (0..regions).map(|_| Stream::default()).collect();
        Self {
            id,
            lines: BTreeMap::new(),
            streams,
        }
    }

    pub fn login(&mut self, player: PlayerId, position: Position, route: RegionId) {
        let line = Line {
            position,
            route,
            version: 0,
            told: None,
        };
        self.lines.insert(player, line);
        self.streams[route].logins.push(player);
    }

    /// The player is gone. The region it is reported to hears so; any other that tells it something does then.
    pub fn leave(&mut self, player: PlayerId) {
        let line = self.lines.remove(&player).expect("it is here");
        let stream = &mut self.streams[line.route];
        let unsaid = stream.logins.len();
        stream.logins.retain(|login| *login != player);
        if stream.logins.len() == unsaid {
            stream.leaves.push(player);
        }
    }

    /// Whether every region has heard everything.
    pub fn is_quiet(&self) -> bool {
        let quiet = |stream: &Stream| stream.logins.is_empty() && stream.leaves.is_empty();
        self.streams.iter().all(quiet)
    }

    /// Reports to every region that has something to hear, or repeats what is unanswered.
    pub fn tick(&mut self) -> Vec<(Address, Message)> {
        let mut mail = Vec::new();
        for (region, stream) in self.streams.iter_mut().enumerate() {
            if stream.open.is_none() {
                let here = self.lines.iter().filter(|(_, line)| line.route == region);
                let positions: Vec<_> = here
                    .map(|(player, line)| (*player, line.position))
                    .collect();
                if positions.is_empty() && stream.leaves.is_empty() {
                    continue;
                }
                stream.sequence += 1;
                stream.open = Some(Message::Report {
                    gate: self.id,
                    sequence: stream.sequence,
                    logins: std::mem::take(&mut stream.logins),
                    leaves: std::mem::take(&mut stream.leaves),
                    positions,
                });
            }
            mail.extend(
                stream
                    .open
                    .clone()
                    .map(|report| (Address::Region(region), report)),
            );
        }
        mail
    }

    pub fn heard(&mut self, region: RegionId, sequence: u64) {
        let stream = &mut self.streams[region];
        if stream.sequence == sequence {
            stream.open = None;
        }
    }

    /// The answer to what a region tells; the error is a contradiction.
    pub fn told(
        &mut self,
        region: RegionId,
        player: PlayerId,
        version: u64,
        island: IslandId,
    ) -> Result<Message, String> {
        let Some(line) = self.lines.get_mut(&player) else {
            return Ok(Message::Gone { player });
        };
        if version > line.version {
            (line.version, line.route, line.told) = (version, region, Some(island));
        } else if version == line.version && (line.route, line.told) != (region, Some(island)) {
            return Err(format!(
                "{player} is told {island:?} of {region}, but version {version} was {:?} of {}",
                line.told, line.route
            ));
        }
        Ok(Message::Took { player, version })
    }
}
