// Joins Python to the engine: the recorder (wasm, in this worker) and, behind a
// port, the executor in the gpu worker.
//
// `module()` is what Python sees as `_carrel_engine`: flat functions over
// numbers. After every call the recorder's outgoing messages are posted, so the
// GPU works while Python goes on. The bytes are opaque here, and no function
// throws for an error of the user's: the recorder reports those by code.
// Read next: engine/src/ffi (the recorder's exports), torch/_C.py (the caller).

/** Number of float64 slots in the recorder's scratch area. */
const SCRATCH_SLOTS = 4096;

export class EngineLink {
  /**
   * @param bindings the recorder's wasm-bindgen module, initialised
   * @param wasm what its initialiser returned (for the memory)
   * @param port the gpu worker's port, or null
   * @param afterCall called after each operator (output flush, interrupts)
   */
  constructor({ bindings, wasm, accelerator, port, afterCall }) {
    this.recorder = new bindings.Recorder(accelerator.webgpu, accelerator.info);
    this.memory = wasm.memory;
    this.port = port;
    this.afterCall = afterCall;
    this.scratchPtr = this.recorder.scratch_ptr();
    this.scratch = new Float64Array(0);
    this.numSent = 0;
    this.numAnswered = 0;
    this.waiting = [];
    this.lost = accelerator.webgpu ? null : accelerator.reason;
    const names = this.recorder.op_names().split("\n");
    this.flushOp = names.findIndex((line) => line.split(" ")[0] === "flush");
    if (port) port.onmessage = ({ data }) => this.receive(data);
  }

  /** A reply to the oldest unanswered message. */
  receive({ bytes, error }) {
    this.numAnswered += 1;
    try {
      if (!bytes) this.lost ??= error;
      else if (this.recorder.deliver(bytes) < 0) this.lost ??= this.recorder.last_error();
    } catch (failure) {
      this.lost ??= `an answer of the GPU could not be read: ${failure?.message ?? failure}`;
    }
    this.settle();
  }

  /** The executor is gone; nothing will be answered any more. */
  lose(reason) {
    this.lost ??= reason;
    this.settle();
  }

  settle() {
    const still = [];
    for (const wait of this.waiting) {
      if (this.lost) wait.reject(new Error(this.lost));
      else if (this.numAnswered >= wait.target) wait.resolve(true);
      else still.push(wait);
    }
    this.waiting = still;
  }

  flush() {
    while (this.recorder.outbox_len() > 0) {
      const bytes = this.recorder.take_outbox();
      if (!bytes || !this.port) return;
      this.numSent += 1;
      this.port.postMessage({ bytes: bytes.buffer }, [bytes.buffer]);
    }
  }

  /** The scratch area; its view dies whenever the recorder's memory grows. */
  view() {
    if (this.scratch.buffer !== this.memory.buffer || this.scratch.length === 0) {
      this.scratch = new Float64Array(this.memory.buffer, this.scratchPtr, SCRATCH_SLOTS);
    }
    return this.scratch;
  }

  call(op, args) {
    const view = this.view();
    for (let index = 0; index < args.length; index += 1) view[index] = args[index];
    const result = this.recorder.call(op, args.length);
    this.flush();
    this.afterCall();
    return result;
  }

  /** Sends what the cell recorded and did not read, so that the GPU works while the user reads. */
  endOfCell() {
    if (this.flushOp >= 0 && !this.lost) this.recorder.call(this.flushOp, 0);
    this.flush();
  }

  /** Resolves when everything recorded so far has been answered, the ticket's read included. */
  wait(_ticket) {
    this.flush();
    const target = this.numSent;
    if (this.numAnswered >= target) return Promise.resolve(true);
    if (this.lost) return Promise.reject(new Error(this.lost));
    return new Promise((resolve, reject) => this.waiting.push({ target, resolve, reject }));
  }

  upload(data, dtype, shape) {
    const buffer = data.getBuffer("u8");
    try {
      return this.recorder.upload(buffer.data, dtype, Uint32Array.from(shape));
    } finally {
      buffer.release();
    }
  }

  /** The functions that Python imports as `_carrel_engine`. */
  module() {
    return {
      __name__: "_carrel_engine",
      op_names: () => this.recorder.op_names(),
      call: (op, ...args) => this.call(op, args),
      scratch: (index) => this.view()[index],
      text: () => this.recorder.last_text(),
      error: () => this.recorder.last_error(),
      set_text: (text) => this.recorder.text_in(text),
      upload: (data, dtype, ...shape) => this.upload(data, dtype, shape),
      download: (handle) => this.recorder.download(handle),
      wait: (ticket) => this.wait(ticket),
    };
  }
}
