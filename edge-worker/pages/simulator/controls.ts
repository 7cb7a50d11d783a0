/** The form: what a person sets, as settings. */
import { byId } from "../shared/dom.ts";
import { NumberField, type Rule } from "./fields.ts";
import {
  allowedNumbers,
  type EngineSettings,
  type LIMITS,
  POLICIES,
  parseNumber,
  type Settings,
  SPEEDS,
} from "./settings.ts";
import { isSized, PLAYERS, parseWorld, type WorldName, worldName } from "./worlds.ts";

/** What is called when a person has changed something; the settings are all of them, as they are now. */
export interface Changes {
  /** Another world or seed: another run. */
  run(settings: Settings): void;
  /** The engine's parameters; as they were before, too. */
  engine(settings: Settings, before: Settings): void;
  speed(settings: Settings): void;
}

export class Controls {
  #settings: Settings;
  /** The players of the sized world that was chosen last: chosen again, it has as many. */
  #players: number = PLAYERS.usual;
  readonly #changes: Changes;
  readonly #policy = byId("policy", HTMLSelectElement);
  readonly #kind = byId("world", HTMLSelectElement);
  readonly #calm = byId("calm", HTMLInputElement);
  readonly #playersRow = byId("players-row", HTMLElement);
  readonly #speeds = [...byId("speed", HTMLFieldSetElement).querySelectorAll("input")];
  readonly #playersField: NumberField;
  readonly #seed: NumberField;
  readonly #join: NumberField;
  readonly #leave: NumberField;
  readonly #max: NumberField;

  constructor(settings: Settings, changes: Changes) {
    this.#settings = settings;
    this.#changes = changes;
    this.#playersField = new NumberField("players", PLAYERS_RULE, (players) => this.#world({ players }));
    this.#seed = new NumberField("seed", rule("seed"), (seed) => this.#run({ seed }));
    this.#join = new NumberField("join", rule("join"), (join) => this.#distances({ join }));
    this.#leave = new NumberField("leave", rule("leave"), (leave) => this.#distances({ leave }));
    this.#max = new NumberField("max", rule("max"), (max) => this.#engine({ max }));
    this.#policy.addEventListener("change", () => this.#choose(this.#policy.value));
    this.#kind.addEventListener("change", () => this.#world({ kind: this.#kind.value as WorldName["kind"] }));
    this.#calm.addEventListener("change", () => this.#world({ calm: this.#calm.checked }));
    byId("new-seed", HTMLButtonElement).addEventListener("click", () => this.#run({ seed: anySeed() }));
    for (const input of this.#speeds) {
      input.addEventListener("change", () => this.#speed(SPEEDS.find((speed) => String(speed) === input.value)));
    }
    this.#show();
  }

  get settings(): Settings {
    return this.#settings;
  }

  #world(change: Partial<WorldName>): void {
    const now = parseWorld(this.#settings.world);
    if (!now) return;
    const next = { ...now, ...change };
    const players = isSized(next.kind) ? (next.players ?? this.#players) : undefined;
    this.#run({ world: worldName({ ...next, players }) });
  }

  #run(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#show();
    this.#changes.run(this.#settings);
  }

  /** The leave distance is never below the join distance: the one that is moved pushes the other, or stops there. */
  #distances(change: { join: number } | { leave: number }): void {
    const { join, leave } = { ...this.#settings, ...change };
    const limit = Math.max(join, leave);
    this.#leave.say("");
    if (leave < join) {
      const why = "it cannot be below the join distance";
      this.#leave.say("join" in change ? `Raised to ${limit} m: ${why}.` : `Stays at ${limit} m: ${why}.`);
    }
    this.#engine({ join, leave: limit });
  }

  #engine(change: Partial<EngineSettings>): void {
    const before = this.#settings;
    this.#settings = { ...before, ...change };
    this.#show();
    this.#changes.engine(this.#settings, before);
  }

  #choose(name: string): void {
    const policy = POLICIES.find((known) => known === name);
    if (policy) this.#engine({ policy });
  }

  #speed(speed = this.#settings.speed): void {
    this.#settings = { ...this.#settings, speed };
    this.#changes.speed(this.#settings);
  }

  #show(): void {
    const { world, seed, join, leave, max, policy, speed } = this.#settings;
    const { kind, players, calm } = parseWorld(world) ?? { kind: "", players: undefined, calm: false };
    this.#kind.value = kind;
    this.#calm.checked = calm;
    this.#players = players ?? this.#players;
    this.#playersRow.hidden = players === undefined;
    this.#playersField.show(this.#players);
    this.#seed.show(seed);
    this.#join.show(join);
    this.#leave.show(leave);
    this.#max.show(max);
    this.#policy.value = policy;
    for (const input of this.#speeds) input.checked = input.value === String(speed);
  }
}

const PLAYERS_RULE: Rule = {
  parse: (text) => {
    const players = /^\d+$/.test(text) ? Number(text) : 0;
    return players >= PLAYERS.min && players <= PLAYERS.max ? players : undefined;
  },
  allowed: () => `a whole number from ${PLAYERS.min} to ${PLAYERS.max}`,
};

function rule(key: keyof typeof LIMITS): Rule {
  return { parse: (text) => parseNumber(key, text.trim()), allowed: () => allowedNumbers(key) };
}

function anySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
