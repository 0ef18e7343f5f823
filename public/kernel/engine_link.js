// Joins Python to the engine: the recorder (wasm, in this worker) and, behind a
// port, the executor in the gpu worker.
//
// `module()` is what Python sees as `_carrel_engine`: flat functions over
// numbers. After every call the recorder's outgoing messages are posted, so the
// GPU works while Python goes on. The bytes are opaque here, and no function
// throws for an error of the user's: the recorder reports those by code. A gpu
// worker that died is replaced when there is something to send.
// Read next: direct_calls.js (the short way in), engine/src/ffi (the recorder's exports), torch/_C.py (the caller).

/** Number of float64 slots in the recorder's scratch area. */
const SCRATCH_SLOTS = 4096;

/** Gpu workers that may die in one kernel before no other is started. */
const MAX_RESTARTS = 8;

export class EngineLink {
  /**
   * @param bindings the recorder's wasm-bindgen module, initialised
   * @param wasm what its initialiser returned (for the memory)
   * @param port the gpu worker's port, or null
   * @param restart starts another gpu worker on a port, and tells it what became of the one before
   * @param afterCall called after each operator (output flush, interrupts)
   * @param isStopped takes a due interrupt; asked by operators that take long, which then raise it
   */
  constructor({ bindings, wasm, accelerator, port, restart, afterCall, isStopped }) {
    this.recorder = new bindings.Recorder(accelerator.webgpu, accelerator.info);
    this.recorder.ask_before_going_on?.(isStopped);
    this.memory = wasm.memory;
    this.afterCall = afterCall;
    this.restart = restart;
    this.restartCount = 0;
    this.scratchPtr = this.recorder.scratch_ptr();
    this.scratch = new Float64Array(0);
    this.numSent = 0;
    this.numAnswered = 0;
    this.waiting = [];
    /** Why there is no executor at the moment, and whether there will be none. */
    this.lost = accelerator.reason ?? "";
    this.isLostForGood = !accelerator.webgpu;
    /** Why the recorder cannot be called any more. */
    this.failure = null;
    const names = this.recorder.op_names().split("\n");
    this.flushOp = names.findIndex((line) => line.split(" ")[0] === "flush");
    this.port = null;
    if (port) this.attach(port);
  }

  attach(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.receive(data.bytes);
  }

  /** A reply to the oldest unanswered message. What is wrong with it is raised where somebody reads. */
  receive(bytes) {
    this.numAnswered += 1;
    this.guarded(() => this.recorder.deliver(bytes));
    this.settle();
  }

  /** The executor is gone: nothing that was sent will be answered. The next use starts another one, if one can be had. */
  lose(reason, isForGood) {
    this.port?.close();
    this.port = null;
    this.lost = reason;
    this.isLostForGood ||= isForGood;
    this.guarded(() => this.recorder.lose(reason));
    this.numAnswered = this.numSent;
    this.settle();
  }

  settle() {
    const still = [];
    for (const wait of this.waiting) {
      if (this.numAnswered >= wait.target) wait.resolve(true);
      else still.push(wait);
    }
    this.waiting = still;
  }

  /** Whether there is an executor to send to; its worker may still be starting. */
  hasExecutor() {
    if (this.port) return true;
    if (this.isLostForGood || !this.restart || this.restartCount >= MAX_RESTARTS) return false;
    this.restartCount += 1;
    const { port1, port2 } = new MessageChannel();
    this.attach(port1);
    this.restart(port2, this.lost);
    return true;
  }

  flush() {
    while (this.recorder.outbox_len() > 0) {
      const bytes = this.recorder.take_outbox();
      if (!bytes) return;
      if (this.hasExecutor()) {
        this.numSent += 1;
        this.port.postMessage({ bytes: bytes.buffer }, [bytes.buffer]);
      } else if (this.recorder.outbox_len() === 0) {
        this.recorder.lose(this.lost);
      }
    }
  }

  /** Runs what calls the recorder. A wasm trap leaves it unusable, which every later call then says. */
  guarded(work) {
    if (this.failure) return -1;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.failure = `the tensor engine stopped (${error.message}); restart the kernel to use tensors again`;
      return -1;
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
    const result = this.guarded(() => {
      const code = this.recorder.call(op, args.length);
      this.flush();
      return code;
    });
    this.afterCall();
    return result;
  }

  /** Sends what the cell recorded and did not read, so that the GPU works while the user reads. */
  endOfCell() {
    this.guarded(() => {
      if (this.flushOp >= 0) this.recorder.call(this.flushOp, 0);
      this.flush();
    });
  }

  /**
   * Its `promise` resolves when everything recorded so far has been answered, the ticket's read included.
   * (Of a bare promise that a call returns Pyodide makes a future, which takes longer than a short wait.)
   */
  wait(_ticket) {
    this.guarded(() => this.flush());
    const target = this.numSent;
    if (this.numAnswered >= target) return { promise: Promise.resolve(true) };
    return { promise: new Promise((resolve) => this.waiting.push({ target, resolve })) };
  }

  upload(data, dtype, shape) {
    const buffer = data.getBuffer("u8");
    try {
      return this.guarded(() => this.recorder.upload(buffer.data, dtype, Uint32Array.from(shape)));
    } finally {
      buffer.release();
    }
  }

  /** The bytes behind a CPU tensor as they lie in the recorder's memory; null if there are none to see. */
  storage(handle) {
    const found = this.guarded(() => this.recorder.memory(handle));
    return found?.length === 2 ? new Uint8Array(this.memory.buffer, found[0], found[1]) : null;
  }

  /** Puts bytes into a tensor's storage: 0, or -1. */
  writeBytes(handle, offset, data) {
    const storage = this.storage(handle);
    if (!storage) return -1;
    const buffer = data.getBuffer("u8");
    try {
      storage.set(buffer.data, offset);
      return 0;
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
      error: () => (this.failure ? `RuntimeError\n${this.failure}` : this.recorder.last_error()),
      set_text: (text) => this.recorder.text_in(text),
      upload: (data, dtype, ...shape) => this.upload(data, dtype, shape),
      download: (handle) => this.recorder.download(handle),
      write_bytes: (handle, offset, data) => this.writeBytes(handle, offset, data),
      read_bytes: (handle, offset, count) => this.storage(handle)?.slice(offset, offset + count),
      wait: (ticket) => this.wait(ticket),
    };
  }
}
