// The gpu worker: runs the engine's executor (Rust, wasm, wgpu) beside Python.
//
// It imports the executor from blobs, then answers every message on its port
// with one reply, strictly in order. It never throws out: a start that fails
// says why, and so does an executor that stops; then the frame ends the worker.
// It knows nothing of the wire format. Read next: engine_link.js (the other end).

/** Imports a module from a blob; browsers differ in which URL they allow here. */
async function importBlob(blob) {
  try {
    return await import(URL.createObjectURL(new Blob([blob], { type: "text/javascript" })));
  } catch {
    return await import(`data:text/javascript,${encodeURIComponent(await blob.text())}`);
  }
}

/**
 * Makes requests for a device ask for subgroups as well, where they can be had: wgpu knows no way to ask a browser for
 * them, and hands WGSL on as it is. Returns a function that tells whether the last device has them.
 */
function askForSubgroups() {
  const prototype = self.GPUAdapter?.prototype;
  const request = prototype?.requestDevice;
  // Kernels name subgroups by number, which is a language feature of its own.
  if (!request || !navigator.gpu?.wgslLanguageFeatures?.has("subgroup_id")) return () => false;
  let hasThem = false;
  prototype.requestDevice = async function requestDevice(descriptor = {}) {
    const wanted = new Set(descriptor.requiredFeatures ?? []);
    if (this.features.has("subgroups")) wanted.add("subgroups");
    const device = await request.call(this, { ...descriptor, requiredFeatures: [...wanted] });
    hasThem = device.features.has("subgroups");
    return device;
  };
  return () => hasThem;
}

const textOf = (error) => error?.message ?? String(error);

/** Serves one executor over one port. */
function serve(executor, port) {
  let isServing = true;
  let last = Promise.resolve();

  async function answer(bytes) {
    if (!isServing) return;
    try {
      const reply = await executor.execute(new Uint8Array(bytes));
      port.postMessage({ bytes: reply }, [reply.buffer]);
    } catch (error) {
      // The executor answers its own errors; what throws is a trap, after which nothing may run on it.
      isServing = false;
      self.postMessage({ type: "lost", reason: `the GPU worker stopped (${textOf(error)})` });
    }
  }

  port.onmessage = ({ data }) => {
    last = last.then(() => answer(data.bytes));
  };
}

self.onmessage = async ({ data }) => {
  if (data.type !== "boot") return;
  try {
    const module = await importBlob(data.script);
    await module.default({ module_or_path: new Response(data.wasm, { headers: { "content-type": "application/wasm" } }) });
    const executor = await module.Executor.create(data.lost, askForSubgroups());
    const info = executor.info();
    serve(executor, data.port);
    self.postMessage({ type: "ready", info, name: JSON.parse(info).name ?? "" });
  } catch (error) {
    self.postMessage({ type: "failed", reason: textOf(error) });
  }
};
