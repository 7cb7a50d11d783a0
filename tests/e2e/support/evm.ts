import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import { Failure } from "../../../scripts/lib/failure.mjs";
import { NPM_BIN } from "../../../scripts/lib/paths.mjs";
import { PATIENCE_MS } from "./connection.ts";
import { eventually } from "./wait.ts";

const CONTRACTS = fileURLToPath(new URL("../contracts", import.meta.url));

const ANVIL = join(NPM_BIN, "anvil");

const START_MS = 30_000;

/**
 * Runs a program for as long as its own standard input is open: however this process ends, the program ends with it,
 * and nobody has to be alive to do it.
 */
const UNTIL_INPUT_ENDS = ["sh", "-c", `"$0" "$@" & child=$!; cat > /dev/null; kill -9 $child; wait $child`];

/** A compiled contract. */
interface Contract {
  /** In hex, without `0x`. */
  bytecode: string;
  /** Of each function, by its signature: in hex, without `0x`. */
  selectors: Record<string, string>;
}

/** What has become of a transaction. */
interface Receipt {
  status: string;
  contractAddress: string | null;
}

/** A local Ethereum node with a chain of its own. */
export class Evm {
  readonly port: number;
  readonly #process: ChildProcess;
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  /** A new chain; on a port that is free, unless it is given one. */
  static async start(port = 0): Promise<Evm> {
    if (!existsSync(ANVIL)) {
      throw new Failure(
        `There is no ${ANVIL}, a local Ethereum node.`,
        "npm install brings it for Linux on x86-64 only; elsewhere put Foundry's there.",
      );
    }
    const [program = "", ...args] = [...UNTIL_INPUT_ENDS, ANVIL, "--port", String(port)];
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const evm = new Evm(child, await listening(child));
    // What nobody reads would fill the pipe, and block the node.
    child.stdout?.resume();
    return evm;
  }

  /** Of its JSON-RPC. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends at once, and its chain with it. */
  async stop(): Promise<void> {
    const closed = once(this.#process, "close");
    this.#process.stdin?.end();
    await closed;
  }

  /** The result of a call. */
  async call<T>(method: string, params: unknown[]): Promise<T> {
    const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(this.url, { method: "POST", headers, body: request });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
    assert.equal(error, undefined, `${method}: ${error?.message}`);
    return result;
  }

  /** Puts a contract onto the chain; returns its address, in lower case. Arguments are words: see {@link word}. */
  async deploy(name: string, ...args: string[]): Promise<string> {
    const { contractAddress } = await this.#send({ data: `0x${contract(name).bytecode}${args.join("")}` });
    return contractAddress?.toLowerCase() ?? assert.fail(`${name} was not deployed`);
  }

  /** Puts code onto the chain as it is, in hex of at most 255 bytes; returns its address, in lower case. */
  async deployCode(code: string): Promise<string> {
    const bytes = (code.length / 2).toString(16).padStart(2, "0");
    // Copies what follows these twelve bytes to memory, and returns it.
    const { contractAddress } = await this.#send({ data: `0x60${bytes}600c60003960${bytes}6000f3${code}` });
    return contractAddress?.toLowerCase() ?? assert.fail("the code was not deployed");
  }

  /** Has a contract change its state. */
  async transact(name: string, address: string, signature: string, ...args: string[]): Promise<void> {
    const selector = contract(name).selectors[signature] ?? assert.fail(`${name} has no ${signature}`);
    await this.#send({ to: address, data: `0x${selector}${args.join("")}` });
  }

  /** One after the other: the node numbers transactions of one account as they come, and does not like gaps. */
  #send(transaction: { to?: string; data: string }): Promise<Receipt> {
    const receipt = this.#sending.then(() => this.#sendNow(transaction));
    this.#sending = receipt.catch(() => {});
    return receipt;
  }

  async #sendNow(transaction: { to?: string; data: string }): Promise<Receipt> {
    const [from] = await this.call<string[]>("eth_accounts", []);
    const hash = await this.call<string>("eth_sendTransaction", [{ from, ...transaction }]);
    // It is mined after the answer.
    const receipt = await eventually(PATIENCE_MS, async () => {
      const mined = await this.call<Receipt | null>("eth_getTransactionReceipt", [hash]);
      return mined ?? assert.fail(`${hash} was not mined`);
    });
    assert.equal(receipt.status, "0x1", "the transaction has failed");
    return receipt;
  }
}

/** An address, a hash, a flag or a number as an argument: 32 bytes in hex, without `0x`. */
export function word(value: string | boolean | number): string {
  const digits = typeof value === "string" ? value.replace(/^0x/, "").toLowerCase() : Number(value).toString(16);
  return digits.padStart(64, "0");
}

function listening(child: ChildProcess): Promise<number> {
  let output = "";
  const found = new Promise<number>((resolve, reject) => {
    const fail = (reason: unknown) => reject(new Failure(`anvil did not start: ${reason}\n${output}`));
    child.once("error", fail);
    child.once("close", () => fail("it has ended"));
    const timer = setTimeout(() => {
      child.stdin?.end();
      fail(`nothing within ${START_MS} ms`);
    }, START_MS);
    const look = (chunk: Buffer) => {
      output += chunk;
      const port = /Listening on [^\s:]+:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      child.stdout?.off("data", look);
      resolve(Number(port));
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  });
  return found;
}

let compiled: Map<string, Contract> | undefined;

function contract(name: string): Contract {
  compiled ??= compile();
  return compiled.get(name) ?? assert.fail(`there is no contract ${name}`);
}

/** What solc is given and says, as far as it matters here. */
interface Compiled {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<
    string,
    Record<string, { evm: { bytecode: { object: string }; methodIdentifiers: Record<string, string> } }>
  >;
}

/** All contracts of the folder, by name. */
function compile(): Map<string, Contract> {
  const files = readdirSync(CONTRACTS);
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(CONTRACTS, file), "utf8") }])),
    settings: { outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.methodIdentifiers"] } } },
  };
  const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as Compiled;
  assert.deepEqual(
    errors.map(({ formattedMessage }) => formattedMessage),
    [],
  );
  const entries = Object.values(contracts).flatMap((file) => Object.entries(file));
  return new Map(
    entries.map(([name, { evm }]) => [name, { bytecode: evm.bytecode.object, selectors: evm.methodIdentifiers }]),
  );
}
