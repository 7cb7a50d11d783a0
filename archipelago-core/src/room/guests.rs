use std::collections::BTreeMap;

use crate::auth::Address;
use crate::pacing::Pace;
use crate::protocol::bus::RoomGuest;
use crate::transport::Pass;

use super::SocketId;

/// No alias: clients use it for themselves.
const NO_ALIAS: u32 = u32::MAX;

/// Who has proven who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guest {
    /// Whom the token has let in; none without a token.
    pub pass: Option<Pass>,
    pub address: Address,
    /// When the guest became what it is, a member or muted.
    pub since_ms: u64,
}

/// A guest who talks with the others.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub socket: SocketId,
    pub guest: Guest,
    pub alias: u32,
    pub pace: Pace,
    /// Since when too much waits to be sent to it.
    pub slow_since_ms: Option<u64>,
}

/// All who were admitted and still have a socket: an address once.
#[derive(Clone, Debug, Default)]
pub(super) struct Guests {
    /// In the order in which they came in.
    members: Vec<Member>,
    muted: BTreeMap<SocketId, Guest>,
    /// The alias that was given last, or the highest in use after a sleep; 0: none yet.
    last_alias: u32,
}

/// A guest that is gone.
pub(super) struct Gone {
    /// Under which alias the others knew it; none if it was muted.
    pub alias: Option<u32>,
}

impl Guests {
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub fn members_mut(&mut self) -> &mut [Member] {
        &mut self.members
    }

    pub fn member_mut(&mut self, socket: SocketId) -> Option<&mut Member> {
        let mut members = self.members.iter_mut();
        members.find(|member| member.socket == socket)
    }

    pub fn muted(&self, socket: SocketId) -> Option<&Guest> {
        self.muted.get(&socket)
    }

    pub fn is_member(&self, address: &Address) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.guest.address == *address)
    }

    pub fn count(&self) -> usize {
        self.members.len() + self.muted.len()
    }

    fn all(&self) -> impl Iterator<Item = (SocketId, &Guest)> {
        let members = self.members.iter();
        let members = members.map(|member| (member.socket, &member.guest));
        members.chain(self.muted.iter().map(|(&socket, guest)| (socket, guest)))
    }

    pub fn socket_of(&self, address: &Address) -> Option<SocketId> {
        let mut all = self.all();
        all.find(|(_, guest)| guest.address == *address)
            .map(|(socket, _)| socket)
    }

    /// Whether this player is here by a newer assignment, which it got while the other one was at the door.
    pub fn has_newer(&self, guest: &Guest) -> bool {
        let mut all = self.all();
        all.any(|(_, other)| {
            other.address == guest.address && other.assignment() > guest.assignment()
        })
    }

    /// The socket of exactly this guest: what names an older assignment means nobody.
    pub fn named(&self, name: &RoomGuest) -> Option<SocketId> {
        let mut all = self.all();
        all.find(|(_, guest)| guest.is_named(name))
            .map(|(socket, _)| socket)
    }

    pub fn listed(&self) -> Vec<RoomGuest> {
        self.all().map(|(_, guest)| guest.to_listed()).collect()
    }

    /// The members' addresses by their aliases.
    pub fn identities(&self) -> BTreeMap<u32, String> {
        let members = self.members.iter();
        members
            .map(|member| (member.alias, member.guest.address.to_string()))
            .collect()
    }

    /// A new member; its alias.
    pub fn add(&mut self, socket: SocketId, guest: Guest) -> u32 {
        self.last_alias = self.free_alias();
        self.members
            .push(Member::new(socket, guest, self.last_alias));
        self.last_alias
    }

    fn free_alias(&self) -> u32 {
        let mut alias = self.last_alias;
        loop {
            alias = match alias.checked_add(1) {
                None | Some(NO_ALIAS) => 1,
                Some(next) => next,
            };
            if self.members.iter().all(|member| member.alias != alias) {
                return alias;
            }
        }
    }

    /// A member as its record tells it. Whether it can be: no alias twice, and none that is none.
    pub fn resume_member(&mut self, socket: SocketId, guest: Guest, alias: u32) -> bool {
        let is_taken = self.members.iter().any(|member| member.alias == alias);
        if alias == 0 || alias == NO_ALIAS || is_taken {
            return false;
        }
        self.last_alias = self.last_alias.max(alias);
        let before =
            |member: &Member| (member.guest.since_ms, member.alias) < (guest.since_ms, alias);
        let at = self.members.partition_point(before);
        self.members.insert(at, Member::new(socket, guest, alias));
        true
    }

    pub fn resume_muted(&mut self, socket: SocketId, guest: Guest) {
        self.muted.insert(socket, guest);
    }

    /// Mutes a member: the alias that it had.
    pub fn mute(&mut self, socket: SocketId, now_ms: u64) -> Option<u32> {
        let member = self.remove_member(socket)?;
        let guest = Guest {
            since_ms: now_ms,
            ..member.guest
        };
        self.muted.insert(socket, guest);
        Some(member.alias)
    }

    pub fn remove(&mut self, socket: SocketId) -> Option<Gone> {
        if self.muted.remove(&socket).is_some() {
            return Some(Gone { alias: None });
        }
        let member = self.remove_member(socket)?;
        let alias = Some(member.alias);
        Some(Gone { alias })
    }

    fn remove_member(&mut self, socket: SocketId) -> Option<Member> {
        let mut members = self.members.iter();
        let at = members.position(|member| member.socket == socket)?;
        Some(self.members.remove(at))
    }
}

impl Guest {
    /// As rooms list it to the realm.
    fn to_listed(self) -> RoomGuest {
        RoomGuest::new(&self.address, self.assignment())
    }

    fn is_named(&self, name: &RoomGuest) -> bool {
        self.address.0[..] == name.address && self.assignment() == name.assignment
    }

    fn assignment(&self) -> u64 {
        self.pass.map_or(0, |pass| pass.assignment)
    }
}

impl Member {
    fn new(socket: SocketId, guest: Guest, alias: u32) -> Self {
        Self {
            socket,
            guest,
            alias,
            pace: Pace::default(),
            slow_since_ms: None,
        }
    }
}
