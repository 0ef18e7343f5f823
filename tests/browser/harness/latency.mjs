// What the tests say of times: they print what they saw beside what is aimed at, and fail only
// where a user would take the page for hung. How fast an idle machine is, the benchmarks tell
// (`make bench-stop`, `make bench-load`): a loaded machine proves nothing about half a second.

import assert from "node:assert/strict";

/** After this long without an answer to Stop the page offers to restart the kernel. */
const STOP_GIVEN_UP_MS = 5_000;
const STOP_AIM_MS = 500;

/** A page that takes longer to draw what a click does is hung. */
const HUNG_MS = 5_000;
const CLICK_AIM_MS = 1_000;

/** Prints how long Stop took, and asserts that it was answered before a restart would have been offered. */
export function assertStopped(what, latencyMs) {
  console.log(`stopped ${what}: ${Math.round(latencyMs)} ms (idle: under ${STOP_AIM_MS} ms)`);
  assert.ok(latencyMs < STOP_GIVEN_UP_MS, `${what} stopped after ${Math.round(latencyMs)} ms only`);
}

/** Asserts that the page draws what a click does; prints how long it took where that is more than it should. */
export async function assertResponsive(page) {
  const latencyMs = await page.clickLatency();
  if (latencyMs > CLICK_AIM_MS) console.log(`the page answered after ${Math.round(latencyMs)} ms (idle: under ${CLICK_AIM_MS} ms)`);
  assert.ok(latencyMs < HUNG_MS, `the page answered after ${Math.round(latencyMs)} ms only`);
}
