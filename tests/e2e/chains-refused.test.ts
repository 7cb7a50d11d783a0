import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BAD_CHAINS, WRONG_SIGNERS } from "./support/bad-chains.ts";
import { present, resigned, twin, withNumbers } from "./support/chains.ts";
import { freshGround, Realm } from "./support/realm.ts";

describe("authentication chains that prove nothing", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  for (const [why, forges] of BAD_CHAINS) {
    for (const [name, forge] of Object.entries(forges)) {
      it(`are refused: ${name}`, async () => {
        const { client, identity } = await present(realm, forge);
        const { code, reason } = await client.closed();
        assert.equal(code, 1008);
        assert.match(reason, why);
        const again = await realm.connect();
        assert.equal((await again.challenge(identity.address)).alreadyConnected, false);
      });
    }
  }

  it("leave alone the player for whom they were forged", async () => {
    const at = freshGround();
    const { client, address } = await realm.player(at(0, 0));
    for (const forge of Object.values(WRONG_SIGNERS).slice(-5)) {
      const attempt = await present(realm, (who, challenge) => {
        const links = forge(who, challenge) as object[];
        return [{ type: "SIGNER", payload: address, signature: "" }, ...links.slice(1)];
      });
      assert.equal((await attempt.client.closed()).code, 1008);
    }
    await client.quiet(0);
    assert.deepEqual(
      (await realm.peers()).map((peer) => peer.address),
      [address],
    );
  });

  it("are refused although the twin of each signature would do", async () => {
    const { client } = await present(realm, (who, challenge) =>
      resigned(who, challenge, (signature) => withNumbers(twin(signature), ({ v }) => ({ v: v + 4 }))),
    );
    assert.match((await client.closed()).reason, /the signature is malformed/);
  });
});
