// The archives that Python imports from, in its file system: each is read when somebody first opens it.
//
// A kernel that wakes up from a snapshot has its modules in memory already, and may never open them. What the browser
// keeps is there at the start; what must be loaded first comes while the kernel works already, and is no file until then:
// Python waits for it where it would open it (carrel_kernel/archives.py). Read next: python_worker.js.

/** CPython's number for an input/output error. */
const EIO = 29;

export class Archives {
  constructor() {
    /** path → a promise that resolves to why the archive cannot be had, or to "" when it is there. */
    this.places = new Map();
    /** path → why the archive cannot be had, of those that will not come any more. */
    this.failures = new Map();
  }

  /** Puts the archive `coming`, a promise of a blob, at `path`, in place of what lies there. */
  place(FS, path, coming) {
    if (FS.analyzePath(path).exists) FS.unlink(path);
    const arrival = coming.then(
      (blob) => {
        writeLazily(FS, path, blob);
        this.places.delete(path);
        return "";
      },
      ({ message }) => {
        this.failures.set(path, message);
        return message;
      },
    );
    this.places.set(path, arrival);
  }

  /** The paths of archives that are not there, on their way or not to be had. */
  awaited() {
    return [...this.places.keys()];
  }

  /** Resolves to "" when the archive is there, or to why it cannot be had. */
  arrival(path) {
    return this.places.get(path) ?? Promise.resolve("");
  }

  /** Why an archive will not come any more; "" as long as it may. */
  failure(path) {
    return this.failures.get(path) ?? "";
  }

  /** Resolves when no archive is on its way any more. */
  async settled() {
    await Promise.all(this.places.values());
  }
}

/**
 * Makes a file of Emscripten's memory file system whose bytes are read from a blob when they are first asked for. Until then
 * the blob is the node's `unread`.
 */
export function writeLazily(FS, path, blob) {
  FS.writeFile(path, "");
  const { node } = FS.lookupPath(path);
  node.usedBytes = blob.size;
  node.unread = blob;
  const fix = (contents) => {
    node.unread = null;
    Object.defineProperty(node, "contents", { value: contents, writable: true, configurable: true, enumerable: true });
  };
  Object.defineProperty(node, "contents", {
    configurable: true,
    enumerable: true,
    get() {
      let bytes;
      try {
        bytes = new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
      } catch {
        // The browser has cleared what it kept. Python is to see an error, and not to stop at an exception of JavaScript's.
        throw new FS.ErrnoError(EIO);
      }
      fix(bytes);
      return bytes;
    },
    set: fix,
  });
}
