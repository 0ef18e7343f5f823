// IPython in the page, as a person meets it: magics, shell commands and the debugger, each typed into a cell and run.
// What each does in detail is tested without a browser (engine/python/tests/test_kernel_magics.py, test_kernel_commands.py).

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

/** What is run, in this order, and what must then stand below the cell. */
const PRINTING = [
  ["%time sum(range(1000))", /Wall time: [\s\S]*499500/],
  ["%timeit -n 2 -r 2 sum(range(10))", /per loop \(mean ± std\. dev\. of 2 runs, 2 loops each\)/],
  ["%%time\ntotal = sum(range(1000))\ntotal", /Wall time: [\s\S]*499500/],
  ["%%timeit -n 2 -r 1\nsum(range(10))", /per loop/],
  ["%who", /\btotal\b/],
  ["%whos", /total +int +499500/],
  ["%%writefile part.py\nimport sys\nloaded = len(sys.argv)\nprint('in the file', __name__, sys.argv[1:])", /Writing part\.py/],
  ["%run part.py --rate 0.1", /in the file __main__ \['--rate', '0\.1'\]/],
  ["loaded", /^3$/],
  ["%env GREETING=hello", /env: GREETING=hello/],
  ["!echo $GREETING; echo {total + 1}", /^hello\n\{total \+ 1\}$/],
  ["!echo {total + 1} $total", /^499501 499500$/],
  ["%cd /tmp", /\/tmp/],
  ["%pwd", /'\/tmp'/],
  ["%cd -", /./],
  ["%ls", /part\.py/],
  ["%load_ext autoreload\n%autoreload 2", /^$/],
  ["%%capture kept\nprint('quiet')", /^$/],
  ["kept.stdout", /^'quiet\\n'$/],
  ["!mkdir -p a/b && printf 'one\\ntwo\\n' > a/b/words.txt; cat a/b/words.txt | wc -l", /^2$/],
  ["!head -n 1 a/b/words.txt; tail -n 1 a/b/words.txt", /^one\ntwo$/],
  ["!cp a/b/words.txt copy.txt; mv copy.txt moved.txt; ls; rm moved.txt; ls", /moved\.txt[\s\S]*part\.py[\s\S]*part\.py$/],
  ["!tar -czf all.tar.gz a && rm -r a && tar -xzf all.tar.gz && cat a/b/words.txt", /^one\ntwo$/],
  ["!zip -q all.zip part.py && unzip -l all.zip", /part\.py/],
  ["!gzip -k part.py && ls *.gz", /part\.py\.gz/],
  ["!python part.py again", /in the file __main__ \['again'\]/],
  ["files = !ls *.py\nfiles", /\['part\.py'\]/],
  ["!pwd", /^\//],
  ["!make", /make/],
  ["_exit_code", /^127$/],
  ["import asyncio\nawait asyncio.sleep(0)\n'awaited'", /'awaited'/],
  ["1 + 1", /^2$/],
  ["_ * 21, Out[max(Out)], In[1][:5]", /\(42, 2, '/],
  ["len?", /Return the number of items in a container/],
];

/** Cells of another language: what each shows, by format. */
const SHOWING = [
  ["%%html\n<b id=shown>bold</b>", "text/html", "<b id=shown>bold</b>"],
  ["%%javascript\ndocument.title = 1", "application/javascript", "document.title = 1"],
  ["%%svg\n<svg xmlns='http://www.w3.org/2000/svg'><circle r='4'/></svg>", "image/svg+xml", '<circle r="4"/>'],
  ["%%latex\n$x^2$", "text/latex", "$x^2$"],
  ["%%markdown\n*slanted*", "text/markdown", "*slanted*"],
];

describe("IPython in the page", () => {
  const site = useSite();
  let page;

  before(async () => {
    page = await site.open();
    await page.newNotebook();
  });
  after(() => page.close());

  /** Runs a cell, and its outputs as text. */
  async function run(source) {
    await page.runCell(0, source);
    return (await page.outputText(0)).trim();
  }

  /** Gives the debugger a command, and waits until it has it. */
  async function command(text) {
    const prompt = page.cell(0).getByRole("textbox", { name: "ipdb>" });
    await prompt.fill(text);
    await prompt.press("Enter");
    await page.untilOutput(0, `ipdb> ${text}`);
  }

  it("magics and shell commands print what Jupyter's do", async () => {
    for (const [source, wanted] of PRINTING) assert.match(await run(source), wanted, source);
  });

  it("cells in other languages are shown as what they are", async () => {
    for (const [source, mime, wanted] of SHOWING) {
      await page.runCell(0, source);
      const [output] = (await page.notebook()).cells[0].outputs;
      assert.ok([output.data[mime]].flat().join("").includes(wanted), `${source}: ${JSON.stringify(output.data)}`);
    }
    await page.outputs(0).locator("em", { hasText: "slanted" }).waitFor();
  });

  it("the graphics card is the one that the page has", async () => {
    const { accelerator } = await page.status();
    assert.equal(accelerator.webgpu, true);
    assert.ok((await run("!nvidia-smi -L")).startsWith("GPU 0: "));
    assert.match(await run("!nvidia-smi"), /GPU/);
  });

  it("the debugger looks at what failed", async () => {
    await run("def inner(numerator):\n    denominator = numerator - 3\n    return 1 / denominator\ndef outer():\n    return inner(3)\nouter()");
    await page.type(0, "%debug");
    await page.press("Control+Enter");
    for (const text of ["p denominator", "up", "p inner(4)", "q"]) await command(text);
    await page.untilRan(0);
    const text = await page.outputText(0);
    assert.match(text, /denominator = numerator - 3|return 1 \/ denominator/);
    assert.match(text, /ipdb> p denominator\n0\n/);
    assert.match(text, /ipdb> p inner\(4\)\n1\.0\n/);
  });

  it("breakpoint() stops where it stands, and the program goes on", async () => {
    await page.type(0, "seen = []\nfor n in range(3):\n    if n == 1:\n        breakpoint()\n    seen.append(n)\nseen");
    await page.press("Control+Enter");
    for (const text of ["p n", "n", "p seen", "c"]) await command(text);
    await page.untilRan(0);
    const text = await page.outputText(0);
    assert.match(text, /p n\n1\n/);
    assert.match(text, /\[0, 1, 2\]/);
  });
});
