import type { Plugin } from "swagger-ui-dist/swagger-ui-es-bundle.js";

/** What of the document is looked at. */
interface Document {
  paths: Record<string, Record<string, unknown>>;
  tags: { name: string }[];
}

/** What every path has: the document says in its first lines how they are answered. */
const LEFT_OUT = ["head", "options"];

/** Shows of a document what can be read, and not what every path has. */
export const onlyReadings: Plugin = () => ({
  statePlugins: { spec: { wrapActions: { updateSpec: (original) => (text) => original(readings(text)) } } },
});

function readings(text: string): string {
  const document = JSON.parse(text) as Document;
  for (const item of Object.values(document.paths)) {
    for (const method of LEFT_OUT) delete item[method];
  }
  const tags = document.tags.filter(({ name }) => !LEFT_OUT.includes(name.toLowerCase()));
  return JSON.stringify({ ...document, tags });
}
