// What the tests say of times: they print what they saw beside what is aimed at, and decide by what happens alone. A loaded
// machine proves nothing about half a second: how fast an idle one is, the benchmarks tell (`make bench-stop`, `make bench-load`).

const STOP_AIM_MS = 500;
const CLICK_AIM_MS = 1_000;

/** Prints how long Stop took, which a test has waited for. */
export function tellStopped(what, latencyMs) {
  console.log(`stopped ${what}: ${Math.round(latencyMs)} ms (idle: under ${STOP_AIM_MS} ms)`);
}

/** Waits until the page has drawn what a click does, which one that hangs never does; prints a time that is long. */
export async function assertResponsive(page) {
  const latencyMs = await page.clickLatency();
  if (latencyMs > CLICK_AIM_MS) console.log(`the page answered after ${Math.round(latencyMs)} ms (idle: under ${CLICK_AIM_MS} ms)`);
}
