// Interrupts for the Python worker, without SharedArrayBuffer.
//
// Python that runs cannot receive messages, so the frame hands out tokens:
// blob URLs that exist until they are revoked. CPython's poll for signals, an
// import of its wasm, is answered here; now and then it asks whether the first
// token still exists. Python that waits (suspended on a promise) does
// receive messages; its innermost wait is then settled at once. Both ways count
// the same interrupts, so each reaches Python once.
//
// This file never runs Python itself. Read next: frame.js, carrel_kernel/waiting.py.

/** Number of the signal that Python turns into KeyboardInterrupt. */
const SIGINT = 2;

/**
 * CPython polls once per some checks (a check is a jump or a call), as many as
 * take about this long. It is short, although a millisecond would do: a program
 * that turns from quick steps to slow ones is not stopped before so many slow
 * ones are done. A poll takes a twentieth of a microsecond, most of it the clock.
 */
const POLL_TARGET_MS = 0.01;

/** The number falls to no less than this part at a time: a thread that lost its processor for a while only seems to be slow. */
const MAX_FALL = 3;

/** More checks than this are never left between two polls. */
const MAX_CHECKS = 500;

/** Shortest and longest time between two requests for the token. */
const MIN_INTERVAL_MS = 80;
const MAX_INTERVAL_MS = 250;

/** A request is made after this many times its own cost, as long as that is not too late: its share is half a percent then. */
const COST_FACTOR = 200;

/** What an interrupted wait resolves to instead of its own value. */
export const INTERRUPTED = "carrel:interrupted";

/** Whether a token still stands; the only synchronous question a worker can ask. */
function exists(token) {
  try {
    const request = new XMLHttpRequest();
    request.open("GET", token, false);
    request.send();
    return request.status === 200;
  } catch {
    return false;
  }
}

export class Interrupts {
  /**
   * @param tokens blob URLs, oldest first
   * @param onLook called whenever the clock was looked at (used to flush output)
   */
  constructor(tokens, onLook) {
    this.tokens = tokens;
    this.onLook = onLook;
    this.isDue = false;
    this.armed = false;
    this.seen = 0;
    this.numChecks = 1;
    this.lastLook = 0;
    this.numPolls = 0;
    this.interval = MIN_INTERVAL_MS;
    this.lastRequest = performance.now();
    this.waits = [];
    this.module = null;
    /** Where CPython counts down, and the memory it lies in. */
    this.clock = 0;
    this.heap = new Int32Array(0);
    // A browser that refuses the request altogether must not look like an interrupt.
    this.pollable = tokens.some((token) => exists(token));
  }

  /** The settings of a Pyodide whose CPython asks this object for signals, without a detour through its module. */
  offeredTo(settings) {
    const { instantiateWasm } = settings;
    return {
      ...settings,
      instantiateWasm: (imports, receive) => {
        imports.env._Py_CheckEmscriptenSignals_Helper = () => this.poll();
        return instantiateWasm(imports, receive);
      },
    };
  }

  /** Makes CPython poll. */
  attach(pyodide) {
    this.module = pyodide._module;
    this.clock = this.module.__Py_emscripten_signal_clock >> 2;
    // Pyodide only looks at this for its own waits; what counts is that there is a buffer.
    pyodide.setInterruptBuffer(new Uint8Array(1));
  }

  /** CPython counts this down before it polls again; its own choice is 50. */
  setClock(numChecks) {
    if (this.clock === 0) return;
    // A view of memory that has grown since is empty.
    if (this.heap.length === 0) this.heap = this.module.HEAP32;
    this.heap[this.clock] = numChecks;
  }

  /** Lets CPython take a due signal at its next step. */
  hurry() {
    this.setClock(0);
  }

  /** Interrupts count only while a cell runs; the kernel's own code is never interrupted. */
  setArmed(armed) {
    this.armed = armed;
    this.isDue = false;
    // What ends sooner than the first request costs none.
    if (armed) this.lastRequest = performance.now();
    // Whoever waits from before is not the cell, and what a cell left is not waited for.
    this.waits.length = 0;
    this.numChecks = 1;
    this.setClock(1);
  }

  /**
   * CPython's poll: the number of the signal that is due, or 0. It asks only which millisecond it is (`performance.now`
   * would cost five times as much), and in each it looks around once and counts how fast the checks come.
   */
  poll() {
    const now = Date.now();
    this.numPolls += 1;
    if (now !== this.lastLook || this.isDue) return this.look(now);
    this.setClock(this.numChecks);
    return 0;
  }

  look(now) {
    // A clock that was put back says nothing.
    const elapsed = Math.max(1, now - this.lastLook);
    const wanted = Math.floor((this.numPolls * this.numChecks * POLL_TARGET_MS) / elapsed);
    this.numChecks = Math.max(1, Math.floor(this.numChecks / MAX_FALL), Math.min(MAX_CHECKS, wanted));
    this.setClock(this.numChecks);
    this.startCount(now);
    return this.due() && this.take() ? SIGINT : 0;
  }

  /** Begins to count checks; what went before, a wait perhaps, says nothing of how fast they come. */
  startCount(now = Date.now()) {
    this.lastLook = now;
    this.numPolls = 0;
  }

  /** Whether an interrupt is due; also for code that keeps Python from polling for long. */
  due(now = performance.now()) {
    this.onLook(now);
    if (!this.armed) return false;
    if (!this.isDue && now - this.lastRequest >= this.interval) this.request();
    return this.isDue;
  }

  /** Takes a due interrupt away: whoever asks this must raise it. */
  take() {
    const isDue = this.isDue && this.armed;
    this.isDue = false;
    return isDue;
  }

  /** Puts a taken interrupt back, for the next poll: whoever took it could not raise it. */
  postpone() {
    this.isDue = this.armed;
  }

  /** Asks for the token and notes what the asking cost. */
  request() {
    if (!this.pollable || this.tokens.length === 0) return;
    const before = performance.now();
    const standing = exists(this.tokens[0]);
    this.lastRequest = performance.now();
    const cost = this.lastRequest - before;
    this.interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, cost * COST_FACTOR));
    if (!standing) {
      this.tokens.shift();
      this.seen += 1;
      this.isDue = true;
    }
  }

  /** The frame's message, which arrives when Python waits or is idle. */
  receive({ count, fresh }) {
    this.tokens.push(fresh);
    if (count <= this.seen) return;
    this.tokens.shift();
    this.seen = count;
    if (this.armed && !this.endWait()) this.isDue = true;
  }

  /** Ends the innermost wait; false if Python waits for nothing. */
  endWait() {
    const innermost = this.waits.pop();
    innermost?.();
    return innermost !== undefined;
  }

  /** Registers what an interrupt should do while Python is suspended; innermost last. One that is due already does it. */
  addWait(stop) {
    if (this.take()) stop();
    else this.waits.push(stop);
  }

  removeWait(stop) {
    const index = this.waits.indexOf(stop);
    if (index >= 0) this.waits.splice(index, 1);
    this.startCount();
  }

  /** Wraps a promise so that an interrupt settles it with INTERRUPTED. */
  guard(promise) {
    return new Promise((resolve, reject) => {
      const stop = () => resolve(INTERRUPTED);
      this.addWait(stop);
      const done = (settle) => (value) => {
        this.removeWait(stop);
        settle(value);
      };
      Promise.resolve(promise).then(done(resolve), done(reject));
    });
  }
}
