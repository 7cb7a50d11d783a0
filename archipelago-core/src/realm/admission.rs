//! Who may be in which of the realm's own rooms.

use crate::auth::Address;
use crate::engine::{IslandNumber, island_id};
use crate::protocol::bus::{
    Assignment, LiveSession, PassReply, PassRequest, RoomGuest, RoomOrders, RoomReport,
    RoomReportReply, RoomsReply,
};
use crate::session::SessionNumber;
use crate::transport::RoomId;

use super::machine::{growing, read_address};
use super::registry::Place;
use super::rooms::{FAREWELL_MS, Standing};
use super::{Realm, RealmError};

impl Realm {
    /// Whether an assignment is still the current one of its address: only then its token opens the room.
    ///
    /// # Errors
    /// The address is none, or the realm has just restarted and does not know yet.
    pub fn pass(&self, request: &PassRequest) -> Result<PassReply, RealmError> {
        let guest = request.guest.as_ref().ok_or(RealmError::InvalidAddress)?;
        let address = read_address(&guest.address)?;
        let player = self.registry.player(&address);
        let place = player.and_then(|player| player.place.as_ref());
        if place.is_none() && player.is_some_and(|player| !player.told_is_known) {
            return Err(RealmError::NotYetKnown);
        }
        let is_current = |place: &Place| place.assignment == guest.assignment;
        Ok(PassReply {
            is_current: guest.assignment != 0 && place.is_some_and(is_current),
        })
    }

    /// A room tells who is there, and hears who should not be.
    ///
    /// # Errors
    /// A guest's address is none.
    pub fn room_report(
        &mut self,
        report: &RoomReport,
        now_ms: u64,
    ) -> Result<RoomReportReply, RealmError> {
        let read = |guest: &RoomGuest| Ok((read_address(&guest.address)?, guest.assignment));
        let listed: Vec<(Address, u64)> =
            report.guests.iter().map(read).collect::<Result<_, _>>()?;
        let rooms_known_ms = *self.rooms_known_ms.get_or_insert(now_ms);
        // Until then, a connector may not have listed its sessions to a realm that has just started.
        let settled = now_ms >= rooms_known_ms.saturating_add(self.config.connector_timeout_ms);
        self.rooms.heard(report, &listed, now_ms);
        for (at, (address, assignment)) in listed.into_iter().enumerate() {
            if at >= report.players as usize {
                self.renew(address, assignment);
            }
            self.judge(address, assignment, settled, now_ms);
        }
        Ok(RoomReportReply {
            orders: Some(self.rooms.answer(&report.room)),
            number: self.rooms.number(&report.room),
        })
    }

    /// Somebody is muted in a room. If it is by the current assignment, an earlier incarnation has given the player
    /// another one that is lost, and this one has taken up what the connector knows: then there has to be a new one.
    fn renew(&mut self, address: Address, assignment: u64) {
        let Some(player) = self.registry.player_mut(&address) else {
            return;
        };
        if player
            .place
            .take_if(|place| place.assignment == assignment)
            .is_some()
        {
            let session = player.session;
            self.assign(session, None);
        }
    }

    /// Somebody has been seen in a room.
    fn judge(&mut self, address: Address, assignment: u64, settled: bool, now_ms: u64) {
        let Some(player) = self.registry.player_mut(&address) else {
            if settled {
                self.rooms.dismiss(address, None, Standing::Gone, None);
            }
            return;
        };
        let Some(place) = &mut player.place else {
            // Whoever was restored is not known yet to be told somewhere, also if its island had no room for it.
            if player.peer.is_none() && player.told_is_known {
                self.rooms.dismiss(address, None, Standing::Muted, None);
            }
            return;
        };
        place.entered |= place.assignment == assignment;
        let (standing, until_ms) = match place.delivered_ms {
            _ if place.entered => (Standing::Gone, None),
            Some(delivered) if delivered.saturating_add(FAREWELL_MS) <= now_ms => {
                (Standing::Gone, None)
            }
            Some(delivered) => (Standing::Muted, Some(delivered.saturating_add(FAREWELL_MS))),
            None => (Standing::Muted, None),
        };
        let current = Some(place.assignment);
        self.rooms.dismiss(address, current, standing, until_ms);
    }

    /// The connector has an assignment: from now on the player can go there.
    pub(super) fn arrived(&mut self, assignment: &Assignment, now_ms: u64) {
        let session = SessionNumber(assignment.session);
        let Some((address, player)) = self.registry.of_session(session) else {
            return;
        };
        if let Some(place) = &mut player.place
            && place.assignment == assignment.number
            && place.delivered_ms.is_none()
        {
            place.delivered_ms = Some(now_ms);
            let until_ms = now_ms.saturating_add(FAREWELL_MS);
            let current = Some(assignment.number);
            self.rooms
                .dismiss(address, current, Standing::Muted, Some(until_ms));
        }
    }

    /// A session that outlived the realm is where it was last told to be.
    pub(super) fn resume_place(&mut self, address: Address, listed: &LiveSession, now_ms: u64) {
        if let Some(player) = self.registry.player_mut(&address) {
            player.told_is_known = true;
        }
        // What this realm has given ended when the player left: rooms have been told so, and it must not come back.
        if listed.assignment >= growing(self.incarnation, 0) {
            return;
        }
        let Some(island) = IslandNumber::new(listed.told_island) else {
            return;
        };
        if let Some(player) = self.registry.player_mut(&address) {
            let place = player.place.as_ref();
            if place.is_some_and(|place| place.assignment >= listed.assignment) {
                return;
            }
            // A room may have obeyed already: there has to be a new one.
            if self.rooms.have_dismissed(address, listed.assignment) {
                player.place = None;
                return;
            }
            player.place = Some(Place {
                session: player.session,
                assignment: listed.assignment,
                island: Some(island),
                delivered_ms: Some(now_ms),
                entered: false,
            });
        }
        if let Some(realm) = &self.config.own_rooms {
            let prefix = self.engine.config().id_prefix();
            let room = RoomId::of_island(realm, &island_id(prefix, island));
            self.rooms
                .presume(room.as_str(), address, listed.assignment, now_ms);
        }
    }

    /// What rooms have to obey now. Each room's answer or failure must be told before it gets the next orders.
    pub fn take_room_orders(&mut self, now_ms: u64) -> Vec<(String, RoomOrders)> {
        self.rooms.take_orders(now_ms)
    }

    /// A room has obeyed.
    pub fn room_obeyed(&mut self, room: &str, orders: &RoomOrders) {
        self.rooms.obeyed(room, orders);
    }

    /// A room could not be reached: it will be tried again.
    pub fn room_unreachable(&mut self, room: &str, now_ms: u64) {
        self.rooms.disobeyed(room, now_ms);
    }

    /// The player has left the realm, and with it the rooms.
    pub(super) fn leave_rooms(&mut self, address: Address, now_ms: u64) {
        let until_ms = now_ms.saturating_add(FAREWELL_MS);
        self.rooms
            .dismiss(address, None, Standing::Muted, Some(until_ms));
    }

    /// How many are in which room.
    pub fn rooms(&mut self, now_ms: u64) -> RoomsReply {
        RoomsReply {
            rooms: self.rooms.counts(now_ms),
        }
    }
}
