// What Python imports as `_carrel_host`: the Host protocol of carrel_kernel/host.py, over the worker's parts.
// It holds no state and decides nothing. Promises come in objects: of a promise that a call returns Pyodide makes a future,
// which takes longer than a short wait. Read next: python_worker.js, carrel_kernel/waiting.py.

/**
 * @param parts interrupts, streams, packages, archives, files: the worker's objects of these names; pause, stopIfDue: how Python
 *   waits without a promise; inbox: requests that wait; post: sends to the page; engine: gives the engine, if there is one
 * @param facts plain values: accelerator, engineFailure, jspi, packageLock, version; and heap, which gives Python's memory
 */
export function hostModule({ interrupts, streams, packages, archives, files, pause, stopIfDue, inbox, post, engine, stdin }, facts) {
  return {
    python_memory_bytes: () => facts.heap().length,
    tensor_memory_bytes: () => engine()?.memory?.buffer.byteLength ?? 0,
    jspi: facts.jspi,
    engine_failure: facts.engineFailure ?? "",
    accelerator_name: facts.accelerator.name,
    post(text) {
      streams.flush();
      post({ type: "jupyter", message: text });
    },
    stream: (name, text) => streams.write(name, text),
    flush: () => streams.flush(),
    set_parent: (parent, session) => streams.setParent(parent, session),
    set_interruptible(on) {
      interrupts.setArmed(on);
      if (!on) engine()?.endOfCell();
    },
    num_interrupts: () => interrupts.seen,
    interrupt_wait: () => interrupts.endWait(),
    postpone_interrupt: () => interrupts.postpone(),
    guard(promise) {
      streams.flush();
      return { promise: interrupts.guard(promise) };
    },
    sleep(ms) {
      streams.flush();
      return { promise: interrupts.guard(new Promise((resolve) => setTimeout(resolve, ms))) };
    },
    pause(ms) {
      streams.flush();
      pause(ms);
      stopIfDue();
    },
    stdin() {
      streams.flush();
      return { promise: interrupts.guard(stdin()) };
    },
    next_turn: () => ({ promise: new Promise((resolve) => setTimeout(resolve, 0)) }),
    add_wait: (callback) => interrupts.addWait(callback),
    remove_wait: (callback) => interrupts.removeWait(callback),
    ending() {
      let resolve;
      const promise = new Promise((settle) => (resolve = settle));
      return { promise, resolve };
    },
    take_queued: () => inbox.splice(0),
    pyodide_version: facts.version,
    package_request(text) {
      streams.flush();
      return packages.request(text);
    },
    package_lock: () => facts.packageLock,
    keep_files() {
      streams.flush();
      const stored = files.settle();
      return stored && { promise: interrupts.guard(stored) };
    },
    awaited_archives: () => archives.awaited(),
    archive: (path) => ({ promise: archives.arrival(path) }),
    archive_failure: (path) => archives.failure(path),
  };
}
