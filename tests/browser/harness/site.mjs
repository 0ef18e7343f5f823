// What every spec starts from: the built site behind a dumb server, a browser, and a fresh profile for each test.
// Read next: page.mjs, what a person can do with the page.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { root } from "../../../tools/build/site.mjs";
import { serveFolder } from "../../../tools/serve/static.mjs";
import { launchBrowser } from "./browser.mjs";
import { CarrelPage } from "./page.mjs";

const screenshots = join(root, "target", "screenshots");

/** How long the page itself, without a kernel, is waited for: as long as a machine that is many times slower takes. */
const PAGE_LIMIT_MS = 90_000;

/**
 * Serves dist/ and starts a browser around the tests of one file.
 *
 * @param {object} [options] as `serveFolder` takes them, without the folder
 */
export function useSite(options = {}) {
  const site = {
    url: "",
    /** Opens a new profile at the site and waits until it can be used. */
    async open(contextOptions = {}) {
      const context = await site.browser.newContext({ acceptDownloads: true, ...contextOptions });
      context.setDefaultTimeout(PAGE_LIMIT_MS);
      const page = new CarrelPage(await context.newPage(), { url: site.url, screenshots });
      await page.goto();
      return page;
    },
  };
  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    site.server = await serveFolder({ folder: join(root, "dist"), ...options });
    site.url = site.server.url;
    site.browser = await launchBrowser();
  });
  after(async () => {
    await site.browser?.close();
    await site.server?.close();
  });
  return site;
}
