// The network of Python, in a real browser: urllib over the browser's fetch, downloads with progress and checksum, and
// errors that say which of the possible reasons it was. The kernel stands alone here; the setting is in network.spec.mjs.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { startHost } from "./harness/hosts.mjs";
import { tellStopped } from "./harness/latency.mjs";
import { openKernelPage } from "./kernel_harness.mjs";

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:; worker-src blob: data:; connect-src ";
const WITH_NETWORK = `${POLICY}blob: data: https: http://localhost:* http://127.0.0.1:*`;

const big = Buffer.alloc(3_000_000, "carrel ");
const sha256 = createHash("sha256").update(big).digest("hex");

/** Sends a piece and keeps the connection open. */
function hang(_request, response) {
  response.writeHead(200, { "Content-Length": 1000 });
  response.write("x".repeat(100));
}

const redirect = (_request, response) => response.writeHead(302, { Location: "/text.txt" }).end();

function echo(request, response) {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { method, headers } = request;
    response.end(JSON.stringify({ method, type: headers["content-type"], mine: headers["x-mine"], body: Buffer.concat(parts).toString() }));
  });
}

let kernel;
let open;
let closed;

before(async () => {
  const files = { "/text.txt": Buffer.from("one\ntwo\n"), "/big.bin": big, "/hang": hang, "/redirect": redirect, "/echo": echo };
  open = await startHost({ isOpen: true, files });
  closed = await startHost({ isOpen: false, files });
  kernel = await openKernelPage();
  await kernel.start({ csp: WITH_NETWORK });
});

after(async () => {
  await kernel?.close();
  await open?.close();
  await closed?.close();
});

async function printed(code) {
  const run = await kernel.execute(code);
  assert.equal(run.reply.status, "ok", `${run.reply.ename}: ${run.reply.evalue}\n${run.reply.traceback?.join("\n")}`);
  return run.stdout;
}

async function failure(code) {
  const { reply } = await kernel.execute(code);
  assert.equal(reply.status, "error");
  return `${reply.ename}: ${reply.evalue}`;
}

test("urlopen reads a text, its headers and its lines", async () => {
  const code = `
from urllib.request import urlopen
with urlopen("${open.url}text.txt") as answer:
    print(answer.status, answer.reason, answer.getheader("Content-Length"), answer.url == "${open.url}text.txt")
    print([line.decode() for line in answer])
print(urlopen("${open.url}redirect").url.endswith("/text.txt"))`;
  assert.equal(await printed(code), "200 OK 8 True\n['one\\n', 'two\\n']\nTrue\n");
});

test("a Request has its method, headers and body", async () => {
  const code = `
import json, urllib.parse
from urllib.request import Request, build_opener, urlopen
with urlopen("${open.url}echo", urllib.parse.urlencode({"a": 1}).encode()) as answer:
    print(sorted(json.load(answer).items()))
print(json.load(build_opener().open(Request("${open.url}echo", method="PUT", data=b"x", headers={"X-Mine": "y"})))["mine"])`;
  const expected = "[('body', 'a=1'), ('method', 'POST'), ('type', 'application/x-www-form-urlencoded')]\ny\n";
  assert.equal(await printed(code), expected);
});

test("urlretrieve writes a file, telling its progress", async () => {
  const code = `
import hashlib, urllib.request
blocks = []
path, headers = urllib.request.urlretrieve("${open.url}big.bin", "big.bin", lambda *a: blocks.append(a))
print(path, blocks[0], blocks[-1][2], len(blocks) > 10)
print(hashlib.sha256(open(path, "rb").read()).hexdigest())`;
  assert.equal(await printed(code), `big.bin (0, 8192, 3000000) 3000000 True\n${sha256}\n`);
});

test("an answer that is no file is an HTTPError", async () => {
  assert.match(await failure(`urlopen("${open.url}missing")`), /^HTTPError: HTTP Error 404: Not Found/);
});

test("a host that does not permit it is told from one that does not answer", async () => {
  const refused = await failure(`urlopen("${closed.url}text.txt")`);
  assert.match(refused, /URLError.*answers, but does not let other sites read it.*add it to the notebook's files/);
  assert.match(await failure(`urlopen("http://127.0.0.1:9/x")`), /URLError.*127\.0\.0\.1:9 does not answer/);
});

test("a time limit ends a wait", async () => {
  assert.match(await failure(`urlopen("${open.url}hang", timeout=0.3)`), /^TimeoutError: timed out/);
});

test("Stop ends a download", async () => {
  const run = await kernel.page.evaluate(
    ([code]) => window.kernel.executeAndInterrupt(code, 700, {}),
    [`from urllib.request import urlopen\nurlopen("${open.url}hang").read()`],
  );
  assert.equal(run.reply.ename, "KeyboardInterrupt");
  tellStopped("a download", run.latency);
});

test("torch.hub downloads with progress and checksum", async () => {
  const run = await kernel.execute(`
import os, torch
torch.hub.download_url_to_file("${open.url}big.bin", "hub.bin", "${sha256.slice(0, 8)}")
print(os.path.getsize("hub.bin"))
try:
    torch.hub.download_url_to_file("${open.url}big.bin", "wrong.bin", "00000000", progress=False)
except RuntimeError as error:
    print(str(error)[:19], os.path.exists("wrong.bin"))`);
  assert.equal(run.stdout, "3000000\ninvalid hash value  False\n", run.reply.traceback?.join("\n"));
  assert.match(run.stderr, /100%\|█{10}\| 3\.00M\/3\.00M/);
  const refused = await failure(`torch.hub.download_url_to_file("${closed.url}big.bin", "closed.bin")`);
  assert.match(refused, /cannot fetch .*does not let other sites read it.*add it to the notebook's files/);
});

test("without JSPI a whole answer comes at once", async () => {
  await kernel.start({ csp: WITH_NETWORK, jspi: false });
  assert.equal(await printed(`from urllib.request import urlopen\nprint(urlopen("${open.url}text.txt").read())`), "b'one\\ntwo\\n'\n");
  assert.match(await failure(`urlopen("${closed.url}text.txt")`), /URLError.*does not answer, or does not let/);
});

test("a notebook without a network is told so, and asks nobody", async () => {
  await kernel.start({});
  const before = open.requests.length;
  const code = `from urllib.request import urlopen\nurlopen("${open.url}text.txt")`;
  assert.match(await failure(code), /URLError.*No network for this notebook.*accelerator menu/);
  assert.equal(open.requests.length, before);
});
