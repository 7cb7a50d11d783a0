import { Archipelago } from "./node_modules/archipelago-wasm/dist/index.js";
import { play } from "./scenario.js";

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => show("worker", data);
worker.onerror = ({ message }) => show("worker", message);

try {
  show("page", JSON.stringify(await play(Archipelago)));
} catch (error) {
  show("page", `${error.name}: ${error.message}`);
}
