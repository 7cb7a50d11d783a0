import { Authenticator, type AuthIdentity, type AuthLink } from "@dcl/crypto";
import { createUnsafeIdentity } from "@dcl/crypto/dist/crypto.js";

export type { AuthLink };

/** A key pair as Decentraland's own library makes them; its address has a checksum in its case. */
export type Keys = ReturnType<typeof createUnsafeIdentity>;

export const createKeys: () => Keys = createUnsafeIdentity;

/** `message`, personally signed. */
export const signWith: (keys: Keys, message: string) => string = Authenticator.createSignature;

/** Whoever can answer a challenge. */
export interface Prover {
  /** Who that is: an address in any case. */
  readonly wallet: { readonly address: string };
  /** The auth chain, as it goes over the wire. */
  sign(challenge: string): string;
}

/** For how long an ephemeral key is good. */
export const SESSION_MINUTES = 60;

/** A player: a wallet that has authorised an ephemeral key, the way the real clients do it. */
export class Identity implements Prover {
  readonly wallet: Keys;
  readonly ephemeral: Keys;
  readonly #login: AuthIdentity;

  private constructor(wallet: Keys, ephemeral: Keys, login: AuthIdentity) {
    this.wallet = wallet;
    this.ephemeral = ephemeral;
    this.#login = login;
  }

  static async create(): Promise<Identity> {
    const wallet = createKeys();
    const ephemeral = createKeys();
    const login = await Authenticator.initializeAuthChain(wallet.address, ephemeral, SESSION_MINUTES, async (message) =>
      signWith(wallet, message),
    );
    return new Identity(wallet, ephemeral, login);
  }

  /** The wallet's address, lower case: the name under which the server knows the player. */
  get address(): string {
    return this.wallet.address.toLowerCase();
  }

  /** The standard three links. */
  chain(challenge: string): AuthLink[] {
    return Authenticator.signPayload(this.#login, challenge);
  }

  /** The standard three links, as they go over the wire. */
  sign(challenge: string): string {
    return JSON.stringify(this.chain(challenge));
  }
}
