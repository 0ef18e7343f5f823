// How heavy files are on the way to the browser: as they lie, and compressed as static hosts send them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The level that common static hosts compress with. */
const GZIP_LEVEL = 6;

/** Adds up `paths` below `folder`, both raw and gzipped. */
export function weigh(folder, paths) {
  const sum = { files: 0, raw: 0, wire: 0 };
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path));
    sum.files += 1;
    sum.raw += bytes.length;
    sum.wire += Math.min(bytes.length, gzipSync(bytes, { level: GZIP_LEVEL }).length);
  }
  return sum;
}
