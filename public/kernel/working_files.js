// The notebook's working directory, kept by the page: what Python writes there, changes and removes is told to the page,
// which stores it beside the document and gives it back at the next start.
//
// Python's file system lies in this worker's memory, and nothing here outlives the worker. So its operations on files are
// counted (one addition each), and when some have happened the folder is compared with what the page has: after each cell,
// every few seconds of a long one, and when Python dies. Files that are being written are left for later, but for the
// end of a cell. Large files go as blobs, whose bytes the page never holds, small ones as buffers; the page's answers
// keep what is on its way short. What comes back at a start is read when it is first opened.
//
// Not kept: folders of programs (`__pycache__`, and in the working directory those whose name begins with a dot), links,
// and everything outside of the working directory. Read next: archives.js (`writeLazily`), app/src/effects/files.rs.

/** Between two looks at the folder while a cell runs. */
const INTERVAL_MS = 3000;

/** After a look that took long, the cell has this many times as long to itself. */
const REST_FACTOR = 30;

/** What is larger goes as a blob. */
const MAX_BUFFER_BYTES = 64 << 10;

/** Messages that the page has not answered; one that it does not answer for so long is not waited for. A slow disk takes its time. */
const MAX_UNANSWERED = 8;
const PATIENCE_MS = 20_000;

/** How often it is looked whether that is over. */
const LOOK_MS = 500;

/** The longest path that the page is asked about, and the most files and folders that are looked at. */
const MAX_PATH_CHARS = 1000;
const MAX_NODES = 200_000;

/** As many paths are named in a warning. */
const MAX_NAMED = 3;

/** Numbers the changes of a file's content; it stands in the file system's node. */
const STAMP = Symbol("stamp");

const isPrivate = (prefix, name) => name === "__pycache__" || (prefix === "" && name.startsWith("."));

/** The parts of a path below the working directory, whatever it says. */
const partsOf = (path) => path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

export class WorkingFiles {
  /**
   * @param home the working directory
   * @param post sends a message to the page
   * @param limits what the page keeps: maxFiles, maxFileBytes, maxTotalBytes, maxChanges (in one message); none: nothing is kept
   * @param writeLazily makes a file whose bytes are read from a blob when they are needed
   */
  constructor({ home, post, limits, writeLazily }) {
    Object.assign(this, { home, post, limits, writeLazily });
    this.FS = null;
  }

  /** Takes Python's file system, whose working directory is empty, and counts from now on what happens in it. */
  attach(FS) {
    this.FS = FS;
    /** What the page has: path → {node, stamp, bytes, round, isRefused}. The path of an empty folder ends with a slash. */
    this.known = new Map();
    /** What is to be told, oldest first: {path, node}, without a node where it was removed. */
    this.outbox = [];
    /** Messages on their way: number → {entries, sentAt}. */
    this.unanswered = new Map();
    /** What is not kept, and why, and what of it has not been said: path → {node, reason}. */
    this.leftOut = new Map();
    this.news = new Map();
    this.numChanges = 0;
    this.numScanned = 0;
    this.round = 0;
    this.numMessages = 0;
    this.nextScan = 0;
    this.lastAnswer = 0;
    this.waiters = [];
    if (this.limits) this.count(FS.filesystems.MEMFS);
  }

  /** Puts counters before the operations that change files. */
  count({ stream_ops: streams, ops_table: table }) {
    const { write } = streams;
    const counted = (stream, buffer, offset, length, position, canOwn) => {
      this.numChanges += 1;
      stream.node[STAMP] = this.numChanges;
      return write(stream, buffer, offset, length, position, canOwn);
    };
    streams.write = table.file.stream.write = counted;
    const { setattr } = table.file.node;
    table.file.node.setattr = (node, attributes) => {
      if (attributes.size !== undefined) {
        this.numChanges += 1;
        node[STAMP] = this.numChanges;
        // What is emptied need not be read.
        if (attributes.size === 0) Object.assign(node, { contents: new Uint8Array(0), usedBytes: 0 });
      }
      return setattr(node, attributes);
    };
    for (const name of ["mknod", "rename", "unlink", "rmdir", "symlink"]) {
      const operation = table.dir.node[name];
      table.dir.node[name] = (...given) => {
        this.numChanges += 1;
        return operation(...given);
      };
    }
  }

  // From the page

  /** Puts files of the page into the working directory. */
  place(files) {
    const { FS } = this;
    const isScanned = this.numScanned === this.numChanges;
    for (const file of files) {
      try {
        this.placeOne(file);
      } catch (error) {
        console.warn(`the file ${file.path} cannot be put into the working directory: ${error?.message ?? FS.ErrnoError?.name ?? error}`);
      }
    }
    if (isScanned) this.numScanned = this.numChanges;
  }

  placeOne({ path, modified, bytes, blob, folder }) {
    const { FS } = this;
    const parts = partsOf(path);
    const plain = parts.join("/");
    const isOwn = parts.some((name, index) => isPrivate(parts.slice(0, index).join("/"), name));
    if (folder) {
      FS.mkdirTree(`${this.home}/${plain}`);
    } else {
      const name = parts.pop();
      if (!name) return;
      FS.mkdirTree([this.home, ...parts].join("/"));
      if (blob) this.writeLazily(FS, `${this.home}/${plain}`, blob);
      else FS.writeFile(`${this.home}/${plain}`, new Uint8Array(bytes));
    }
    const { node } = FS.lookupPath(`${this.home}/${plain}`);
    if (modified > 0) node.mtime = modified;
    const entry = { node, stamp: node[STAMP] ?? 0, bytes: folder ? 0 : node.usedBytes, round: this.round };
    if (!isOwn) this.known.set(folder ? `${plain}/` : plain, entry);
  }

  /** Takes away what the user has deleted in the page. */
  remove(paths) {
    const { FS } = this;
    const isScanned = this.numScanned === this.numChanges;
    for (const path of paths) {
      this.known.delete(path);
      try {
        const place = `${this.home}/${partsOf(path).join("/")}`;
        if (path.endsWith("/")) FS.rmdir(place);
        else FS.unlink(place);
      } catch {
        // It is gone already, or in use as something else, which the page will be told.
      }
    }
    if (isScanned) this.numScanned = this.numChanges;
    if (this.retryRefused()) this.numScanned = -1;
  }

  /** The content of any file of Python's: {blob} or {reason}. */
  read(path) {
    const { FS } = this;
    try {
      const { node } = FS.lookupPath(path, { follow: true });
      if (FS.isFile(node.mode)) return { blob: node.unread ?? new Blob([node.contents.subarray(0, node.usedBytes)]) };
    } catch {
      // It is not there.
    }
    return { reason: "the file is gone, as after a restart of Python" };
  }

  /** The page has stored what a message said, but for some of it. */
  receive({ id, refusals = [] }) {
    const message = this.unanswered.get(id);
    if (!message) return;
    this.unanswered.delete(id);
    this.lastAnswer = performance.now();
    for (const { index, reason, mayRetry } of refusals) {
      const { path, node } = message.entries[index] ?? {};
      const known = this.known.get(path);
      if (mayRetry) {
        if (known) known.stamp = -1;
        this.numScanned = -1;
      } else if (node) {
        if (known) Object.assign(known, { bytes: 0, isRefused: true });
        this.leaveOut(path, node, reason, this.leftOut);
      }
    }
    this.send();
    for (const wake of this.waiters.splice(0)) wake();
  }

  // To the page

  /** Called often while Python runs, and when it waits: looks at the folder now and then. */
  tick(now = performance.now()) {
    if (!this.FS || !this.limits || now < this.nextScan) return;
    if (this.numScanned === this.numChanges && this.outbox.length === 0) return;
    this.attempt(false);
  }

  /** A cell has ended: a promise of what is to be said in it, when its files are stored; undefined if there is nothing to wait for. */
  settle() {
    if (!this.FS || !this.limits) return undefined;
    if (this.numScanned !== this.numChanges) this.attempt(true);
    if (this.outbox.length === 0 && this.unanswered.size === 0 && this.news.size === 0) return undefined;
    this.lastAnswer = performance.now();
    return this.stored().then(() => this.takeNews());
  }

  /** Python has died, but its files are there. */
  rescue() {
    if (this.FS && this.limits) this.attempt(true);
  }

  /** Looks at the folder and sends what has changed. It is called in the middle of Python, which must not see its failures. */
  attempt(isEnd) {
    const startedAt = performance.now();
    try {
      this.scan(isEnd);
      this.send();
    } catch (error) {
      console.warn(`the working files could not be looked at: ${error?.message ?? error}`);
    }
    const now = performance.now();
    this.nextScan = now + Math.max(INTERVAL_MS, (now - startedAt) * REST_FACTOR);
  }

  async stored() {
    while (this.outbox.length > 0 || this.unanswered.size > 0) {
      if (performance.now() - this.lastAnswer > PATIENCE_MS) return;
      await new Promise((resolve) => {
        this.waiters.push(resolve);
        setTimeout(resolve, LOOK_MS);
      });
    }
  }

  /** Compares the folder with what the page has. What is open for writing waits for its end, or for the cell's. */
  scan(isEnd) {
    const { limits, known } = this;
    const before = this.numChanges;
    this.round += 1;
    const writing = isEnd ? new Set() : this.nodesBeingWritten();
    const changed = [];
    const leftOut = new Map();
    let isOpen = false;
    const visit = (path, node) => {
      const entry = known.get(path);
      if (entry) entry.round = this.round;
      if (entry && entry.node === node && entry.stamp === (node[STAMP] ?? 0)) {
        const before = this.leftOut.get(path);
        if (before) leftOut.set(path, before);
      } else if (writing.has(node)) {
        isOpen = true;
      } else {
        changed.push({ path, node });
      }
    };
    const isWhole = this.walk(visit, (path, node, reason) => this.leaveOut(path, node, reason, leftOut));
    this.outbox = [];
    let numFiles = known.size;
    let total = 0;
    for (const [path, { round, bytes, isRefused }] of known) {
      const isGone = round !== this.round && isWhole;
      if (isGone) this.outbox.push({ path });
      else total += bytes;
      // What the page has refused takes no place.
      if (isGone || isRefused) numFiles -= 1;
    }
    const mayRetry = this.outbox.length > 0 && this.retryRefused();
    for (const { path, node } of changed) {
      const bytes = this.sizeOf(node);
      const entry = known.get(path);
      const sum = total - (entry?.bytes ?? 0) + bytes;
      let reason = "";
      if (bytes > limits.maxFileBytes) reason = `larger than ${megabytes(limits.maxFileBytes)}`;
      else if (sum > limits.maxTotalBytes) reason = `the notebook's files together are larger than ${megabytes(limits.maxTotalBytes)}`;
      else if (!entry && numFiles >= limits.maxFiles) reason = `more than ${limits.maxFiles} files`;
      if (reason) {
        this.leaveOut(path, node, reason, leftOut);
        continue;
      }
      total = sum;
      if (!entry) numFiles += 1;
      this.outbox.push({ path, node });
    }
    this.leftOut = leftOut;
    this.numScanned = isOpen || mayRetry ? -1 : before;
  }

  /** Visits every file and every empty folder; false if there are too many. */
  walk(visit, leaveOut) {
    const { FS } = this;
    const folders = [[FS.lookupPath(this.home).node, ""]];
    let numNodes = 0;
    while (folders.length > 0) {
      const [folder, prefix] = folders.pop();
      let isEmpty = true;
      for (const name of Object.keys(folder.contents)) {
        numNodes += 1;
        if (numNodes > MAX_NODES) return false;
        const node = folder.contents[name];
        const path = prefix + name;
        const isFolder = FS.isDir(node.mode);
        if (isFolder && (node.mounted || isPrivate(prefix, name))) continue;
        if (path.length > MAX_PATH_CHARS) leaveOut(`${path.slice(0, 40)}…`, node, "its path is too long");
        else if (path.isWellFormed?.() === false) leaveOut(path.toWellFormed(), node, "its name is no text");
        else if (isFolder) folders.push([node, `${path}/`]);
        else if (FS.isFile(node.mode)) visit(path, node);
        else leaveOut(path, node, "links are not kept");
        isEmpty = false;
      }
      if (isEmpty && prefix !== "") visit(prefix, folder);
    }
    return true;
  }

  nodesBeingWritten() {
    const nodes = new Set();
    // The lowest two bits of the flags say: 0 reading, 1 writing, 2 both.
    for (const stream of this.FS.streams) if (stream && (stream.flags & 3) !== 0) nodes.add(stream.node);
    return nodes;
  }

  sizeOf(node) {
    return this.FS.isFile(node.mode) ? node.usedBytes : 0;
  }

  /** There may be room again: what was refused is tried anew. False if there is nothing of it. */
  retryRefused() {
    let hasSome = false;
    for (const entry of this.known.values()) {
      if (!entry.isRefused) continue;
      Object.assign(entry, { isRefused: false, stamp: -1 });
      hasSome = true;
    }
    return hasSome;
  }

  /** Sends what is to be told, as far as the page keeps up. */
  send() {
    const now = performance.now();
    let numWaiting = 0;
    for (const { sentAt } of this.unanswered.values()) if (now - sentAt < PATIENCE_MS) numWaiting += 1;
    for (; numWaiting < MAX_UNANSWERED && this.outbox.length > 0; numWaiting += 1) {
      const entries = this.outbox.splice(0, this.limits.maxChanges);
      this.numMessages += 1;
      this.unanswered.set(this.numMessages, { entries, sentAt: now });
      const changes = entries.map((entry) => this.changeOf(entry));
      const buffers = changes.flatMap(({ bytes }) => (bytes ? [bytes] : []));
      this.post({ type: "file-changes", id: this.numMessages, changes }, buffers);
    }
    // What nobody answers any more is nothing to be remembered.
    for (const id of this.unanswered.keys()) {
      if (this.unanswered.size <= 4 * MAX_UNANSWERED) break;
      this.unanswered.delete(id);
    }
  }

  changeOf({ path, node }) {
    if (!node) {
      this.known.delete(path);
      return { path, deleted: true };
    }
    const bytes = this.sizeOf(node);
    this.known.set(path, { node, stamp: node[STAMP] ?? 0, bytes, round: this.round });
    if (path.endsWith("/")) return { path };
    const change = { path, modified: Number(node.mtime) };
    if (node.unread) return { ...change, blob: node.unread };
    const content = node.contents.subarray(0, bytes);
    return bytes > MAX_BUFFER_BYTES ? { ...change, blob: new Blob([content]) } : { ...change, bytes: content.slice().buffer };
  }

  // What is not kept

  leaveOut(path, node, reason, leftOut) {
    const before = this.leftOut.get(path);
    if (before?.node !== node || before.reason !== reason) this.news.set(path, reason);
    leftOut.set(path, { node, reason });
  }

  /** What has not been said yet of what is not kept, as text for people. */
  takeNews() {
    const paths = new Map();
    for (const [path, reason] of this.news) {
      if (!paths.has(reason)) paths.set(reason, []);
      paths.get(reason).push(path);
    }
    this.news.clear();
    const lines = [...paths].map(([reason, list]) => {
      const named = list.slice(0, MAX_NAMED).map((path) => JSON.stringify(path)).join(", ");
      const more = list.length > MAX_NAMED ? ` and ${list.length - MAX_NAMED} more` : "";
      return `Not kept with the notebook, and gone when Python is restarted: ${named}${more} (${reason})\n`;
    });
    return lines.join("");
  }
}
