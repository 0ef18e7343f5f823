// The kernel frame: the script of an `<iframe sandbox="allow-scripts">` whose origin is opaque.
//
// It owns the two workers of a kernel (Python and, where there is a GPU, the
// tensor executor), joins them by a MessageChannel, relays Jupyter messages
// between the page's port and the Python worker, and holds the interrupt tokens.
//
// It refuses to run anything when its origin is not opaque, runs no user code
// itself, and knows nothing of what the messages it relays mean. The page
// inlines this text in the frame's `srcdoc`, so it must be one classic script.
// Read next: python_worker.js, interrupts.js (the other end of the tokens).
(() => {
  "use strict";

  /** Assets that the gpu worker needs; every other asset goes to the Python worker. */
  const GPU_ASSETS = ["executor.js", "executor_bg.wasm"];

  /** How long the GPU may take to answer before the kernel starts without it. */
  const GPU_START_LIMIT_MS = 20_000;

  /** Interrupts that one uninterrupted stretch of Python can notice (see interrupts.js). */
  const TOKEN_COUNT = 4;

  /** What the Python worker may say to the page. */
  const RELAYED = new Set(["progress", "ready", "jupyter", "alive", "fatal", "package-request", "package-cancel", "file-changes", "file-content"]);

  /** The buffers of a list of files, which are handed on without a copy. Code may have sent what is no such list. */
  const buffersOf = (list) => (Array.isArray(list) ? [...new Set(list.map((file) => file?.bytes))].filter((bytes) => bytes instanceof ArrayBuffer) : []);

  const mintToken = () => URL.createObjectURL(new Blob(["1"]));

  /** A `data:` worker: the one kind that has `navigator.gpu` in an opaque frame. */
  function dataWorker(source) {
    const bytes = new TextEncoder().encode(source);
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return new Worker(`data:text/javascript;base64,${btoa(binary)}`, { type: "module" });
  }

  /** A `blob:` worker: shares the frame's opaque origin, so it can see the tokens. */
  function blobWorker(script) {
    return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  }

  /** The kernel's files, as they come from the page: what was promised, and the blobs. A file is a handle until somebody reads it. */
  class Shelf {
    constructor(names) {
      this.places = new Map();
      for (const name of names) this.places.set(name, Promise.withResolvers());
      // Nobody need wait for a file that cannot be had.
      for (const { promise } of this.places.values()) promise.catch(() => {});
    }

    put({ name, blob, reason }) {
      const place = this.places.get(name);
      if (blob) place?.resolve(blob);
      else place?.reject(new Error(reason));
    }

    get(name) {
      return this.places.get(name)?.promise ?? Promise.reject(new Error(`${name} is not part of this site`));
    }
  }

  /**
   * Starts the gpu worker and resolves to what Python should believe about the
   * GPU. A GPU that cannot be had is an answer, not an error. `lost` says what
   * became of the worker before this one; `onLost` is called once if this one dies.
   */
  async function startGpu({ shelf, wanted, port, lost, onLost }) {
    const none = (reason) => ({ webgpu: false, name: "", info: "{}", reason });
    if (!wanted) return none("the GPU is switched off for this kernel");
    if (!navigator.gpu) return none("this browser has no WebGPU");
    let parts;
    try {
      parts = await Promise.all(["gpu_worker.js", ...GPU_ASSETS].map((name) => shelf.get(name)));
    } catch (error) {
      return none(error.message);
    }
    const [source, script, wasm] = parts;
    const text = await source.text();

    return await new Promise((resolve) => {
      const worker = dataWorker(text);
      const limit = setTimeout(() => {
        worker.terminate();
        resolve(none("the GPU did not answer"));
      }, GPU_START_LIMIT_MS);
      let isReady = false;
      const settle = (answer) => {
        clearTimeout(limit);
        isReady = answer.webgpu;
        resolve(answer);
      };
      const end = (reason) => {
        worker.terminate();
        if (isReady) onLost(reason);
        else settle(none(reason));
      };
      worker.onmessage = ({ data }) => {
        if (data.type === "ready") settle({ webgpu: true, name: data.name, info: data.info });
        else if (data.type === "failed" || data.type === "lost") end(data.reason);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        // A trap in the executor comes here too: what awaits it never ends.
        end(isReady ? `the GPU worker stopped (${event.message})` : event.message || "the gpu worker could not start");
      };
      worker.postMessage({ type: "boot", script, wasm, port, lost }, [port]);
    });
  }

  /** One kernel, from its boot message to the end of the frame. */
  function runKernel(page) {
    let python = null;
    let interruptCount = 0;
    const tokens = Array.from({ length: TOKEN_COUNT }, mintToken);
    /** Messages that came before the boot message, which may not be lost. */
    const early = [];

    let shelf = null;

    const tellGpuLost = (reason) => python.postMessage({ type: "gpu-lost", reason, isForGood: false });

    /** Another gpu worker in the place of one that died; Python has sent its messages already. */
    async function restartGpu({ port, lost }) {
      const answer = await startGpu({ shelf, wanted: true, port, lost, onLost: tellGpuLost });
      if (!answer.webgpu) python.postMessage({ type: "gpu-lost", reason: answer.reason, isForGood: true });
    }

    const fatal = (reason) => page.postMessage({ type: "fatal", reason });

    /**
     * Starts both workers, each as soon as its files are there. `names` are the files that will come, `hashes` what they
     * are; a file may also lie in the message itself (`assets`).
     */
    async function boot({ names, hashes, assets = {}, accelerator, files, fileLimits }) {
      const startedAt = performance.now();
      page.postMessage({ type: "progress", stage: "frame" });
      const { port1: gpuPort, port2: pythonPort } = new MessageChannel();
      shelf = new Shelf(names ?? Object.keys(assets));
      for (const [name, bytes] of Object.entries(assets)) shelf.put({ name, blob: new Blob([bytes]) });

      const script = await shelf.get("python_worker.js");
      python = blobWorker(script);
      python.onmessage = ({ data }) => {
        if (RELAYED.has(data?.type)) page.postMessage(data, buffersOf(data.changes));
        else if (data?.type === "gpu-restart") restartGpu(data);
      };
      python.onerror = (event) => {
        event.preventDefault();
        fatal(event.message || "the Python worker could not start");
      };
      python.onmessageerror = () => fatal("a message from the Python worker could not be read");

      const forPython = [...shelf.places.keys()].filter((name) => !GPU_ASSETS.includes(name));
      const listOfFiles = files ?? [];
      python.postMessage(
        { type: "boot", names: forPython, hashes, files: listOfFiles, fileLimits, tokens: [...tokens], port: pythonPort,
          frameMs: performance.now() - startedAt },
        [pythonPort, ...buffersOf(listOfFiles)],
      );
      for (const name of forPython) {
        shelf.get(name).then(
          (blob) => python.postMessage({ type: "asset", name, blob }),
          (error) => python.postMessage({ type: "asset", name, reason: error.message }),
        );
      }
      for (const message of early.splice(0)) receive(message);

      const wanted = accelerator !== "none";
      if (wanted) page.postMessage({ type: "progress", stage: "gpu" });
      const answer = await startGpu({ shelf, wanted, port: gpuPort, onLost: tellGpuLost });
      python.postMessage({ type: "accelerator", ...answer, gpuMs: performance.now() - startedAt });
    }

    /** Python that runs notices the revoked token, Python that waits gets the message. */
    function interrupt() {
      URL.revokeObjectURL(tokens.shift());
      const fresh = mintToken();
      tokens.push(fresh);
      interruptCount += 1;
      python.postMessage({ type: "interrupt", count: interruptCount, fresh });
    }

    function receive(data) {
      if (data?.type === "boot") {
        if (shelf) return;
        boot(data).catch((error) => fatal(`the kernel frame failed: ${error.message}`));
      } else if (data?.type === "asset") {
        shelf?.put(data);
      } else if (!python) {
        early.push(data);
      } else if (data?.type === "interrupt") {
        interrupt();
      } else if (data?.type === "ping") {
        python.postMessage({ type: "ping" });
      } else if (data?.type === "jupyter") {
        python.postMessage({ type: "jupyter", message: data.message });
      } else if (data?.type === "package-event") {
        const bytes = data.event?.data;
        python.postMessage(data, bytes instanceof ArrayBuffer ? [bytes] : []);
      } else if (data?.type === "files") {
        python.postMessage({ type: "files", files: data.files }, buffersOf(data.files));
      } else if (["files-removed", "files-stored", "file-read"].includes(data?.type)) {
        python.postMessage(data);
      }
    }

    page.onmessage = ({ data }) => receive(data);
  }

  addEventListener("message", function connect(event) {
    // The page wrote this text; between it and us stands only the host, an empty document of its site.
    if (![parent, parent.parent].includes(event.source) || event.data?.type !== "carrel:connect" || !event.ports[0]) return;
    removeEventListener("message", connect);
    const page = event.ports[0];
    if (self.origin !== "null") {
      page.postMessage({ type: "fatal", reason: "the kernel frame is not isolated, so nothing was run" });
      return;
    }
    runKernel(page);
  });
})();
