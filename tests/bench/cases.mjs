// What is measured, in the order of the table. Each engine implements every case under the same id from the same inputs
// (see peers/inputs.js and carrel/cases.py), so that `check`, a number computed once, can be compared between engines.
// Refuses to know engines. Read next: run.mjs.

/**
 * id: how engines name it. title: how the table does. check: relative difference at which engines disagree.
 */
export const cases = [
  { id: "matmul_256", title: "matmul 256", flops: 2 * 256 ** 3 },
  { id: "matmul_512", title: "matmul 512", flops: 2 * 512 ** 3 },
  { id: "matmul_1024", title: "matmul 1024", flops: 2 * 1024 ** 3 },
  { id: "chain_1m", title: "elementwise chain of 1 M" },
  { id: "softmax_1024", title: "softmax 1024 x 1024" },
  { id: "sum_4m", title: "sum of 4 M" },
  // 1,024 elements: below 1,000 some engines leave the GPU.
  { id: "adds_1000", title: "1,000 dependent tiny adds" },
  { id: "read_4b", title: "4-byte read" },
  { id: "conv2d", title: "conv2d 16x32x32x32 -> 64, 3x3", flops: 2 * 16 * 64 * 32 * 32 * 32 * 9 },
  { id: "mlp_sgd", title: "MLP step, SGD" },
  { id: "mlp_adam", title: "MLP step, Adam" },
  { id: "lenet_sgd", title: "LeNet step, SGD" },
  { id: "gpt_adam", title: "GPT step, Adam" },
];

/** Engines whose `check` differs by more than this from the first engine's did not compute the same. */
export const TOLERANCE = 0.02;
