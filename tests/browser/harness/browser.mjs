// Starts the browser that the specs drive: Chromium with WebGPU, on a software GPU where there is no other.
//   CARREL_CHROMIUM   the browser to use, if it is not `chromium` on the path

import { execFileSync } from "node:child_process";

import { chromium } from "playwright-core";

/** WebGPU without a GPU needs the unsafe switch; the rest keeps the browser from calling home. */
const switches = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function executable() {
  const name = process.env.CARREL_CHROMIUM ?? "chromium";
  return name.includes("/") ? name : execFileSync("which", [name], { encoding: "utf8" }).trim();
}

/** Starts a browser without a window. */
export function launchBrowser(extraSwitches = []) {
  return chromium.launch({ executablePath: executable(), headless: true, args: [...switches, ...extraSwitches] });
}
