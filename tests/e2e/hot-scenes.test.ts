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
import { Realm } from "./support/realm.ts";

describe("the hot scenes", () => {
  const plaza: Parcel[] = [
    [0, 0],
    [0, 1],
    [-1, 0],
  ];
  const theatre: Parcel[] = [
    [40, 40],
    [41, 40],
  ];
  let content: ContentServer;
  let realm: Realm;
  before(async () => {
    content = await ContentServer.start([plainScene("plaza", plaza), plainScene("theatre", theatre)]);
    realm = await Realm.start({ CONTENT_URL: content.url, IDLE_TIMEOUT: "600000" });
  });
  after(async () => {
    await realm?.stop();
    await content?.stop();
  });

  it("of an empty realm are none, and nobody is asked", async () => {
    assert.deepEqual(await realm.get("/hot-scenes"), []);
    assert.deepEqual(await realm.get("/main/hot-scenes"), []);
    assert.deepEqual(content.asked, []);
  });

  it("are those with players in them, the most crowded first", async () => {
    await populate(realm, [
      [41, 40],
      [0, 0],
      [-1, 0],
      [-1, 0],
      [7, 7],
    ]);
    const expected = [plainHotScene("plaza", plaza, 3), plainHotScene("theatre", theatre, 1)];
    assert.deepEqual(await realm.get("/hot-scenes"), expected);
    assert.deepEqual(content.asked, [["-1,0", "0,0", "7,7", "41,40"]]);
  });

  it("are kept for all who ask meanwhile, wherever the players go", async () => {
    const told = await realm.get("/hot-scenes");
    await populate(realm, [[40, 40]], 6);
    const answers = Array.from({ length: 20 }, () => realm.get("/hot-scenes"));
    for (const answer of await Promise.all(answers)) assert.deepEqual(answer, told);
    assert.equal(content.asked.length, 1);
  });
});

describe("a hot scene", () => {
  let content: ContentServer;
  let realm: Realm;
  let scenes: Map<string, HotScene>;

  /** Pictures as scenes name them, and what is told. */
  const pictures: Record<string, [named: unknown, told: ((content: string) => string) | undefined]> = {
    file: ["images/map.png", (url) => `${url}contents/QmMap`],
    url: ["https://pictures.example/1.png?size=2", () => "https://pictures.example/1.png?size=2"],
    "plain-url": ["http://pictures.example/1.png", () => "http://pictures.example/1.png"],
    "missing-file": ["images/other.png", undefined],
    script: ["javascript:alert(1)", undefined],
    data: ["data:image/png;base64,AAAA", undefined],
    number: [7, undefined],
    null: [null, undefined],
    empty: ["", undefined],
    "bad-hash": ["images/bad.png", undefined],
  };
  const bare = ["no-metadata", "null-metadata", "rubbish", "no-type"];
  const unknown = ["a-profile", "nowhere"];
  const files = [
    { file: "bin/game.js", hash: "QmGame" },
    { file: "images/bad.png", hash: "../../about" },
    null,
    { file: "images/map.png", hash: "QmMap" },
  ];
  /** A row of parcels, one for each. */
  const parcelOf = (id: string): Parcel => {
    const index = ["whole", ...Object.keys(pictures), ...bare, ...unknown].indexOf(id);
    assert.ok(index >= 0);
    return [-5, index];
  };
  const pointerOf = (id: string) => parcelOf(id).join(",");

  before(async () => {
    const base = (id: string) => ({ id, type: "scene", pointers: [pointerOf(id)] });
    content = await ContentServer.start([
      {
        ...plainScene("whole", [parcelOf("whole"), [-6, 0]]),
        content: files,
        metadata: {
          display: { title: "Whole 🏟", description: "Everything\nis known", navmapThumbnail: "images/map.png" },
          contact: { name: "Ada", email: "ada@example.org" },
          scene: { base: "-6,0", parcels: [pointerOf("whole"), "-6,0"] },
          source: { projectId: "p-1" },
        },
      },
      ...Object.entries(pictures).map(([id, [navmapThumbnail]]) => ({
        ...base(id),
        content: files,
        metadata: { display: { title: id, navmapThumbnail }, scene: { base: pointerOf(id), parcels: [pointerOf(id)] } },
      })),
      base("no-metadata"),
      { ...base("null-metadata"), metadata: null },
      {
        ...base("rubbish"),
        content: "none",
        metadata: {
          display: { title: ["x"], description: {}, navmapThumbnail: [] },
          contact: "Ada",
          scene: { base: 7, parcels: { 0: "1,1" } },
          source: [{ projectId: "p-1" }],
        },
      },
      { id: "no-type", pointers: [pointerOf("no-type")] },
      { ...base("a-profile"), type: "profile" },
      {
        id: "nowhere",
        type: "scene",
        pointers: [pointerOf("nowhere")],
        metadata: { scene: { parcels: ["9000,9000"] } },
      },
    ]);
    realm = await Realm.start({ CONTENT_URL: content.url });
    const ids = ["whole", "whole", ...Object.keys(pictures), ...bare, ...unknown];
    await populate(realm, ids.map(parcelOf));
    const list = await realm.get<HotScene[]>("/hot-scenes");
    scenes = new Map(list.map((scene) => [scene.id, scene]));
    assert.equal(scenes.size, list.length);
  });
  after(async () => {
    await realm?.stop();
    await content?.stop();
  });

  it("is told with all that is known of it", () => {
    assert.deepEqual(scenes.get("whole"), {
      id: "whole",
      name: "Whole 🏟",
      baseCoords: [-6, 0],
      usersTotalCount: 2,
      parcels: [parcelOf("whole"), [-6, 0]],
      thumbnail: `${content.url}contents/QmMap`,
      creator: "Ada",
      projectId: "p-1",
      description: "Everything\nis known",
    });
  });

  for (const [id, [, told]] of Object.entries(pictures)) {
    it(`has ${told ? "the picture" : "no picture"} that it names (${id})`, () => {
      const expected = { ...plainHotScene(id, [parcelOf(id)], 1), name: id };
      assert.deepEqual(scenes.get(id), told ? { ...expected, thumbnail: told(content.url) } : expected);
    });
  }

  for (const id of bare) {
    it(`is where its pointers are if it says nothing else (${id})`, () => {
      assert.deepEqual(scenes.get(id), { ...plainHotScene(id, [parcelOf(id)], 1), name: "" });
    });
  }

  it("is a scene, and has players on its own parcels", () => {
    for (const id of unknown) assert.equal(scenes.get(id), undefined, id);
    assert.equal(scenes.size, 1 + Object.keys(pictures).length + bare.length);
  });
});
