import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ContentServer,
  type HotScene,
  type Parcel,
  plainHotScene,
  plainScene,
  populate,
} from "./support/content-server.ts";
import { send } from "./support/http.ts";
import { Realm } from "./support/realm.ts";
import { json } from "./support/web-server.ts";

const PARCELS = 250;
const HOT_SCENES_MAX = 100;

/** A row that crosses the origin. */
const parcelOf = (index: number): Parcel => [index - 100, 3];

const range = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, i) => first + i);

describe("many scenes with players in them", () => {
  // Ten players in ten parcels, five in five, and one in each of the others up to 160; nothing is deployed beyond.
  const large = range(0, 10).map(parcelOf);
  const middling = range(10, 15).map(parcelOf);
  // All but one of these belong to others, who come first.
  const late = [...large, ...middling, parcelOf(200)];
  const small = range(15, 160).map((index): [string, Parcel[]] => [`small${index}`, [parcelOf(index)]]);
  let content: ContentServer;
  let realm: Realm;
  let scenes: HotScene[];

  before(async () => {
    content = await ContentServer.start([
      ...small.toReversed().map(([id, parcels]) => plainScene(id, parcels)),
      plainScene("middling", middling),
      plainScene("large", large),
      plainScene("late", late),
    ]);
    realm = await Realm.start({ CONTENT_URL: content.url, IDLE_TIMEOUT: "600000" });
    await populate(realm, range(0, PARCELS).map(parcelOf));
    // All come at once, before there is any answer.
    const answers = await Promise.all(Array.from({ length: 10 }, () => realm.get<HotScene[]>("/hot-scenes")));
    scenes = answers[0] ?? assert.fail();
    for (const answer of answers) assert.deepEqual(answer, scenes);
  });
  after(async () => {
    await realm?.stop();
    await content?.stop();
  });

  it("are asked for in batches, each parcel once, and once for all who wait", () => {
    assert.deepEqual(
      content.asked.map(({ length }) => length).sort((a, b) => b - a),
      [100, 100, 50],
    );
    const pointers = content.asked.flat();
    assert.equal(new Set(pointers).size, pointers.length);
    assert.deepEqual(new Set(pointers), new Set(range(0, PARCELS).map((index) => parcelOf(index).join(","))));
  });

  it("are ranked by their players, then by id, and only so many are told", () => {
    const rest = small.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, HOT_SCENES_MAX - 3);
    const expected = [
      plainHotScene("large", large, 10),
      plainHotScene("middling", middling, 5),
      plainHotScene("late", late, 1),
      ...rest.map(([id, parcels]) => plainHotScene(id, parcels, 1)),
    ];
    assert.equal(expected.length, HOT_SCENES_MAX);
    assert.deepEqual(scenes, expected);
  });
});

describe("scenes of which a part cannot be had", () => {
  it("are not told at all: they would be the wrong ones", async () => {
    const content = await ContentServer.start([plainScene("all", range(0, 101).map(parcelOf))]);
    const realm = await Realm.start({ CONTENT_URL: content.url });
    try {
      await populate(realm, range(0, 101).map(parcelOf));
      content.fail((response, asked) => {
        const isRest = JSON.parse(asked.body).pointers.length === 1;
        return (isRest ? json([], 500) : content.tell)(response, asked);
      });
      const { status, body } = await send(`${realm.url}/hot-scenes`, {});
      assert.deepEqual([status, JSON.parse(body)], [503, { error: "Content server unavailable" }]);
      assert.equal(content.asked.length, 2);
    } finally {
      await realm.stop();
      await content.stop();
    }
  });
});
