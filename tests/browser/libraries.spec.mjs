// Libraries from PyPI that notebooks lean on, as they come: progress bars of tqdm, requests to other hosts.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startHost } from "./harness/hosts.mjs";
import { PackageIndex } from "./harness/index_server.mjs";
import { useSite } from "./harness/site.mjs";

describe("libraries", () => {
  const site = useSite();
  let host;
  let release;

  before(async () => {
    const echo = (request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        const answer = { method: request.method, body: Buffer.concat(parts).toString(), accept: request.headers["x-probe"] ?? null };
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
      });
    };
    // An answer that comes when the test says so.
    const released = new Promise((resolve) => (release = resolve));
    const held = (_request, response) => void released.then(() => response.writeHead(200).end());
    host = await startHost({ isOpen: true, files: { "/text.txt": Buffer.from("grüße"), "/echo": echo, "/held": held } });
  });
  after(() => host?.close());

  async function withPackages(names) {
    const page = await site.open();
    const index = new PackageIndex();
    await index.route(page.page.context());
    const cells = ["a", "b"].map((id) => ({ cell_type: "code", id, source: "", metadata: {}, outputs: [], execution_count: null }));
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "libraries.ipynb" });
    await page.runCell(0, `%pip install -q ${names}`);
    return page;
  }

  it("tqdm draws one line that moves, and none of the moves is kept", async () => {
    const page = await withPackages("tqdm");
    await page.type(1, "import time\nfrom tqdm import tqdm\nfor i in tqdm(range(30), desc='work', ncols=60):\n    time.sleep(0.1)");
    await page.press("Control+Enter");
    await page.untilOutput(1, "/30 [");
    await page.untilRan(1);
    assert.match((await page.outputText(1)).trim(), /^work: 100%\|█+\| 30\/30 \[\d\d:\d\d<00:00, .*it\/s\]$/);
    const [output] = (await page.notebook()).cells[1].outputs;
    assert.equal(output.name, "stderr");
    assert.ok([output.text].flat().join("").length < 500, "a file holds the line as it ended");
    await page.close();
  });

  it("tqdm.notebook draws a bar that moves while the cell runs", async () => {
    const page = await withPackages("tqdm");
    const loop = `for i in tqdm(range(40), desc='work'):\n    time.sleep(0.1)\n    if i == 20: urlopen("${host.url}held").read()`;
    await page.type(1, `import time\nfrom urllib.request import urlopen\nfrom tqdm.auto import tqdm\nprint(tqdm.__module__)\n${loop}`);
    await page.press("Control+Enter");
    await page.outputFrame(1).getByText(/[1-9]\d*\/40/).waitFor();
    await page.untilBusy();
    release();
    await page.untilRan(1);
    await page.outputFrame(1).getByText("40/40").waitFor();
    assert.match(await page.outputText(1), /tqdm\.(notebook|auto|asyncio)/);
    await page.screenshot("tqdm-notebook");
    await page.close();
  });

  it("requests reads and posts, and says why a host cannot be read", async () => {
    const page = await withPackages("requests");
    const code = [
      "import requests",
      `answer = requests.get("${host.url}text.txt")`,
      "answer.encoding = 'utf-8'",
      "print(answer.status_code, answer.text, answer.ok)",
      `print(requests.post("${host.url}echo", json={"a": 1}, headers={"X-Probe": "yes"}).json())`,
      `print(requests.get("${host.url}missing").status_code)`,
      "try:",
      "    requests.get('http://127.0.0.1:9/')",
      "except requests.RequestException as error:",
      "    print(type(error).__name__)",
    ];
    await page.runCell(1, code.join("\n"));
    const printed = (await page.outputText(1)).trim().split("\n");
    assert.deepEqual(printed.slice(0, 3), ["200 grüße True", "{'method': 'POST', 'body': '{\"a\": 1}', 'accept': 'yes'}", "404"]);
    assert.match(printed[3], /ConnectionError/);
    await page.close();
  });
});
