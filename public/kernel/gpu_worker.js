// The gpu worker: runs the engine's executor (Rust, wasm, wgpu) beside Python.
//
// It imports the executor from bytes, then answers every message on its port
// with one reply, strictly in order. It never throws out: a start that fails
// says why, and so does an executor that stops; then the frame ends the worker.
// It knows nothing of the wire format. Read next: engine_link.js (the other end).

/** Imports a module from its bytes; browsers differ in which URL they allow here. */
async function importBytes(bytes) {
  try {
    return await import(URL.createObjectURL(new Blob([bytes], { type: "text/javascript" })));
  } catch {
    const text = new TextDecoder().decode(bytes);
    return await import(`data:text/javascript,${encodeURIComponent(text)}`);
  }
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
    const module = await importBytes(data.script);
    await module.default({ module_or_path: data.wasm });
    const executor = await module.Executor.create(data.lost);
    const info = executor.info();
    serve(executor, data.port);
    self.postMessage({ type: "ready", info, name: JSON.parse(info).name ?? "" });
  } catch (error) {
    self.postMessage({ type: "failed", reason: textOf(error) });
  }
};
