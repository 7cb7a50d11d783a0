use archipelago_core::auth::ethereum::{keccak256, personal_hash, recover};
use archipelago_core::auth::{ChainError, PersonalSignature, Wallet, challenge_from};

use crate::chains::*;

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

#[test]
fn challenges_are_what_clients_sign() {
    assert_eq!(
        challenge_from([0; 16]),
        "dcl-00000000000000000000000000000000"
    );
    assert_eq!(
        challenge_from(std::array::from_fn(|index| index as u8)),
        CHALLENGE
    );
    let challenge = challenge_from([0xff; 16]);
    assert!(!challenge.contains(':') && challenge.len() == 36);
}

/// The hashes are those of `@dcl/crypto` 3 (`createEIP1271MessageHash`, `createEthereumMessageHash`).
#[test]
fn hashes_are_those_of_other_implementations() {
    let text = "Decentraland Login\nEphemeral address: 0x1563915e194D8CfBA1943570603F7606A3115508\n\
                Expiration: 2999-12-31T23:59:59.999Z";
    assert_eq!(
        hex(&keccak256(b"")),
        "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    );
    assert_eq!(
        hex(&keccak256(text.as_bytes())),
        "5592c0767a1f9cdc98ed4093785d22fe2b90e0beea2c1e4a46c016e4ee0d77d7"
    );
    assert_eq!(
        hex(&personal_hash(text)),
        "c29ddc858b538a9987f4bc00651b7a2ef6a0eec9c0c6935c8a3eddef251b789c"
    );
    assert_eq!(
        hex(&personal_hash("Décentraland 🏝")),
        "d1c0f8ce36fa2a3922a6ab7740f34bb8f0fb0309a37603daaa984a72a85da791"
    );
}

#[test]
fn wallets_sign_what_others_would() {
    assert_eq!(
        root().address().to_string(),
        "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
    );
    assert_eq!(
        root().sign_personal("Some data").to_string(),
        "0xd93685ffb421d65204607b24f2d860c64e3b0b84b3fb4b23e39bc03ef5ddb12e\
         7cf265a4a0df83d89ec781ae735e44454cda04637e1f700b2243cf2e8abc6d0e1b"
    );
}

#[test]
fn wallets_recover_what_they_sign() {
    for number in 0..64 {
        let message = format!("message {number}");
        let signature = root().sign_personal(&message);
        assert_eq!(signature.to_string().parse(), Ok(signature));
        assert_eq!(
            recover(&personal_hash(&message), &signature),
            Some(root().address())
        );
    }
}

#[test]
fn wallets_are_refused_numbers_that_are_no_keys() {
    assert!(Wallet::from_secret(&[0; 32]).is_none());
    assert!(Wallet::from_secret(&[0xff; 32]).is_none());
}

#[test]
fn wallets_do_not_show_their_key() {
    let shown = format!("{:?}", root());
    let expected = format!("Wallet {{ address: {:?}, .. }}", root().address());
    assert_eq!(shown, expected);
}

#[test]
fn a_signature_equals_its_high_twin() {
    let low: PersonalSignature = "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f9\
                                  53e41351267b20d4a89ebfe9c8f03c04de9b345add4a52f15bd026b63c8fb1501b"
        .parse()
        .unwrap();
    let high = "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f9\
                ac1becaed984df2b57614016370fc3f9dc13a88bd1fe4d4a640237d693a68ff11c";
    assert_eq!(high.parse(), Ok(low));
}

/// RFC 6455, §5.5: a control frame's payload has at most 125 bytes, two of which are the code.
#[test]
fn every_error_fits_into_a_close_frame() {
    let link = usize::MAX;
    for error in [
        ChainError::TooLong { bytes: link },
        ChainError::NotJson,
        ChainError::TooManyLinks { links: link },
        ChainError::MalformedLink { link },
        ChainError::UnknownType { link },
        ChainError::NoSigner,
        ChainError::SecondSigner { link },
        ChainError::SignerNotAnAddress,
        ChainError::SignerSigned,
        ChainError::NothingSigned,
        ChainError::MissingSignature { link },
        ChainError::MalformedSignature { link },
        ChainError::MalformedEphemeral { link },
        ChainError::BadDate { link },
        ChainError::Expired { link },
        ChainError::AuthorityNotAnAddress { link },
        ChainError::WrongChallenge,
        ChainError::WrongSigner { link },
        ChainError::ContractWalletsUnsupported,
    ] {
        assert!(error.to_string().len() <= 123, "{error}");
    }
}
