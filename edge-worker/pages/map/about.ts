import { byId, setText } from "../shared/dom.ts";

/** Between two looks at a realm that was healthy, in milliseconds: each is a question to the realm itself. */
const PERIOD_MS = 60_000;

/** Between two looks at one that was not. */
const TROUBLED_PERIOD_MS = 10_000;

/** How long an answer may take: the realm itself is given a second. */
const LIMIT_MS = 8_000;

/** The part of the answer to `GET /about` that is shown. */
interface About {
  readonly healthy: boolean;
  readonly configurations: { readonly realmName: string };
  readonly comms: { readonly adapter: string; readonly version?: string; readonly commitHash?: string };
}

/** What was found out. */
type Finding = { about: About } | { trouble: string };

/** Asks the realm now and again how it is, and shows that, its name and how to reach it. */
export class AboutView {
  readonly #health = byId("health", HTMLElement);
  readonly #trouble = byId("trouble", HTMLElement);

  #timer: number | undefined;

  constructor() {
    void this.look();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.look();
    });
  }

  /** Looks now, and then again and again while anybody looks at the page. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    const finding = await ask();
    clearTimeout(this.#timer);
    if ("about" in finding) this.#describe(finding.about);
    const healthy = "about" in finding && finding.about.healthy;
    this.#health.dataset.state = healthy ? "good" : "bad";
    setText(this.#health, healthy ? "Healthy" : "Not healthy");
    setText(this.#trouble, healthy ? "" : troubleOf(finding));
    this.#trouble.hidden = healthy;
    this.#timer = window.setTimeout(() => void this.look(), healthy ? PERIOD_MS : TROUBLED_PERIOD_MS);
  }

  #describe({ configurations: { realmName }, comms }: About): void {
    document.title = `${realmName} · Archipelago`;
    setText(byId("realm", HTMLElement), realmName);
    setText(byId("adapter", HTMLElement), comms.adapter);
    const commit = comms.commitHash ? ` (${comms.commitHash})` : "";
    setText(byId("version", HTMLElement), `${comms.version ?? "unknown"}${commit}`);
  }
}

function troubleOf(finding: Finding): string {
  if ("trouble" in finding) return finding.trouble;
  return "The realm says that it is not healthy: it does not answer in time, or is late with forming the islands.";
}

/** Never rejects. */
async function ask(): Promise<Finding> {
  let response: Response;
  try {
    response = await fetch("about", { signal: AbortSignal.timeout(LIMIT_MS) });
  } catch {
    return { trouble: "The realm cannot be reached." };
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (isAbout(answer)) return { about: answer };
  const error = (answer as { error?: unknown } | undefined)?.error;
  return {
    trouble: typeof error === "string" ? `The realm cannot work: ${error}` : `/about answers ${response.status}.`,
  };
}

function isAbout(answer: unknown): answer is About {
  const { healthy, configurations, comms } = (answer ?? {}) as Partial<About>;
  return (
    typeof healthy === "boolean" && typeof configurations?.realmName === "string" && typeof comms?.adapter === "string"
  );
}
