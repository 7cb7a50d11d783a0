// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

// Contracts at whose addresses nobody can log in. All of them answer any call whatever.

contract RevertsWithReason {
    fallback() external {
        revert("I am nobody's wallet");
    }
}

contract RevertsSilently {
    fallback() external {
        revert();
    }
}

/// Reverts with what would mean yes, had it been returned.
contract RevertsWithYes {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            revert(0, 32)
        }
    }
}

contract RunsInvalidCode {
    fallback() external {
        assembly {
            invalid()
        }
    }
}

/// Calls that never end use up all of their gas.
contract BurnsGas {
    fallback() external {
        for (;;) {}
    }
}

/// Asks for more memory than any gas pays for.
contract BurnsMemory {
    fallback() external {
        assembly {
            return(0, 0xffffffffffff)
        }
    }
}

contract AnswersNothing {
    fallback() external {}
}

contract AnswersTrue {
    fallback() external {
        assembly {
            mstore(0, 1)
            return(0, 32)
        }
    }
}

contract AnswersWrongMagic {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7f))
            return(0, 32)
        }
    }
}

/// The first three bytes of what would mean yes.
contract AnswersThreeBytes {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 3)
        }
    }
}

/// What would mean yes, as a number: in the last four bytes of the word.
contract AnswersAlignedRight {
    fallback() external {
        assembly {
            mstore(0, 0x1626ba7e)
            return(0, 32)
        }
    }
}

/// What would mean yes, behind 200 KiB of something else.
contract AnswersAtLength {
    fallback() external {
        assembly {
            mstore(20480, shl(224, 0x1626ba7e))
            return(0, 20512)
        }
    }
}
