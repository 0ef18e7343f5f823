// Other hosts on this machine, for what notebooks do on the network: one that lets every site read it, and one that
// does not. They log what was asked of them.

import { createServer } from "node:http";

/**
 * Starts a host.
 *
 * @param {object} options
 * @param {boolean} options.isOpen whether other sites may read it
 * @param {Record<string, Buffer | ((request, response) => void)>} options.files by path
 */
export async function startHost({ isOpen, files }) {
  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    requests.push({ method: request.method, path, headers: request.headers });
    if (isOpen) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Allow-Headers", "*");
      response.setHeader("Access-Control-Allow-Methods", "*");
    }
    const file = files[path];
    if (typeof file === "function") return void file(request, response);
    response.setHeader("Content-Type", path.endsWith(".png") ? "image/png" : "application/octet-stream");
    if (file) response.setHeader("Content-Length", file.length);
    response.writeHead(file || request.method === "OPTIONS" ? 200 : 404).end(request.method === "GET" ? (file ?? "nothing here") : undefined);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    requests,
    paths: () => requests.map(({ path }) => path),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
