import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hosting, Realm } from "./realm.ts";

/** A realm that outlives its processes: each works on the storage of the one before. */
export class LastingRealm {
  /** The directory with the objects' storage. */
  readonly storage: string;
  readonly #vars: Record<string, string>;
  #realm: Realm | undefined;

  private constructor(storage: string, vars: Record<string, string>) {
    this.storage = storage;
    this.#vars = vars;
  }

  /** A realm without a past, or with the one that `prepare` puts into its storage. */
  static async start(
    vars: Record<string, string> = {},
    prepare: (storage: string) => Promise<void> = async () => {},
  ): Promise<LastingRealm> {
    const lasting = new LastingRealm(await mkdtemp(join(tmpdir(), "realm-")), vars);
    try {
      await prepare(lasting.storage);
      await lasting.start();
    } catch (error) {
      await lasting.end();
      throw error;
    }
    return lasting;
  }

  /** The present process. */
  get realm(): Realm {
    return this.#realm ?? assert.fail("the realm does not run");
  }

  /** The next process. */
  async start(hosting: Omit<Hosting, "storage"> = {}): Promise<Realm> {
    assert.equal(this.#realm, undefined, "the realm runs already");
    this.#realm = await Realm.start(this.#vars, { ...hosting, storage: this.storage });
    return this.#realm;
  }

  /** The process dies at once, and everything that was only in its memory; fails as {@link Realm.stop} does. */
  async kill9(): Promise<void> {
    const { realm } = this;
    this.#realm = undefined;
    await realm.kill9();
    await realm.stop();
  }

  /** {@link kill9}, and the next process. */
  async crash(hosting: Omit<Hosting, "storage"> = {}): Promise<Realm> {
    await this.kill9();
    return this.start(hosting);
  }

  /** Ends it for good; fails as {@link Realm.stop} does. */
  async end(): Promise<void> {
    try {
      await this.#realm?.stop();
    } finally {
      await rm(this.storage, { recursive: true, force: true });
    }
  }
}
