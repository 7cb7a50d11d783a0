/** Which catalyst `/about` sends a client to, and what of it is passed on. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Catalyst } from "./support/catalyst.ts";
import { bytesAfterHead, findNulls, send } from "./support/http.ts";
import { type Hosting, Realm } from "./support/realm.ts";
import type { About } from "./support/stats.ts";

/** The content server that `/about` names to a client of whom the platform says this. */
async function contentFor(realm: Realm, headers: Record<string, string>, query = ""): Promise<string> {
  const { status, body } = await send(`${realm.url}/about${query}`, headers);
  assert.equal(status, 200, body);
  return String((JSON.parse(body) as About).content.publicUrl);
}

/** The same for one from `country`. */
function contentOf(realm: Realm, country?: string, query = ""): Promise<string> {
  return contentFor(realm, country === undefined ? {} : { "CF-IPCountry": country }, query);
}

/** The content servers that clients are told, of many who come from nowhere: all of them, but for one run in millions. */
async function contentsOf(realm: Realm): Promise<string[]> {
  const all = await Promise.all(Array.from({ length: 60 }, () => contentOf(realm)));
  return [...new Set(all)].sort();
}

/** Says in these tests what the platform would say of a request. */
const CF_HEADER = "CF-Blob";

const contentAt = (...catalysts: Catalyst[]) => catalysts.map(({ url }) => `${url}/content/`).sort();

/** A realm with these catalysts and what else is set, until `check` is done. */
async function withRealm<Name extends string>(
  names: Name[],
  vars: (catalysts: Record<Name, Catalyst>) => Record<string, string>,
  check: (realm: Realm, catalysts: Record<Name, Catalyst>) => Promise<void>,
  hosting: Hosting = {},
): Promise<void> {
  const catalysts = await Catalyst.startAll(...names);
  const realm = await Realm.start(vars(catalysts), hosting);
  try {
    await check(realm, catalysts);
  } finally {
    await realm.stop();
    for (const name of names) await catalysts[name].stop();
  }
}

describe("/about with catalysts", { concurrency: 2 }, () => {
  it("names the one that is nearest to the client's country", () =>
    withRealm(
      ["paris", "us", "sydney", "nowhere"],
      ({ paris, us, sydney, nowhere }) => ({
        CATALYST_URLS: `${paris.url}|48.9:2.4, ${us.url}|US,${sydney.url}/|-33.9:151.2,${nowhere.url}`,
      }),
      async (realm, { paris, us, sydney, nowhere }) => {
        for (const [countries, nearest] of [
          [["FR", "DE", "MA", "fr"], paris],
          [["US", "CA", "MX", "PE"], us],
          [["AU", "NZ", "ID"], sydney],
        ] as const) {
          for (const country of countries)
            assert.deepEqual([await contentOf(realm, country)], contentAt(nearest), country);
        }
        for (const country of ["XX", "T1", "", "x".repeat(1_000)]) await contentOf(realm, country);
        assert.deepEqual(await contentsOf(realm), contentAt(paris, us, sydney, nowhere));
        assert.deepEqual([paris.probes, us.probes, sydney.probes, nowhere.probes], [1, 1, 1, 1]);
      },
    ));

  it("goes by the client's coordinates, if it has any, else by its country", () =>
    withRealm(
      ["paris", "us", "tokyo"],
      ({ paris, us, tokyo }) => ({ CATALYST_URLS: `${paris.url}|FR,${us.url}|US,${tokyo.url}|JP` }),
      async (realm, { paris, us, tokyo }) => {
        const there = { latitude: "35.68", longitude: "139.69" };
        const country = "US";
        for (const [cf, nearest] of [
          [there, tokyo],
          [{ ...there, country }, tokyo],
          [{ country }, us],
          [{ country, latitude: there.latitude }, us],
          [{ country, latitude: "north", longitude: "NaN" }, us],
          [{ country, latitude: 35.68, longitude: 139.69 }, us],
          [{ ...there, latitude: "91", country: ["US"] }, paris],
          [{ country: null, longitude: {} }, paris],
          [{}, paris],
        ] as const) {
          const headers = { [CF_HEADER]: JSON.stringify(cf), "CF-IPCountry": "FR" };
          assert.deepEqual([await contentFor(realm, headers)], contentAt(nearest), JSON.stringify(cf));
        }
        await contentFor(realm, { [CF_HEADER]: JSON.stringify({ country: 7, latitude: [], longitude: "x" }) });
      },
      { cfHeader: CF_HEADER },
    ));

  it("names any of those that are equally near", () =>
    withRealm(
      ["one", "two", "far"],
      ({ one, two, far }) => ({ CATALYST_URLS: `${one.url}|FR,${two.url}|FR,${far.url}|JP` }),
      async (realm, { one, two }) => {
        const all = await Promise.all(Array.from({ length: 60 }, () => contentOf(realm, "BE")));
        assert.deepEqual([...new Set(all)].sort(), contentAt(one, two));
      },
    ));

  it("names only those with the highest versions", () =>
    withRealm(
      ["new", "same", "oldContent", "oldLambdas", "candidate", "unknown", "without"],
      (all) => ({
        CATALYST_URLS: Object.values(all)
          .map(({ url }) => url)
          .join(","),
      }),
      async (realm, all) => {
        all.new.versions("6.10.0", "4.0.0");
        all.same.versions("v6.10", "4.0.0+build.7");
        all.oldContent.versions("6.9.9", "4.0.0");
        all.oldLambdas.versions("6.10.0", "3.99.0");
        all.candidate.versions("6.10.0-rc.1", "4.0.0");
        all.unknown.versions("latest", "4.0.0");
        all.without.versions(undefined, "4.0.0");
        assert.deepEqual(await contentsOf(realm), contentAt(all.new, all.same));
      },
    ));

  it("leaves out the blacklist after the versions", () =>
    withRealm(
      ["good", "newer", "listed"],
      ({ good, newer, listed }) => ({
        CATALYST_URLS: `${good.url}|JP,${newer.url}|FR,${listed.url}|FR`,
        CATALYST_BLACKLIST: `${listed.url}/,https://elsewhere.example.org`,
      }),
      async (realm, { good, newer, listed }) => {
        good.versions("7.0.0", "4.0.0");
        newer.versions("6.0.0", "4.0.0");
        listed.versions("7.0.0", "4.0.0");
        assert.deepEqual([await contentOf(realm, "FR")], contentAt(good));
        assert.deepEqual([await contentOf(realm, "FR", `?catalyst=${listed.url}`)], contentAt(good));
      },
    ));

  it("names the one that the client asks for, if it is one of those", () =>
    withRealm(
      ["paris", "tokyo", "old", "stranger"],
      ({ paris, tokyo, old }) => ({ CATALYST_URLS: `${paris.url}|FR,${tokyo.url}|JP,${old.url}|DE` }),
      async (realm, { paris, tokyo, old, stranger }) => {
        old.versions("5.0.0", "4.0.0");
        const asking = (url: string) => contentOf(realm, "FR", `?catalyst=${encodeURIComponent(url)}`);
        for (const url of [tokyo.url, `${tokyo.url}/`, tokyo.url.replace("http", "HTTP")]) {
          assert.deepEqual([await asking(url)], contentAt(tokyo), url);
        }
        for (const url of [old.url, stranger.url, "", "x", `${tokyo.url}/content`, `${tokyo.url}?x`, "file:///etc"]) {
          assert.deepEqual([await asking(url)], contentAt(paris), url);
        }
        assert.equal(stranger.probes, 0);
      },
    ));

  it("passes on what the catalyst says, but for its comms, and answers for the rest", () =>
    withRealm(
      ["only"],
      ({ only }) => ({ CATALYST_URLS: `${only.url}/`, REALM_NAME: "plaza", CURRENT_VERSION: "1.2.3" }),
      async (realm, { only }) => {
        const world = {
          networkId: 11_155_111,
          globalScenesUrn: ["urn:decentraland:entity:global"],
          scenesUrn: ["urn:decentraland:entity:a", "urn:decentraland:entity:b"],
          map: { minimapEnabled: true, sizes: [{ left: -150, top: 150, right: 150, bottom: -150 }] },
          cityLoaderContentServer: "https://sdk.example.org",
          minimap: { enabled: false },
          skybox: { fixedHour: 36_000 },
        };
        Object.assign(only.about.configurations, world, { fixedAdapter: "offline:offline" });
        Object.assign(only.about.content, { commitHash: "c0ffee", synchronizationStatus: "Syncing" });
        only.about.lambdas.publicUrl = "https://lambdas.example.org/lambdas";
        only.about.submitted = { by: ["somebody"], at: 1.5 };
        const about = await realm.get<About>("/about");
        assert.deepEqual(about, {
          healthy: true,
          acceptingUsers: true,
          configurations: { ...world, realmName: "plaza" },
          content: {
            healthy: true,
            version: "6.19.7",
            commitHash: "c0ffee",
            publicUrl: `${only.url}/content/`,
            synchronizationStatus: "Syncing",
          },
          lambdas: { healthy: true, version: "4.0.0", publicUrl: "https://lambdas.example.org/lambdas/" },
          comms: {
            healthy: true,
            protocol: "v3",
            version: "1.2.3",
            usersCount: 0,
            adapter: `archipelago:archipelago:ws://${realm.host}/ws`,
          },
          submitted: { by: ["somebody"], at: 1.5 },
        });
        assert.deepEqual(await realm.get("/plaza/about"), about);
      },
    ));

  it("never says null, and knows what a catalyst does not say", () =>
    withRealm(
      ["only"],
      ({ only }) => ({ CATALYST_URLS: only.url }),
      async (realm, { only }) => {
        Object.assign(only.about, {
          configurations: null,
          acceptingUsers: null,
          other: null,
          more: [null, { x: null }],
        });
        only.about.content = { version: null, publicUrl: null, deep: { deeper: [null, 1] } };
        only.about.lambdas = {};
        const about = await realm.get<About & { more: unknown }>("/about");
        assert.deepEqual(findNulls(about), []);
        assert.deepEqual(about.configurations, { realmName: "main", networkId: 1, globalScenesUrn: [], scenesUrn: [] });
        assert.deepEqual(about.content, { healthy: true, publicUrl: `${only.url}/content/`, deep: { deeper: [1] } });
        assert.deepEqual(about.lambdas, { healthy: true, publicUrl: `${only.url}/lambdas/` });
        assert.deepEqual(about.more, [{}]);
      },
    ));

  it("is answered to HEAD and OPTIONS too, and to no other method", () =>
    withRealm(
      ["only"],
      ({ only }) => ({ CATALYST_URLS: only.url }),
      async (realm, { only }) => {
        const url = `${realm.url}/about`;
        assert.equal((await send(url, {}, "OPTIONS")).status, 204);
        assert.equal((await send(url, {}, "POST")).status, 405);
        assert.equal(only.probes, 0);
        const [get, head] = [await send(url, {}), await send(url, {}, "HEAD")];
        assert.deepEqual([get.status, head.status, head.body], [200, 200, ""]);
        assert.equal(head.headers["access-control-allow-origin"], "*");
        for (const name of ["vary", "cache-control", "etag"]) assert.equal(get.headers[name], undefined, name);
        assert.equal(await bytesAfterHead(url), "");
        assert.equal(only.probes, 1);
      },
    ));
});

describe("a wrong list of catalysts", { concurrency: 2 }, () => {
  for (const [variable, value] of [
    ["CATALYST_URLS", "peer.example.org"],
    ["CATALYST_URLS", "https://a.example.org,https://A.example.org/"],
    ["CATALYST_URLS", Array.from({ length: 33 }, (_, n) => `https://peer${n}.example.org`).join(",")],
    ["CATALYST_URLS", "https://a.example.org|Paris"],
    ["CATALYST_BLACKLIST", "https://a.example.org?x"],
  ] as const) {
    it(`is refused: ${variable} is ${value.slice(0, 60)}`, async () => {
      const realm = await Realm.start({ [variable]: value });
      try {
        const { status, body } = await send(`${realm.url}/about`, {});
        assert.equal(status, 500);
        const { error } = JSON.parse(body) as { error: string };
        assert.ok(error.startsWith(`${variable} is ${JSON.stringify(value)}; allowed: up to 32 URLs`), error);
      } finally {
        await realm.stop();
      }
    });
  }
});
