/** Whether answers are what the realm's OpenAPI document says. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Answer } from "./http.ts";

type Fields = Record<string, unknown>;

interface Reference {
  $ref?: string;
}

interface Described extends Reference {
  headers?: Record<string, Reference & { required?: boolean; schema?: Fields }>;
  content?: Record<string, { schema?: Fields }>;
}

interface Operation {
  responses: Record<string, Described>;
}

interface Server {
  url: string;
}

type PathItem = { servers?: Server[] } & Record<string, Operation | undefined>;

/** As much of a document as this reads. */
export interface Document {
  openapi: string;
  servers: Server[];
  paths: Record<string, PathItem>;
  components: { responses: Record<string, Described> };
}

/** Something in the document: where it is, as a JSON pointer, and what it is. */
interface Place<T> {
  pointer: string;
  value: T;
}

/** A path under one of its servers: which paths that is, and how concrete it is. */
interface Template {
  pattern: RegExp;
  /** A digit for each segment, so that the lowest one is the most concrete. */
  rank: string;
  item: Place<PathItem>;
}

/** What OpenAPI adds to JSON Schema, and says nothing about what is valid. */
const ANNOTATIONS = ["discriminator", "example", "externalDocs", "xml"];

/** The answer to a path that there is not, by its name in the document. */
const NOT_FOUND = "NotFound";

/** Any path that is always there; what may keep its answer from coming may do so for all others, and for unknown ones. */
const ANY_PATH = "/ping";

/** A document that answers are held to. */
export class Contract {
  readonly document: Document;
  readonly #ajv = new Ajv2020({ strict: true, allErrors: true });
  readonly #templates: Template[];
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.document = document;
    addFormats.default(this.#ajv);
    // The document is a schema without rules, in which those are that have some.
    this.#ajv.addVocabulary([...ANNOTATIONS, ...Object.keys(document)]);
    this.#ajv.addSchema(document, BASE, false, false);
    this.#templates = templates(document);
  }

  /** Fails unless the document has this answer; `path` may have a query. */
  assertDocumented(method: string, path: string, answer: Answer): void {
    const [pathname = ""] = path.split("?", 1);
    const what = `${method} ${pathname.slice(0, 100)}, answered with ${answer.status}`;
    const described = this.#describe(method, pathname, answer.status);
    assert.ok(described, `${what}: not in the document`);
    this.#checkHeaders(described, answer, what);
    this.#checkBody(described, method, answer, what);
  }

  #describe(method: string, path: string, status: number): Place<Described> | undefined {
    const item = this.#templates.find(({ pattern }) => pattern.test(path))?.item;
    if (!item) return this.#elsewhere(status);
    const own = method.toLowerCase();
    // HEAD is GET without a body; a method that the path does not have is one of the errors of GET.
    const name = own in item.value || (own !== "head" && status < 400) ? own : "get";
    const responses = item.value[name]?.responses;
    return responses && this.#response(`${item.pointer}/${name}/responses`, responses, status);
  }

  /** What may be answered to a path that the document does not have. */
  #elsewhere(status: number): Place<Described> | undefined {
    const { paths, components } = this.document;
    const pointer = `/components/responses/${NOT_FOUND}`;
    if (status === 404)
      return this.#resolve({ pointer, value: components.responses[NOT_FOUND] ?? assert.fail(pointer) });
    const responses = paths[ANY_PATH]?.get?.responses ?? assert.fail(`no ${ANY_PATH}`);
    // Where nothing is, no method is better than another.
    if (status < 400 || status === 405) return undefined;
    return this.#response(`/paths/${escapePart(ANY_PATH)}/get/responses`, responses, status);
  }

  #response(pointer: string, responses: Record<string, Described>, status: number): Place<Described> | undefined {
    const value = responses[status];
    return value && this.#resolve({ pointer: `${pointer}/${status}`, value });
  }

  #resolve<T extends Reference>({ pointer, value }: Place<T>): Place<T> {
    if (value.$ref === undefined) return { pointer, value };
    const target = value.$ref.replace(/^#/, "");
    const parts = target.split("/").slice(1).map(readPart);
    const found = parts.reduce<unknown>((parent, part) => (parent as Fields | undefined)?.[part], this.document);
    return this.#resolve({ pointer: target, value: (found as T | undefined) ?? assert.fail(`nothing at ${target}`) });
  }

  #checkHeaders({ pointer, value }: Place<Described>, answer: Answer, what: string): void {
    for (const [name, header] of Object.entries(value.headers ?? {})) {
      const actual = answer.headers[name.toLowerCase()];
      const place = this.#resolve({ pointer: `${pointer}/headers/${escapePart(name)}`, value: header });
      if (actual !== undefined)
        this.#validate(`${place.pointer}/schema`, read(actual, place.value.schema), `${what}: ${name}`);
      else assert.ok(!place.value.required, `${what}: without ${name}`);
    }
  }

  #checkBody({ pointer, value }: Place<Described>, method: string, answer: Answer, what: string): void {
    const { "content-type": type } = answer.headers;
    const media = Object.keys(value.content ?? {});
    if (media.length === 0) {
      assert.deepEqual([type, answer.body], [undefined, ""], `${what}: a body that is not in the document`);
      return;
    }
    const known = media.find((one) => covers(one, type ?? ""));
    assert.ok(known !== undefined, `${what}: ${type} instead of ${media.join(" or ")}`);
    if (method === "HEAD") assert.equal(answer.body, "", `${what}: a body`);
    else this.#validate(`${pointer}/content/${escapePart(known)}/schema`, parse(known, answer.body, what), what);
  }

  #validate(pointer: string, value: unknown, what: string): void {
    const validate = this.#validators.get(pointer) ?? this.#compile(pointer);
    if (!validate(value)) assert.fail(`${what}: ${this.#ajv.errorsText(validate.errors)}`);
  }

  #compile(pointer: string): ValidateFunction {
    const validate = this.#ajv.getSchema(`${BASE}#${encodeURI(pointer)}`) ?? assert.fail(`no schema at ${pointer}`);
    this.#validators.set(pointer, validate);
    return validate;
  }
}

/** The name of the document among schemas. */
const BASE = "https://realm.example/openapi.json";

function templates({ paths, servers }: Document): Template[] {
  const all = Object.entries(paths).flatMap(([path, value]) => {
    const item = { pointer: `/paths/${escapePart(path)}`, value };
    return (value.servers ?? servers).map(({ url }) => template(url.replace(/\/$/, "") + path, item));
  });
  return all.sort((one, two) => (one.rank < two.rank ? -1 : 1));
}

function template(path: string, item: Place<PathItem>): Template {
  const segments = path.split("/");
  const isVariable = (segment: string) => /^\{.*\}$/.test(segment);
  const literal = (segment: string) => segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = segments.map((segment) => (isVariable(segment) ? "[^/]*" : literal(segment))).join("/");
  const rank = segments.map((segment) => (isVariable(segment) ? "1" : "0")).join("");
  return { pattern: new RegExp(`^${pattern}$`), rank, item };
}

/** Whether this media type is one of those that are documented so. */
function covers(documented: string, type: string): boolean {
  const [plain, whole] = [type.replace(/;.*/, ""), type].map((text) => text.replace(/\s/g, "").toLowerCase());
  const wanted = documented.replace(/\s/g, "").toLowerCase();
  return wanted === whole || wanted === plain;
}

function parse(media: string, body: string, what: string): unknown {
  if (!/[/+]json\b/.test(media)) return body;
  try {
    return JSON.parse(body);
  } catch {
    return assert.fail(`${what}: not JSON: ${body.slice(0, 200)}`);
  }
}

/** A header's value as the type that its schema has. */
function read(value: string | string[], schema: Fields = {}): unknown {
  return schema.type === "integer" || schema.type === "number" ? Number(value) : value;
}

function escapePart(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

function readPart(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}
