/** A plain web server for a folder, such as any host of static pages is. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = /** @type {Record<string, string>} */ ({
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
});

/**
 * @typedef {object} StaticServer
 * @property {string} url with a slash at the end
 * @property {() => Promise<void>} close
 */

/**
 * Serves the files of a folder on a free port of this machine.
 *
 * @param {string} folder
 * @param {(path: string, bytes: Buffer) => Buffer} [change] what is sent instead of a file; `path` begins with a slash
 * @returns {Promise<StaticServer>}
 */
export async function serveFolder(folder, change = (_, bytes) => bytes) {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    try {
      const bytes = change(path, await readFile(join(folder, path)));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
