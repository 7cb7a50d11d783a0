//! Who has how many sockets.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::auth::Address;
use crate::protocol::bus::SessionStages;
use crate::session::{Session, Stage};

use super::SocketId;
use super::counting::Counted;

/// What is counted of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The block of addresses from which its handshake is under way.
    pub block: Option<IpAddr>,
    /// Its player.
    pub player: Option<Address>,
    /// Its stage.
    stage: Option<Counted>,
}

impl Standing {
    pub fn of(session: &Session) -> Self {
        let is_over = matches!(session.stage(), Stage::Live(_) | Stage::Closed);
        Self {
            block: session.ip().filter(|_| !is_over).map(block),
            player: session.player(),
            stage: Counted::of(session),
        }
    }
}

/// The sockets by where they come from and whose they are.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    by_ip: HashMap<IpAddr, BTreeSet<SocketId>>,
    handshakes: HashMap<IpAddr, BTreeSet<SocketId>>,
    by_player: HashMap<Address, BTreeSet<SocketId>>,
    /// Those that this side has closed, until their clients have answered: they take a place as all do.
    closing: HashMap<SocketId, Option<IpAddr>>,
    /// Those of them that go on sending; of clients whose addresses nobody knows, too.
    restless: HashMap<Option<IpAddr>, BTreeSet<SocketId>>,
    stages: SessionStages,
}

impl Crowd {
    /// A socket is there.
    pub fn came(&mut self, socket: SocketId, session: &Session) {
        enter(&mut self.by_ip, session.ip().map(household), socket);
        self.moved(socket, Standing::default(), Standing::of(session));
    }

    /// A session has gone on.
    pub fn moved(&mut self, socket: SocketId, from: Standing, to: Standing) {
        if from.block != to.block {
            leave(&mut self.handshakes, from.block, socket);
            enter(&mut self.handshakes, to.block, socket);
        }
        if from.player != to.player {
            leave(&mut self.by_player, from.player, socket);
            enter(&mut self.by_player, to.player, socket);
        }
        if let Some(stage) = from.stage {
            let count = stage.among(&mut self.stages);
            *count = count.saturating_sub(1);
        }
        if let Some(stage) = to.stage {
            *stage.among(&mut self.stages) += 1;
        }
    }

    /// A socket has no session any more; the last one stood like this.
    pub fn left(&mut self, socket: SocketId, standing: Standing) {
        self.moved(socket, standing, Standing::default());
    }

    /// A socket without a session is there until its client has answered.
    pub fn closing(&mut self, socket: SocketId, ip: Option<IpAddr>) {
        enter(&mut self.by_ip, ip.map(household), socket);
        self.closing.insert(socket, ip);
    }

    /// A socket that was closed sends all the same.
    pub fn ignored(&mut self, socket: SocketId) {
        if let Some(ip) = self.closing.get(&socket) {
            enter(&mut self.restless, Some(ip.map(block)), socket);
        }
    }

    /// How many sockets go on sending that were closed, of those from the block where this address is.
    pub fn restless_near(&self, ip: Option<IpAddr>) -> usize {
        self.restless.get(&ip.map(block)).map_or(0, BTreeSet::len)
    }

    /// A socket is gone, of a client that was there.
    pub fn gone(&mut self, socket: SocketId, ip: Option<IpAddr>) {
        leave(&mut self.by_ip, ip.map(household), socket);
    }

    /// A socket is gone that had no session any more.
    pub fn closed(&mut self, socket: SocketId) {
        if let Some(ip) = self.closing.remove(&socket) {
            leave(&mut self.restless, Some(ip.map(block)), socket);
            self.gone(socket, ip);
        }
    }

    /// How many sessions are in which stage.
    pub fn stages(&self) -> &SessionStages {
        &self.stages
    }

    /// How many sockets have no session any more.
    pub fn closing_count(&self) -> usize {
        self.closing.len()
    }

    /// How many sockets there are from where this address is.
    pub fn sockets_from(&self, ip: IpAddr) -> usize {
        self.by_ip.get(&household(ip)).map_or(0, BTreeSet::len)
    }

    /// The handshakes that are under way from a block, the oldest first.
    pub fn handshakes(&self, block: IpAddr) -> Option<&BTreeSet<SocketId>> {
        self.handshakes.get(&block)
    }

    /// The sockets of a player, the oldest first; contracts may yet have to say that they are.
    pub fn sockets_of(&self, player: &Address) -> Option<&BTreeSet<SocketId>> {
        self.by_player.get(player)
    }
}

fn enter<K: Eq + Hash>(
    sets: &mut HashMap<K, BTreeSet<SocketId>>,
    key: Option<K>,
    socket: SocketId,
) {
    if let Some(key) = key {
        sets.entry(key).or_default().insert(socket);
    }
}

fn leave<K: Eq + Hash>(
    sets: &mut HashMap<K, BTreeSet<SocketId>>,
    key: Option<K>,
    socket: SocketId,
) {
    if let Some(key) = key
        && let Some(sockets) = sets.get_mut(&key)
    {
        sockets.remove(&socket);
        if sockets.is_empty() {
            sets.remove(&key);
        }
    }
}

/// The first address of a block: what one site has at least, so that nobody gets more places by having many addresses.
fn block(ip: IpAddr) -> IpAddr {
    first_of(ip, 24, 48)
}

/// The first of the addresses that one household has: one by IPv4, a whole network by IPv6.
fn household(ip: IpAddr) -> IpAddr {
    first_of(ip, 32, 64)
}

fn first_of(ip: IpAddr, v4_bits: u32, v6_bits: u32) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => Ipv4Addr::from(ip.to_bits() & (u32::MAX << (32 - v4_bits))).into(),
        IpAddr::V6(ip) => Ipv6Addr::from(ip.to_bits() & (u128::MAX << (128 - v6_bits))).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_counted_together() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (address, first_of_block, first_of_household) in [
            ("203.0.113.77", "203.0.113.0", "203.0.113.77"),
            ("::ffff:203.0.113.77", "203.0.113.0", "203.0.113.77"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::", "2001:db8:1:2::"),
        ] {
            assert_eq!(block(ip(address)), ip(first_of_block));
            assert_eq!(household(ip(address)), ip(first_of_household));
        }
    }
}
