import { Authenticator } from "@dcl/crypto";
import { type Evm, word } from "./evm.ts";
import { type AuthLink, createKeys, type Keys, type Prover, SESSION_MINUTES } from "./identity.ts";

/** How a contract in `contracts/Wallet.sol` decides. */
export interface Manner {
  /** Owners sign keccak256 of a message, as 32 bytes; otherwise they sign the message itself, personally. */
  prefixed?: boolean;
  /** It reverts where others would say no. */
  reverting?: boolean;
  /** A second owner has to sign too. */
  shared?: boolean;
}

const NOBODY = "0x0";

const EPHEMERAL = "ECDSA_EIP_1654_EPHEMERAL";
const ENTITY = "ECDSA_EIP_1654_SIGNED_ENTITY";

/** A player whose wallet is a contract, and the keys of those who own it. */
export class ContractWallet implements Prover {
  readonly wallet: { readonly address: string };
  readonly owners: readonly Keys[];
  readonly ephemeral: Keys = createKeys();
  readonly #evm: Evm;
  readonly #prefixed: boolean;

  private constructor(evm: Evm, address: string, owners: readonly Keys[], prefixed: boolean) {
    this.#evm = evm;
    this.wallet = { address };
    this.owners = owners;
    this.#prefixed = prefixed;
  }

  /** A new wallet with new owners. */
  static async create(evm: Evm, manner: Manner = {}): Promise<ContractWallet> {
    const { prefixed = false, reverting = false, shared = false } = manner;
    const owners = shared ? [createKeys(), createKeys()] : [createKeys()];
    const [first = NOBODY, second = NOBODY] = owners.map(({ address }) => address);
    const address = await evm.deploy("Wallet", word(first), word(second), word(prefixed), word(reverting));
    return new ContractWallet(evm, address, owners, prefixed);
  }

  /** Of the contract, lower case. */
  get address(): string {
    return this.wallet.address;
  }

  /** What the contract takes for a signature of `message`, if these are its owners. */
  signature(message: string, owners: readonly Keys[] = this.owners): string {
    const signed = this.#prefixed ? Authenticator.createEIP1271MessageHash(message) : message;
    const signatures = owners.map((keys) => Authenticator.createSignature(keys, signed));
    return `0x${signatures.map((signature) => signature.slice(2)).join("")}`;
  }

  /** From now on the contract takes an empty signature for one of `message`. */
  async approve(message: string): Promise<void> {
    const hash = Buffer.from(Authenticator.createEIP1271MessageHash(message)).toString("hex");
    await this.#evm.transact("Wallet", this.address, "approve(bytes32)", word(hash));
  }

  /** SIGNER, an ephemeral key authorised by the contract, and the challenge signed by that key. */
  async chain(challenge: string): Promise<AuthLink[]> {
    const login = await Authenticator.initializeAuthChain(
      this.wallet.address,
      this.ephemeral,
      SESSION_MINUTES,
      async (message) => this.signature(message),
    );
    return labelled(Authenticator.signPayload(login, challenge), EPHEMERAL);
  }

  /** SIGNER, and the challenge signed by the contract itself. */
  simpleChain(challenge: string): AuthLink[] {
    const chain = Authenticator.createSimpleAuthChain(challenge, this.wallet.address, this.signature(challenge));
    return labelled(chain, ENTITY);
  }

  sign(challenge: string): string {
    return JSON.stringify(this.simpleChain(challenge));
  }
}

/** A text that delegates to `address`. */
export function delegation(address: string, lifeMs = SESSION_MINUTES * 60_000): string {
  return Authenticator.getEphemeralMessage(address, new Date(Date.now() + lifeMs));
}

/** A link of a chain. */
export function link(type: string, payload: string, signature: string): AuthLink {
  return { type, payload, signature } as AuthLink;
}

/** Who has to have signed the next link. */
export function signer(address: string): AuthLink {
  return link("SIGNER", address, "");
}

/** The library takes every signature of 65 bytes for a key's own; the second link is a contract's all the same. */
function labelled(chain: AuthLink[], type: string): AuthLink[] {
  return chain.map((each, index) => (index === 1 ? link(type, each.payload, each.signature ?? "") : each));
}
