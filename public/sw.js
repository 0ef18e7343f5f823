// The service worker: keeps every file of the site, so that it opens and computes without a network.
//
// All files are fetched once, checked against the hashes that the build wrote below, and served from the store from then
// on. A new version is fetched completely before it replaces the old one; files that did not change are not fetched again.
// It answers only for files of this site's folder, and never sees what notebooks hold.
//
// A page can know that everything is kept: `navigator.serviceWorker.ready` resolves only then. The message
// {type: "carrel:version?"} is answered by {type: "carrel:version", version, files}.

/** Every file: its address relative to this script, and its hash. Filled in by tools/build/post_build.mjs. */
const FILES = [];
/** Names this build: a hash over the list. Filled in likewise. */
const VERSION = "unbuilt";

const scope = new URL("./", self.location.href);
/** Several copies of the site may live in different folders of one host; each has a store of its own. */
const STORE = `carrel ${scope.pathname}`;

/** Under what address a file is stored: with its hash, so that two versions can lie side by side. */
function storedAddress(file) {
  const address = new URL(file.url, scope);
  address.search = new URLSearchParams({ integrity: file.integrity }).toString();
  return address.href;
}

const fileByAddress = new Map(FILES.map((file) => [new URL(file.url, scope).href, file]));
const index = fileByAddress.get(scope.href);

async function fetchMissing() {
  const store = await caches.open(STORE);
  const stored = new Set((await store.keys()).map((request) => request.url));
  const missing = FILES.filter((file) => !stored.has(storedAddress(file)));
  await Promise.all(
    missing.map(async (file) => {
      await store.put(storedAddress(file), await fetchChecked(file));
    }),
  );
}

/** Fetches a file and checks its hash. What the page has downloaded already is taken from the browser's own cache. */
async function fetchChecked(file) {
  const address = new URL(file.url, scope);
  const { integrity } = file;
  const cached = await fetch(address, { integrity, cache: "force-cache" }).catch(() => undefined);
  // The browser's copy may be of another version; then its hash differs, and the fetch above has failed.
  const response = cached?.ok ? cached : await fetch(address, { integrity, cache: "reload" });
  if (!response.ok) throw new Error(`${file.url}: ${response.status}`);
  return response;
}

/** The address of the file that an entry of the store is made from: the page keeps some unpacked as well (app/src/web/offline.rs). */
function packedAddress(request) {
  const address = new URL(request.url);
  address.searchParams.delete("unpacked");
  return address.href;
}

async function dropOldFiles() {
  const store = await caches.open(STORE);
  const wanted = new Set(FILES.map(storedAddress));
  const kept = await store.keys();
  await Promise.all(kept.filter((request) => !wanted.has(packedAddress(request))).map((request) => store.delete(request)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetchMissing().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldFiles().then(() => self.clients.claim()));
});

/** Which of our files answers a request; nothing if it is not ours to answer. */
function fileFor(request) {
  if (request.method !== "GET") return undefined;
  const address = new URL(request.url);
  if (address.origin !== scope.origin || !address.pathname.startsWith(scope.pathname)) return undefined;
  address.search = "";
  address.hash = "";
  const file = fileByAddress.get(address.href);
  return file ?? (request.mode === "navigate" ? index : undefined);
}

async function answer(request, file) {
  const store = await caches.open(STORE);
  // The browser may have cleared the store to make room; then the network is asked as if we were not here.
  return (await store.match(storedAddress(file))) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const file = fileFor(event.request);
  if (file) event.respondWith(answer(event.request, file));
});

self.addEventListener("message", (event) => {
  if (event.data?.type !== "carrel:version?") return;
  event.source?.postMessage({ type: "carrel:version", version: VERSION, files: FILES.length });
});
