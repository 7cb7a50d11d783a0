declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** A part of the page, as React has it. */
  export type Component = (properties: object) => unknown;

  /** The part of React that is used here. */
  export interface React {
    createElement(type: Component | string, properties: object, ...children: unknown[]): unknown;
    useEffect(effect: () => void): void;
    useRef<T>(initial: T | null): { readonly current: T | null };
  }

  /** Takes the text of a document. */
  type UpdateSpec = (text: string) => unknown;

  /** Changes what Swagger UI draws: each component by its name; or of what. */
  export type Plugin = () => {
    wrapComponents?: Record<string, (original: Component, system: { React: React }) => Component>;
    statePlugins?: { spec: { wrapActions: { updateSpec: (original: UpdateSpec) => UpdateSpec } } };
  };

  /** The part of its settings that is set here. */
  interface Settings {
    url: string;
    domNode: HTMLElement;
    defaultModelsExpandDepth: number;
    docExpansion: "list" | "full" | "none";
    plugins: Plugin[];
    supportedSubmitMethods: string[];
    syntaxHighlight: { theme: string };
    validatorUrl: null;
  }

  /** Draws a document of OpenAPI into an element. */
  export default function SwaggerUI(settings: Settings): unknown;
}

declare module "swagger-ui-dist/swagger-ui.css";
