// The Python worker: boots Pyodide from bytes and connects it to the frame.
//
// A classic `blob:` worker (see frame.js), so `importScripts` is masked for
// Pyodide, which wants module workers. Everything is glue: Jupyter messages are
// answered by the Python package carrel_kernel, tensors by the engine. Cells
// are entered through `callPromising`, so that Python can wait for promises.
//
// It has no network: `fetch` answers for the files that the page hands over, one by one, as blobs that are read when they
// are needed. Python wakes up from a memory snapshot where the site has one (snapshot.js); else, or if that fails, it starts.
// Read next: host.js, snapshot.js, archives.js, working_files.js, interrupts.js, streams.js, engine_link.js, direct_calls.js, suspending.js,
// carrel_kernel/boot.py.
"use strict";

Object.defineProperty(self, "importScripts", { value: undefined });

/** Where Pyodide believes its files to be; nothing is ever requested there. */
const ASSET_BASE = "https://assets.invalid/";
/** Among them, a file that is empty. */
const NOTHING = "nothing";

const HOME = "/home/pyodide";

/** How often working files are looked at while Python waits or rests. */
const FILES_INTERVAL_MS = 3000;

/** Python's own library, and where archives of packages lie: those that Python imports from; jedi.zip is unpacked when it is needed, widgets.zip comes last in Python's path. */
const STANDARD_LIBRARY = "/lib/python314.zip";
const ARCHIVE_FOLDER = "/lib/carrel";
const ARCHIVES = ["python.zip", "ipython.zip", "jedi.zip", "widgets.zip"];
const IMPORTED = ["python.zip", "ipython.zip"].map((name) => `${ARCHIVE_FOLDER}/${name}`);

/**
 * How much of the stack in WebAssembly's memory Python may use. The build lets its functions take of it in proportion to
 * what they take of the browser's own stack (tools/build/stack_guard.mjs), which must not end first: Chromium gives about
 * 1 MB to calls that can be suspended, and half of that to a worker's own.
 */
const STACK_BYTES = { suspendable: 384 * 1024, plain: 144 * 1024 };

const post = (message, transfer = []) => self.postMessage(message, transfer);

/** The kernel's files: name → {promise, resolve, reject} of a blob. */
const assets = new Map();

/** A file, when it is there. */
function asset(name) {
  return assets.get(name)?.promise ?? Promise.reject(new Error(`${name} is not part of this site`));
}

const textOf = async (name) => (await asset(name)).text();

/** Resolved by the frame's messages during the boot. */
let resolveAccelerator;
const accelerator = new Promise((resolve) => (resolveAccelerator = resolve));

/** The running kernel, null until it is ready; messages that came before wait here. */
let kernel = null;
let interrupts = null;
let engine = null;
let packageRequests = null;
let workingFiles = null;
const inbox = [];
const earlyFiles = [];
const earlyInterrupts = [];
let serving = false;
let stdinWaiter = null;

/** Imports a file that is a module; browsers differ in which URL they allow here. */
async function importAsset(name) {
  const blob = await asset(name);
  try {
    return await import(URL.createObjectURL(new Blob([blob], { type: "text/javascript" })));
  } catch {
    return await import(`data:text/javascript,${encodeURIComponent(await blob.text())}`);
  }
}

/** A WebAssembly file as the browser compiles it while it is read. */
async function wasmResponse(name) {
  return new Response(await asset(name), { headers: { "content-type": "application/wasm" } });
}

/** `fetch` for the boot: files by their names, anything else as the browser decides. */
function answerFetches() {
  const browserFetch = self.fetch.bind(self);
  self.fetch = async (resource, options) => {
    const url = String(resource?.url ?? resource);
    if (!url.startsWith(ASSET_BASE)) return browserFetch(resource, options);
    const name = url.slice(ASSET_BASE.length);
    if (name === NOTHING) return new Response("");
    return name.endsWith(".wasm") ? wasmResponse(name) : new Response(await asset(name));
  };
}

/** Blocks this worker: `Atomics.wait` on memory that nobody else has. */
function makePause() {
  let cell = null;
  try {
    cell = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
    Atomics.wait(cell, 0, 0, 0);
  } catch {
    cell = null;
  }
  return (ms) => {
    if (cell) return void Atomics.wait(cell, 0, 0, ms);
    const end = performance.now() + ms;
    while (performance.now() < end);
  };
}

/** The engine's recorder, or the reason why there is none. */
async function loadEngine(port, afterCall, isStopped) {
  try {
    const [{ EngineLink }, { bindings, wasm }] = await Promise.all([importAsset("engine_link.js"), loadRecorder()]);
    const restart = (newPort, lost) => post({ type: "gpu-restart", port: newPort, lost }, [newPort]);
    const engine = new EngineLink({ bindings, wasm, accelerator: await accelerator, port, restart, afterCall, isStopped });
    await offerLoops(engine, wasm);
    return { engine };
  } catch (error) {
    return { failure: String(error?.message ?? error) };
  }
}

async function loadRecorder() {
  const bindings = await importAsset("recorder.js");
  const wasm = await bindings.default({ module_or_path: wasmResponse("recorder_bg.wasm") });
  return { bindings, wasm };
}

/** Gives the engine the faster loops that this browser can run, if there are any. */
async function offerLoops(engine, wasm) {
  try {
    const [{ linkLoops }, loops] = await Promise.all([importAsset("loops.js"), asset("loops.wasm")]);
    await linkLoops(await loops.arrayBuffer(), engine.recorder, wasm);
  } catch (error) {
    console.warn(`the engine keeps to its own loops: ${error?.message ?? error}`);
  }
}

/** Offers Python the short way to the engine; without it, it takes the long one. */
async function offerDirectCalls(pyodide) {
  try {
    const direct = await importAsset("direct_calls.js");
    direct.offerDirectCalls(pyodide._module, engine);
  } catch (error) {
    console.warn(`calls of the engine take the long way: ${error?.message ?? error}`);
  }
}

/** Lets Python raise RecursionError before the browser's stack ends: in the thread state of now, and in those that Pyodide makes for calls. */
function limitStack(numBytes, { _emscripten_stack_get_base, _emscripten_stack_set_limits, _PyThreadState_Get, _PyUnstable_ThreadState_SetStackProtection }) {
  const start = _emscripten_stack_get_base();
  const end = start - numBytes;
  _emscripten_stack_set_limits(start, end);
  _PyUnstable_ThreadState_SetStackProtection(_PyThreadState_Get(), end, numBytes);
}

/** Offers Python the short way to wait; without it, it takes Pyodide's. */
async function offerWaits(pyodide) {
  try {
    const { offerWaiting } = await importAsset("suspending.js");
    if (!offerWaiting(pyodide._module)) throw new Error("this Pyodide does not offer what it needs");
  } catch (error) {
    console.warn(`waits take the long way: ${error?.message ?? error}`);
  }
}

/**
 * Starts Python and the kernel in it: from the snapshot if one is given, which is as after the usual start but sooner.
 * Resolves to {pyodide, kernel, isWoken}; what it throws with a snapshot may go well without.
 */
async function startKernel({ files, loading, parts, jspi, lap }, snapshot) {
  const [{ loadPyodide }, { default: createModule }, lock] = await Promise.all([
    importAsset("pyodide.mjs"), importAsset("pyodide.asm.mjs"), textOf("pyodide-lock.json"),
  ]);
  lap("modules");
  // What Python cannot start without, or the reason why it is not there.
  if (!snapshot) await Promise.all(["python_stdlib.zip", "python.zip", "ipython.zip"].map(asset));
  const createPyodideModule = (settings) => createModule(parts.interrupts.offeredTo(settings));
  const waking = snapshot && (await snapshot.options(createPyodideModule));
  const pyodide = await loadPyodide({
    createPyodideModule,
    indexURL: ASSET_BASE,
    // Python that wakes up has imported what it needs; that which starts needs its library at once.
    stdLibURL: ASSET_BASE + (snapshot ? NOTHING : "python_stdlib.zip"),
    lockFileContents: lock,
    enableRunUntilComplete: jspi,
    ...waking,
  });
  lap("python");

  post({ type: "progress", stage: "packages" });
  pyodide.FS.mkdirTree(ARCHIVE_FOLDER);
  if (snapshot) parts.archives.place(pyodide.FS, STANDARD_LIBRARY, asset("python_stdlib.zip"));
  for (const name of ARCHIVES) parts.archives.place(pyodide.FS, `${ARCHIVE_FOLDER}/${name}`, asset(name));
  parts.files.attach(pyodide.FS);
  parts.files.place(files);
  for (const [name, write] of [["stdout", "setStdout"], ["stderr", "setStderr"]]) {
    const decoder = new TextDecoder();
    pyodide[write]({
      write(bytes) {
        parts.streams.write(name, decoder.decode(bytes, { stream: true }));
        return bytes.length;
      },
    });
  }
  const loaded = await loading;
  engine = loaded.engine ?? null;
  if (engine) {
    pyodide.registerJsModule("_carrel_engine", engine.module());
    await offerDirectCalls(pyodide);
  }
  const { name } = await accelerator;
  const { hostModule } = await importAsset("host.js");
  const heap = () => pyodide._module.HEAP8;
  const facts = { accelerator: { name }, engineFailure: loaded.failure, jspi, packageLock: lock, version: pyodide.version, heap };
  if (!snapshot) await parts.archives.settled();
  limitStack(jspi ? STACK_BYTES.suspendable : STACK_BYTES.plain, pyodide._module);
  pyodide.registerJsModule("_carrel_host", hostModule(parts, facts));
  if (jspi) await offerWaits(pyodide);
  if (!snapshot) pyodide.runPython(`import sys; sys.path[:0] = ${JSON.stringify(IMPORTED)}; del sys`);
  const kernel = pyodide.pyimport("carrel_kernel.boot").start();
  return { pyodide, kernel, isWoken: snapshot !== null };
}

/** The snapshot, which is read and unpacked from now on, or null if the site has none: what `startKernel` needs to wake up from it. */
function openSnapshot(hashes, timings) {
  if (!assets.has("snapshot.bin.gz")) return null;
  const module = importAsset("snapshot.js");
  const reading = Promise.all([module, asset("snapshot.bin.gz")]).then(async ([{ readSnapshot, checkParts }, file]) => {
    const startedAt = performance.now();
    const snapshot = await readSnapshot(file);
    checkParts(snapshot.header, hashes);
    timings.snapshot = performance.now() - startedAt;
    return snapshot;
  });
  reading.catch(() => {});
  return { options: async (createPyodideModule) => (await module).wakingOptions(reading, createPyodideModule) };
}

/** Starts the kernel from the snapshot, or, if that cannot be, as Python usually starts. */
async function startEitherWay(context, snapshot) {
  if (!snapshot) {
    console.info("kernel: there is no memory snapshot, so Python is started from its files");
    return await startKernel(context, null);
  }
  try {
    return await startKernel(context, snapshot);
  } catch (error) {
    console.warn(`kernel: the memory snapshot cannot be used (${error?.message ?? error}); Python is started from its files`);
    delete context.timings.snapshot;
    return await startKernel(context, null);
  }
}

async function boot({ files, fileLimits, tokens, port, frameMs, hashes }) {
  const startedAt = performance.now();
  const timings = { frame: frameMs };
  let since = startedAt;
  const lap = (name) => {
    const now = performance.now();
    timings[name] = (timings[name] ?? 0) + now - since;
    since = now;
  };

  post({ type: "progress", stage: "python" });
  answerFetches();
  // Both take long and need nobody: they go on beside everything else.
  const snapshot = openSnapshot(hashes, timings);
  const [{ Interrupts }, { Streams }, { PackageRequests }, { Archives, writeLazily }, { WorkingFiles }] = await Promise.all(
    ["interrupts.js", "streams.js", "packages.js", "archives.js", "working_files.js"].map(importAsset),
  );
  const pause = makePause();
  const streams = new Streams((message) => post({ type: "jupyter", message }), pause);
  const kept = new WorkingFiles({ home: HOME, post, limits: fileLimits, writeLazily });
  interrupts = new Interrupts(tokens, (now) => {
    streams.tick(now);
    kept.tick(now);
  });
  for (const message of earlyInterrupts) interrupts.receive(message);
  packageRequests = new PackageRequests(post, (promise) => interrupts.guard(promise));
  const archives = new Archives();
  const jspi = "Suspending" in WebAssembly;
  const stopIfDue = () => {
    if (interrupts.due()) interrupts.hurry();
  };
  const stdin = () => new Promise((resolve) => (stdinWaiter = resolve));
  const parts = { interrupts, streams, packages: packageRequests, archives, files: kept, pause, stopIfDue, inbox, post, engine: () => engine, stdin };
  const loading = loadEngine(port, stopIfDue, () => interrupts.due() && interrupts.take());
  const started = await startEitherWay({ files, loading, parts, jspi, lap, timings }, snapshot);
  const { pyodide } = started;
  pyodide._api.on_fatal = (error) => {
    kept.rescue();
    post({ type: "fatal", reason: `Python stopped: ${error?.message ?? error}` });
  };
  workingFiles = kept;
  for (const act of earlyFiles) act(kept);
  setInterval(() => kept.tick(), FILES_INTERVAL_MS);
  interrupts.attach(pyodide);
  lap("packages");

  // Python that cannot wait for an archive must find it. Until then the kernel is starting, so that Stop ends what waits for it.
  if (!jspi) await archives.settled();
  const gpu = await accelerator;
  timings.gpu = gpu.gpuMs;
  timings.fromSnapshot = started.isWoken ? 1 : 0;
  timings.total = performance.now() - startedAt + frameMs;
  post({ type: "ready", accelerator: { webgpu: gpu.webgpu, name: gpu.name }, timings });
  kernel = started.kernel;
  serve(jspi);
}

/** Answers queued messages one by one; with JSPI on a stack that can wait. */
async function serve(jspi = "Suspending" in WebAssembly) {
  if (!kernel || serving) return;
  serving = true;
  while (inbox.length > 0) {
    const message = inbox.shift();
    try {
      if (jspi) await kernel.handle.callPromising(message);
      else await kernel.handle_async(message);
    } catch (error) {
      // A dead interpreter reports itself; anything else must not end the kernel.
      if (!error?.pyodide_fatal_error) console.error(error);
    }
  }
  serving = false;
}

/** Input replies go to the cell that waits for one; the rest queues. */
function receive(message) {
  const { channel, content } = JSON.parse(message);
  if (channel === "stdin") {
    stdinWaiter?.(content?.value ?? "");
    stdinWaiter = null;
    return;
  }
  inbox.push(message);
  serve();
}

/** Does something to the working files, as soon as Python has them. */
function withFiles(act) {
  if (workingFiles) act(workingFiles);
  else earlyFiles.push(act);
}

self.onmessage = ({ data }) => {
  if (data.type === "boot") {
    for (const name of data.names) assets.set(name, Promise.withResolvers());
    for (const { promise } of assets.values()) promise.catch(() => {});
    boot(data).catch((error) => {
      post({ type: "fatal", reason: `Python did not start: ${error?.message ?? error}` });
    });
  } else if (data.type === "asset" && data.blob) assets.get(data.name)?.resolve(data.blob);
  else if (data.type === "asset") assets.get(data.name)?.reject(new Error(data.reason));
  else if (data.type === "accelerator") resolveAccelerator(data);
  else if (data.type === "jupyter") receive(data.message);
  else if (data.type === "ping") post({ type: "alive" });
  else if (data.type === "interrupt" && interrupts) interrupts.receive(data);
  else if (data.type === "interrupt") earlyInterrupts.push(data);
  else if (data.type === "package-event") packageRequests?.receive(data);
  else if (data.type === "gpu-lost") engine?.lose(data.reason, data.isForGood);
  else if (data.type === "files") withFiles((files) => files.place(data.files));
  else if (data.type === "files-removed") withFiles((files) => files.remove(data.paths));
  else if (data.type === "file-read") withFiles((files) => post({ type: "file-content", id: data.id, ...files.read(data.path) }));
  else if (data.type === "files-stored") workingFiles?.receive(data);
};
