// Packages: installing from an index that speaks PyPI's protocols, with real wheels; what is stored, what comes back, what is
// refused, and what a site offers from its own folder.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { PackageIndex, wheelFolder } from "./harness/index_server.mjs";
import { KERNEL_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

/** A page of its own profile whose packages come from `index`. */
async function openWith(site, index, options = {}) {
  const page = await site.open(options);
  await index.route(page.page.context());
  await page.newNotebook();
  return page;
}

describe("%pip install", () => {
  const site = useSite();

  it("installs with dependencies, and works offline after a reload", async () => {
    const index = new PackageIndex();
    const page = await openWith(site, index);
    await page.runCell(0, "%pip install six rich");
    const printed = await page.outputText(0);
    assert.match(printed, /Installed .*rich-15\.0\.0/);
    assert.match(printed, /downloaded/);
    await page.button(/^Insert code cell|^Code$/).first().click();
    const code = "import six, rich, importlib.metadata as m\nprint(six.__version__, m.version('rich'), rich.__name__)";
    await page.runCell(1, code);
    assert.match(await page.outputText(1), /1\.17\.0 15\.0\.0 rich/);
    const { metadata } = await page.notebook();
    assert.deepEqual(metadata.carrel, { requirements: ["six", "rich"] });
    await page.untilStored();

    index.isReachable = false;
    index.asked.length = 0;
    await page.untilSaved();
    await page.reload();
    await page.cell(1).waitFor();
    await page.runCell(1, `${code}\nprint("again")`);
    assert.match(await page.outputText(1), /1\.17\.0 15\.0\.0 rich\nagain/);
    assert.deepEqual(index.asked, [], "what was installed here comes back without the network");
    assert.equal(await page.page.getByRole("status", { name: "Packages" }).getByRole("button").count(), 0);
    await page.runCell(1, "%pip uninstall -y six rich\n%pip install rich");
    assert.match(await page.outputText(1), /from this browser's store/);
    await page.close();
  });

  it("loads compiled wheels, and keeps them over a restart", async () => {
    const index = new PackageIndex();
    const page = await openWith(site, index);
    const code = "import msgpack, msgpack._cmsgpack\nprint(msgpack.unpackb(msgpack.packb({'a': [1, 2.5, b'x']})), msgpack.Packer.__module__)";
    await page.runCell(0, `%pip install -q msgpack networkx einops tqdm\n${code}`);
    assert.match(await page.outputText(0), /^\{'a': \[1, 2\.5, b'x'\]\} msgpack\._cmsgpack/);
    await page.restart();
    await page.untilIdle();
    await page.runCell(0, `import networkx as nx, einops, tqdm, torch\n${code}\nprint(nx.path_graph(3).size(), einops.rearrange(torch.ones(2, 3), 'a b -> (b a)').shape)`);
    assert.match(await page.outputText(0), /msgpack\._cmsgpack\n2 torch\.Size\(\[6\]\)/);
    await page.close();
  });

  it("refuses what cannot be, and says what to do", async () => {
    const index = new PackageIndex();
    const page = await openWith(site, index);
    for (const [command, wanted] of [
      ["%pip install only-source", /published only as source code/],
      ["%pip install nowhere-at-all", /No matching distribution found for nowhere-at-all/],
      ["%pip install 'six>=2'", /from versions: 1\.17\.0/],
      ["%pip install six 'six>=2'", /Cannot install these together[\s\S]*ResolutionImpossible/],
      ["%pip install torch==1.0", /part of Carrel|No matching distribution/],
      ["import six", /Install it: %pip install six/],
      ["import tensorflow", /Use torch, which is built in/],
    ]) {
      await page.runCell(0, command);
      assert.match(await page.outputText(0), wanted, command);
    }
    index.damaged = "six";
    await page.runCell(0, "%pip install six");
    assert.match(await page.outputText(0), /DO NOT MATCH THE HASHES/);
    index.damaged = "";
    await page.runCell(0, "%pip list");
    assert.doesNotMatch(await page.outputText(0), /^six /m);
    await page.close();
  });

  it("is stopped in the middle of a download", async () => {
    const index = new PackageIndex();
    const page = await openWith(site, index);
    await page.untilIdle();
    index.unanswered = "networkx-3.6.1-py3-none-any.whl";
    await page.type(0, "%pip install networkx");
    await page.press("Control+Enter");
    await page.untilOutput(0, "networkx-3.6.1-py3-none-any.whl");
    await page.button(/^Interrupt/).first().click();
    await page.untilRan(0);
    assert.match(await page.outputText(0), /KeyboardInterrupt/);
    assert.deepEqual(page.complaints, [], "and the page has nothing to complain about");
    await page.runCell(0, "1 + 1");
    assert.match(await page.outputText(0), /^2/);
    await page.close();
  });

  it("is one click after an import error, and offered to whoever opens the notebook elsewhere", async () => {
    const index = new PackageIndex();
    const page = await openWith(site, index);
    await page.runCell(0, "import einops\neinops.__version__");
    await page.screenshot("packages-install-button");
    await page.button("Install einops").click();
    await page.untilOutput(0, "'0.8.2'");
    const notebook = await page.notebook();
    assert.match([notebook.cells[0].source].flat().join(""), /^%pip install einops\nimport einops/);
    await page.close();

    const other = await openWith(site, index);
    notebook.cells[0].source = "import einops\neinops.__version__";
    await other.open(notebook, { name: "shared.ipynb" });
    index.asked.length = 0;
    await other.untilIdle();
    assert.deepEqual(index.asked, [], "nothing is installed on opening");
    const banner = other.page.getByRole("status", { name: "Packages" });
    assert.match(await banner.textContent(), /requires packages: einops/);
    await other.screenshot("packages-offer");
    await banner.getByRole("button", { name: "Install" }).click();
    await other.page.getByText("Installed einops").waitFor({ timeout: KERNEL_LIMIT_MS });
    await other.runCell(0, "import einops\neinops.__version__");
    assert.match(await other.outputText(0), /0\.8\.2/);
    await other.close();
  });

  it("shows what is stored, and removes it", async () => {
    const page = await openWith(site, new PackageIndex());
    await page.runCell(0, "%pip install -q six einops");
    await page.button(/^More commands/).click();
    await page.page.getByRole("menuitem", { name: "Packages" }).click();
    const list = page.page.getByRole("list", { name: "Stored packages" });
    await list.getByText("six 1.17.0").waitFor();
    await page.screenshot("packages-dialog");
    await page.button("Remove six 1.17.0").click();
    await list.getByText("six 1.17.0").waitFor({ state: "detached" });
    assert.equal(await list.getByRole("listitem").count(), 1);
    await page.close();
  });
});

describe("a site with packages of its own", () => {
  const own = { folder: mkdtempSync(join(tmpdir(), "carrel-site-")) };
  before(async () => {
    cpSync(join(root, "dist"), own.folder, { recursive: true });
    const vendor = join(root, "tools", "vendor_packages.py");
    const lock = join(root, "node_modules", "pyodide", "pyodide-lock.json");
    const options = ["--out", join(own.folder, "packages"), "--lock", lock, "--wheels", wheelFolder(), "--", "rich", "msgpack"];
    execFileSync(process.env.CARREL_PYTHON ?? "python3", [vendor, ...options]);
    own.server = await serveFolder({ folder: own.folder, prefix: "/course/" });
  });
  after(async () => {
    await own.server?.close();
    rmSync(own.folder, { recursive: true });
  });
  const site = useSite();

  it("lets imports resolve without a word to any other host, and offline afterwards", async () => {
    const index = new PackageIndex();
    index.isReachable = false;
    site.url = own.server.url;
    const page = await openWith(site, index);
    await page.runCell(0, "import rich, msgpack\nprint(rich.__name__, msgpack.version)");
    assert.match(await page.outputText(0), /Installed .*rich 15\.0\.0 from this site[\s\S]*rich \(1, 2, 4\)/);
    assert.deepEqual(index.asked, []);
    await page.untilStored();
    await own.server.close();
    await page.page.context().setOffline(true);
    await page.reload();
    await page.cell(0).waitFor();
    await page.runCell(0, "import rich, msgpack\nprint('offline', msgpack.version)");
    assert.match(await page.outputText(0), /offline \(1, 2, 4\)/);
    await page.close();
  });
});

describe("a mirror of an index in the site's folder", () => {
  const own = { folder: mkdtempSync(join(tmpdir(), "carrel-mirror-")) };
  before(async () => {
    cpSync(join(root, "dist"), own.folder, { recursive: true });
    const packages = join(own.folder, "packages");
    const lay = (name, page) => {
      mkdirSync(join(packages, "simple", name), { recursive: true });
      writeFileSync(join(packages, "simple", name, "index.html"), page);
    };
    mkdirSync(packages, { recursive: true });
    writeFileSync(join(packages, "index.json"), JSON.stringify({ version: 1, simple: "simple/", files: [] }));
    const links = (name) =>
      readdirSync(wheelFolder())
        .filter((filename) => filename.startsWith(`${name}-`))
        .map((filename) => {
          const bytes = readFileSync(join(wheelFolder(), filename));
          writeFileSync(join(packages, filename), bytes);
          return `<a href="../../${filename}#sha256=${createHash("sha256").update(bytes).digest("hex")}">${filename}</a>`;
        });
    lay("six", `<!DOCTYPE html><html><body>${links("six")}</body></html>`);
    // The hash of another file: what a damaged mirror would have.
    lay("einops", `<!DOCTYPE html><html><body>${links("einops").map((link) => link.replace(/sha256=[0-9a-f]{8}/, "sha256=00000000"))}</body></html>`);
    own.server = await serveFolder({ folder: own.folder, prefix: "/school/" });
  });
  after(async () => {
    await own.server?.close();
    rmSync(own.folder, { recursive: true });
  });
  const site = useSite();

  it("is where packages come from, with their hashes checked, and no other host is asked for them", async () => {
    const index = new PackageIndex();
    site.url = own.server.url;
    const page = await openWith(site, index);
    await page.runCell(0, "%pip install six\nimport six\nprint(six.__version__)");
    assert.match(await page.outputText(0), /Installed six-1\.17\.0[\s\S]*1\.17\.0/);
    assert.deepEqual(index.asked.filter((address) => address.includes("six")), []);
    await page.runCell(0, "%pip install einops");
    assert.match(await page.outputText(0), /DO NOT MATCH THE HASHES/);
    await page.close();
  });
});
