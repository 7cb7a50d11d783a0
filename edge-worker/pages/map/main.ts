import { copyOnClick } from "../shared/copy.ts";
import { byId } from "../shared/dom.ts";
import { followTheme } from "../shared/theme.ts";
import { AboutView } from "./about.ts";
import { LiveMap } from "./live-map.ts";

const command = `/changerealm ${location.origin}`;
for (const code of document.querySelectorAll(".change-realm")) code.textContent = command;
for (const button of document.querySelectorAll<HTMLButtonElement>("button.copy")) copyOnClick(button, () => command);

const theme = followTheme(byId("theme", HTMLButtonElement), (changed) => map.setTheme(changed));
const about = new AboutView();
const map = new LiveMap(theme, () => void about.look());
