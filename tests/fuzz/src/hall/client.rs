//! Clients of a room, who go by what they are told.

use std::collections::BTreeMap;

use archipelago_core::auth::Verdict;
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::transport::Pass;

use crate::oracle::{self, Held};

/// What one client knows.
#[derive(Debug, Default)]
pub struct Client {
    /// Whom its token lets in.
    pub pass: Option<Pass>,
    /// What it was asked to sign.
    pub challenge: Option<String>,
    /// The last chain that it has sent, and when.
    pub(super) chain: Option<(String, u64)>,
    /// Whether the chain has been looked at.
    pub(super) is_proven: bool,
    pub(super) alias: Option<u32>,
    /// The others, by alias.
    pub(super) others: BTreeMap<u32, String>,
}

impl Client {
    /// A guest has shown a chain of its address for its challenge, unless it was there from the beginning.
    pub(super) fn check_proof(&mut self, address: &[u8]) {
        let Some(challenge) = self.challenge.as_ref().filter(|_| !self.is_proven) else {
            return;
        };
        let (chain, at_ms) = self.chain.as_ref().expect("a chain");
        let signer = match oracle::holds(chain, challenge, *at_ms) {
            Held::Yes(Verdict::Valid(signer)) => signer,
            Held::Yes(Verdict::NeedsContractCheck(check)) => check.signer,
            Held::Unsure => return,
            Held::No => panic!("{chain} proves nothing"),
        };
        self.is_proven = true;
        assert_eq!(signer.0, address);
        assert!(self.pass.is_none_or(|pass| pass.address == signer));
    }

    pub(super) fn read(&mut self, message: Message) {
        let own = self.alias;
        match message {
            Message::ChallengeMessage(asked) => {
                assert_eq!((own, &self.challenge), (None, &None));
                self.challenge = Some(asked.challenge_to_sign);
            }
            Message::WelcomeMessage(welcome) => {
                assert_eq!(self.alias.replace(welcome.alias), None);
                assert!(!welcome.peer_identities.contains_key(&welcome.alias));
                self.others = welcome.peer_identities;
            }
            Message::PeerKicked(_) => {}
            Message::PeerJoinMessage(join) => {
                assert!(own.is_some_and(|own| own != join.alias));
                assert_eq!(self.others.insert(join.alias, join.address), None);
            }
            Message::PeerLeaveMessage(leave) => {
                self.others.remove(&leave.alias).expect("was there");
            }
            Message::PeerUpdateMessage(said) => {
                assert!(own.is_some() && self.others.contains_key(&said.from_alias));
            }
            other => panic!("not for clients: {other:?}"),
        }
    }
}
