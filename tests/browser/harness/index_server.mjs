// An index of packages that speaks PyPI's protocols over a folder of real wheels: the simple JSON (PEP 691) with hashes and
// metadata files (PEP 658), and the files themselves under their own hash.
// Wheels come from PyPI by pip, once, into a folder outside of the checkout; set-up needs the network for that, tests do not.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";

import { sha256 } from "../../../tools/build/site.mjs";

/** What the specs install, pinned so that every run sees the same wheels. */
const PURE = [
  "six==1.17.0", "attrs==26.1.0", "rich==15.0.0", "markdown-it-py==4.3.0", "mdurl==0.1.2", "pygments==2.21.0",
  "networkx==3.6.1", "tqdm==4.70.1", "einops==0.8.2", "requests==2.34.2",
  "urllib3==2.8.0", "certifi==2026.10.18", "idna==3.20", "charset-normalizer==3.5.2",
];
const COMPILED = ["msgpack==1.2.4"];

/** The folder with the wheels, filled first if that has not been done. */
export function wheelFolder() {
  const cache = process.env.CARREL_TOOLS ?? join(homedir(), ".cache", "carrel", "tools");
  const folder = join(cache, `test-wheels-${sha256([...PURE, ...COMPILED].join(" ")).slice(0, 12)}`);
  if (existsSync(join(folder, ".complete"))) return folder;
  mkdirSync(folder, { recursive: true });
  const python = process.env.CARREL_PYTHON ?? "python3";
  const common = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest", folder];
  const anywhere = ["--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", "3.14"];
  execFileSync(python, [...common, ...anywhere, ...PURE], { stdio: "inherit" });
  const browser = ["--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp", "--abi", "cp314", "--python-version", "3.14"];
  execFileSync(python, [...common, ...browser, ...COMPILED], { stdio: "inherit" });
  writeFileSync(join(folder, ".complete"), "");
  return folder;
}

const normalized = (name) => name.replace(/[-_.]+/g, "-").toLowerCase();

/** The METADATA of a wheel, read from the zip archive's directory. */
function metadataOf(bytes) {
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50) end -= 1;
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [packed, nameLength, extra, comment] = [at + 20, at + 28, at + 30, at + 32].map((place, index) =>
      index === 0 ? bytes.readUInt32LE(place) : bytes.readUInt16LE(place));
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    if (/^[^/]+\.dist-info\/METADATA$/.test(name)) {
      const local = bytes.readUInt32LE(at + 42);
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + packed);
      return bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data);
    }
    at += 46 + nameLength + extra + comment;
  }
  throw new Error("a wheel has no METADATA");
}

/** An index over the wheels; `route` connects a page's context to it in the place of PyPI's hosts. */
export class PackageIndex {
  constructor(folder = wheelFolder()) {
    this.asked = [];
    this.isReachable = true;
    /** Files that never come: the end of their names. Files whose bytes are not what the index says: a part of theirs. */
    this.unanswered = "";
    this.damaged = "";
    this.files = new Map();
    this.projects = new Map();
    for (const filename of readdirSync(folder).filter((name) => name.endsWith(".whl"))) {
      this.add(filename, readFileSync(join(folder, filename)));
    }
    this.projects.set("only-source", [{ filename: "only-source-1.0.tar.gz", url: "https://files.pythonhosted.org/none", hashes: {} }]);
  }

  add(filename, bytes) {
    const digest = sha256(bytes);
    const path = `/packages/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest.slice(4)}/${filename}`;
    const metadata = metadataOf(bytes);
    this.files.set(path, bytes);
    this.files.set(`${path}.metadata`, metadata);
    const project = normalized(filename.split("-")[0]);
    const file = {
      filename, url: `https://files.pythonhosted.org${path}`, hashes: { sha256: digest }, size: bytes.length,
      "requires-python": /^Requires-Python: (.*)$/m.exec(metadata.toString())?.[1],
      "core-metadata": { sha256: sha256(metadata) }, yanked: false,
    };
    this.projects.set(project, [...(this.projects.get(project) ?? []), file]);
  }

  async route(context) {
    for (const host of ["pypi.org", "files.pythonhosted.org", "cdn.jsdelivr.net"]) {
      await context.route(`https://${host}/**`, (route) => this.answer(route));
    }
  }

  async answer(route) {
    const address = new URL(route.request().url());
    this.asked.push(address.href);
    if (!this.isReachable) return route.abort("internetdisconnected");
    const headers = { "access-control-allow-origin": "*" };
    const project = /^\/simple\/([^/]+)\/$/.exec(address.pathname)?.[1];
    if (address.host === "pypi.org" && this.projects.has(project)) {
      const body = JSON.stringify({ meta: { "api-version": "1.1" }, name: project, files: this.projects.get(project) });
      return route.fulfill({ headers: { ...headers, "content-type": "application/vnd.pypi.simple.v1+json" }, body });
    }
    let body = address.host === "files.pythonhosted.org" ? this.files.get(address.pathname) : undefined;
    if (!body) return route.fulfill({ status: 404, headers, body: "not found" });
    if (this.unanswered && address.pathname.endsWith(this.unanswered)) return await new Promise(() => {});
    if (this.damaged && address.pathname.includes(this.damaged)) body = Buffer.concat([body, Buffer.from("x")]);
    return route.fulfill({ headers: { ...headers, "content-type": "application/octet-stream" }, body });
  }
}
