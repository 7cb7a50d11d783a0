//! Who may come in, who may stay, and how many of whom.

use std::net::IpAddr;

use archipelago_core::auth::{ChainError, challenge_from};
use archipelago_core::connector::{Action, ConnectorConfig, SocketId};
use archipelago_core::protocol::bus::session_record::{LiveRecord, Stage};
use archipelago_core::protocol::bus::{LiveSession, SessionRecord};
use archipelago_core::protocol::limits::{
    BAN_CHECKS_BATCH, CONTRACT_CHECKS_MAX, CONTRACT_CHECKS_PER_SECOND_MAX, SOCKETS_PER_ADDRESS_MAX,
};
use archipelago_core::protocol::v3::server_packet::Message;
use archipelago_core::session::Reason;
use prost::Message as _;
use serde_json::json;

use crate::clients::{NOW_MS, account, chain, challenge_request, read, signed_challenge, wallet};
use crate::shard::{RANDOM, Shard, config, who};

fn vetting() -> ConnectorConfig {
    ConnectorConfig {
        vets: true,
        ban_sweep_ms: Some(30_000),
        ..config()
    }
}

/// A client about whom the host is asked.
fn vetted(shard: &mut Shard, number: u8) -> SocketId {
    let (socket, out) = shows(
        shard,
        number,
        &chain(&wallet(number), &challenge_from(RANDOM)),
    );
    let asked = Action::Vet(socket, who(number), Vec::new());
    assert_eq!(out.last(), Some(&asked));
    socket
}

fn shows(shard: &mut Shard, number: u8, chain: &str) -> (SocketId, Vec<Action>) {
    let socket = shard.open();
    shard.frame(socket, &challenge_request(&who(number).to_string()));
    shard.looked_up(socket);
    (socket, shard.frame(socket, &signed_challenge(chain)))
}

/// What comes of a verdict.
fn hear(
    shard: &mut Shard,
    socket: SocketId,
    number: u8,
    verdict: Result<(), Reason>,
) -> Vec<Action> {
    let mut out = Vec::new();
    let now_ms = shard.now_ms;
    shard
        .connector
        .vetted(socket, who(number), verdict, now_ms, &mut out);
    out
}

fn ban(shard: &mut Shard, number: u8) -> Vec<Action> {
    let mut out = Vec::new();
    shard.connector.banned(who(number), shard.now_ms, &mut out);
    out
}

/// That these sockets are kicked and closed, and no others.
#[track_caller]
fn assert_banned(out: &[Action], sockets: &[SocketId]) {
    assert_eq!(out.len(), 2 * sockets.len(), "{out:?}");
    for (actions, &banned) in out.chunks(2).zip(sockets) {
        let [Action::Send(told, frame), closed] = actions else {
            panic!("{actions:?}");
        };
        assert!(matches!(read(frame), Message::Kicked(_)));
        assert_eq!(*told, banned);
        assert_eq!(*closed, Action::Close(banned, Reason::Banned));
    }
}

#[test]
fn nobody_is_announced_before_it_is_vetted() {
    let mut shard = Shard::with(vetting());
    let socket = vetted(&mut shard, 1);
    let out = hear(&mut shard, socket, 1, Ok(()));
    assert!(matches!(out.last(), Some(Action::Join(joins, _)) if *joins == socket));
}

#[test]
fn whoever_leaves_meanwhile_is_never_announced() {
    let mut shard = Shard::with(vetting());
    let socket = vetted(&mut shard, 1);
    shard.connector.closed(socket, shard.now_ms);
    assert_eq!(hear(&mut shard, socket, 1, Ok(())), []);
    shard.assert_nothing_but_numbers(NOW_MS);
}

#[test]
fn the_denied_are_closed_without_a_word() {
    let mut shard = Shard::with(vetting());
    let socket = vetted(&mut shard, 1);
    let out = hear(&mut shard, socket, 1, Err(Reason::Denied));
    assert_eq!(out, [Action::Close(socket, Reason::Denied)]);

    let socket = shard.open();
    shard.frame(socket, &challenge_request(&who(1).to_string()));
    let mut out = Vec::new();
    shard.connector.denied(socket, shard.now_ms, &mut out);
    assert_eq!(out, [Action::Close(socket, Reason::Denied)]);
    assert_eq!(shard.looked_up(socket), []);
}

#[test]
fn a_ban_ends_every_socket_of_its_address() {
    let mut shard = Shard::with(vetting());
    let waiting = vetted(&mut shard, 1);
    let joining = vetted(&mut shard, 1);
    hear(&mut shard, joining, 1, Ok(()));
    let other = vetted(&mut shard, 2);
    assert_banned(&ban(&mut shard, 1), &[waiting, joining]);
    // What another check says later changes nothing, and what the realm has issued is given back.
    assert_eq!(hear(&mut shard, waiting, 1, Ok(())), []);
    assert_eq!(shard.joined(joining, 70, 1), []);
    let report = shard.connector.take_report(shard.now_ms).expect("due");
    assert_eq!(report.disconnects, [70]);
    let counters = report.counters.expect("counted");
    assert_eq!((counters.closed_banned, counters.refused_banned), (2, 2));
    assert_eq!(hear(&mut shard, other, 2, Ok(())).len(), 1);
}

#[test]
fn a_ban_that_one_check_finds_holds_for_all() {
    let mut shard = Shard::with(vetting());
    let first = vetted(&mut shard, 1);
    let second = vetted(&mut shard, 1);
    let out = hear(&mut shard, second, 1, Err(Reason::Banned));
    assert_banned(&out, &[first, second]);
    // Also if the socket for which it was asked is gone.
    let third = vetted(&mut shard, 1);
    let fourth = vetted(&mut shard, 1);
    shard.connector.closed(fourth, shard.now_ms);
    let out = hear(&mut shard, fourth, 1, Err(Reason::Banned));
    assert_banned(&out, &[third]);
}

#[test]
fn everybody_who_is_connected_is_asked_about_again_and_again() {
    let mut shard = Shard::with(vetting());
    for number in [1, 2] {
        let socket = vetted(&mut shard, number);
        hear(&mut shard, socket, number, Ok(()));
        shard.joined(socket, 70 + u64::from(number), 1);
    }
    let mut expected = vec![who(1), who(2)];
    expected.sort();
    // Somebody in the handshake is not connected.
    vetted(&mut shard, 3);
    let sweep = |out: &[Action]| {
        let swept = out.iter().find_map(|action| match action {
            Action::Sweep(addresses) => Some(addresses.clone()),
            _ => None,
        });
        swept.unwrap_or_default()
    };
    let started_ms = shard.now_ms;
    for round in 1..=2 {
        shard.now_ms = started_ms + round * 30_000 - 1;
        assert_eq!(sweep(&shard.tick()), []);
        shard.now_ms += 1;
        let due_ms = shard.connector.deadline_ms().expect("with sessions");
        assert!(due_ms <= shard.now_ms);
        assert_eq!(sweep(&shard.tick()), expected, "in round {round}");
        // One at a time.
        assert_eq!(sweep(&shard.tick()), []);
        shard.connector.swept();
    }
}

#[test]
fn nobody_who_outlives_a_sleep_is_forgotten_by_the_sweep() {
    let mut shard = Shard::with(vetting());
    let socket = vetted(&mut shard, 1);
    hear(&mut shard, socket, 1, Ok(()));
    let out = shard.joined(socket, 70, 1);
    let Some(Action::Keep(_, record)) = out.last() else {
        panic!("{out:?}");
    };
    let mut woken = Shard::with(vetting());
    woken.now_ms += 60_000;
    let now_ms = woken.now_ms;
    woken.connector.resume(record, now_ms).expect("a record");
    assert!(
        woken
            .connector
            .deadline_ms()
            .is_some_and(|due| due <= now_ms)
    );
    assert!(woken.tick().contains(&Action::Sweep(vec![who(1)])));
}

#[test]
fn without_anybody_to_ask_there_is_no_sweep() {
    let mut shard = Shard::new();
    shard.live(1, 70);
    shard.now_ms += 1_000_000;
    let out = shard.tick();
    assert!(!out.iter().any(|action| matches!(action, Action::Sweep(_))));
}

#[test]
fn an_address_has_a_few_sockets_and_loses_the_oldest_that_are_not_welcome() {
    let mut shard = Shard::with(vetting());
    let welcome = vetted(&mut shard, 1);
    hear(&mut shard, welcome, 1, Ok(()));
    shard.joined(welcome, 70, 1);
    let waiting: Vec<SocketId> = (1..SOCKETS_PER_ADDRESS_MAX)
        .map(|_| vetted(&mut shard, 1))
        .collect();
    let chain = chain(&wallet(1), &challenge_from(RANDOM));
    let (socket, out) = shows(&mut shard, 1, &chain);
    let oldest = Action::Close(waiting[0], Reason::CrowdedAddress);
    assert!(out.contains(&oldest), "{out:?}");
    assert_eq!(out.last(), Some(&Action::Vet(socket, who(1), Vec::new())));
    assert!(shard.connector.session(welcome).is_some());
    // Others have their own.
    vetted(&mut shard, 2);
}

/// A chain that anybody can make.
fn claim(number: u8) -> String {
    json!([
        { "type": "SIGNER", "payload": who(number).to_string(), "signature": "" },
        {
            "type": "ECDSA_EIP_1654_SIGNED_ENTITY",
            "payload": challenge_from(RANDOM),
            "signature": "0x12",
        },
    ])
    .to_string()
}

#[test]
fn whoever_only_claims_an_address_takes_no_place_of_its_owner() {
    let mut shard = Shard::with(vetting());
    let owner = vetted(&mut shard, 1);
    let waiting: Vec<SocketId> = (1..SOCKETS_PER_ADDRESS_MAX)
        .map(|_| vetted(&mut shard, 1))
        .collect();
    let claims = [(); CONTRACT_CHECKS_MAX].map(|()| {
        let (socket, out) = shows(&mut shard, 1, &claim(1));
        assert!(
            matches!(out.as_slice(), [Action::Keep(..), Action::Vet(..)]),
            "{out:?}"
        );
        socket
    });
    // Once a contract has confirmed one it counts, and a ban ends even those that are only claimed.
    let out = hear(&mut shard, claims[0], 1, Ok(()));
    let oldest = Action::Close(owner, Reason::CrowdedAddress);
    assert!(out.contains(&oldest), "{out:?}");
    let left = [waiting, claims.to_vec()].concat();
    assert_banned(&ban(&mut shard, 1), &left);
}

/// What comes of the claim of a client at this address.
fn asks(shard: &mut Shard, ip: Option<IpAddr>) -> (SocketId, Option<Action>) {
    let (socket, _) = shard.open_from(ip);
    shard.frame(socket, &challenge_request(&who(1).to_string()));
    shard.looked_up(socket);
    let mut out = shard.frame(socket, &signed_challenge(&claim(1)));
    (socket, out.pop())
}

#[track_caller]
fn assert_asks(shard: &mut Shard, ip: Option<IpAddr>) -> SocketId {
    let (socket, action) = asks(shard, ip);
    assert!(matches!(action, Some(Action::Vet(asked, _, _)) if asked == socket));
    socket
}

#[track_caller]
fn assert_asks_not(shard: &mut Shard, ip: Option<IpAddr>) {
    let (socket, action) = asks(shard, ip);
    let closed = Action::Close(socket, Reason::ContractsUnavailable);
    assert_eq!(action, Some(closed));
}

#[test]
fn contracts_are_asked_about_so_many_chains_at_once() {
    let mut shard = Shard::new();
    // Their sockets end meanwhile, but the node is still asked.
    let asking: Vec<SocketId> = (0..CONTRACT_CHECKS_MAX)
        .map(|_| {
            let socket = assert_asks(&mut shard, None);
            shard.connector.closed(socket, shard.now_ms);
            socket
        })
        .collect();
    assert_asks_not(&mut shard, None);
    let error = ChainError::ContractDenies { link: 1 };
    for &socket in &asking {
        hear(&mut shard, socket, 1, Err(Reason::BadChain(error)));
    }
    assert_asks(&mut shard, None);
}

#[test]
fn contracts_are_asked_about_so_many_chains_a_second() {
    let mut shard = Shard::new();
    for _ in 0..CONTRACT_CHECKS_PER_SECOND_MAX {
        let socket = assert_asks(&mut shard, None);
        hear(&mut shard, socket, 1, Err(Reason::ContractsUnavailable));
    }
    assert_asks_not(&mut shard, None);
    shard.now_ms += 1_000;
    assert_asks(&mut shard, None);
}

#[test]
fn one_network_asks_contracts_about_one_chain_at_a_time() {
    let mut shard = Shard::new();
    let ip = |text: &str| Some(text.parse().expect("an IP address"));
    let socket = assert_asks(&mut shard, ip("203.0.113.1"));
    assert_asks_not(&mut shard, ip("203.0.113.2"));
    // Also if the one who has asked has left meanwhile.
    shard.connector.closed(socket, shard.now_ms);
    assert_asks_not(&mut shard, ip("203.0.113.3"));
    assert_asks(&mut shard, ip("203.0.114.1"));
    hear(&mut shard, socket, 1, Err(Reason::ContractsUnavailable));
    assert_asks(&mut shard, ip("203.0.113.2"));
}

#[test]
fn a_large_sweep_comes_in_batches() {
    let mut shard = Shard::with(vetting());
    let players = BAN_CHECKS_BATCH + 1;
    for number in 1..=players as u16 {
        let record = live_record(number);
        let resumed = shard.connector.resume(&record, shard.now_ms);
        resumed.expect("a record");
    }
    let mut asked = Vec::new();
    for round in 0..3 {
        let batch = shard.tick().into_iter().find_map(|action| match action {
            Action::Sweep(addresses) => Some(addresses),
            _ => None,
        });
        let Some(batch) = batch else {
            assert_eq!(round, 2, "two batches");
            break;
        };
        assert!(batch.len() <= BAN_CHECKS_BATCH);
        asked.extend(batch);
        assert!(shard.tick().is_empty(), "one batch at a time");
        shard.connector.swept();
        let due_ms = shard.connector.deadline_ms().expect("with sessions");
        assert_eq!(
            due_ms <= shard.now_ms,
            round == 0,
            "at once, then in its time"
        );
    }
    assert_eq!(asked.len(), players);
}

/// The record of a session that outlives a sleep.
fn live_record(number: u16) -> Vec<u8> {
    let live = LiveSession {
        session: 1_000 + u64::from(number),
        address: account(number).address().0.to_vec(),
        ..LiveSession::default()
    };
    let record = SessionRecord {
        version: 1,
        socket: u64::from(number),
        since_ms: NOW_MS,
        stage: Some(Stage::Live(LiveRecord {
            session: Some(live),
            assignment: 0,
        })),
        ..SessionRecord::default()
    };
    record.encode_to_vec()
}
