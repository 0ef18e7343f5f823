// The network of a notebook: on unless it is switched off, by a setting that its kernel's and its outputs' frames
// enforce, that stays with the notebook, and that a file can only make stricter.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import { startHost } from "./harness/hosts.mjs";
import { useSite } from "./harness/site.mjs";

const SETTING = "No network for this notebook";

/** One white pixel. */
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

const attempt = (url) => `
from urllib.request import urlopen
try:
    print(urlopen("${url}").read().decode())
except OSError as error:
    print(error)`;

const notebook = (metadata, cells) => ({ nbformat: 4, nbformat_minor: 5, metadata, cells });

const code = (source, outputs = []) => ({ cell_type: "code", id: "code", source, metadata: {}, outputs, execution_count: null });

/** Two pictures of two by two pixels with their labels, as MNIST's files hold them. */
function tinyDigits() {
  const images = gzipSync(Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]));
  const labels = gzipSync(Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]));
  return { images, labels };
}

const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

describe("the network of a notebook", () => {
  const site = useSite();
  const digits = tinyDigits();
  let host;
  let closed;

  before(async () => {
    const files = {
      "/text.txt": Buffer.from("from the network"),
      "/picture.png": picture,
      "/digits/train-images-idx3-ubyte.gz": digits.images,
      "/digits/train-labels-idx1-ubyte.gz": digits.labels,
    };
    host = await startHost({ isOpen: true, files });
    closed = await startHost({ isOpen: false, files });
  });
  after(async () => {
    await host?.close();
    await closed?.close();
  });

  it("is there, until it is switched off, which asks first and stays", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, attempt(`${host.url}text.txt`));
    assert.equal((await page.outputText(0)).trim(), "from the network");

    await page.chooseInKernelMenu(SETTING);
    await page.screenshot("network-question");
    await page.button("Restart without network").click();
    await page.untilIdle();
    await page.runCell(0, attempt(`${host.url}text.txt`));
    assert.match(await page.outputText(0), /No network for this notebook/);
    await page.screenshot("network-off");
    assert.deepEqual((await page.notebook()).metadata.carrel, { network: "none" });

    await page.reload();
    await page.untilIdle();
    const asked = host.requests.length;
    await page.runCell(0, attempt(`${host.url}text.txt`));
    assert.match(await page.outputText(0), /No network for this notebook/);
    assert.equal(host.requests.length, asked);

    await page.chooseInKernelMenu(SETTING);
    await page.button("Restart with network").click();
    await page.untilIdle();
    await page.runCell(0, attempt(`${host.url}text.txt`));
    assert.equal((await page.outputText(0)).trim(), "from the network");
    assert.equal((await page.notebook()).metadata.carrel, undefined);
    await page.close();
  });

  it("can be taken away by a file, and not given", async () => {
    const page = await site.open();
    for (const [network, name] of [["none", "forbids"], ["all", "grants"]]) {
      await page.open(notebook({ carrel: { network } }, [code(attempt(`${host.url}text.txt`))]), { name: `${name}.ipynb` });
      await page.runAll();
      assert.match(await page.outputText(0), /No network for this notebook/, name);
    }
    await page.close();
  });

  it("serves remote pictures to what was run here, and never to what is opened", async () => {
    const page = await site.open();
    const html = `<img src="${host.url}picture.png" width="20" height="20">`;
    const stored = { output_type: "display_data", data: { "text/html": html }, metadata: {} };
    const markdown = { cell_type: "markdown", id: "prose", source: `![a](${host.url}picture.png)\n\n${html}`, metadata: {} };
    const show = `from IPython.display import HTML, display\ndisplay(HTML(${JSON.stringify(html)}))`;
    await page.open(notebook({}, [code(show, [stored]), markdown]), { name: "pictures.ipynb" });
    await page.outputFrame(0).locator("img").waitFor({ state: "attached" });
    await page.untilIdle();
    assert.ok(!host.paths().includes("/picture.png"));
    await page.runAll();
    await page.outputFrame(0).locator("img").waitFor();
    await page.until(() => host.paths().includes("/picture.png"));
    await page.close();
  });

  it("brings datasets, with their checksums, from hosts that permit it", async () => {
    const page = await site.open();
    await page.newNotebook();
    const fetchFrom = (url) => `
import torchvision
class Digits(torchvision.datasets.MNIST):
    mirrors = ["${url}digits/"]
    resources = [("train-images-idx3-ubyte.gz", "${md5(digits.images)}"), ("train-labels-idx1-ubyte.gz", "${md5(digits.labels)}")]
`;
    await page.runCell(0, `${fetchFrom(closed.url)}\nDigits("closed", download=True)`);
    assert.match(await page.outputText(0), /does not let other sites read it|add it to the notebook/);
    await page.runCell(0, `${fetchFrom(host.url)}\ndata = Digits("data", download=True)\nprint(data.data.shape, data.targets)`);
    assert.match(await page.outputText(0), /torch\.Size\(\[2, 2, 2\]\) tensor\(\[7, 3\]\)/);
    await page.close();
  });
});
