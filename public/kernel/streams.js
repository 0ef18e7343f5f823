// Batches what Python prints into Jupyter stream messages.
//
// Prints are held for a moment so that a loop makes tens of messages a second
// and not thousands, but never longer than the next look at the clock: every
// wait, every other message and the interpreter's signal poll flush them. A
// program that prints faster than a page can show is slowed down, so that
// stopping it leaves no flood behind. Nothing is dropped here.
// Read next: python_worker.js, carrel_kernel/streams.py.

/** Prints younger than this may wait for more. */
const HOLD_MS = 30;

/** A batch larger than this goes out at once. */
const MAX_BATCH_CHARS = 64 * 1024;

/** Printing may burst this far ahead of the steady rate. */
const BURST_CHARS = 2 * 1024 * 1024;

/** Steady rate of printing, in characters per millisecond. */
const CHARS_PER_MS = 1024;

export class Streams {
  /**
   * @param post sends one message (JSON text) to the page
   * @param pause blocks this worker for some milliseconds
   */
  constructor(post, pause) {
    this.post = post;
    this.pause = pause;
    this.parent = "{}";
    this.session = "";
    this.name = "";
    this.pieces = [];
    this.numChars = 0;
    this.numFlushed = 0;
    this.heldSince = 0;
    this.lastFlush = 0;
    this.credit = BURST_CHARS;
    this.creditAt = performance.now();
    this.timer = null;
  }

  /** Text printed from now on belongs to the request with this header (JSON text). */
  setParent(parent, session) {
    this.flush();
    this.parent = parent;
    this.session = session;
  }

  write(name, text) {
    if (name !== this.name) this.flush();
    const now = performance.now();
    if (this.numChars === 0) this.heldSince = now;
    this.name = name;
    this.pieces.push(text);
    this.numChars += text.length;
    const due = now - this.lastFlush >= HOLD_MS && text.endsWith("\n");
    if (due || this.numChars >= MAX_BATCH_CHARS) {
      this.flush();
      this.slowDown(now);
    } else if (this.timer === null) {
      // Only fires when Python gives the event loop a turn; otherwise a poll flushes.
      this.timer = setTimeout(() => this.flush(), HOLD_MS);
    }
  }

  /** Flushes what has been held long enough. */
  tick(now) {
    if (this.numChars > 0 && now - this.heldSince >= HOLD_MS) this.flush();
  }

  flush() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.lastFlush = performance.now();
    if (this.numChars === 0) return;
    const text = this.pieces.join("");
    const name = this.name;
    this.pieces = [];
    this.numChars = 0;
    this.credit -= text.length;
    this.numFlushed += 1;
    const header = {
      msg_id: `${this.session}-stream-${this.numFlushed}`, msg_type: "stream", session: this.session,
      username: "kernel", date: new Date().toISOString(), version: "5.4",
    };
    this.post(
      `{"channel":"iopub","header":${JSON.stringify(header)},"parent_header":${this.parent},` +
      `"metadata":{},"content":${JSON.stringify({ name, text })}}`,
    );
  }

  /** Waits until the steady rate has caught up with what was printed. */
  slowDown(now) {
    this.credit = Math.min(BURST_CHARS, this.credit + (now - this.creditAt) * CHARS_PER_MS);
    this.creditAt = now;
    if (this.credit < 0) this.pause(Math.min(100, -this.credit / CHARS_PER_MS));
  }
}
