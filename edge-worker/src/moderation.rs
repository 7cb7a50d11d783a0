//! Who may not come in: the comms gatekeeper and the deny list.

use std::rc::Rc;

use archipelago_core::auth::Address;
use archipelago_core::config::SecretUrl;
use archipelago_core::moderation::{self, DenyList};
use archipelago_core::protocol::limits::{
    ANSWER_MAX_BYTES, BAN_CHECK_MAX_MS, DENY_LIST_MAX_BYTES, DENY_LIST_MAX_MS, DENY_LIST_TTL_MS,
};
use futures_util::lock::Mutex;

use crate::clock::now_ms;
use crate::upstream::{UpstreamError, ask_within};

/// Asks the gatekeeper whether a player is banned.
pub async fn is_banned(gatekeeper: &SecretUrl, address: &Address) -> Result<bool, UpstreamError> {
    let url = gatekeeper.expose().to_owned() + &moderation::ban_check_path(address);
    let body = ask_within(BAN_CHECK_MAX_MS, &url, ANSWER_MAX_BYTES).await?;
    moderation::read_ban_check(&body).ok_or(UpstreamError::Unreadable)
}

/// The deny list as it was last fetched.
#[derive(Default)]
pub struct DenyLists {
    /// Locked while the list is fetched: everybody else waits for that one answer.
    newest: Mutex<Option<Fetched>>,
}

struct Fetched {
    list: Rc<DenyList>,
    until_ms: u64,
}

impl DenyLists {
    /// The list, fetched if there is none or the last one is too old. If it cannot be had, which `fetched` is told, the last
    /// one stays, or an empty one, for as long as any other would be good.
    pub async fn get(
        &self,
        url: &SecretUrl,
        fetched: impl FnOnce(Result<(), UpstreamError>),
    ) -> Rc<DenyList> {
        let mut newest = self.newest.lock().await;
        if let Some(known) = newest.as_ref().filter(|known| now_ms() < known.until_ms) {
            return Rc::clone(&known.list);
        }
        let read = fetch(url).await;
        fetched(read.as_ref().map(|_| ()).map_err(|error| *error));
        let outdated = newest.take().map(|known| known.list);
        let list = read
            .map(Rc::new)
            .or_else(|_| outdated.ok_or(()))
            .unwrap_or_default();
        *newest = Some(Fetched {
            list: Rc::clone(&list),
            until_ms: now_ms().saturating_add(DENY_LIST_TTL_MS),
        });
        list
    }
}

async fn fetch(url: &SecretUrl) -> Result<DenyList, UpstreamError> {
    let body = ask_within(DENY_LIST_MAX_MS, url.expose(), DENY_LIST_MAX_BYTES).await?;
    DenyList::read(&body).ok_or(UpstreamError::Unreadable)
}
