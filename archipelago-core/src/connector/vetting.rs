//! Who may come in, and who may stay.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::auth::{Address, ContractQuestion};
use crate::protocol::limits::{
    CONNECTOR_SOCKETS_MAX, CONTRACT_CHECKS_MAX, CONTRACT_CHECKS_PER_SECOND_MAX,
    HANDSHAKES_PER_BLOCK_MAX, RESTLESS_PER_BLOCK_MAX, SOCKETS_PER_ADDRESS_MAX,
};
use crate::session::Reason;

use super::crowd::Standing;
use super::{Action, Connector, Crowded, SocketId};

impl Connector {
    /// Whether there is room for another socket, of a client at this IP address, if that is known.
    ///
    /// # Errors
    /// There is none: see [`Crowded`].
    pub fn admit(&mut self, ip: Option<IpAddr>) -> Result<(), Crowded> {
        if self.socket_count() >= CONNECTOR_SOCKETS_MAX {
            self.reports.count().rejected_full += 1;
            return Err(Crowded::Full);
        }
        if self.crowd.restless_near(ip) >= RESTLESS_PER_BLOCK_MAX {
            self.reports.count().rejected_restless += 1;
            return Err(Crowded::Restless);
        }
        if let (Some(ip), Some(max)) = (ip, self.config.sockets_per_ip_max)
            && self.crowd.sockets_from(ip) >= max
        {
            self.reports.count().rejected_ip += 1;
            return Err(Crowded::Ip);
        }
        Ok(())
    }

    /// A client has shown its chain. The host is asked if there is anything to find out.
    pub(super) fn vet(
        &mut self,
        socket: SocketId,
        address: Address,
        questions: Vec<ContractQuestion>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        if questions.is_empty() {
            self.thin_out_address(address, socket, now_ms, out);
            if !self.config.vets {
                return self.vetted(socket, address, Ok(()), now_ms, out);
            }
        } else {
            let session = self.sessions.get(&socket);
            let block = session.and_then(|session| Standing::of(session).block);
            if !self.may_ask_contracts(block, now_ms) {
                return self.dismiss(socket, Reason::ContractsUnavailable, now_ms, out);
            }
            self.asking.insert(socket, block);
            self.reports.count().contract_checks += 1;
        }
        out.push(Action::Vet(socket, address, questions));
    }

    /// Whether contracts are asked now: about a few chains at once and a second, and about one from each block of addresses.
    fn may_ask_contracts(&mut self, block: Option<IpAddr>, now_ms: u64) -> bool {
        let is_neighbour = |other: &Option<IpAddr>| block.is_some() && *other == block;
        self.asking.len() < CONTRACT_CHECKS_MAX
            && !self.asking.values().any(is_neighbour)
            && (self.contract_checks).allows(CONTRACT_CHECKS_PER_SECOND_MAX, now_ms)
    }

    /// The host has found out whether a client may come in that has proven to be `address`. A ban holds for all sockets of
    /// the address, whatever else is found out about them later.
    pub fn vetted(
        &mut self,
        socket: SocketId,
        address: Address,
        verdict: Result<(), Reason>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let contracts_were_asked = self.asking.remove(&socket).is_some();
        match verdict {
            Ok(()) if contracts_were_asked => {
                self.thin_out_address(address, socket, now_ms, out);
            }
            Err(Reason::Banned) => return self.banned(address, now_ms, out),
            _ => {}
        }
        self.step(socket, now_ms, out, |session| {
            session.vetted(verdict, now_ms)
        });
    }

    /// The address that a client has asked with is on the deny list.
    pub fn denied(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        self.dismiss(socket, Reason::Denied, now_ms, out);
    }

    /// A player is banned: all its sockets end, also those that are not welcome yet.
    pub fn banned(&mut self, address: Address, now_ms: u64, out: &mut Vec<Action>) {
        for socket in self.crowd.sockets_of(&address).cloned().unwrap_or_default() {
            self.dismiss(socket, Reason::Banned, now_ms, out);
        }
    }

    /// Has the host ask about everybody who is connected, if it is time to.
    pub(super) fn sweep(&mut self, now_ms: u64, out: &mut Vec<Action>) {
        if self.sockets.is_empty() {
            return;
        }
        let live = self.sessions.values().filter_map(|session| session.live());
        let addresses = || live.map(|live| live.address).collect::<BTreeSet<_>>();
        if let Some(batch) = self.sweeps.begin(now_ms, addresses) {
            out.push(Action::Sweep(batch));
        }
    }

    /// All of them have been asked about. Who is banned was told by [`banned`](Self::banned).
    pub fn swept(&mut self) {
        self.sweeps.ended();
    }

    /// Ends the oldest handshake of a block of addresses that has too many.
    pub(super) fn thin_out_network(
        &mut self,
        newest: SocketId,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let block = self.sessions.get(&newest).map(Standing::of);
        let Some(block) = block.and_then(|standing| standing.block) else {
            return;
        };
        if let Some(sockets) = self.crowd.handshakes(block)
            && sockets.len() > HANDSHAKES_PER_BLOCK_MAX
            && let Some(&oldest) = sockets.first()
        {
            self.dismiss(oldest, Reason::CrowdedNetwork, now_ms, out);
        }
    }

    /// Ends the oldest socket of an address that has too many; a session that is welcome ends only when another one is. Those
    /// about which contracts are asked do not count: anybody can claim to be anybody.
    fn thin_out_address(
        &mut self,
        address: Address,
        newest: SocketId,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let Some(sockets) = self.crowd.sockets_of(&address) else {
            return;
        };
        let proven = || {
            sockets
                .iter()
                .filter(|socket| !self.asking.contains_key(socket))
        };
        if proven().count() <= SOCKETS_PER_ADDRESS_MAX {
            return;
        }
        let is_waiting = |socket: &&SocketId| {
            let session = self.sessions.get(socket);
            **socket != newest && session.is_some_and(|session| session.live().is_none())
        };
        if let Some(&oldest) = proven().find(is_waiting) {
            self.dismiss(oldest, Reason::CrowdedAddress, now_ms, out);
        }
    }
}
