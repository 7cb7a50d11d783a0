//! What connectors have to tell their clients.

use crate::engine::{Engine, IslandNumber};
use crate::protocol::bus::{Assignment, DeliveredIsland, Delivery, Member};

use super::Realm;
use super::outbox::Outbox;
use super::registry::Registry;

impl Realm {
    /// What can be delivered now, by connector. Each delivery's success or failure must be told before the connector
    /// gets the next one.
    pub fn take_deliveries(&mut self, now_ms: u64) -> Vec<(String, Delivery)> {
        let mut deliveries = Vec::new();
        for (name, state) in self.connectors.iter_mut() {
            if state.outbox.due_ms().is_none_or(|due| now_ms < due) {
                continue;
            }
            let mut delivery = compose(&state.outbox, &self.engine, &mut self.registry);
            if delivery.assignments.is_empty() {
                state.outbox.assignments.clear();
            }
            if state.outbox.is_empty() {
                continue;
            }
            self.counts.deliveries += 1;
            self.counts.deliveries_retried += u64::from(state.outbox.attempts.has_failed());
            state.outbox.attempts.begun();
            delivery.incarnation = self.incarnation;
            deliveries.push((name.clone(), delivery));
        }
        deliveries
    }

    /// A connector has taken a delivery.
    pub fn delivered(&mut self, connector: &str, delivery: &Delivery, now_ms: u64) {
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.outbox.delivered(delivery);
        }
        for assignment in &delivery.assignments {
            self.arrived(assignment, now_ms);
        }
    }

    /// A delivery did not get through: it will be tried again.
    pub fn undelivered(&mut self, connector: &str, now_ms: u64) {
        self.counts.deliveries_failed += 1;
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.outbox.attempts.failed(now_ms);
        }
    }
}

/// All that a connector has not acknowledged; each island once.
fn compose(outbox: &Outbox, engine: &Engine, registry: &mut Registry) -> Delivery {
    let mut delivery = Delivery {
        kicks: outbox.kicks.iter().map(|session| session.0).collect(),
        ..Default::default()
    };
    let mut islands: Vec<(IslandNumber, u32)> = Vec::new();
    for (&session, &number) in &outbox.assignments {
        let player = registry.of_session(session);
        let Some(peer) = player.and_then(|(_, player)| player.peer) else {
            continue;
        };
        let Some(island) = engine.island_of(peer) else {
            continue;
        };
        islands.push((island, delivery.assignments.len() as u32));
        delivery.assignments.push(Assignment {
            session: session.0,
            number,
            island: 0,
        });
    }
    islands.sort_unstable();
    for chunk in islands.chunk_by(|(a, _), (b, _)| a == b) {
        let index = delivery.islands.len() as u32;
        for &(island, assignment) in chunk {
            delivery.assignments[assignment as usize].island = index;
            if delivery.islands.len() == index as usize {
                delivery
                    .islands
                    .push(delivered_island(engine, registry, island));
            }
        }
    }
    delivery
}

fn delivered_island(engine: &Engine, registry: &Registry, number: IslandNumber) -> DeliveredIsland {
    let Some(island) = engine.island(number) else {
        return DeliveredIsland::default();
    };
    let member = |&peer: &crate::engine::Peer| {
        let (address, player) = registry.of_peer(peer)?;
        let position = engine.position(peer).or(player.presumed_at)?;
        Some(Member {
            address: address.0.to_vec(),
            position: Some(position.into()),
        })
    };
    DeliveredIsland {
        number: number.get(),
        id: island.id(),
        members: island.members().iter().filter_map(member).collect(),
    }
}
