//! What happens in a world, for people to read: the time, who, what.

use archipelago_core::engine::{IslandNumber, island_id};
use archipelago_core::protocol::bus::{Delivery, Report, RoomOrders};
use archipelago_core::realm::Changes;

use super::bus::{Line, Request};
use super::{ClientId, World, shard_name};
use crate::clients::NOW_MS;

/// What the signs mean.
pub(super) const LEGEND: &str =
    "A → B: A sends; A ⇒ B: it arrives. 2.7: the seventh number of its giver's second start.";

impl World {
    /// Prints a line if this world is to be read; what it says is not made up otherwise.
    pub(super) fn trace(&self, who: &str, what: impl FnOnce() -> String) {
        if self.traced {
            let at_ms = self.now_ms - NOW_MS;
            println!(
                "{:>8}.{:03} s  {who}  {}",
                at_ms / 1_000,
                at_ms % 1_000,
                what()
            );
        }
    }

    pub(super) fn trace_client(&self, client: ClientId, what: impl FnOnce() -> String) {
        if self.traced {
            let state = &self.clients[client];
            let address = self.address_of(client).to_string();
            let who = format!("client {client} of {}…", &address[..8]);
            self.trace(&who, || {
                format!("on {}  {}", shard_name(state.shard), what())
            });
        }
    }

    pub(super) fn trace_shard(&self, shard: usize, what: impl FnOnce() -> String) {
        if self.traced {
            self.trace(&shard_name(shard), what);
        }
    }

    pub(super) fn trace_line(&self, line: &Line, what: &str) {
        if self.traced {
            self.trace(&end_of(line), || what.to_owned());
        }
    }

    /// A call sets out.
    pub(super) fn trace_call(&self, line: &Line, request: &Request) {
        self.trace_request(line, request, "→");
    }

    /// A call arrives.
    pub(super) fn trace_arrival(&self, line: &Line, request: &Request) {
        self.trace_request(line, request, "⇒");
    }

    fn trace_request(&self, line: &Line, request: &Request, arrow: &str) {
        if self.traced {
            let (from, to) = if request.is_to_realm() {
                (end_of(line), "realm".to_owned())
            } else {
                ("realm".to_owned(), end_of(line))
            };
            self.trace(&format!("{from} {arrow} {to}"), || describe(request));
        }
    }

    pub(super) fn trace_write(&self, changes: &Changes, is_written: bool) {
        self.trace("realm", || {
            let next = changes
                .next_island
                .map(|next| format!("next island {}, ", named(next)));
            let islands: Vec<String> = changes
                .islands
                .iter()
                .map(|(number, record)| {
                    let is_gone = if record.is_none() { " (gone)" } else { "" };
                    format!("{}{is_gone}", named(*number))
                })
                .collect();
            format!(
                "{}: {}islands [{}], {} sessions",
                if is_written { "writes" } else { "cannot write" },
                next.unwrap_or_default(),
                islands.join(", "),
                changes.sessions.len(),
            )
        });
    }
}

fn end_of(line: &Line) -> String {
    match line {
        Line::Connector(shard) => shard_name(*shard),
        Line::Room(room) => room.clone(),
        Line::Door => "door".to_owned(),
    }
}

fn describe(request: &Request) -> String {
    match request {
        Request::LookUp(socket, _) => format!("looks up whoever is on socket {}", short(socket.0)),
        Request::Connect(request) => format!("login on socket {}", short(request.socket)),
        Request::Report(report) => describe_report(report),
        Request::Deliver(delivery) => describe_delivery(delivery),
        Request::Pass(knock) => format!("may {} pass?", short(knock.ticket.assignment)),
        Request::RoomReport(report) => {
            format!("report {}: {} guests", report.number, report.guests.len())
        }
        Request::Order(_, orders) => describe_orders(orders),
    }
}

fn describe_report(report: &Report) -> String {
    let epoch = report.stamp.as_ref().map_or(0, |stamp| stamp.epoch);
    let mut parts = vec![format!("{} heartbeats", report.heartbeats.len())];
    if let Some(full) = &report.full {
        let sessions = full.sessions.iter();
        parts.push(format!(
            "full list {}",
            numbers(sessions.map(|listed| listed.session))
        ));
    }
    if !report.disconnects.is_empty() {
        parts.push(format!(
            "ended {}",
            numbers(report.disconnects.iter().copied())
        ));
    }
    if !report.abandoned_sockets.is_empty() {
        parts.push(format!(
            "abandoned {}",
            numbers(report.abandoned_sockets.iter().copied())
        ));
    }
    format!(
        "report {} of epoch {epoch}: {}",
        report.sequence,
        parts.join(", ")
    )
}

fn describe_delivery(delivery: &Delivery) -> String {
    let told: Vec<String> = delivery
        .assignments
        .iter()
        .map(|told| {
            let island = &delivery.islands[told.island as usize].id;
            let (session, number) = (short(told.session), short(told.number));
            format!("session {session} to {island} (assignment {number})")
        })
        .collect();
    let kicks = numbers(delivery.kicks.iter().copied());
    format!(
        "incarnation {}: assigns [{}], kicks {kicks}",
        delivery.incarnation,
        told.join(", ")
    )
}

fn describe_orders(orders: &RoomOrders) -> String {
    let mute = numbers(orders.mute.iter().map(|guest| guest.assignment));
    let close = numbers(orders.close.iter().map(|guest| guest.assignment));
    format!("orders: mute {mute}, close {close}")
}

fn numbers(numbers: impl Iterator<Item = u64>) -> String {
    let texts: Vec<String> = numbers.map(short).collect();
    format!("[{}]", texts.join(", "))
}

/// Numbers that begin anew with each start of whoever gives them: the start, and the number.
fn short(number: u64) -> String {
    format!("{}.{}", number >> 32, number & u64::from(u32::MAX))
}

fn named(island: u64) -> String {
    IslandNumber::new(island).map_or_else(String::new, |number| island_id("I", number))
}
