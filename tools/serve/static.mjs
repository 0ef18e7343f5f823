// A static file server as dumb as the dumbest host: right MIME types, no other headers, no rewriting.
// Used by `make serve` and by the browser tests. Listens on this machine only.

import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".ipynb": "application/json",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
};

/**
 * Serves `folder` below the path `prefix`.
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {string} [options.prefix] begins and ends with a slash
 * @param {number} [options.port] 0 lets the system choose
 * @param {Record<string, string>} [options.headers] sent with every file
 * @param {(request, response) => boolean | Promise<boolean>} [options.intercept] answers a request itself and says so with true
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>}
 */
export async function serveFolder({ folder, prefix = "/", port = 0, headers = {}, intercept = () => false }) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(`${request.url}: ${error.message}`);
      response.destroy(error);
    });
  });

  async function answer(request, response) {
    if (await intercept(request, response)) return;
    const path = fileFor(new URL(request.url, "http://localhost").pathname);
    const bytes = path && (await contents(path));
    if (!bytes) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
      return;
    }
    const type = types[extname(path)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, "Content-Length": bytes.length, ...headers });
    response.end(request.method === "HEAD" ? undefined : bytes);
  }

  function fileFor(pathname) {
    if (!pathname.startsWith(prefix)) return undefined;
    let inside = decodeURIComponent(pathname.slice(prefix.length));
    if (inside === "" || inside.endsWith("/")) inside += "index.html";
    const path = normalize(join(folder, inside));
    return path.startsWith(normalize(folder) + sep) ? path : undefined;
  }

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}${prefix}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function contents(path) {
  try {
    return (await stat(path)).isFile() ? await readFile(path) : undefined;
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
