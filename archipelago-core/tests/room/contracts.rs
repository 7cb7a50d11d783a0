//! Contract wallets at the door.

use archipelago_core::auth::{ChainError, ContractAnswer};
use archipelago_core::connector::SocketId;
use archipelago_core::protocol::limits::CONTRACT_CHECKS_MAX;
use archipelago_core::room::Reason;
use archipelago_core::session;
use serde_json::json;

use crate::bystander::Bystander;
use crate::hall::{Hall, pass, signed, who};

/// Player 1, whose wallet is a contract, has shown its chain.
fn asking(hall: &mut Hall) -> SocketId {
    let (socket, challenge) = hall.challenged(pass(1, 5), 1);
    show(hall, socket, &challenge, 1);
    socket
}

fn show(hall: &mut Hall, socket: SocketId, challenge: &str, number: u8) {
    let chain = json!([
        { "type": "SIGNER", "payload": who(number).to_string(), "signature": "" },
        { "type": "ECDSA_EIP_1654_SIGNED_ENTITY", "payload": challenge, "signature": "0x12" },
    ]);
    hall.frame(socket, &signed(&chain.to_string()));
}

fn answer(hall: &mut Hall, socket: SocketId, answer: ContractAnswer) {
    hall.act(|room, now_ms, out| room.contracts_answered(socket, answer, now_ms, out));
}

#[test]
fn whoever_the_contract_confirms_comes_in() {
    let mut there = Bystander::new();
    let socket = asking(&mut there.hall);
    let (asked, questions) = &there.hall.asked[0];
    assert_eq!((*asked, questions.len()), (socket, 1));
    assert_eq!(questions[0].contract, who(1));
    answer(&mut there.hall, socket, ContractAnswer::Confirmed);
    there.hall.welcome(socket);
}

#[test]
fn nobody_else_does() {
    let error = ChainError::ContractDenies { link: 1 };
    let refused = Reason::from(session::Reason::BadChain(error));
    let unavailable = Reason::from(session::Reason::ContractsUnavailable);
    for (said, reason, code) in [
        (ContractAnswer::Refused(error), refused, 1008),
        (ContractAnswer::Unavailable, unavailable, 1013),
    ] {
        let mut there = Bystander::new();
        let socket = asking(&mut there.hall);
        answer(&mut there.hall, socket, said);
        there.refused(socket, &reason, code);
        // It is too late for another answer.
        answer(&mut there.hall, socket, ContractAnswer::Confirmed);
    }
}

#[test]
fn answers_to_what_was_not_asked_change_nothing() {
    let mut there = Bystander::new();
    let (socket, challenge) = there.hall.challenged(None, 1);
    answer(&mut there.hall, socket, ContractAnswer::Confirmed);
    show(&mut there.hall, socket, &challenge, 1);
    assert_eq!(there.hall.asked.len(), 1);
    there.hall.gone(socket);
    answer(&mut there.hall, socket, ContractAnswer::Confirmed);
}

#[test]
fn nothing_is_asked_about_somebody_elses_token() {
    let mut there = Bystander::new();
    let (socket, challenge) = there.hall.challenged(pass(2, 5), 1);
    show(&mut there.hall, socket, &challenge, 1);
    there.refused(socket, &Reason::WrongAddress, 1008);
    assert_eq!(there.hall.asked, []);
}

#[test]
fn whoever_waits_for_an_answer_is_not_listened_to() {
    let mut there = Bystander::new();
    let socket = asking(&mut there.hall);
    there.hall.frame(socket, &signed("[]"));
    let expected = "nothing";
    let reason = session::Reason::Unexpected { expected }.into();
    there.refused(socket, &reason, 1002);
}

#[test]
fn a_challenge_that_was_used_does_not_outlive_a_sleep() {
    let mut there = Bystander::new();
    let socket = asking(&mut there.hall);
    let record = there.hall.records[&socket].clone();
    let now_ms = there.hall.now_ms;
    let mut woken = Hall::new();
    assert!(woken.room.resume(&record, now_ms).is_err());
}

/// Whoever asks and leaves does not make room for the next question, and the room waits for the answer: it would give the
/// socket's number again.
#[test]
fn contracts_are_asked_about_so_many_chains_at_once() {
    let mut hall = Hall::new();
    let mut asking = Vec::new();
    for number in 0..CONTRACT_CHECKS_MAX as u8 {
        let (socket, challenge) = hall.challenged(None, 10 + number);
        show(&mut hall, socket, &challenge, 10 + number);
        hall.gone(socket);
        asking.push(socket);
    }
    assert_eq!(hall.asked.len(), CONTRACT_CHECKS_MAX);
    assert_eq!(hall.room.socket_count(), 0);
    let (socket, challenge) = hall.challenged(None, 1);
    show(&mut hall, socket, &challenge, 1);
    let reason = session::Reason::ContractsUnavailable.into();
    assert_eq!(hall.closed.get(&socket), Some(&reason));
    assert!(!hall.room.is_over());
    for socket in asking {
        assert!(!hall.room.is_over());
        answer(&mut hall, socket, ContractAnswer::Confirmed);
    }
    assert!(hall.room.is_over());
    asking_again(&mut hall);
}

fn asking_again(hall: &mut Hall) {
    let (socket, challenge) = hall.challenged(None, 1);
    show(hall, socket, &challenge, 1);
    answer(hall, socket, ContractAnswer::Confirmed);
    hall.welcome(socket);
}
