//! Links of contract wallets: what is asked, and what needs no asking.

use archipelago_core::auth::{Address, ChainError, ContractCheck, ContractQuestion, Verdict};
use serde_json::{Value, json};

use crate::chains::*;

fn contract() -> Address {
    Address([0xc0; 20])
}

/// A contract wallet's delegation; `signature` is for the wallet to understand.
fn contract_delegation(to: Address, signature: &str) -> Value {
    link(
        "ECDSA_EIP_1654_EPHEMERAL",
        &delegation_text(to, FAR),
        signature,
    )
}

fn contract_chain(signature: &str) -> [Value; 3] {
    [
        signer(contract()),
        contract_delegation(ephemeral().address(), signature),
        entity(&ephemeral(), CHALLENGE),
    ]
}

fn question(message: &str, signature: &[u8]) -> ContractQuestion {
    use archipelago_core::auth::ethereum::{keccak256, personal_hash};
    ContractQuestion {
        contract: contract(),
        message_hash: keccak256(message.as_bytes()),
        personal_hash: personal_hash(message),
        signature: signature.to_vec(),
    }
}

#[track_caller]
fn assert_asks(links: &[Value], signer: Address, questions: Vec<ContractQuestion>) {
    let check = ContractCheck { signer, questions };
    assert_eq!(verify(links), Ok(Verdict::NeedsContractCheck(check)));
}

#[test]
fn a_delegation_is_asked_about() {
    let text = delegation_text(ephemeral().address(), FAR);
    assert_asks(
        &contract_chain("0x01fF"),
        contract(),
        vec![question(&text, &[1, 0xff])],
    );
}

#[test]
fn carriage_returns_are_not_part_of_the_question() {
    let text = delegation_text(ephemeral().address(), FAR);
    let mut links = contract_chain("0x01");
    links[1]["payload"] = json!(text.replace('\n', "\r\n"));
    assert_asks(&links, contract(), vec![question(&text, &[1])]);
}

#[test]
fn an_entity_is_asked_about() {
    let links = [
        signer(contract()),
        link("ECDSA_EIP_1654_SIGNED_ENTITY", CHALLENGE, "0x02"),
    ];
    assert_asks(&links, contract(), vec![question(CHALLENGE, &[2])]);
}

#[test]
fn every_contract_link_is_asked_about() {
    let links = [
        signer(root().address()),
        entity(&root(), &contract().to_string()),
        contract_delegation(contract(), "0x01"),
        link("ECDSA_EIP_1654_SIGNED_ENTITY", CHALLENGE, "0x02"),
    ];
    let text = delegation_text(contract(), FAR);
    assert_asks(
        &links,
        root().address(),
        vec![question(&text, &[1]), question(CHALLENGE, &[2])],
    );
}

#[test]
fn signatures_may_have_any_length() {
    let text = delegation_text(ephemeral().address(), FAR);
    for length in [0, 1, 64, 65, 66, 130, 3000] {
        let links = contract_chain(&format!("0x{}", "ab".repeat(length)));
        assert_asks(
            &links,
            contract(),
            vec![question(&text, &vec![0xab; length])],
        );
    }
}

#[test]
fn signatures_must_be_hex_of_even_length() {
    for signature in ["abcd", "0X01", "0x0", "0x012", "0xzz", "0x01 ", "0xéé"] {
        assert_refused(
            &contract_chain(signature),
            ChainError::MalformedSignature { link: 1 },
        );
    }
    assert_refused(
        &contract_chain(""),
        ChainError::MissingSignature { link: 1 },
    );
}

#[test]
fn an_entity_before_the_delegation_is_put_right() {
    let [signer, delegation, entity] = contract_chain("0x01");
    let text = delegation_text(ephemeral().address(), FAR);
    assert_asks(
        &[signer, entity, delegation],
        contract(),
        vec![question(&text, &[1])],
    );
}

#[test]
fn no_other_order_is_put_right() {
    let [signer, delegation, entity] = contract_chain("0x01");
    let chain = [
        signer.clone(),
        entity.clone(),
        entity.clone(),
        delegation.clone(),
    ];
    assert_refused(&chain, ChainError::AuthorityNotAnAddress { link: 2 });
    let mut contract_entity = entity;
    contract_entity["type"] = json!("ECDSA_EIP_1654_SIGNED_ENTITY");
    let chain = [signer, contract_entity, delegation];
    assert_refused(&chain, ChainError::AuthorityNotAnAddress { link: 2 });
}

#[test]
fn nothing_is_asked_about_a_chain_that_cannot_hold() {
    let mut links = contract_chain("0x01");
    links[2] = entity(&root(), CHALLENGE);
    assert_refused(&links, ChainError::WrongSigner { link: 2 });
    let mut links = contract_chain("0x01");
    links[2] = entity(&ephemeral(), "another challenge");
    assert_refused(&links, ChainError::WrongChallenge);
    let mut links = contract_chain("0x01");
    links[1]["payload"] = json!(delegation_text(ephemeral().address(), "2030-01-01"));
    assert_refused(&links, ChainError::Expired { link: 1 });
}

#[test]
fn a_contract_label_on_a_plain_account_is_never_valid_by_itself() {
    let mut links = standard();
    links[1]["type"] = json!("ECDSA_EIP_1654_EPHEMERAL");
    assert!(matches!(verify(&links), Ok(Verdict::NeedsContractCheck(_))));
}
