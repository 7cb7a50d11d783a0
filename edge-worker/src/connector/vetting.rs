//! What a connector finds out about its clients, before and after they are welcome.

use std::cell::Cell;
use std::rc::Rc;

use archipelago_core::auth::{Address, ContractAnswer, ContractQuestion};
use archipelago_core::config::Config;
use archipelago_core::connector::SocketId;
use archipelago_core::protocol::Upstream;
use archipelago_core::protocol::bus::LookupRequest;
use archipelago_core::protocol::limits::{BAN_CHECKS_MAX, BAN_CHECKS_PER_CONNECTOR_MAX};
use archipelago_core::session::Reason;
use futures_util::{StreamExt as _, stream};

use super::{Shared, warn_if_failed};
use crate::upstream::UpstreamError;
use crate::{bus, ethereum, log, moderation};

/// How long the realm may take to say whether an address is connected, in ms; then the answer counts as no.
const LOOKUP_LIMIT_MS: u64 = 500;

impl Shared {
    /// Sends a socket its challenge, unless the address that it has asked with is denied. The realm is not asked about it when
    /// too many have been.
    pub(super) async fn challenge(
        self: Rc<Self>,
        id: SocketId,
        address: Address,
        asks_realm: bool,
    ) {
        let Some(config) = self.config() else { return };
        if self.is_denied(&config, &address).await {
            let step = self.with(|loaded, now| {
                loaded.connector.denied(id, now, &mut loaded.actions);
            });
            warn_if_failed("client not denied", step);
            return self.settle();
        }
        let already_connected = asks_realm && {
            let address = address.0.to_vec();
            let request = LookupRequest { address };
            let realm = &config.realm_name;
            let reply = bus::call_within(LOOKUP_LIMIT_MS, &self.env, realm, &request).await;
            reply.is_ok_and(|reply| reply.already_connected)
        };
        let mut random = [0; 16];
        if let Err(error) = getrandom::fill(&mut random) {
            log::warn("no randomness", &[("error", &error)]);
            return;
        }
        let step = self.with(|loaded, now| {
            loaded
                .connector
                .looked_up(id, already_connected, random, now, &mut loaded.actions);
        });
        warn_if_failed("challenge not sent", step);
        self.settle();
    }

    /// Finds out whether a client may come in.
    pub(super) async fn vet(
        self: Rc<Self>,
        id: SocketId,
        address: Address,
        questions: Vec<ContractQuestion>,
    ) {
        let verdict = match self.config() {
            Some(config) => self.verdict(&config, address, &questions).await,
            None => Err(Reason::RealmUnavailable),
        };
        let step = self.with(|loaded, now| {
            loaded
                .connector
                .vetted(id, address, verdict, now, &mut loaded.actions);
        });
        warn_if_failed("client not vetted", step);
        self.settle();
    }

    async fn verdict(
        &self,
        config: &Config,
        address: Address,
        questions: &[ContractQuestion],
    ) -> Result<(), Reason> {
        if !questions.is_empty() {
            let node = config.upstream.ethereum.as_ref();
            let counted = |answered| self.count(Upstream::Ethereum, answered);
            match ethereum::ask(node, questions, counted).await {
                ContractAnswer::Confirmed => {}
                ContractAnswer::Refused(error) => return Err(Reason::BadChain(error)),
                ContractAnswer::Unavailable => return Err(Reason::ContractsUnavailable),
            }
        }
        if self.is_denied(config, &address).await {
            return Err(Reason::Denied);
        }
        match self.check_ban(config, &address).await {
            Ok(true) => return Err(Reason::Banned),
            Ok(false) => {}
            // Who cannot be asked about gets in.
            Err(error) => log::warn(
                "ban not checked",
                &[("address", &address), ("error", &error)],
            ),
        }
        Ok(())
    }

    /// Asks about everybody who is connected whether they are banned, some at a time.
    pub(super) async fn sweep(self: Rc<Self>, addresses: Vec<Address>) {
        let Some(config) = self.config() else { return };
        let share = BAN_CHECKS_MAX / config.connector_count();
        let at_once = share.clamp(1, BAN_CHECKS_PER_CONNECTOR_MAX);
        let failed = Cell::new(None);
        let check = async |address: Address| match self.check_ban(&config, &address).await {
            Ok(true) => {
                let step = self.with(|loaded, now| {
                    loaded.connector.banned(address, now, &mut loaded.actions);
                });
                warn_if_failed("player not banned", step);
                self.settle();
            }
            Ok(false) => {}
            Err(error) => failed.set(Some(error)),
        };
        let checks = stream::iter(addresses);
        checks.for_each_concurrent(at_once, check).await;
        // Once, not for each of thousands of players.
        if let Some(error) = failed.get() {
            log::warn("bans not checked", &[("error", &error)]);
        }
        let step = self.with(|loaded, _| loaded.connector.swept());
        warn_if_failed("sweep not ended", step);
        self.settle();
    }

    async fn is_denied(&self, config: &Config, address: &Address) -> bool {
        let Some(url) = &config.upstream.deny_list else {
            return false;
        };
        let fetched = |result: Result<(), _>| {
            if let Err(error) = result {
                log::warn("deny list not fetched", &[("error", &error)]);
            }
            self.count(Upstream::DenyList, result.is_ok());
        };
        self.deny_lists.get(url, fetched).await.denies(address)
    }

    /// Whether a player is banned; nobody is where there is nobody to ask.
    async fn check_ban(&self, config: &Config, address: &Address) -> Result<bool, UpstreamError> {
        let Some(gatekeeper) = &config.upstream.gatekeeper else {
            return Ok(false);
        };
        let answer = moderation::is_banned(gatekeeper, address).await;
        self.count(Upstream::Bans, answer.is_ok());
        answer
    }

    /// A service was asked, and has answered in time and to the point, or has not.
    fn count(&self, upstream: Upstream, answered: bool) {
        let step = self.with(|loaded, _| {
            let counters = loaded.connector.count().upstream.get_or_insert_default();
            counters.count(upstream, answered);
        });
        warn_if_failed("call not counted", step);
    }

    fn config(&self) -> Option<Rc<Config>> {
        let config = self.with(|loaded, _| Rc::clone(&loaded.config));
        config
            .inspect_err(|error| log::warn("not configured", &[("error", error)]))
            .ok()
    }
}
