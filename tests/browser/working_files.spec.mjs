// Files that code writes live as long as the notebook: through a restart, the death of Python, a reload and another tab;
// and what code removes is gone. The Files dialog shows them. Where there is no room, the cell says so.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { assertResponsive } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

/** Reads where there is no memory, which ends the interpreter. */
const DEADLY = "import ctypes\nctypes.string_at(2**32 - 16, 8)";

/** Every file and folder of the working directory, but for those of programs. */
const TREE = `
import os
def tree():
    found = []
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in folders if name != "__pycache__" and not (folder == "." and name.startswith("."))]
        found += [os.path.relpath(os.path.join(folder, name)) for name in files]
        if not files and not folders and folder != ".": found.append(os.path.relpath(folder) + "/")
    return sorted(found)
print(*tree())`;

/** Waits until the browser itself says that there is room again. */
function untilRoom({ page }) {
  return page.waitForFunction(async () => {
    const { quota, usage } = await navigator.storage.estimate();
    return quota - usage > 500_000_000;
  });
}

describe("files that code writes", () => {
  const site = useSite();
  let page;

  before(async () => {
    page = await site.open();
    await page.newNotebook();
    await page.untilIdle();
  });
  after(() => page?.close());

  /** Runs code in the first cell; what it printed. */
  async function run(code, by = page) {
    await by.runCell(0, code);
    return (await by.outputText(0)).trim();
  }

  /** Waits for a file in the list, which shows what is stored. */
  async function untilListed(name, by = page) {
    await by.button("Files").first().click();
    await by.page.getByRole("listitem").filter({ hasText: name }).waitFor();
    await by.press("Escape");
    await by.page.getByRole("dialog").waitFor({ state: "hidden" });
  }

  it("are there after a restart, in their folders, as they were left", async () => {
    await run(`
from pathlib import Path
import os, zipfile
with open("a.txt", "w") as file: file.write("first")
with open("a.txt", "a") as file: file.write(" second")
Path("data/deep").mkdir(parents=True)
Path("data/deep/b.bin").write_bytes(bytes(range(256)))
Path("empty").mkdir()
Path("gone.txt").write_text("x"); os.remove("gone.txt")
Path("old.txt").write_text("moved"); os.rename("old.txt", "new.txt")
Path(".cache/torch").mkdir(parents=True); Path(".cache/torch/weights").write_text("x")
Path(".env").write_text("KEY=1")
Path("/tmp/elsewhere").write_text("x")
Path("long").write_text("0123456789"); os.truncate("long", 4)
os.utime("new.txt", (1e9, 1e9))
still_open = open("log.txt", "w"); still_open.write("line 1\\n"); still_open.flush()
with zipfile.ZipFile("pack.zip", "w") as file: file.writestr("unpacked/inner.txt", "inside")`);
    await run("!mkdir -p copies\n!cp a.txt copies/one.txt\n!mv copies/one.txt copies/two.txt\n!unzip -q pack.zip\n!rm pack.zip");
    await run("%%writefile module.py\nANSWER = 42");
    await page.restart();
    assert.equal(await run(TREE), ".env a.txt copies/two.txt data/deep/b.bin empty/ log.txt long module.py new.txt unpacked/inner.txt");
    const read = `
import module, os
print(open("a.txt").read(), open("copies/two.txt").read(), open("data/deep/b.bin", "rb").read() == bytes(range(256)),
      open("long").read(), open("log.txt").read().strip(), module.ANSWER, os.path.getmtime("new.txt"), open("unpacked/inner.txt").read())`;
    assert.equal(await run(read), "first second first second True 0123 line 1 42 1000000000.0 inside");
  });

  it("are there after a reload, and what was removed or replaced stays so", async () => {
    await run("import shutil, os\nshutil.rmtree('data')\nos.remove('long')\nos.rmdir('empty')\nopen('empty', 'w').write('now a file')");
    await page.reload();
    await page.untilIdle();
    assert.equal(await run(TREE), ".env a.txt copies/two.txt empty log.txt module.py new.txt unpacked/inner.txt");
    assert.equal(await run("print(open('empty').read())"), "now a file");
    // A file that came from storage and was never read is moved with its content.
    assert.equal(await run("!mv a.txt moved.txt\n!mkdir kept\n!mv unpacked kept/unpacked\nprint('moved')"), "moved");
    await page.restart();
    assert.equal(await run("print(open('moved.txt').read(), open('kept/unpacked/inner.txt').read())"), "first second inside");
  });

  it("are there after the death of Python, also those of the cell that died", async () => {
    await page.type(0, `open("last words.txt", "w").write("written before the end")\n${DEADLY}`);
    await page.press("Control+Enter");
    await page.page.getByText(/The kernel stopped and was started again/).waitFor();
    await page.untilIdle();
    assert.equal(await run("print(open('last words.txt').read())"), "written before the end");
  });

  it("are stored while a cell runs on", async () => {
    await page.type(0, "open('checkpoint', 'w').write('step 1')\nwhile True: sum(range(1000))");
    await page.press("Control+Enter");
    await page.untilBusy();
    await untilListed("checkpoint");
    assert.equal((await page.status()).kernel, "busy");
    await page.reload();
    await page.untilIdle();
    assert.equal(await run("print(open('checkpoint').read())"), "step 1");
  });

  it("take large tensors, which are read when they are needed", async () => {
    await run("import torch\ntorch.manual_seed(1)\nx = torch.randn(13_000_000)\ntorch.save(x, 'large.pt')\nprint(x.sum().item())");
    const sum = (await page.outputText(0)).trim();
    await page.reload();
    await page.untilIdle();
    assert.equal(await run("import os, torch\nprint(os.path.getsize('large.pt') > 50_000_000, torch.load('large.pt').sum().item())"), `True ${sum}`);
    await run("import os\nos.remove('large.pt')");
  });

  it("can be removed by code, also those that were added by hand", async () => {
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ cell_type: "code", id: "a", source: "1", metadata: {}, outputs: [], execution_count: null }] },
      { name: "given.ipynb", files: { "given.csv": "1,2", "keep.csv": "3,4" } });
    await page.untilIdle();
    assert.equal(await run("!rm given.csv\nprint(open('keep.csv').read())"), "3,4");
    await page.restart();
    assert.equal(await run(TREE), "keep.csv");
  });

  it("are listed, downloaded, deleted and brought back in the dialog", async () => {
    await run("open('table.csv', 'w').write('x,y\\n' * 1000)\nimport os\nos.makedirs('pictures/raw')\nos.makedirs('void')\nopen('pictures/raw/one.bin', 'wb').write(bytes(3_000_000))");
    await page.button("Files").first().click();
    const line = (name) => page.page.getByRole("listitem").filter({ hasText: name });
    assert.match(await line("pictures/raw/one.bin").innerText(), /3\.0 MB/);
    assert.match(await line("table.csv").innerText(), /4\.0 kB/);
    assert.match(await line("void/").innerText(), /empty folder/);
    await page.page.getByText("4 files, 3.0 MB").waitFor();
    for (const [name, look] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }]]) {
      await page.page.emulateMedia(look);
      await page.screenshot(`files-${name}`);
    }
    const size = page.page.viewportSize();
    await page.page.setViewportSize({ width: 390, height: 780 });
    await page.screenshot("files-narrow");
    await page.page.setViewportSize(size);
    await page.page.emulateMedia({ colorScheme: "light" });
    const downloading = page.page.waitForEvent("download");
    await page.button("Download table.csv").click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "table.csv");
    assert.equal((await readFile(await download.path(), "utf8")).length, 4000);
    await page.button("Delete table.csv").click();
    await line("table.csv").waitFor({ state: "detached" });
    await page.press("Escape");
    assert.equal(await run("import os\nprint(os.path.exists('table.csv'))"), "False");
    await page.button("Undo").click();
    // It is given to Python before it is in the list.
    await untilListed("table.csv");
    assert.equal(await run("print(len(open('table.csv').read()))"), "4000");
    await page.restart();
    assert.equal(await run(TREE), "keep.csv pictures/raw/one.bin table.csv void/");
  });

  it("are shared by two tabs, of which the last to write wins", async () => {
    const other = await page.sibling();
    await other.untilIdle();
    await run("open('both', 'w').write('from the first')");
    await run("open('both', 'w').write('from the second')\nopen('new one', 'w').write('x')", other);
    await page.button("Files").first().click();
    await page.page.getByRole("listitem").filter({ hasText: "new one" }).waitFor();
    await page.press("Escape");
    await other.page.close();
    await page.restart();
    assert.equal(await run("print(open('both').read(), open('new one').read())"), "from the second x");
  });

  it("are waited for on a slow disk, and what it has no room for is said in the same cell", async () => {
    const put = await page.page.evaluateHandle(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value, key) {
        if (!JSON.stringify(key).includes("slow.txt")) return put.call(this, value, key);
        for (const end = performance.now() + 4000; performance.now() < end; );
        throw new DOMException("no room", "QuotaExceededError");
      };
      return put;
    });
    assert.match(await run("open('slow.txt', 'w').write('x')\nprint('done')"), /^done\n.*"slow\.txt" \(the browser's storage is full\)/);
    await put.evaluate((original) => (IDBObjectStore.prototype.put = original));
    await run("import os\nos.remove('slow.txt')");
  });

  it("that find no room stay with Python, and the cell says so", async () => {
    const full = await site.open();
    // Chromium remembers for a while how much room there was, so this comes first. The site itself takes a part of it.
    const devtools = await full.page.context().newCDPSession(full.page);
    const origin = new URL(site.url).origin;
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 110_000_000 });
    await full.newNotebook();
    await full.untilIdle();
    const said = await run("import os\nopen('small.txt', 'w').write('small')\nopen('huge.bin', 'wb').write(os.urandom(120_000_000))\nprint('done')", full);
    assert.match(said, /done/);
    assert.match(said, /Not kept with the notebook.*"huge\.bin" \(the browser's storage is full\)/);
    await full.screenshot("files-no-room");
    assert.equal(await run("print(os.path.getsize('huge.bin'))", full), "120000000");
    // There is room again, and it is tried anew when something is deleted.
    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    await untilRoom(full);
    await run("os.remove('small.txt')", full);
    await untilListed("huge.bin", full);
    await full.restart();
    assert.equal(await run("import os\nprint(os.path.getsize('huge.bin'), os.path.exists('small.txt'))", full), "120000000 False");
    await full.close();
  });

  it("that are too many, too large or badly named are refused, and the page stays quick", async () => {
    const said = await run(`
import os
open("control\\nname", "w").close()
open("n" * 250 + "ü" * 2, "w").close()
os.symlink("keep.csv", "link")
with open("endless", "wb") as file: file.truncate(600_000_000)
print("done")`);
    assert.match(said, /"control\\nname" \(its name has control characters\)/);
    assert.match(said, /"link" \(links are not kept\)/);
    assert.match(said, /"endless" \(larger than 500 MB\)/);
    await run("os.remove('endless')");
    await page.type(0, "os.mkdir('many')\nfor index in range(100_000):\n    with open(f'many/{index}', 'w') as file: file.write('x')\nprint('written')");
    await page.press("Control+Enter");
    for (let look = 0; look < 5; look += 1) {
      await page.page.waitForTimeout(1500);
      await assertResponsive(page);
    }
    await page.untilOutput(0, "written");
    await page.untilIdle(180_000);
    assert.match(await page.outputText(0), /and \d+ more \(more than 10000 files\)/);
    await page.button("Files").first().click();
    await page.page.getByText(/^10000 files/).waitFor();
    await page.screenshot("files-many");
    await page.page.getByRole("searchbox", { name: "Search files" }).fill("keep");
    await page.page.getByRole("listitem").filter({ hasText: "keep.csv" }).waitFor();
    assert.equal(await page.page.getByRole("list", { name: "Working files" }).getByRole("listitem").count(), 1);
    await page.press("Escape");
    await page.restart();
    const removing = await run("import os, shutil, time\nprint(len(os.listdir('many')) > 9_000)\nshutil.rmtree('many')");
    assert.match(removing, /True/);
    await page.untilIdle(120_000);
    await page.restart();
    assert.doesNotMatch(await run(TREE), /many/);
  });

  it("are believed no more than they need be: forged messages do no harm", async () => {
    const said = await run(`
import js
from pyodide.ffi import to_js
def post(**fields): js.postMessage(to_js(fields, dict_converter=js.Object.fromEntries))
def forge(*changes, id=10**6): post(type="file-changes", id=id, changes=list(changes))
data = js.Uint8Array.new(10).buffer
for path in ("../out", "/etc/x", "a/../../b", "nul\\0", "line\\nbreak", "", "/", "x" * 5000, "\\u202egpj.exe", "a//b", 7, None):
    forge({"path": path, "bytes": data})
blob = js.Blob.new(to_js(["x" * 1000]))
forge({"path": "text.html", "blob": js.Blob.new(to_js(["<script>alert(1)</script>"]), js.Object.fromEntries(to_js([["type", "text/html"]])))})
for _ in range(20): blob = js.Blob.new(to_js([blob, blob]))
forge({"path": "endless", "blob": blob})
forge({"path": "no content"}); forge({"path": "x", "bytes": "text"}); forge({"path": "x", "blob": 5}); forge(None, 3, "x", [])
post(type="file-changes"); post(type="file-changes", id="x", changes=[]); post(type="file-changes", id=1, changes={"length": 5})
post(type="file-changes", id=-1, changes=[{"path": "minus", "bytes": data}])
post(type="file-changes", id=1, changes=[{"path": f"flood{n}", "bytes": data} for n in range(300)])
for n in range(2000): forge({"path": "again", "bytes": data}, id=10**6 + n)
print("posted")`);
    assert.match(said, /posted/);
    await assertResponsive(page);
    const files = await page.page.evaluate(() => document.querySelectorAll(".cell").length);
    assert.equal(files, 1);
    await page.restart();
    assert.doesNotMatch(await run(TREE), /out|etc|nul|line|flood|endless|no content|minus/);
  });
});
