//! What may happen to those who are in rooms.

use super::visits::{Standing, VisitId};
use super::{ClientId, World};

impl World {
    pub(super) fn live_in_rooms(&mut self) {
        match self.rng.below(100) {
            0..=69 => {
                if let Some(visit) = self.any_visit() {
                    self.speak(visit);
                }
            }
            70..=75 => {
                if let Some(visit) = self.any_visit() {
                    self.lost_socket(visit);
                    self.leave_room(visit);
                }
            }
            76..=82 => {
                if let Some(visit) = self.any_visit() {
                    self.lose_socket(visit);
                }
            }
            83..=91 => self.come_again(),
            _ => self.come_too_late(),
        }
    }

    /// A client that can do something in a room.
    fn any_visit(&mut self) -> Option<VisitId> {
        let is_heard = |&visit: &VisitId| {
            let visit = &self.visits[visit];
            !visit.gone && visit.standing > Standing::Visitor
        };
        let visits = self.open_visits().into_iter();
        let visits: Vec<VisitId> = visits.filter(is_heard).collect();
        (!visits.is_empty()).then(|| self.rng.pick(&visits))
    }

    /// A client opens its room once more, whether or not it is there.
    fn come_again(&mut self) {
        let clients = self.live_clients().into_iter();
        let told = clients.filter(|&client| self.clients[client].told.is_some());
        let told: Vec<ClientId> = told.collect();
        if !told.is_empty() {
            let client = self.rng.pick(&told);
            let ticket = self.clients[client].tickets.last().expect("told").clone();
            self.knock_within(100, client, ticket);
        }
    }

    /// A client tries the room of an island where it no longer is.
    fn come_too_late(&mut self) {
        let clients = 0..self.clients.len();
        let moved = clients.filter(|&client| self.clients[client].tickets.len() > 1);
        let moved: Vec<ClientId> = moved.collect();
        if !moved.is_empty() {
            let client = self.rng.pick(&moved);
            let tickets = &self.clients[client].tickets;
            let before = self.rng.below(tickets.len() - 1);
            let ticket = tickets[before].clone();
            self.knock_within(100, client, ticket);
        }
    }

    /// A client that is not in its room goes there.
    pub(super) fn return_to_room(&mut self, client: ClientId) {
        let Some(ticket) = self.clients[client].tickets.last().cloned() else {
            return;
        };
        let is_there = self.open_visits().into_iter().any(|visit| {
            let visit = &self.visits[visit];
            visit.client == client && visit.assignment == ticket.assignment && !visit.gone
        });
        if !is_there {
            self.knock_within(100, client, ticket);
        }
    }
}
