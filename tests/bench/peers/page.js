// One engine of the address's choice, and `runCase` for the driver. Refuses to choose what is measured.
// Read next: tfjs.js and jax.js.

import { count } from "./count.js";
import { measure } from "./inputs.js";

const given = new URLSearchParams(location.search);

async function open() {
  const { openEngine } = await import(`./${given.get("peer")}.js`);
  const engine = await openEngine(given.get("backend"));
  window.engineAbout = engine.about;
  window.runCase = async (id, options) => {
    const make = engine.cases[id];
    if (make === undefined) return { missing: "not in this engine" };
    try {
      const made = await make();
      const result = await measure(made, { ...options, count });
      made.close?.();
      return result;
    } catch (error) {
      return { missing: String(error?.message ?? error).split("\n")[0] };
    }
  };
}

window.opened = open();
