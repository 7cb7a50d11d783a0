// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// Says yes to everything, in two words where one would do.
contract Agreeable {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 64)
        }
    }
}
