//! What connectors, rooms and routes count, and the realm adds up.

use super::bus::{ConnectorCounters, RoomCounters, SessionStages, UpstreamCounters};

/// Adds field by field; the other message is taken apart so that none can be forgotten.
macro_rules! add_up {
    ($counters:ty: $($field:ident),*; $($part:ident),*) => {
        impl $counters {
            /// Adds what was counted elsewhere.
            pub fn add(&mut self, other: &Self) {
                let Self { $($field,)* $($part,)* } = other;
                $(self.$field = self.$field.saturating_add(*$field);)*
                $(if let Some(part) = $part {
                    self.$part.get_or_insert_default().add(part);
                })*
            }
        }
    };
}

add_up!(
    UpstreamCounters: bans_answered,
    bans_failed,
    deny_list_answered,
    deny_list_failed,
    ethereum_answered,
    ethereum_failed,
    catalysts_answered,
    catalysts_failed,
    content_answered,
    content_failed;
);

add_up!(
    SessionStages: awaiting_request,
    looking_up,
    awaiting_signature,
    vetting,
    joining,
    live;
);

add_up!(
    RoomCounters: received,
    relayed,
    dropped,
    admitted,
    kicked,
    closed_handshake,
    closed_wrong_address,
    closed_undecodable,
    closed_too_large,
    closed_unexpected,
    closed_full,
    closed_replaced,
    closed_moved,
    closed_too_fast,
    closed_too_slow;
    upstream
);

add_up!(
    ConnectorCounters: welcomed,
    refused_message,
    refused_chain,
    refused_banned,
    refused_denied,
    refused_too_fast,
    refused_crowded,
    refused_unavailable,
    timed_out,
    gave_up,
    closed_undecodable,
    closed_too_large,
    closed_unexpected,
    closed_invalid_address,
    closed_bad_chain,
    closed_realm_unavailable,
    closed_handshake_timeout,
    closed_idle_timeout,
    closed_new_session,
    closed_banned,
    closed_denied,
    closed_contracts_unavailable,
    closed_too_fast,
    closed_crowded_network,
    closed_crowded_address,
    closed_restart,
    closed_by_client,
    rejected_full,
    rejected_restless,
    rejected_ip,
    heartbeats,
    positions_refused,
    heartbeats_superseded,
    heartbeats_outlived,
    wishes_refused,
    contract_checks,
    contract_checks_failed;
    upstream
);

/// A service outside that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// The comms gatekeeper, about one player.
    Bans,
    /// Whoever has the deny list.
    DenyList,
    /// The node that knows contract wallets.
    Ethereum,
    /// One of the catalysts.
    Catalysts,
    /// The content server, about scenes.
    Content,
}

impl UpstreamCounters {
    /// A service was asked, and has answered in time and to the point, or has not.
    pub fn count(&mut self, upstream: Upstream, answered: bool) {
        let counter = match (upstream, answered) {
            (Upstream::Bans, true) => &mut self.bans_answered,
            (Upstream::Bans, false) => &mut self.bans_failed,
            (Upstream::DenyList, true) => &mut self.deny_list_answered,
            (Upstream::DenyList, false) => &mut self.deny_list_failed,
            (Upstream::Ethereum, true) => &mut self.ethereum_answered,
            (Upstream::Ethereum, false) => &mut self.ethereum_failed,
            (Upstream::Catalysts, true) => &mut self.catalysts_answered,
            (Upstream::Catalysts, false) => &mut self.catalysts_failed,
            (Upstream::Content, true) => &mut self.content_answered,
            (Upstream::Content, false) => &mut self.content_failed,
        };
        *counter = counter.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_like_the_rest() {
        let upstream = |bans_failed| UpstreamCounters {
            bans_failed,
            ..UpstreamCounters::default()
        };
        let counted = |welcomed, bans_failed: Option<u64>| ConnectorCounters {
            welcomed,
            upstream: bans_failed.map(upstream),
            ..ConnectorCounters::default()
        };
        for (one, other, sum) in [
            (counted(1, None), counted(2, None), counted(3, None)),
            (counted(1, None), counted(2, Some(5)), counted(3, Some(5))),
            (counted(0, Some(4)), counted(0, None), counted(0, Some(4))),
            (
                counted(0, Some(4)),
                counted(0, Some(5)),
                counted(0, Some(9)),
            ),
            (
                counted(u64::MAX, None),
                counted(2, None),
                counted(u64::MAX, None),
            ),
        ] {
            let mut counters = one;
            counters.add(&other);
            assert_eq!(counters, sum);
        }
    }

    #[test]
    fn each_service_has_its_two_numbers() {
        let all = [
            Upstream::Bans,
            Upstream::DenyList,
            Upstream::Ethereum,
            Upstream::Catalysts,
            Upstream::Content,
        ];
        let mut counters = UpstreamCounters::default();
        for (times, upstream) in (1..).zip(all) {
            for _ in 0..times {
                counters.count(upstream, true);
            }
            counters.count(upstream, false);
        }
        let expected = UpstreamCounters {
            bans_answered: 1,
            bans_failed: 1,
            deny_list_answered: 2,
            deny_list_failed: 1,
            ethereum_answered: 3,
            ethereum_failed: 1,
            catalysts_answered: 4,
            catalysts_failed: 1,
            content_answered: 5,
            content_failed: 1,
        };
        assert_eq!(counters, expected);
    }
}
