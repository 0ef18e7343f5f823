// The kernel's memory snapshot, which takes the place of starting Python: what lies in the file, and how Python wakes up from it.
//
// The build (tools/build/snapshot.mjs) starts Python once and saves the interpreter's memory. The file is gzip around what
// follows, as the site has it, or just that, as the page keeps it after the first start (app/src/kernel/library.rs):
//   "CARRELSS", header length (u32), header (JSON, padded with spaces to 8 bytes), pages
// where the header tells the memory's size, which runs of pages are not all zero, and of which files the memory was made.
// It uses Pyodide's own snapshots, except that zero pages are left out and that the memory is grown first: Pyodide's
// 314.0.7 starts with too little for a snapshot of more than 30 MB (https://github.com/pyodide/pyodide/issues/6254).
// A snapshot that cannot be used is an exception here; the caller then starts Python in the usual way.
// Read next: python_worker.js, carrel_kernel/snapshot.py.

const MAGIC = "CARRELSS";
const VERSION = 1;
const PREFIX_BYTES = 12;
/** How gzip begins. */
const GZIP = [0x1f, 0x8b];

/** More than Pyodide's header takes, and where in it (in words) its length stands. */
const PYODIDE_HEADER_ROOM = 1 << 16;
const PYODIDE_HEADER_LENGTH = 1;

/** Reads a snapshot's file, a blob: {header, pages}. */
export async function readSnapshot(file) {
  const stored = new Uint8Array(await file.arrayBuffer());
  const bytes = GZIP.every((byte, index) => stored[index] === byte) ? await inflated(stored) : stored;
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, MAGIC.length) !== MAGIC) throw new Error("it is no snapshot");
  const headerEnd = PREFIX_BYTES + new DataView(bytes.buffer).getUint32(MAGIC.length, true);
  const header = JSON.parse(text(PREFIX_BYTES, headerEnd));
  if (header.version !== VERSION) throw new Error(`it has version ${header.version}, not ${VERSION}`);
  return { header, pages: bytes.subarray(headerEnd) };
}

/** Inflates gzip in one go, which takes two thirds of the time that piping a stream into a response takes. */
async function inflated(packed) {
  // The last word of the format is the size of what was packed.
  const bytes = new Uint8Array(new DataView(packed.buffer).getUint32(packed.length - 4, true));
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  const written = Promise.all([writer.write(packed), writer.close()]);
  written.catch(() => {});
  const reader = stream.readable.getReader();
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes.set(piece.value, size);
    size += piece.value.length;
  }
  if (size !== bytes.length) throw new Error("it is damaged");
  return bytes;
}

/** Throws unless the files of this kernel, told by their hashes, are those that the memory was made of. */
export function checkParts(header, hashes = {}) {
  for (const [name, part] of Object.entries(header.madeOf)) {
    if (hashes[name] !== part.sha256) throw new Error(`it was made with another ${name}`);
  }
}

/**
 * What `loadPyodide` is given to wake up from a snapshot. It is read while the browser compiles Python's module.
 *
 * @param reading a promise of what `readSnapshot` gives
 */
export function wakingOptions(reading, createPyodideModule) {
  // Pyodide takes its own header from here, after the module was made, and copies the memory that follows it: none.
  const pyodideHeader = new Uint8Array(PYODIDE_HEADER_ROOM);
  return {
    _loadSnapshot: Promise.resolve(pyodideHeader),
    async createPyodideModule(settings) {
      const [module, { header, pages }] = await Promise.all([createPyodideModule(settings), reading]);
      if (module.HEAPU8.length < header.memoryBytes) module.growMemory(header.memoryBytes);
      if (module.HEAPU8.length !== header.memoryBytes) throw new Error("its memory has another size");
      pyodideHeader.set(Uint8Array.from(atob(header.pyodide), (letter) => letter.charCodeAt(0)));
      new Uint32Array(pyodideHeader.buffer)[PYODIDE_HEADER_LENGTH] = pyodideHeader.length;
      const trampoline = trampolineSlot(module);
      const address = module.HEAP32[trampoline];
      fillMemory(module.HEAPU8, header.runs, pages);
      // CPython calls C functions by a small module that some browsers cannot have: this one's answer, not the build's.
      module.HEAP32[trampoline] = address;
      setTimeZone(module);
      return module;
    },
  };
}

/** Writes the runs `[start, length]` of bytes one after another, and zeros between them. */
function fillMemory(memory, runs, pages) {
  let taken = 0;
  let end = 0;
  for (const [start, length] of runs) {
    memory.fill(0, end, start);
    memory.set(pages.subarray(taken, taken + length), start);
    taken += length;
    end = start + length;
  }
  memory.fill(0, end);
  if (taken !== pages.length) throw new Error("it is damaged");
}

/** Where CPython keeps the address of its trampoline (`_PyRuntime.emscripten_trampoline`), as an index of 32-bit words. */
function trampolineSlot(module) {
  const { __PyRuntime: runtime, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: offset } = module;
  if (!runtime || !offset) throw new Error("this Pyodide keeps its trampoline elsewhere");
  return (runtime + module.HEAP32[offset / 4]) / 4;
}

/** The C library asks for the time zone once, and has asked where the snapshot was made. */
function setTimeZone(module) {
  const { __tzset_js: ask, _timezone: offset, _daylight: hasSummer, _tzname: names } = module;
  if (!ask || !offset || !hasSummer || !names) return;
  ask(offset, hasSummer, module.HEAPU32[names / 4], module.HEAPU32[names / 4 + 1]);
}
