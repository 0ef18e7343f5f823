// The inputs of every case, the same numbers for every engine, and how a case is timed.
// Refuses to know engines. carrel/cases.py holds the same in Python.

/** `count` numbers between -scale and scale that look random and are the same everywhere. */
export function numbers(count, seed, scale = 1) {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = (((i * 7919 + seed * 104729) % 1009) / 504.5 - 1) * scale;
  return values;
}

/** `count` whole numbers below `bound`. */
export function labels(count, seed, bound) {
  return Int32Array.from({ length: count }, (_, i) => (i * 7919 + seed * 104729) % bound);
}

/** Name, PyTorch's shape, seed and scale of every weight of the MLP, 784-256-10. */
export const mlpWeights = [
  ["w1", [256, 784], 3, 0.05], ["b1", [256], 4, 0.05], ["w2", [10, 256], 5, 0.08], ["b2", [10], 6, 0.08],
];

/** The same of LeNet: two convolutions of 5 x 5, three linear layers. */
export const lenetWeights = [
  ["c1", [6, 1, 5, 5], 3, 0.2], ["d1", [6], 4, 0.1], ["c2", [16, 6, 5, 5], 5, 0.1], ["d2", [16], 6, 0.1],
  ["w1", [120, 400], 7, 0.05], ["b1", [120], 8, 0.05], ["w2", [84, 120], 9, 0.1], ["b2", [84], 10, 0.1],
  ["w3", [10, 84], 11, 0.1], ["b3", [10], 12, 0.1],
];

export const gpt = { vocab: 65, d: 64, layers: 2, heads: 4, time: 32, batch: 16 };

/** The same of the GPT. */
export const gptWeights = (() => {
  const { vocab, d, layers, time } = gpt;
  const list = [["tok", [vocab, d], 0.1], ["pos", [time, d], 0.1]];
  for (let layer = 0; layer < layers; layer += 1) {
    list.push(
      [`g1_${layer}`, [d], 0.5], [`h1_${layer}`, [d], 0.1], [`qkv_${layer}`, [3 * d, d], 0.1], [`qkvb_${layer}`, [3 * d], 0.1],
      [`proj_${layer}`, [d, d], 0.1], [`projb_${layer}`, [d], 0.1], [`g2_${layer}`, [d], 0.5], [`h2_${layer}`, [d], 0.1],
      [`up_${layer}`, [4 * d, d], 0.1], [`upb_${layer}`, [4 * d], 0.1], [`down_${layer}`, [d, 4 * d], 0.1], [`downb_${layer}`, [d], 0.1],
    );
  }
  list.push(["g", [d], 0.5], ["h", [d], 0.1], ["head", [vocab, d], 0.1]);
  return list.map(([name, shape, scale], index) => [name, shape, index + 3, scale]);
})();

/** Adam's numbers, as PyTorch's defaults but for the rate. */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
export const SGD_RATE = 0.05;

/** Steps before the check is taken and before anything is timed. */
const WARM_STEPS = 3;
/** How long to go on after that, so that the browser has compiled everything for speed. */
const WARM_MS = 1000;

/** What a step asks of the GPU is told from runs that differ by so many steps, so that the read at the end is not in it. */
const COUNTED_STEPS = 2;

const now = () => performance.now();

/** What a run of so many steps and its read asked of the GPU. */
async function workOf(made, steps, count) {
  const before = count();
  for (let i = 0; i < steps; i += 1) await made.step();
  await made.finish();
  const after = count();
  return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
}

/**
 * Milliseconds a step: the median of several runs of many steps, each run ended by waiting for all of it.
 *
 * @param {{step: () => any, finish: () => Promise<number>}} made `finish` waits, and gives a number of the last result
 */
export async function measure(made, { budgetMs, samples, count }) {
  for (let i = 0; i < WARM_STEPS; i += 1) await made.step();
  const check = await made.finish();
  // The browser compiles hot functions anew in the background; until then they run several times slower.
  let start = now();
  while (now() - start < WARM_MS) {
    await made.step();
    await made.finish();
  }
  start = now();
  await made.step();
  await made.finish();
  const once = now() - start;
  // Many steps a run, so that waiting at its end weighs little, and all runs within the budget.
  const steps = Math.max(1, Math.min(50, Math.floor(budgetMs / samples / Math.max(once, 0.05))));
  const times = [];
  for (let sample = 0; sample < samples; sample += 1) {
    start = now();
    for (let i = 0; i < steps; i += 1) await made.step();
    await made.finish();
    times.push((now() - start) / steps);
  }
  times.sort((left, right) => left - right);
  const [few, many] = [await workOf(made, 1, count), await workOf(made, 1 + COUNTED_STEPS, count)];
  const used = Object.fromEntries(Object.keys(few).map((key) => [key, (many[key] - few[key]) / COUNTED_STEPS]));
  return { ms: times[Math.floor(samples / 2)], fastest: times[0], steps, check, ...used };
}
