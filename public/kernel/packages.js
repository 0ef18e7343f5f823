// Python's requests about packages, on their way to the page and back: the worker itself has no network.
//
// A request is JSON text that only Python and the page understand. Its answers come as events, in order; Python
// takes them one by one, and each wait can be ended by Stop.
// Read next: carrel_kernel/packages/broker.py, app/src/packages/mod.rs.

export class PackageRequests {
  /**
   * @param post sends a message to the page
   * @param guard wraps a promise so that Stop settles it (see interrupts.js)
   */
  constructor(post, guard) {
    this.post = post;
    this.guard = guard;
    this.count = 0;
    this.open = new Map();
  }

  /** Sends a request; what it gives is described in carrel_kernel/host.py. */
  request(text) {
    this.count += 1;
    const id = this.count;
    const events = [];
    let wake = null;
    this.open.set(id, (event) => {
      if (wake) wake(event);
      else events.push(event);
    });
    this.post({ type: "package-request", id, request: text });
    const next = () =>
      new Promise((resolve) => {
        if (events.length > 0) resolve(events.shift());
        else
          wake = (event) => {
            wake = null;
            resolve(event);
          };
      });
    return {
      // In an object: of a promise that a call returns Pyodide makes a future, which takes longer than a short wait.
      next: () => ({ promise: this.guard(next()) }),
      cancel: () => {
        if (this.open.delete(id)) this.post({ type: "package-cancel", id });
      },
    };
  }

  /** An event from the page. */
  receive({ id, event }) {
    const take = this.open.get(id);
    if (event.state !== "progress") this.open.delete(id);
    const data = event.data instanceof ArrayBuffer ? new Uint8Array(event.data) : undefined;
    take?.({ ...event, data });
  }
}
