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
  const RELAYED = new Set(["progress", "ready", "jupyter", "alive", "fatal", "package-request", "package-cancel"]);

  const mintToken = () => URL.createObjectURL(new Blob(["1"]));
  const textOf = (bytes) => new TextDecoder().decode(bytes);

  /** A `data:` worker: the one kind that has `navigator.gpu` in an opaque frame. */
  function dataWorker(source) {
    const bytes = new TextEncoder().encode(source);
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return new Worker(`data:text/javascript;base64,${btoa(binary)}`, { type: "module" });
  }

  /** A `blob:` worker: shares the frame's opaque origin, so it can see the tokens. */
  function blobWorker(source) {
    return new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  }

  /**
   * Starts the gpu worker and resolves to what Python should believe about the
   * GPU. A GPU that cannot be had is an answer, not an error. `lost` says what
   * became of the worker before this one; `onLost` is called once if this one dies.
   */
  function startGpu({ assets, wanted, port, lost, onLost }) {
    const none = (reason) => ({ webgpu: false, name: "", info: "{}", reason });
    if (!wanted) return Promise.resolve(none("the GPU is switched off for this kernel"));
    if (!navigator.gpu) return Promise.resolve(none("this browser has no WebGPU"));
    const missing = ["gpu_worker.js", ...GPU_ASSETS].find((name) => !assets[name]);
    if (missing) return Promise.resolve(none(`${missing} is not part of this site`));

    return new Promise((resolve) => {
      const worker = dataWorker(textOf(assets["gpu_worker.js"]));
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
      // The files are copied, not handed over: a worker that dies is started again from them.
      const [script, wasm] = GPU_ASSETS.map((name) => assets[name]);
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

    /** What a gpu worker is started from, also a second time. */
    let gpuAssets = {};

    const tellGpuLost = (reason) => python.postMessage({ type: "gpu-lost", reason, isForGood: false });

    /** Another gpu worker in the place of one that died; Python has sent its messages already. */
    async function restartGpu({ port, lost }) {
      const answer = await startGpu({ assets: gpuAssets, wanted: true, port, lost, onLost: tellGpuLost });
      if (!answer.webgpu) python.postMessage({ type: "gpu-lost", reason: answer.reason, isForGood: true });
    }

    const fatal = (reason) => page.postMessage({ type: "fatal", reason });

    async function boot({ assets, accelerator, files }) {
      const startedAt = performance.now();
      page.postMessage({ type: "progress", stage: "frame" });
      const { port1: gpuPort, port2: pythonPort } = new MessageChannel();

      python = blobWorker(textOf(assets["python_worker.js"]));
      python.onmessage = ({ data }) => {
        if (RELAYED.has(data?.type)) page.postMessage(data);
        else if (data?.type === "gpu-restart") restartGpu(data);
      };
      python.onerror = (event) => {
        event.preventDefault();
        fatal(event.message || "the Python worker could not start");
      };
      python.onmessageerror = () => fatal("a message from the Python worker could not be read");

      const wanted = accelerator !== "none";
      if (wanted) page.postMessage({ type: "progress", stage: "gpu" });
      gpuAssets = Object.fromEntries(
        ["gpu_worker.js", ...GPU_ASSETS].filter((name) => assets[name]).map((name) => [name, assets[name].slice(0)]),
      );
      const gpu = startGpu({ assets: gpuAssets, wanted, port: gpuPort, onLost: tellGpuLost });

      const forPython = {};
      for (const [name, bytes] of Object.entries(assets)) {
        if (bytes.byteLength > 0 && !GPU_ASSETS.includes(name)) forPython[name] = bytes;
      }
      const listOfFiles = files ?? [];
      python.postMessage(
        { type: "boot", assets: forPython, files: listOfFiles, tokens: [...tokens], port: pythonPort,
          frameMs: performance.now() - startedAt },
        [pythonPort, ...Object.values(forPython), ...listOfFiles.map((file) => file.bytes)],
      );
      for (const message of early.splice(0)) receive(message);
      const answer = await gpu;
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
        if (python) return;
        boot(data).catch((error) => fatal(`the kernel frame failed: ${error.message}`));
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
        python.postMessage({ type: "files", files: data.files }, data.files.map((file) => file.bytes));
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
