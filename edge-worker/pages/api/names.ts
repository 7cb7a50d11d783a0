import type { Plugin } from "swagger-ui-dist/swagger-ui-es-bundle.js";

/** Says what the fields for the server are: Swagger UI gives them labels without a text. */
export const nameServers: Plugin = () => ({
  wrapComponents: {
    Servers:
      (original, { React }) =>
      (properties) => {
        const box = React.useRef<HTMLElement>(null);
        React.useEffect(() => nameFields(box.current));
        return React.createElement("div", { ref: box }, React.createElement(original, properties));
      },
  },
});

function nameFields(box: HTMLElement | null): void {
  for (const field of box?.querySelectorAll<HTMLElement>("select, input") ?? []) {
    field.ariaLabel = field.dataset.variable ?? "server";
  }
}
