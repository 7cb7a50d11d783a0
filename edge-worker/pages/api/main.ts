/** The page of the API. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { byId } from "../shared/dom.ts";
import { followTheme } from "../shared/theme.ts";
import type { Theme } from "../stage/colour.ts";
import { nameServers } from "./names.ts";
import { onlyReadings } from "./readings.ts";

/** Swagger UI's own style sheet follows a class of the root element. */
function setTheme(theme: Theme): void {
  document.documentElement.classList.toggle("dark-mode", theme === "dark");
}

setTheme(followTheme(byId("theme", HTMLButtonElement), setTheme));

SwaggerUI({
  url: "openapi.json",
  domNode: byId("api", HTMLElement),
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  plugins: [nameServers, onlyReadings],
  supportedSubmitMethods: ["get"],
  syntaxHighlight: { theme: "obsidian" },
  // Otherwise it shows a badge of a validator that is somewhere else.
  validatorUrl: null,
});
