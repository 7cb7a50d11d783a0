//! What the realm has for the clients: islands and kicks.

use crate::auth::Address;
use crate::engine::{IslandNumber, island_id};
use crate::protocol::IslandChanged;
use crate::protocol::bus::{Assignment, DeliveredIsland, Delivery, DeliveryReply};
use crate::session::{Reason, SessionNumber};
use crate::transport::{Invitation, Pass, RoomKey};

use super::{Action, Connector};

/// How many kicks without a session are remembered: far more than are ever announced at once. The oldest go first.
const KICKED_EARLY_MAX: usize = 1_024;

impl Connector {
    /// The realm has something for this connector's clients.
    pub fn delivered(
        &mut self,
        delivery: &Delivery,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) -> DeliveryReply {
        self.reports.seen_incarnation(delivery.incarnation, now_ms);
        self.reports.introduce(now_ms);
        let islands: Vec<Option<(IslandNumber, IslandChanged)>> =
            delivery.islands.iter().map(island_changed).collect();
        let room_key = RoomKey::try_from(delivery.room_key.as_slice()).ok();
        for assignment in &delivery.assignments {
            if let Some(Some(island)) = islands.get(assignment.island as usize) {
                self.assign(assignment, island, room_key.as_ref(), now_ms, out);
            }
        }
        for &kicked in &delivery.kicks {
            let kicked = SessionNumber(kicked);
            if let Some(&socket) = self.sockets.get(&kicked) {
                self.dismiss(socket, Reason::NewSession, now_ms, out);
            } else if self.joining > 0 {
                self.kicked_early.insert(kicked);
                if self.kicked_early.len() > KICKED_EARLY_MAX {
                    self.kicked_early.pop_first();
                }
            }
        }
        DeliveryReply {}
    }

    fn assign(
        &mut self,
        assignment: &Assignment,
        (island, message): &(IslandNumber, IslandChanged),
        room_key: Option<&RoomKey>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let Some(&socket) = self.sockets.get(&SessionNumber(assignment.session)) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&socket) else {
            return;
        };
        let Some(from) = session.assigned(assignment.number, *island) else {
            return;
        };
        let Some(live) = session.live() else { return };
        let from = from.map(|from| island_id(&self.config.island_prefix, from));
        let invitation = Invitation {
            island: message.island_id(),
            pass: Pass {
                address: live.address,
                assignment: assignment.number,
            },
            origin: session.origin(),
            room_key,
        };
        let conn_str = self.config.transport.connection_string(&invitation, now_ms);
        out.push(Action::Send(
            socket,
            message.packet(&conn_str, from.as_ref()),
        ));
        self.keep(socket, out);
    }
}

fn island_changed(island: &DeliveredIsland) -> Option<(IslandNumber, IslandChanged)> {
    let members = island.members.iter().filter_map(|member| {
        Some((
            Address::try_from(member.address.as_slice()).ok()?,
            member.position?,
        ))
    });
    Some((
        IslandNumber::new(island.number)?,
        IslandChanged::new(island.id.clone(), members),
    ))
}
