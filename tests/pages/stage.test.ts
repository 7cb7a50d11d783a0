/** What the stage works out before it draws: no browser is needed to look at that. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { polygonHull } from "d3-polygon";
import { COLOURS, islandColour, islandNumber, slotColour, type Theme } from "../../edge-worker/pages/stage/colour.ts";
import { gridStep } from "../../edge-worker/pages/stage/grid.ts";
import { Hits } from "../../edge-worker/pages/stage/hits.ts";
import { Members } from "../../edge-worker/pages/stage/members.ts";
import { Outlines } from "../../edge-worker/pages/stage/outlines.ts";
import type { Scene } from "../../edge-worker/pages/stage/scene.ts";
import { formatView, Projection, parseView, viewOf } from "../../edge-worker/pages/stage/view.ts";
import { rgb } from "./support/canvas.ts";
import { seeded } from "./support/random.ts";

/** `--stage-background` of base.css. */
const BACKGROUNDS: Record<Theme, string> = { light: "#f7f8fa", dark: "#0f141c" };

/** WCAG 2.2, 1.4.11: what graphics need beside what is around them. */
const CONTRAST = 3;

const THEMES = ["light", "dark"] as const;

function luminance(colour: string): number {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = rgb(colour);
  return 0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
}

function contrast(a: string, b: string): number {
  const [bright = 0, dim = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright + 0.05) / (dim + 0.05);
}

/** Islands with random members; some have one or two, or many on one line or on one spot. */
function randomScene(random: () => number): Scene {
  const islands = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) => ({ id: `I${index}` }));
  const count = Math.floor(random() * 120);
  const positions = new Float32Array(2 * count + 6);
  const island = new Int32Array(count + 3);
  const shape = Math.floor(random() * 4);
  for (let peer = 0; peer < count; peer += 1) {
    const x = shape === 0 ? 7 : Math.floor(random() * 40);
    positions[2 * peer] = x;
    positions[2 * peer + 1] = shape <= 1 ? 2 * x : random() * 40;
    island[peer] = Math.floor(random() * (islands.length + 1)) - 1;
  }
  return { count, positions, island, islands };
}

function membersOf({ count, positions, island }: Scene, index: number): [number, number][] {
  return Array.from({ length: count }, (_, peer) => peer)
    .filter((peer) => island[peer] === index)
    .map((peer) => [positions[2 * peer] ?? 0, positions[2 * peer + 1] ?? 0]);
}

describe("colours of islands", () => {
  it("stand out from the background", () => {
    for (const theme of THEMES) {
      for (let slot = 0; slot <= COLOURS; slot += 1) {
        const colour = slotColour(slot, theme);
        assert.ok(contrast(colour, BACKGROUNDS[theme]) >= CONTRAST, `${theme} ${colour}`);
      }
    }
  });

  it("differ among islands that formed one after another", () => {
    for (const theme of THEMES) {
      for (const first of [0, 1, 35, 36, 1295, 46_655]) {
        const ids = Array.from({ length: COLOURS }, (_, index) => `room-${(first + index).toString(36)}`);
        // Ids with as many digits; one more digit begins at another place of the palette.
        const same = ids.filter((id) => id.length === ids[0]?.length);
        const colours = same.map((id) => islandColour(islandNumber(id), theme));
        assert.equal(new Set(colours).size, same.length, `from I${first.toString(36)}`);
      }
    }
  });
});

describe("outlines", () => {
  it("are the convex hulls of the members", () => {
    const random = seeded("outlines");
    const members = new Members();
    const outlines = new Outlines();
    for (let round = 0; round < 2_000; round += 1) {
      const scene = randomScene(random);
      members.update(scene);
      outlines.update(scene, members);
      for (const index of scene.islands.keys()) {
        const points = membersOf(scene, index);
        assert.equal(members.size(index), points.length);
        const corners = outlines.of(index)?.corners ?? [];
        const wanted = polygonHull(points) ?? [];
        const flat = corners.length < 3;
        assert.equal(corners.length === 0, points.length === 0);
        if (!flat) assert.deepEqual(sorted(corners), sorted(wanted), `round ${round}, island ${index}`);
        else assertOnLine(points, corners);
      }
    }
  });
});

function sorted(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return points.toSorted(([ax, az], [bx, bz]) => ax - bx || az - bz);
}

/** One or two corners are right if all members lie between them. */
function assertOnLine(points: [number, number][], corners: readonly (readonly [number, number])[]): void {
  const [[ax, az] = [0, 0], [bx, bz] = corners[0] ?? [0, 0]] = corners;
  const length = Math.hypot(bx - ax, bz - az);
  for (const [x, z] of points) {
    const around = Math.hypot(x - ax, z - az) + Math.hypot(x - bx, z - bz);
    assert.ok(around - length < 0.01, `${x}, ${z} is not between ${corners.join(" and ")}`);
  }
}

describe("hits", () => {
  it("are the nearest peer within reach", () => {
    const random = seeded("hits");
    const members = new Members();
    const outlines = new Outlines();
    const hits = new Hits();
    for (let round = 0; round < 500; round += 1) {
      const scene = randomScene(random);
      members.update(scene);
      outlines.update(scene, members);
      hits.invalidate();
      const [x, z] = [random() * 40, random() * 80];
      const distances = Array.from({ length: scene.count }, (_, peer) =>
        Math.hypot((scene.positions[2 * peer] ?? 0) - x, (scene.positions[2 * peer + 1] ?? 0) - z),
      );
      const nearest = Math.min(...distances);
      const hit = hits.at(scene, outlines, x, z, 3);
      const peer = hit?.peer ?? -1;
      if (nearest < 3) assert.equal(distances[peer], nearest);
      else assert.equal(peer, -1);
      if (hit && peer >= 0) assert.equal(hit.island, scene.island[peer]);
    }
  });
});

describe("views", () => {
  it("lead from metres to pixels and back, north up", () => {
    const at = Projection.of({ x: 100, z: -50, scale: 2 }, 800, 600);
    assert.deepEqual([at.px(100), at.py(-50)], [400, 300]);
    assert.deepEqual([at.px(110), at.py(-40)], [420, 280]);
    assert.deepEqual([at.x(420), at.z(280)], [110, -40]);
    assert.deepEqual(at.view(800, 600), { x: 100, z: -50, scale: 2 });
  });

  it("show all of what they are fitted to", () => {
    const extent = { minX: -300, minZ: 10, maxX: 500, maxZ: 40 };
    const at = Projection.of(viewOf(extent, 390, 500), 390, 500);
    assert.ok(at.px(-300) >= 0 && at.px(500) <= 390 && at.py(40) >= 0 && at.py(10) <= 500);
  });

  it("are read as they were written, and nothing else is", () => {
    const view = { x: -12.25, z: 1600.5, scale: 0.125 };
    assert.deepEqual(parseView(formatView(view)), view);
    for (const text of ["", "1 2", "1 2 3 4", "a b c", "0 0 -1", "0 0 1e9", "0 0 NaN"]) {
      assert.equal(parseView(text), undefined, text);
    }
  });

  it("have lines between parcels as far apart as the zoom asks for", () => {
    for (const scale of [0.002, 0.05, 0.4, 1, 6, 32]) {
      const step = gridStep(scale, 88);
      assert.ok(step * 16 * scale >= 88, `at ${scale}`);
      assert.ok(step === 1 || step * 16 * scale < 88 * 2.5, `at ${scale}`);
    }
  });
});
