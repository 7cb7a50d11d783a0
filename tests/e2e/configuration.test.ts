import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send, upgradeHeaders } from "./support/http.ts";
import { refusal } from "./support/raw-http.ts";
import { Realm } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

/** A configuration that cannot work: the variable at fault and what the message must say is allowed. */
interface Mistake {
  vars: Record<string, string>;
  at: string;
  allowed: RegExp;
}

const NUMBER = /number|integer|positive|greater|more|above|between|at least|\d/;

const MISTAKES: Mistake[] = [
  {
    vars: { ARCHIPELAGO_JOIN_DISTANCE: "far" },
    at: "ARCHIPELAGO_JOIN_DISTANCE",
    allowed: NUMBER,
  },
  {
    vars: { ARCHIPELAGO_JOIN_DISTANCE: "80", ARCHIPELAGO_LEAVE_DISTANCE: "64" },
    at: "ARCHIPELAGO_LEAVE_DISTANCE",
    allowed: /80|ARCHIPELAGO_JOIN_DISTANCE|join distance/,
  },
  {
    vars: { ARCHIPELAGO_MAX_PEERS_PER_ISLAND: "0" },
    at: "ARCHIPELAGO_MAX_PEERS_PER_ISLAND",
    allowed: NUMBER,
  },
  {
    vars: { ARCHIPELAGO_FLUSH_FREQUENCY: "NaN" },
    at: "ARCHIPELAGO_FLUSH_FREQUENCY",
    allowed: NUMBER,
  },
  {
    vars: { ARCHIPELAGO_CROWD_POLICY: "steady" },
    at: "ARCHIPELAGO_CROWD_POLICY",
    allowed: /stable.*coherent/,
  },
  {
    vars: { ARCHIPELAGO_CROWD_POLICY: "coherent:calm,margin=9" },
    at: "ARCHIPELAGO_CROWD_POLICY",
    allowed: /margin.*0\.01 to 3/,
  },
  { vars: { CONNECTOR_SHARDS: "-3" }, at: "CONNECTOR_SHARDS", allowed: NUMBER },
  {
    vars: { HANDSHAKE_TIMEOUT: "1 minute" },
    at: "HANDSHAKE_TIMEOUT",
    allowed: NUMBER,
  },
  {
    vars: { PUBLIC_URL: "realm.example.org" },
    at: "PUBLIC_URL",
    allowed: /https?:|URL/,
  },
  { vars: { TRANSPORT: "pigeon" }, at: "TRANSPORT", allowed: /livekit.*ws-room.*offline/ },
  { vars: { TRANSPORT: "livekit" }, at: "TRANSPORT", allowed: /LIVEKIT_HOST/ },
  { vars: { OPEN_ROOMS: "perhaps" }, at: "OPEN_ROOMS", allowed: /true/ },
  { vars: { ARCHIPELAGO_MAX_PEERS_PER_ISLAND: "151" }, at: "ARCHIPELAGO_MAX_PEERS_PER_ISLAND", allowed: /150/ },
  { vars: { REALM_NAME: "peers" }, at: "REALM_NAME", allowed: /route|path/ },
];

describe("a wrong configuration", { concurrency: 2 }, () => {
  for (const { vars, at, allowed } of MISTAKES) {
    const wrong = vars[at] ?? "";
    it(`says that ${at} is not to be ${wrong}`, async () => {
      const realm = await Realm.start(vars);
      try {
        for (const path of ["/about", "/peers"]) {
          const error = await refusal(500, realm.url + path);
          assert.ok(error.includes(at), `does not name ${at}: ${error}`);
          assert.ok(error.includes(wrong), `does not name ${wrong}: ${error}`);
          const rest = error.replace(at, "").replace(wrong, "");
          assert.match(rest, allowed, "does not say what is allowed");
          assert.doesNotMatch(error, /panicked|\.rs:\d/);
        }
        const upgrade = await send(`${realm.url}/ws`, upgradeHeaders());
        assert.equal(upgrade.status, 500);
        await eventually(PATIENCE_MS, () => {
          const lines = realm.logged("not configured").filter((line) => line.includes(at));
          assert.ok(lines.length >= 3, realm.log.join("\n"));
        });
      } finally {
        await realm.stop();
      }
    });
  }
});
