// Joins the module of loops (engine/loops) to the engine where the browser has relaxed SIMD: its functions get places in the
// engine's table of functions, and the engine is told which. They work in the engine's memory and need nothing else.
// Elsewhere, and if anything goes wrong, the engine keeps to its own loops, which are the same but slower.

/**
 * @param bytes the module
 * @param recorder the engine's recorder
 * @param wasm the exports of the engine's module
 * @returns the names of the functions that the engine took
 */
export async function linkLoops(bytes, recorder, wasm) {
  if (!WebAssembly.validate(bytes)) return [];
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: wasm.memory } });
  const table = recorder.function_table();
  const linked = [];
  for (const [name, work] of Object.entries(instance.exports)) {
    if (typeof work !== "function") continue;
    const place = table.grow(1, work);
    if (recorder.link_loop(name, place)) linked.push(name);
  }
  return linked;
}
