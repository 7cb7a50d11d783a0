//! Who may come in, who may stay, and how many of whom.

use archipelago_core::auth::{ChainError, challenge_from};
use archipelago_core::connector::{Action, ConnectorConfig, SocketId};
use archipelago_core::protocol::limits::{CONTRACT_CHECKS_MAX, SOCKETS_PER_ADDRESS_MAX};
use archipelago_core::protocol::v3::server_packet::Message;
use archipelago_core::session::Reason;
use serde_json::json;

use crate::clients::{chain, challenge_request, read, signed_challenge, wallet};
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
    assert_eq!(shard.connector.report_due_ms(), None);
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
    assert_eq!((counters.banned, counters.refused), (2, 2));
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
    let mut claims = Vec::new();
    for _ in 0..2 * SOCKETS_PER_ADDRESS_MAX {
        let (socket, out) = shows(&mut shard, 1, &claim(1));
        assert!(
            matches!(out.as_slice(), [Action::Keep(..), Action::Vet(..)]),
            "{out:?}"
        );
        claims.push(socket);
    }
    assert_eq!(hear(&mut shard, owner, 1, Ok(())).len(), 1);
    // Once a contract has confirmed them they count, and a ban ends even those that are only claimed.
    for &socket in &claims[..SOCKETS_PER_ADDRESS_MAX] {
        hear(&mut shard, socket, 1, Ok(()));
    }
    assert!(shard.connector.session(owner).is_none());
    let mut left = claims.clone();
    left.retain(|&socket| shard.connector.session(socket).is_some());
    assert_banned(&ban(&mut shard, 1), &left);
}

#[test]
fn contracts_are_asked_about_so_many_chains_at_once() {
    let mut shard = Shard::new();
    let ask = |shard: &mut Shard| {
        let (socket, out) = shows(shard, 1, &claim(1));
        let last = out.into_iter().next_back().expect("something to do");
        (socket, last)
    };
    // Their sockets end meanwhile, but the node is still asked.
    let asking: Vec<SocketId> = (0..CONTRACT_CHECKS_MAX)
        .map(|_| {
            let (socket, action) = ask(&mut shard);
            assert!(matches!(action, Action::Vet(asked, _, _) if asked == socket));
            socket
        })
        .collect();
    let (socket, action) = ask(&mut shard);
    assert_eq!(action, Action::Close(socket, Reason::ContractsUnavailable));
    let error = ChainError::ContractDenies { link: 1 };
    for &socket in &asking {
        hear(&mut shard, socket, 1, Err(Reason::BadChain(error)));
    }
    let (socket, action) = ask(&mut shard);
    assert!(matches!(action, Action::Vet(asked, _, _) if asked == socket));
}
