// Writes zip archives whose bytes depend only on what is in them: no dates, sorted names.
// Refuses sizes beyond 4 GB, which need another layout.

import { deflateRawSync } from "node:zlib";

/** The first moment that a zip archive can name: 1 January 1980. */
const DATE = (1 << 5) | 1;
const VERSION = 20;
const DEFLATED = 8;
/** Bit 11 of the flags: names are UTF-8. */
const UTF8_NAMES = 0x0800;

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = crcTable[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Makes an archive of `entries`, a list of `{name, bytes}`. */
export function zip(entries) {
  const local = [];
  const central = [];
  let offset = 0;
  for (const { name, bytes } of [...entries].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const nameBytes = Buffer.from(name, "utf8");
    const packed = deflateRawSync(bytes, { level: 9 });
    const common = commonFields(bytes, packed, nameBytes);
    const localHeader = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common]);
    local.push(localHeader, nameBytes, packed);
    central.push(centralHeader(common, offset), nameBytes);
    offset += localHeader.length + nameBytes.length + packed.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...local, directory, endRecord(entries.length, directory.length, offset)]);
}

/** The 26 bytes that the local and the central header share. */
function commonFields(bytes, packed, nameBytes) {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(0, 6);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(nameBytes.length, 22);
  return fields;
}

function centralHeader(common, offset) {
  const start = Buffer.from([0x50, 0x4b, 1, 2, VERSION, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([start, common, rest]);
}

function endRecord(count, directoryLength, directoryOffset) {
  const record = Buffer.alloc(22);
  record.write("PK\x05\x06", 0, "latin1");
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryLength, 12);
  record.writeUInt32LE(directoryOffset, 16);
  return record;
}
