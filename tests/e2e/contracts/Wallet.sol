// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// A wallet of one owner or two, who sign one after the other (EIP-1271).
contract Wallet {
    /// The answer of EIP-1271 that means yes.
    bytes4 private constant VALID = 0x1626ba7e;
    bytes4 private constant INVALID = 0xffffffff;
    uint256 private constant SIGNATURE_BYTES = 65;

    address private immutable first;
    /// Zero if there is only one owner.
    address private immutable second;
    /// Whether owners sign the hash itself, or personally sign its 32 bytes.
    bool private immutable prefixed;
    /// Whether a signature that is not good is answered with a revert.
    bool private immutable reverting;

    /// Hashes for which no signature is needed.
    mapping(bytes32 => bool) private approved;

    constructor(address first_, address second_, bool prefixed_, bool reverting_) {
        first = first_;
        second = second_;
        prefixed = prefixed_;
        reverting = reverting_;
    }

    /// Anybody may: it is a wallet for tests.
    function approve(bytes32 hash) external {
        approved[hash] = true;
    }

    /// What follows the owners' signatures is not looked at.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length == 0 ? approved[hash] : isSigned(hash, signature)) return VALID;
        require(!reverting, "not signed by the owners");
        return INVALID;
    }

    function isSigned(bytes32 hash, bytes calldata signature) private view returns (bool) {
        bytes32 signed = prefixed ? keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash)) : hash;
        if (!isBy(first, signed, signature, 0)) return false;
        return second == address(0) || isBy(second, signed, signature, SIGNATURE_BYTES);
    }

    function isBy(address owner, bytes32 signed, bytes calldata signatures, uint256 start) private pure returns (bool) {
        if (signatures.length < start + SIGNATURE_BYTES) return false;
        bytes32 r = bytes32(signatures[start:start + 32]);
        bytes32 s = bytes32(signatures[start + 32:start + 64]);
        address signer = ecrecover(signed, uint8(signatures[start + 64]), r, s);
        return signer != address(0) && signer == owner;
    }
}
