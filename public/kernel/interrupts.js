// Interrupts for the Python worker, without SharedArrayBuffer.
//
// Python that runs cannot receive messages, so the frame hands out tokens:
// blob URLs that exist until they are revoked. CPython polls
// `Py_EmscriptenSignalBuffer`; the getter here looks, now and then, whether the
// first token still exists. Python that waits (suspended on a promise) does
// receive messages; its innermost wait is then settled at once. Both ways count
// the same interrupts, so each reaches Python once.
//
// This file never runs Python itself. Read next: frame.js, carrel_kernel/waiting.py.

/** Number of the signal that Python turns into KeyboardInterrupt. */
const SIGINT = 2;

/** Polls of CPython between two looks at the clock. */
const POLLS_PER_LOOK = 8;

/** Shortest and longest time between two requests for the token. */
const MIN_INTERVAL_MS = 80;
const MAX_INTERVAL_MS = 250;

/** A request is made after this many times its own cost, which caps the overhead at 2 %. */
const COST_FACTOR = 50;

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
    this.buffer = new Uint8Array(1);
    this.armed = false;
    this.seen = 0;
    this.countdown = POLLS_PER_LOOK;
    this.interval = MIN_INTERVAL_MS;
    this.lastRequest = performance.now();
    this.waits = [];
    // A browser that refuses the request altogether must not look like an interrupt.
    this.pollable = tokens.some((token) => exists(token));
  }

  /** Makes CPython poll this object. The getter's first line is the whole cost of most polls. */
  attach(pyodide) {
    pyodide.setInterruptBuffer(this.buffer);
    const interrupts = this;
    Object.defineProperty(pyodide._module, "Py_EmscriptenSignalBuffer", {
      get: () => (--interrupts.countdown > 0 ? undefined : interrupts.look()),
      set: () => {},
      configurable: true,
    });
  }

  /** Interrupts count only while a cell runs; the kernel's own code is never interrupted. */
  setArmed(armed) {
    this.armed = armed;
    this.buffer[0] = 0;
    this.countdown = 1;
  }

  /** The slow path of the getter: the buffer when a signal is due, undefined otherwise. */
  look() {
    // CPython reads the property up to three times to take one signal.
    if (this.buffer[0] !== 0) {
      this.countdown = 0;
      return this.armed ? this.buffer : undefined;
    }
    this.countdown = POLLS_PER_LOOK;
    const now = performance.now();
    this.onLook(now);
    if (!this.armed || now - this.lastRequest < this.interval) return undefined;
    this.request();
    return this.buffer[0] !== 0 ? this.look() : undefined;
  }

  /** True when a signal is due; for code that keeps Python from polling for long. */
  due() {
    return this.look() !== undefined;
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
      this.buffer[0] = SIGINT;
    }
  }

  /** The frame's message, which arrives when Python waits or is idle. */
  receive({ count, fresh }) {
    this.tokens.push(fresh);
    if (count <= this.seen) return;
    this.tokens.shift();
    this.seen = count;
    if (!this.armed) return;
    const innermost = this.waits.pop();
    if (innermost) innermost();
    else this.buffer[0] = SIGINT;
    this.countdown = 1;
  }

  /** Registers what an interrupt should do while Python is suspended; innermost last. */
  addWait(stop) {
    this.waits.push(stop);
  }

  removeWait(stop) {
    const index = this.waits.indexOf(stop);
    if (index >= 0) this.waits.splice(index, 1);
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
