// Runs the browser specs one after another, prints each test, and ends with one line that counts them.
// One at a time: a software GPU and a Python interpreter already use every core.

import { basename, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/** The longest that one spec file may take, on a machine that is many times slower than it should be. */
const FILE_LIMIT_MS = 30 * 60 * 1000;

const files = process.argv.slice(2).map((file) => resolve(file));
if (files.length === 0) throw new Error("name the specs to run");

const counts = { passed: 0, failed: 0, skipped: 0 };
/** A file and a group of tests are reported like a test; they are not counted. */
const isTest = (event) => event.details?.type !== "suite" && !files.includes(event.name) && !files.some((file) => basename(file) === basename(event.name));

const stream = run({ files, concurrency: 1, timeout: FILE_LIMIT_MS });
stream.on("test:pass", (event) => {
  if (isTest(event)) counts[event.skip !== undefined ? "skipped" : "passed"] += 1;
});
stream.on("test:fail", (event) => {
  counts.failed += isTest(event) || event.details?.error?.failureType !== "subtestsFailed" ? 1 : 0;
});
stream.compose(new spec()).pipe(process.stdout);
stream.on("end", () => {
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  process.on("exit", () => {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
    console.log(`\nbrowser tests: ${counts.passed} passed, ${counts.failed} failed${skipped}`);
  });
});
