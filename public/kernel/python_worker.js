// The Python worker: boots Pyodide from bytes and connects it to the frame.
//
// A classic `blob:` worker (see frame.js), so `importScripts` is masked for
// Pyodide, which wants module workers. Everything is glue: Jupyter messages are
// answered by the Python package carrel_kernel, tensors by the engine. Cells
// are entered through `callPromising`, so that Python can wait for promises
// and deep recursion ends in RecursionError.
//
// It has no network: `fetch` answers for the assets that the page handed over.
// Python wakes up from a memory snapshot where the site has one (snapshot.js); else, or if that fails, it starts.
// Read next: snapshot.js, interrupts.js, streams.js, engine_link.js, direct_calls.js, suspending.js, carrel_kernel/boot.py.
"use strict";

Object.defineProperty(self, "importScripts", { value: undefined });

/** Where Pyodide believes its files to be; nothing is ever requested there. */
const ASSET_BASE = "https://assets.invalid/";

const HOME = "/home/pyodide";

/** Where archives of Python packages lie, and those that Python imports from; jedi.zip is unpacked when it is needed, widgets.zip comes last in Python's path. */
const ARCHIVE_FOLDER = "/lib/carrel";
const ARCHIVES = ["python.zip", "ipython.zip", "jedi.zip", "widgets.zip"];
const IMPORTED = ["python.zip", "ipython.zip"].map((name) => `${ARCHIVE_FOLDER}/${name}`);

const post = (message, transfer = []) => self.postMessage(message, transfer);
const textOf = (bytes) => new TextDecoder().decode(bytes);

/** Resolved by the frame's messages during the boot. */
let resolveAccelerator;
const accelerator = new Promise((resolve) => (resolveAccelerator = resolve));

/** The running kernel, null until it is ready; messages that came before wait here. */
let kernel = null;
let interrupts = null;
let engine = null;
let packageRequests = null;
let writeFiles = null;
const inbox = [];
const earlyFiles = [];
const earlyInterrupts = [];
let serving = false;
let stdinWaiter = null;

/** Imports a module from its bytes; browsers differ in which URL they allow here. */
async function importBytes(bytes) {
  try {
    return await import(URL.createObjectURL(new Blob([bytes], { type: "text/javascript" })));
  } catch {
    return await import(`data:text/javascript,${encodeURIComponent(textOf(bytes))}`);
  }
}

/** `fetch` for the boot: assets by their names, anything else as the browser decides. */
function answerFetches(assets) {
  const browserFetch = self.fetch.bind(self);
  self.fetch = (resource, options) => {
    const url = String(resource?.url ?? resource);
    if (!url.startsWith(ASSET_BASE)) return browserFetch(resource, options);
    const bytes = assets[url.slice(ASSET_BASE.length)];
    if (!bytes) return Promise.resolve(new Response("not found", { status: 404 }));
    const type = url.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return Promise.resolve(new Response(bytes, { headers: { "content-type": type } }));
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

/** Writes the document's files below the working directory, whatever their paths say. */
function writeFilesTo(pyodide, files) {
  for (const { path, bytes } of files) {
    const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
    const name = parts.pop();
    if (!name) continue;
    const folder = [HOME, ...parts].join("/");
    pyodide.FS.mkdirTree(folder);
    pyodide.FS.writeFile(`${folder}/${name}`, new Uint8Array(bytes));
  }
}

/** The engine's recorder, or the reason why there is none. */
async function loadEngine(assets, port, afterCall, isStopped) {
  try {
    if (!assets["recorder.js"] || !assets["recorder_bg.wasm"]) throw new Error("it is not part of this site");
    const { EngineLink } = await importBytes(assets["engine_link.js"]);
    const bindings = await importBytes(assets["recorder.js"]);
    const wasm = await bindings.default({ module_or_path: assets["recorder_bg.wasm"] });
    const restart = (newPort, lost) => post({ type: "gpu-restart", port: newPort, lost }, [newPort]);
    return { engine: new EngineLink({ bindings, wasm, accelerator: await accelerator, port, restart, afterCall, isStopped }) };
  } catch (error) {
    return { failure: String(error?.message ?? error) };
  }
}

/** Offers Python the short way to the engine; without it, it takes the long one. */
async function offerDirectCalls(assets, pyodide) {
  try {
    const direct = await importBytes(assets["direct_calls.js"]);
    direct.offerDirectCalls(pyodide._module, engine);
  } catch (error) {
    console.warn(`calls of the engine take the long way: ${error?.message ?? error}`);
  }
}

/** Offers Python the short way to wait; without it, it takes Pyodide's. */
async function offerWaits(assets, pyodide) {
  try {
    const { offerWaiting } = await importBytes(assets["suspending.js"]);
    if (!offerWaiting(pyodide._module)) throw new Error("this Pyodide does not offer what it needs");
  } catch (error) {
    console.warn(`waits take the long way: ${error?.message ?? error}`);
  }
}

/**
 * What Python imports as `_carrel_host` (the Host protocol of carrel_kernel/host.py).
 * Promises come in objects: of a promise that a call returns Pyodide makes a future, which takes longer than a short wait.
 */
function hostModule({ interrupts, streams, pause, stopIfDue, accelerator, engineFailure, jspi, packageLock, version, heap }) {
  return {
    python_memory_bytes: () => heap().length,
    tensor_memory_bytes: () => engine?.memory?.buffer.byteLength ?? 0,
    jspi,
    engine_failure: engineFailure ?? "",
    accelerator_name: accelerator.name,
    post(text) {
      streams.flush();
      post({ type: "jupyter", message: text });
    },
    stream: (name, text) => streams.write(name, text),
    flush: () => streams.flush(),
    set_parent: (parent, session) => streams.setParent(parent, session),
    set_interruptible(on) {
      interrupts.setArmed(on);
      if (!on) engine?.endOfCell();
    },
    interrupt_wait: () => interrupts.endWait(),
    postpone_interrupt: () => interrupts.postpone(),
    guard(promise) {
      streams.flush();
      return { promise: interrupts.guard(promise) };
    },
    sleep(ms) {
      streams.flush();
      return { promise: interrupts.guard(new Promise((resolve) => setTimeout(resolve, ms))) };
    },
    pause(ms) {
      streams.flush();
      pause(ms);
      stopIfDue();
    },
    stdin() {
      streams.flush();
      return { promise: interrupts.guard(new Promise((resolve) => (stdinWaiter = resolve))) };
    },
    next_turn: () => ({ promise: new Promise((resolve) => setTimeout(resolve, 0)) }),
    add_wait: (callback) => interrupts.addWait(callback),
    remove_wait: (callback) => interrupts.removeWait(callback),
    ending() {
      let resolve;
      const promise = new Promise((settle) => (resolve = settle));
      return { promise, resolve };
    },
    take_queued: () => inbox.splice(0),
    pyodide_version: version,
    package_request(text) {
      streams.flush();
      return packageRequests.request(text);
    },
    package_lock: () => packageLock,
  };
}

/**
 * Starts Python and the kernel in it: from the snapshot if one is given, which is as after the usual start but sooner.
 * Resolves to {pyodide, kernel, isWoken}; what it throws with a snapshot may go well without.
 */
async function startKernel({ assets, files, loading, hostParts, lap, timings }, snapshot) {
  const [{ loadPyodide }, { default: createModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map((name) => importBytes(assets[name])),
  );
  const createPyodideModule = (settings) => createModule(hostParts.interrupts.offeredTo(settings));
  lap("modules");
  const waking = snapshot ? await openSnapshot(assets, snapshot, timings, createPyodideModule) : {};
  const pyodide = await loadPyodide({
    createPyodideModule,
    indexURL: ASSET_BASE,
    stdLibURL: `${ASSET_BASE}python_stdlib.zip`,
    lockFileContents: textOf(assets["pyodide-lock.json"]),
    enableRunUntilComplete: hostParts.jspi,
    ...waking,
  });
  lap("python");

  post({ type: "progress", stage: "packages" });
  pyodide.FS.mkdirTree(ARCHIVE_FOLDER);
  for (const name of ARCHIVES) pyodide.FS.writeFile(`${ARCHIVE_FOLDER}/${name}`, new Uint8Array(assets[name]));
  writeFilesTo(pyodide, files);
  for (const [name, write] of [["stdout", "setStdout"], ["stderr", "setStderr"]]) {
    const decoder = new TextDecoder();
    pyodide[write]({
      write(bytes) {
        hostParts.streams.write(name, decoder.decode(bytes, { stream: true }));
        return bytes.length;
      },
    });
  }
  const loaded = await loading;
  engine = loaded.engine ?? null;
  if (engine) {
    pyodide.registerJsModule("_carrel_engine", engine.module());
    await offerDirectCalls(assets, pyodide);
  }
  const { name } = await accelerator;
  const host = hostModule({
    ...hostParts, accelerator: { name }, engineFailure: loaded.failure,
    packageLock: textOf(assets["pyodide-lock.json"]), version: pyodide.version, heap: () => pyodide._module.HEAP8,
  });
  pyodide.registerJsModule("_carrel_host", host);
  if (hostParts.jspi) await offerWaits(assets, pyodide);
  if (!snapshot) pyodide.runPython(`import sys; sys.path[:0] = ${JSON.stringify(IMPORTED)}; del sys`);
  const kernel = pyodide.pyimport("carrel_kernel.boot").start();
  return { pyodide, kernel, isWoken: snapshot !== null };
}

/** What `loadPyodide` needs to wake up from the snapshot. */
async function openSnapshot(assets, { file, hashes }, timings, createPyodideModule) {
  const { readSnapshot, checkParts, wakingOptions } = await importBytes(assets["snapshot.js"]);
  const startedAt = performance.now();
  const reading = readSnapshot(file).then((snapshot) => {
    checkParts(snapshot.header, assets, hashes);
    timings.snapshot = performance.now() - startedAt;
    return snapshot;
  });
  return wakingOptions(reading, createPyodideModule);
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

async function boot({ assets, files, tokens, port, frameMs, hashes }) {
  const startedAt = performance.now();
  const timings = { frame: frameMs };
  let since = startedAt;
  const lap = (name) => {
    const now = performance.now();
    timings[name] = (timings[name] ?? 0) + now - since;
    since = now;
  };

  post({ type: "progress", stage: "python" });
  answerFetches(assets);
  const [{ Interrupts }, { Streams }, { PackageRequests }] = await Promise.all(
    ["interrupts.js", "streams.js", "packages.js"].map((name) => importBytes(assets[name])),
  );
  const pause = makePause();
  const streams = new Streams((message) => post({ type: "jupyter", message }), pause);
  interrupts = new Interrupts(tokens, (now) => streams.tick(now));
  for (const message of earlyInterrupts) interrupts.receive(message);
  packageRequests = new PackageRequests(post, (promise) => interrupts.guard(promise));
  const jspi = "Suspending" in WebAssembly;
  const stopIfDue = () => {
    if (interrupts.due()) interrupts.hurry();
  };
  const loading = loadEngine(assets, port, stopIfDue, () => interrupts.due() && interrupts.take());
  const context = { assets, files, loading, lap, timings, hostParts: { interrupts, streams, pause, stopIfDue, jspi } };
  const file = assets["snapshot.bin.gz"];
  const started = await startEitherWay(context, file && { file, hashes });
  const { pyodide } = started;
  pyodide._api.on_fatal = (error) => {
    post({ type: "fatal", reason: `Python stopped: ${error?.message ?? error}` });
  };
  writeFiles = (list) => writeFilesTo(pyodide, list);
  writeFiles(earlyFiles);
  kernel = started.kernel;
  interrupts.attach(pyodide);
  lap("packages");

  const gpu = await accelerator;
  timings.gpu = gpu.gpuMs;
  timings.fromSnapshot = started.isWoken ? 1 : 0;
  timings.total = performance.now() - startedAt + frameMs;
  post({ type: "ready", accelerator: { webgpu: gpu.webgpu, name: gpu.name }, timings });
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

self.onmessage = ({ data }) => {
  if (data.type === "boot") {
    boot(data).catch((error) => {
      post({ type: "fatal", reason: `Python did not start: ${error?.message ?? error}` });
    });
  } else if (data.type === "accelerator") resolveAccelerator(data);
  else if (data.type === "jupyter") receive(data.message);
  else if (data.type === "ping") post({ type: "alive" });
  else if (data.type === "interrupt" && interrupts) interrupts.receive(data);
  else if (data.type === "interrupt") earlyInterrupts.push(data);
  else if (data.type === "package-event") packageRequests?.receive(data);
  else if (data.type === "gpu-lost") engine?.lose(data.reason, data.isForGood);
  else if (data.type === "files" && writeFiles) writeFiles(data.files);
  else if (data.type === "files") earlyFiles.push(...data.files);
};
