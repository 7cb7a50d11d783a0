//! Links of contract wallets: what is asked, and what needs no asking.

use archipelago_core::auth::contract::Reply;
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

fn question(link: usize, message: &str, signature: &[u8]) -> ContractQuestion {
    use archipelago_core::auth::ethereum::{keccak256, personal_hash};
    ContractQuestion {
        link,
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
        vec![question(1, &text, &[1, 0xff])],
    );
}

#[test]
fn carriage_returns_are_not_part_of_the_question() {
    let text = delegation_text(ephemeral().address(), FAR);
    let mut links = contract_chain("0x01");
    links[1]["payload"] = json!(text.replace('\n', "\r\n"));
    assert_asks(&links, contract(), vec![question(1, &text, &[1])]);
}

#[test]
fn an_entity_is_asked_about() {
    let links = [
        signer(contract()),
        link("ECDSA_EIP_1654_SIGNED_ENTITY", CHALLENGE, "0x02"),
    ];
    assert_asks(&links, contract(), vec![question(1, CHALLENGE, &[2])]);
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
        vec![question(2, &text, &[1]), question(3, CHALLENGE, &[2])],
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
            vec![question(1, &text, &vec![0xab; length])],
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
        vec![question(1, &text, &[1])],
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

#[test]
fn a_question_is_two_calls_of_the_contract() {
    let signature = [0xab; 33];
    let question = question(1, "hello", &signature);
    let hashes = [question.message_hash, question.personal_hash];
    for (request, hash) in question.requests().iter().zip(hashes) {
        let request: Value = serde_json::from_str(request).expect("JSON");
        // The head of the arguments is two words, so the bytes begin at 64: their length, and two words of them.
        let data = format!(
            "0x1626ba7e{}{:064x}{:064x}{}{}",
            base16ct::lower::encode_string(&hash),
            64,
            33,
            "ab".repeat(33),
            "00".repeat(31),
        );
        let call = json!({ "to": contract().to_string(), "data": data, "gas": "0x4c4b40" });
        let expected = json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "eth_call",
            "params": [call, "latest"],
        });
        assert_eq!(request, expected);
    }
}

#[test]
fn signatures_are_filled_up_to_whole_words() {
    for (length, words) in [(0, 0), (1, 1), (32, 1), (33, 2), (64, 2), (65, 3)] {
        let [request, _] = question(1, "hello", &vec![7; length]).requests();
        let request: Value = serde_json::from_str(&request).expect("JSON");
        let data = request["params"][0]["data"].as_str().expect("text");
        assert_eq!(data.len(), 2 + 8 + 64 * (3 + words), "{length} bytes");
    }
}

#[test]
fn only_the_magic_value_is_a_yes() {
    let magic = format!("0x1626ba7e{}", "00".repeat(28));
    let shout = magic.to_uppercase().replacen("0X", "0x", 1);
    for (result, reply) in [
        (magic.as_str(), Reply::Yes),
        (shout.as_str(), Reply::Yes),
        ("0x1626ba7e", Reply::Yes),
        // A contract that answers with what it is asked is nobody's wallet.
        ("0x1626ba7e01", Reply::No),
        ("0x", Reply::No),
        ("0x1626ba7", Reply::Unknown),
        ("0x1626ba7e0", Reply::Unknown),
        (
            "0x00000000000000000000000000000000000000000000000000000000001626ba7e",
            Reply::No,
        ),
        ("0x20c13b0b", Reply::No),
        ("0xé626ba7e", Reply::Unknown),
        ("0x1626ba7ezz", Reply::Unknown),
        ("1626ba7e", Reply::Unknown),
        ("", Reply::Unknown),
    ] {
        let answer = json!({ "jsonrpc": "2.0", "id": 1, "result": result });
        assert_eq!(
            Reply::read(answer.to_string().as_bytes()),
            reply,
            "{result}"
        );
    }
}

#[test]
fn a_contract_that_fails_has_said_no_and_a_node_that_fails_has_said_nothing() {
    for (error, reply) in [
        (
            json!({ "code": 3, "message": "execution reverted", "data": "0x" }),
            Reply::No,
        ),
        (json!({ "code": 3 }), Reply::No),
        (
            json!({ "code": -32015, "message": "VM execution error." }),
            Reply::No,
        ),
        (
            json!({ "code": -32000, "message": "out of gas" }),
            Reply::No,
        ),
        (
            json!({ "code": -32003, "message": "EVM error StackUnderflow" }),
            Reply::No,
        ),
        (
            json!({ "code": -32000, "message": "invalid opcode: INVALID" }),
            Reply::No,
        ),
        (
            json!({ "code": -32005, "message": "rate limit exceeded" }),
            Reply::Unknown,
        ),
        (
            json!({ "code": -32601, "message": "no such method" }),
            Reply::Unknown,
        ),
        (json!("reverted"), Reply::Unknown),
    ] {
        let answer = json!({ "jsonrpc": "2.0", "id": 1, "error": error });
        assert_eq!(
            Reply::read(answer.to_string().as_bytes()),
            reply,
            "{answer}"
        );
    }
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"result":7}"#,
        r#"{"result":null}"#,
        "\u{0}",
    ] {
        assert_eq!(Reply::read(body.as_bytes()), Reply::Unknown, "{body}");
    }
    let both = json!({ "result": "0x1626ba7e", "error": { "code": 3 } });
    assert_eq!(Reply::read(both.to_string().as_bytes()), Reply::Unknown);
}
