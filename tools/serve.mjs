// Serves the built site on this machine and prints its address.
//   --port 8080      the first port to try; the next free one is taken
//   --prefix /a/b/   serve below a path, as a course page's host would
//   --watch          rebuild when a source changes and reload open pages

import { join } from "node:path";
import { parseArgs } from "node:util";

import { root } from "./build/site.mjs";
import { serveFolder } from "./serve/static.mjs";
import { rebuildOnChange } from "./serve/watch.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    prefix: { type: "string", default: "/" },
    watch: { type: "boolean", default: false },
  },
});
const prefix = `/${values.prefix}/`.replace(/\/+/g, "/");

/** How many ports are tried after the first. */
const PORT_TRIES = 20;

/** Open pages that wait for the next build. */
const listeners = new Set();

function listen(request, response) {
  if (!values.watch || new URL(request.url, "http://localhost").pathname !== `${prefix}live-reload`) return false;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(": waiting for the next build\n\n");
  listeners.add(response);
  request.on("close", () => listeners.delete(response));
  return true;
}

async function start() {
  const first = Number(values.port);
  for (let port = first; ; port += 1) {
    try {
      return await serveFolder({ folder: join(root, "dist"), prefix, port, intercept: listen });
    } catch (error) {
      if (error.code !== "EADDRINUSE" || port >= first + PORT_TRIES) throw error;
    }
  }
}

const { url } = await start();
console.log(`\nCarrel is at ${url}\n`);
if (values.watch) {
  rebuildOnChange(() => {
    for (const response of listeners) response.write("event: built\ndata: now\n\n");
  });
}
