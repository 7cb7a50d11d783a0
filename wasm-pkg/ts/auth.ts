import { verifyAuthChain as verify } from "./bindings/archipelago_wasm.js";
import { instance } from "./instance.js";
import { refused } from "./refuse.js";

/** One link of an authentication chain, as Decentraland's services take it. */
export interface AuthLink {
  /** `SIGNER`, `ECDSA_EPHEMERAL`, `ECDSA_SIGNED_ENTITY`, `ECDSA_EIP_1654_EPHEMERAL` or `ECDSA_EIP_1654_SIGNED_ENTITY`. */
  type: string;
  /** An address, a delegation or what is signed in the end, by type. */
  payload: string;
  /** `0x` and hex digits; empty or absent for the `SIGNER`. */
  signature?: string;
}

/** What has to be asked of a contract wallet (EIP-1271 `isValidSignature`). Hex digits after `0x`. */
export interface ContractQuestion {
  /** The wallet's address. */
  contract: string;
  /** Keccak-256 of the signed text. */
  messageHash: string;
  /** The hash that `personal_sign` signs. Wallets differ in which of the two hashes they expect: one yes is enough. */
  personalHash: string;
  /** In the wallet's own format. */
  signature: string;
}

/** The chain holds: `address` is who it is. */
export interface ValidChain {
  /** Tells the verdicts apart. */
  kind: "valid";
  /** The signer's address, lower case. */
  address: string;
}

/** Everything that keys can prove holds; it is valid if every question is answered with yes. */
export interface ChainWithContracts {
  /** Tells the verdicts apart. */
  kind: "needsContractCheck";
  /** The signer's address, lower case. */
  address: string;
  /** One for each link of a contract wallet. */
  questions: ContractQuestion[];
}

/** The chain proves nothing. */
export interface InvalidChain {
  /** Tells the verdicts apart. */
  kind: "invalid";
  /** The first rule that does not hold. Holds no text of the chain: it may be shown to the client. */
  reason: string;
}

/** What an authentication chain comes to. */
export type AuthChainVerdict = ValidChain | ChainWithContracts | InvalidChain;

/**
 * Whether a chain proves that its signer answers a challenge: from the signer's address, by way of ephemeral keys, to
 * the challenge. The challenge must be one that you have given out, and not used before.
 *
 * @param authChain the links, or their JSON
 * @param challenge what had to be signed
 * @param nowMs the time in milliseconds since 1970: delegations expire
 * @throws {InvalidInputError} for arguments of the wrong type; what is wrong with the chain is in the verdict
 */
export async function verifyAuthChain(
  authChain: string | readonly AuthLink[],
  challenge: string,
  nowMs: number = Date.now(),
): Promise<AuthChainVerdict> {
  const json = typeof authChain === "string" ? authChain : written(authChain);
  const loaded = await instance();
  return loaded.call(() => verify(json, challenge, nowMs) as AuthChainVerdict);
}

function written(links: unknown): string {
  const allowed = "links, or their JSON";
  if (!Array.isArray(links)) throw refused("authChain", links, allowed);
  try {
    return JSON.stringify(links);
  } catch {
    throw refused("authChain", links, allowed);
  }
}
