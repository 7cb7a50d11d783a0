/** The simulator page. */

import { byId } from "../shared/dom.ts";
import { followTheme } from "../shared/theme.ts";
import { Stage } from "../stage/stage.ts";
import { App } from "./app.ts";
import { ComparisonView } from "./comparison-view.ts";
import { Controls } from "./controls.ts";
import { Crowd } from "./crowd.ts";
import { IslandCard } from "./island-card.ts";
import { Notices } from "./notices.ts";
import { parseSettings } from "./settings.ts";
import { Transport } from "./transport.ts";

// On a narrow screen the settings would push everything else out of sight.
byId("settings", HTMLDetailsElement).open = !matchMedia("(max-width: 860px)").matches;

const { settings, problems } = parseSettings(location.search);

const stage = new Stage(byId("stage", HTMLCanvasElement), {
  theme: followTheme(byId("theme", HTMLButtonElement), (theme) => stage.setTheme(theme)),
  onHover: (hit, px, py) => card.hover(hit, px, py),
  onSelect: (id) => {
    if (!crowd.on) card.choose(id);
  },
  onView: (_, byUser) => {
    if (byUser) app.moved();
  },
});
const card = new IslandCard(stage);
const crowd = new Crowd(stage, (drag) => app.drag(drag));

const notices = new Notices(() => app.restart(controls.settings));
notices.problems(problems);

const controls = new Controls(settings, {
  run: (changed) => {
    comparison.clear();
    app.restart(changed);
  },
  engine: (changed, before) => {
    // All policies are in the comparison anyway.
    if (changed.policy === before.policy) comparison.clear();
    comparison.choose(changed.policy);
    app.regroup(changed);
  },
  speed: (changed) => app.speed(changed),
});
const comparison = new ComparisonView(() => controls.settings);
const transport = new Transport({
  toggle: () => app.toggle(),
  step: () => app.step(),
  restart: () => app.restart(controls.settings),
  fit: () => app.fit(),
  zoom: (factor) => stage.zoomBy(factor),
  island: (by) => card.walk(by),
  dragging: (on) => {
    crowd.on = on;
  },
});
const app = new App({ stage, card, notices, transport }, settings);
