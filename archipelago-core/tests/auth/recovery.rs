//! Who has signed, against the textbook: (s·R − z·G) / r, one constant-time multiplication after the other. What the
//! library does instead is one interleaved sum in variable time.

use archipelago_core::auth::ethereum::{keccak256, recover};
use archipelago_core::auth::{Address, PersonalSignature, Wallet};
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::group::Group;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
use k256::{AffinePoint, ProjectivePoint, Scalar, U256};

use crate::rng::Rng;
use crate::seeds::{Replay, setting};

const FIRST_SEED: u32 = 1;
const SEEDS: u32 = 1_500;

/// A signature as it comes over the wire, and what it is said to be of.
#[derive(Clone, Copy, Debug)]
struct Case {
    hash: [u8; 32],
    r: [u8; 32],
    s: [u8; 32],
    odd: bool,
}

impl Case {
    fn bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..64].copy_from_slice(&self.s);
        bytes[64] = 27 + u8::from(self.odd);
        bytes
    }

    /// What is to be shown.
    fn recovered(&self) -> Option<Address> {
        let signature = PersonalSignature::try_from(&self.bytes()).ok()?;
        recover(&self.hash, &signature)
    }

    /// SEC 1, §4.1.6, for an R whose x is r itself: v does not say more.
    fn by_the_book(&self) -> Option<Address> {
        let in_range = |bytes: [u8; 32]| {
            let scalar = Option::<Scalar>::from(Scalar::from_repr(bytes.into()));
            scalar.filter(|scalar| !bool::from(scalar.is_zero()))
        };
        let (r, s) = (in_range(self.r)?, in_range(self.s)?);
        let odd = u8::from(self.odd).into();
        let nonce = Option::<AffinePoint>::from(AffinePoint::decompress(&self.r.into(), odd))?;
        let difference = nonce * s - ProjectivePoint::GENERATOR * number(&self.hash);
        let key = difference * Option::<Scalar>::from(r.invert())?;
        (!bool::from(key.is_identity())).then(|| address_of(&key.to_affine()))
    }
}

fn address_of(key: &AffinePoint) -> Address {
    let hash = keccak256(&[key.x(), key.y()].concat());
    Address::try_from(&hash[12..]).expect("20 bytes")
}

/// Modulo the group order.
fn number(bytes: &[u8; 32]) -> Scalar {
    Scalar::reduce(&U256::from_be_slice(bytes))
}

fn bytes(scalar: Scalar) -> [u8; 32] {
    scalar.to_bytes().into()
}

fn random_bytes(rng: &mut Rng) -> [u8; 32] {
    std::array::from_fn(|_| rng.below(256) as u8)
}

/// Small and large numbers, those around the group order, and any.
fn odd_number(rng: &mut Rng) -> [u8; 32] {
    let small = Scalar::from(rng.below(4) as u32);
    let order = U256::from_be_slice(&bytes(-Scalar::ONE)).wrapping_add(&U256::ONE);
    match rng.below(6) {
        0 => bytes(small),
        1 => bytes(-small),
        2 => bytes(Scalar::TWO_INV - small),
        3 => order
            .wrapping_add(&U256::from_u8(rng.below(3) as u8))
            .to_be_bytes()
            .into(),
        4 => [0xff; 32],
        _ => random_bytes(rng),
    }
}

/// Signed as wallets do it; half of them as the high twin.
fn signed(rng: &mut Rng) -> (Case, Address) {
    let secret = random_bytes(rng);
    let wallet = Wallet::from_secret(&secret).expect("a number below the group order");
    let message = format!("message {}", rng.below(1_000_000));
    let text = wallet.sign_personal(&message).to_string();
    let mut signature = [0; 65];
    base16ct::lower::decode(&text[2..], &mut signature).expect("65 bytes in hex");
    let half = |start: usize| std::array::from_fn(|at| signature[start + at]);
    let mut case = Case {
        hash: archipelago_core::auth::ethereum::personal_hash(&message),
        r: half(0),
        s: half(32),
        odd: signature[64] == 28,
    };
    if rng.chance(0.5) {
        case.s = bytes(-number(&case.s));
        case.odd = !case.odd;
    }
    (case, wallet.address())
}

/// A signature that nobody can have made: s·R is z·G, which leaves the point at infinity.
fn of_nobody(rng: &mut Rng) -> Case {
    let nonce = number(&random_bytes(rng));
    let point = (ProjectivePoint::GENERATOR * nonce).to_affine();
    let hash = random_bytes(rng);
    Case {
        hash,
        r: point.x().into(),
        s: bytes(number(&hash) * nonce.invert().expect("not zero")),
        odd: point.y_is_odd().into(),
    }
}

fn spoil(rng: &mut Rng, case: &mut Case) {
    let flip = |rng: &mut Rng, bytes: &mut [u8; 32]| bytes[rng.below(32)] ^= 1 << rng.below(8);
    match rng.below(8) {
        0 => flip(rng, &mut case.hash),
        1 => flip(rng, &mut case.r),
        2 => flip(rng, &mut case.s),
        3 => case.odd = !case.odd,
        4 => case.hash = odd_number(rng),
        5 => case.r = odd_number(rng),
        6 => case.s = odd_number(rng),
        _ => std::mem::swap(&mut case.r, &mut case.s),
    }
}

/// How many of the cases nobody can have signed.
fn check(seed: u32) -> u32 {
    let _replay = Replay(seed, "auth recovery");
    let mut rng = Rng::new(seed);
    let (mut case, signer) = signed(&mut rng);
    assert_eq!(case.recovered(), Some(signer), "{case:?}");
    assert_eq!(case.by_the_book(), Some(signer), "{case:?}");
    let nobody = of_nobody(&mut rng);
    assert_eq!(nobody.by_the_book(), None, "{nobody:?}");
    assert_eq!(nobody.recovered(), None, "{nobody:?}");
    for _ in 0..=rng.below(3) {
        spoil(&mut rng, &mut case);
    }
    let expected = case.by_the_book();
    assert_eq!(case.recovered(), expected, "{case:?}");
    u32::from(expected.is_none())
}

#[test]
fn whoever_is_recovered_has_signed() {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let seeds = setting("ARCHIPELAGO_WORLDS", SEEDS);
    let nobodies: u32 = (first..first + seeds).map(check).sum();
    // Both occur, or else nothing would have been compared.
    assert!(seeds < SEEDS || (SEEDS / 10..9 * SEEDS / 10).contains(&nobodies));
}
