/** The page: a run, how it is shown, and what a person does to it. */
import { byId } from "../shared/dom.ts";
import { number } from "../shared/format.ts";
import { EMPTY_SCENE, type Scene } from "../stage/scene.ts";
import type { Stage } from "../stage/stage.ts";
import { Address } from "./address.ts";
import { FiguresView } from "./figures.ts";
import type { IslandCard } from "./island-card.ts";
import type { Drag, Frame } from "./messages.ts";
import { Meter } from "./meter.ts";
import type { Notices } from "./notices.ts";
import { Playback } from "./playback.ts";
import type { Settings } from "./settings.ts";
import { Simulation } from "./simulation.ts";
import type { Transport } from "./transport.ts";

/** A page that was hidden does not catch up. */
const LONGEST_PICTURE_MS = 250;
/** Between two looks at how smoothly the page is drawn. */
const METER_MS = 500;

/** What the app is shown with. */
export interface Parts {
  readonly stage: Stage;
  readonly card: IslandCard;
  readonly notices: Notices;
  readonly transport: Transport;
}

export class App {
  readonly #parts: Parts;
  readonly #figures = new FiguresView(byId("figures", HTMLElement));
  readonly #address = new Address();
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #meter = new Meter();
  #settings: Settings;
  #simulation: Simulation;
  #playback: Playback;
  #scene: Scene = EMPTY_SCENE;
  /** Whether the run waits for a person. */
  #waits = false;
  #failed = false;
  /** Whether the address gives what is seen: not if somebody has interfered since the start. */
  #untouched = true;
  /** Whether the map keeps everybody in sight: until a person moves it. */
  #fitting = true;
  #fitted = 0;
  #pictureAt = 0;
  #meterAt = 0;
  #animation: number | undefined;

  constructor(parts: Parts, settings: Settings) {
    this.#parts = parts;
    this.#settings = settings;
    [this.#simulation, this.#playback] = this.#begin();
    // After the stage's own observer, which has measured the canvas by then.
    new ResizeObserver(() => this.#resized()).observe(parts.stage.canvas);
  }

  /** Another run: it goes on by itself or waits, as the settings say. */
  start(settings: Settings): void {
    const sameWorld = settings.world === this.#settings.world;
    this.#simulation.stop();
    this.#settings = settings;
    this.#fitting = this.#fitting || !sameWorld;
    [this.#simulation, this.#playback] = this.#begin();
    this.#showAddress();
  }

  /** A run from its beginning; it waits if the one before did. */
  restart(settings: Settings): void {
    this.start({ ...settings, steps: 0, paused: this.#waits });
  }

  /** Other parameters of the engine, for the run as it is. */
  regroup(settings: Settings): void {
    this.#settings = settings;
    this.#untouched = false;
    this.#simulation.regroup(settings);
    this.#showAddress();
  }

  speed(settings: Settings): void {
    this.#settings = settings;
    this.#playback.speed = settings.speed;
    this.#showAddress();
  }

  toggle(): void {
    this.#run(!this.#running);
  }

  /** One flush; a run that goes on by itself waits after it. */
  step(): void {
    this.#run(false);
    if (this.#playback.step(performance.now())) this.#show(true);
  }

  drag(drag: Drag): void {
    this.#untouched = false;
    this.#playback.drag(drag);
    this.#simulation.drag(drag);
    if (!this.#running) this.#move();
  }

  /** Shows everybody, and keeps them in sight. */
  fit(): void {
    this.#fitting = true;
    this.#parts.stage.fit();
  }

  /** A person has moved the map: it stays there. */
  moved(): void {
    this.#fitting = false;
  }

  get #running(): boolean {
    return !this.#waits && !this.#failed;
  }

  #begin(): [Simulation, Playback] {
    const { paused, steps, speed } = this.#settings;
    const { notices, transport } = this.#parts;
    this.#untouched = true;
    this.#fitted = 0;
    notices.failure(undefined);
    notices.state("Loading…");
    transport.enable(true);
    const simulation = new Simulation(this.#settings, {
      frame: (frame) => this.#receive(frame),
      progress: (flushes) => notices.state(`${number(flushes)} of ${number(steps)} flushes…`),
      failed: (reason) => this.#fail(reason),
    });
    const playback = new Playback(() => simulation.advance());
    playback.speed = speed;
    this.#waits = paused || steps > 0;
    this.#failed = false;
    transport.show(this.#running);
    this.#animate();
    return [simulation, playback];
  }

  #run(running: boolean): void {
    if (running === this.#running || this.#failed) return;
    this.#waits = !running;
    this.#parts.transport.show(running);
    this.#showAddress();
    this.#animate();
    const { frame } = this.#playback;
    if (frame) this.#parts.notices.summary(frame, { running, now: true });
  }

  #receive(frame: Frame): void {
    const { card, notices } = this.#parts;
    notices.state("");
    // Another engine's islands have nothing but names in common with those before.
    if (frame.cause !== "flush") card.choose(undefined);
    if (this.#playback.receive(frame, performance.now())) this.#show(frame.cause !== "flush" || !this.#running);
  }

  #fail(reason: string): void {
    this.#failed = true;
    const { notices, transport } = this.#parts;
    transport.show(false);
    transport.enable(false);
    notices.state("");
    notices.failure(reason);
  }

  /** Another frame, or other islands in it. `asked`: because a person wanted it. */
  #show(asked: boolean): void {
    const { frame } = this.#playback;
    if (!frame) return;
    const { stage, card, notices } = this.#parts;
    const islands = frame.islands.map((id) => ({ id }));
    this.#scene = { count: frame.island.length, positions: this.#positions(frame), island: frame.island, islands };
    stage.setScene(this.#scene);
    card.show(frame);
    this.#figures.showFrame(frame);
    this.#fit(frame);
    notices.summary(frame, { running: this.#running, now: asked });
    if (!this.#running) this.#showAddress();
  }

  #move(): void {
    const { frame } = this.#playback;
    if (!frame) return;
    this.#scene = { ...this.#scene, positions: this.#positions(frame) };
    this.#parts.stage.setScene(this.#scene, "positions");
  }

  #positions(frame: Frame): Float32Array {
    return this.#still.matches ? frame.positions : this.#playback.positions();
  }

  #fit({ figures }: Frame): void {
    if (!this.#fitting || figures.players === this.#fitted) return;
    this.#fitted = figures.players;
    this.#parts.stage.fit();
  }

  /** The canvas has another size, and has been drawn around the same middle. */
  #resized(): void {
    if (!this.#fitting) return;
    const { stage } = this.#parts;
    stage.fit();
    // At once, or whoever pulls at the window sees the other picture in between.
    stage.draw();
  }

  #showAddress(): void {
    const flushes = this.#playback.frame?.flushes ?? 0;
    const paused = !this.#running;
    this.#address.show({ ...this.#settings, paused, steps: paused && this.#untouched ? flushes : 0 });
  }

  #animate(): void {
    if (!this.#running || this.#animation !== undefined) return;
    this.#pictureAt = performance.now();
    this.#meter.rest();
    this.#animation = requestAnimationFrame((now) => this.#picture(now));
  }

  #picture(now: number): void {
    this.#animation = undefined;
    if (!this.#running) return;
    // The first picture can be older than the click that asked for it.
    const elapsed = Math.max(0, Math.min(now - this.#pictureAt, LONGEST_PICTURE_MS));
    this.#pictureAt = now;
    if (this.#playback.advance(elapsed, performance.now())) this.#show(false);
    else if (this.#playback.progress > 0) this.#move();
    this.#measure(now);
    this.#animation = requestAnimationFrame((next) => this.#picture(next));
  }

  #measure(now: number): void {
    this.#meter.picture(now, this.#parts.stage.drawMs);
    if (now - this.#meterAt < METER_MS) return;
    this.#meterAt = now;
    this.#figures.showSmoothness(this.#meter.read());
  }
}
