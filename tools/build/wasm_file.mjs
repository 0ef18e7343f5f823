// Reads as much of a WebAssembly file as it takes to add functions to it, and writes it again. Everything else is copied.
// It refuses types that are no functions; whether the result is valid is for WebAssembly to say.
// Read next: stack_guard.mjs. The format: https://webassembly.github.io/spec/core/binary/modules.html

const TYPES = 1;
const IMPORTS = 2;
const FUNCTIONS = 3;
const EXPORTS = 7;
const CODE = 10;
const HEADER_BYTES = 8;

/** A number as WebAssembly writes it (LEB128). */
export function unsigned(number) {
  const bytes = [];
  do {
    const rest = Math.floor(number / 128);
    bytes.push((number % 128) | (rest > 0 ? 128 : 0));
    number = rest;
  } while (number > 0);
  return bytes;
}

/** A signed 32-bit number as WebAssembly writes it. */
export function signed(number) {
  for (const bytes = []; ; number >>= 7) {
    const last = (number >> 7 === 0 && !(number & 64)) || (number >> 7 === -1 && (number & 64) !== 0);
    bytes.push((number & 127) | (last ? 0 : 128));
    if (last) return bytes;
  }
}

/** How many local variables a function's body declares. */
export function numLocals(body) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = body[at++];
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
  };
  let count = 0;
  for (let groups = number(); groups > 0; groups -= 1) {
    count += number();
    at += 1;
  }
  return count;
}

/**
 * The parts of a file: `sections` as they lie, `types` of functions, per function its type's index (`functions`, the
 * imported ones first), the `bodies` of the others, exported functions' indices by name, and the stack pointer's.
 */
export function readWasm(bytes) {
  let at = HEADER_BYTES;
  const byte = () => bytes[at++];
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
  };
  const list = (read) => Array.from({ length: number() }, read);
  const text = () => {
    const length = number();
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const limits = () => (number() & 1 ? [number(), number()] : [number()]);
  const block = () => {
    const length = number();
    at += length;
    return bytes.subarray(at - length, at);
  };

  const sections = [];
  while (at < bytes.length) sections.push({ id: byte(), content: block() });
  const enter = (id) => {
    const section = sections.find((each) => each.id === id);
    if (!section) throw new Error(`the WebAssembly file has no section ${id}`);
    at = section.content.byteOffset - bytes.byteOffset;
  };

  enter(TYPES);
  const types = list(() => {
    if (byte() !== 0x60) throw new Error("the WebAssembly file has types that are no functions");
    return { params: list(byte), results: list(byte) };
  });
  enter(IMPORTS);
  const functions = [];
  list(() => {
    text();
    text();
    const kind = byte();
    if (kind === 0) functions.push(number());
    else if (kind === 1) [byte(), limits()];
    else if (kind === 2) limits();
    else [byte(), byte()];
  });
  const numImported = functions.length;
  enter(FUNCTIONS);
  functions.push(...list(number));
  enter(EXPORTS);
  const exported = {};
  let stackPointer;
  list(() => {
    const name = text();
    const kind = byte();
    const index = number();
    if (kind === 0) exported[name] = index;
    if (name === "__stack_pointer") stackPointer = index;
  });
  if (stackPointer === undefined) throw new Error("the WebAssembly file does not tell where its stack pointer is");
  enter(CODE);
  const bodies = list(block);
  return { header: bytes.subarray(0, HEADER_BYTES), sections, types, functions, numImported, exported, stackPointer, bodies };
}

/** The file with its functions as they are now. */
export function writeWasm({ header, sections, functions, numImported, bodies }) {
  const chunks = [header];
  for (const { id, content } of sections) {
    let parts = [content];
    if (id === FUNCTIONS) {
      const own = functions.slice(numImported);
      parts = [Buffer.from([...unsigned(own.length), ...own.flatMap((type) => unsigned(type))])];
    } else if (id === CODE) {
      parts = [Buffer.from(unsigned(bodies.length)), ...bodies.flatMap((body) => [Buffer.from(unsigned(body.length)), body])];
    }
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    chunks.push(Buffer.from([id, ...unsigned(length)]), ...parts);
  }
  return Buffer.concat(chunks);
}
