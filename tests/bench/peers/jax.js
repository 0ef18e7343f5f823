// jax-js on a backend of the caller's choice: every case inside `jit`, as its documentation advises.
// Its arrays are consumed by the operation that takes them; `.ref` keeps one alive.

import { SGD_RATE, adam, gpt, gptWeights, labels, lenetWeights, mlpWeights, numbers } from "./inputs.js";

let jax;
let np;

/** Has an array computed that nobody may ever read: this engine is lazy, and drops work whose result is disposed. */
let submit;

export async function openEngine(backend) {
  jax = await import("/modules/@jax-js/jax/dist/index.js");
  np = jax.numpy;
  await jax.init(backend);
  jax.defaultDevice(backend);
  submit = backend === "webgpu" ? submitToGpu : computeNow;
  return { about: `jax-js (${backend})`, cases };
}

/** Dispatches what the array needs and goes on at once; what this returns and reads is nothing. */
const submitToGpu = (held) => void held.ref.gpuBufferSync();
/** On the processor dispatching is computing: there is nothing else to wait for. */
const computeNow = (held) => held.blockUntilReady();

const array = (shape, seed, scale) => np.array(numbers(shape.reduce((a, b) => a * b, 1), seed, scale), { shape });
const whole = (values) => np.array(values, { dtype: np.int32 });

/** A case that computes one array a step from others that live on. */
function each(compute, inputs) {
  const compiled = jax.jit(compute);
  let last;
  return {
    async step() {
      last?.dispose();
      last = compiled(...inputs.map((input) => input.ref));
      await submit(last);
    },
    finish: async () => (await last.ref.data())[0],
    close() {
      last?.dispose();
      for (const input of inputs) input.dispose();
    },
  };
}

/** A case that trains: `update(state, ...batch)` gives the loss and the next state, which the step after it needs. */
function training(update, state, batch) {
  const compiled = jax.jit(update);
  let [last, current] = [undefined, state];
  return {
    step() {
      last?.dispose();
      [last, current] = compiled(current, ...batch.map((input) => input.ref));
    },
    finish: async () => (await last.ref.data())[0],
    close() {
      last?.dispose();
      jax.tree.dispose(current);
      for (const input of batch) input.dispose();
    },
  };
}

function matmul(size) {
  return each((a, b) => np.matmul(a, b), [array([size, size], 1), array([size, size], 2)]);
}

const weights = (list) => Object.fromEntries(list.map(([name, shape, seed, scale]) => [name, array(shape, seed, scale)]));
const referenced = (p) => Object.fromEntries(Object.keys(p).map((name) => [name, p[name].ref]));
const linear = (x, weight, bias) => np.matmul(x, np.transpose(weight)).add(bias);
const crossEntropy = (logits, oneHot) => np.mean(np.sum(jax.nn.logSoftmax(logits).mul(oneHot), -1)).mul(-1);

function sgdStep(loss) {
  return (p, ...batch) => {
    const [value, gradients] = jax.valueAndGrad(loss)(referenced(p), ...batch);
    const next = Object.keys(p).map((name) => [name, p[name].sub(gradients[name].mul(SGD_RATE))]);
    return [value, Object.fromEntries(next)];
  };
}

/** Adam with bias correction; the state holds weights, both moments and the count of steps. */
function adamStep(loss) {
  const { rate, beta1, beta2, epsilon } = adam;
  return ({ p, m, v, t }, ...batch) => {
    const [value, gradients] = jax.valueAndGrad(loss)(referenced(p), ...batch);
    const count = t.add(1);
    const scale1 = np.array(1).sub(np.exp(count.ref.mul(Math.log(beta1))));
    const scale2 = np.array(1).sub(np.exp(count.ref.mul(Math.log(beta2))));
    const next = { p: {}, m: {}, v: {}, t: count };
    for (const name of Object.keys(p)) {
      const gradient = gradients[name];
      const first = m[name].mul(beta1).add(gradient.ref.mul(1 - beta1));
      const second = v[name].mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const size = np.sqrt(second.ref.div(scale2.ref)).add(epsilon);
      next.p[name] = p[name].sub(first.ref.div(scale1.ref).div(size).mul(rate));
      next.m[name] = first;
      next.v[name] = second;
    }
    scale1.dispose();
    scale2.dispose();
    return [value, next];
  };
}

function adamState(p) {
  const zeros = () => Object.fromEntries(Object.keys(p).map((name) => [name, np.zeros(p[name].shape)]));
  return { p, m: zeros(), v: zeros(), t: np.array(0) };
}

const digits = () => jax.nn.oneHot(whole(labels(64, 2, 10)), 10);

function mlpLoss(p, x, y) {
  const hidden = jax.nn.relu(linear(x, p.w1, p.b1));
  return crossEntropy(linear(hidden, p.w2, p.b2), y);
}

/** Maxima of 2 x 2 windows: sizes are even, so windows are dimensions of their own. */
function pool(x) {
  const [batch, channels, height, width] = x.shape;
  return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
}

function lenetLoss(p, x, y) {
  const bias = (b) => b.reshape([1, b.shape[0], 1, 1]);
  const first = pool(jax.nn.relu(jax.lax.convGeneralDilated(x, p.c1, [1, 1], [[2, 2], [2, 2]]).add(bias(p.d1))));
  const second = pool(jax.nn.relu(jax.lax.convGeneralDilated(first, p.c2, [1, 1], "VALID").add(bias(p.d2))));
  const hidden = jax.nn.relu(linear(second.reshape([64, 400]), p.w1, p.b1));
  return crossEntropy(linear(jax.nn.relu(linear(hidden, p.w2, p.b2)), p.w3, p.b3), y);
}

function gptLoss(p, x, y) {
  const { d, layers, heads, time, batch } = gpt;
  const norm = (v, gain, shift) => {
    const centred = v.ref.sub(np.mean(v, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    return centred.div(np.sqrt(variance.add(1e-5))).mul(gain).add(shift);
  };
  const attention = (v, layer) => {
    const all = linear(v, p[`qkv_${layer}`], p[`qkvb_${layer}`]).reshape([batch, time, 3, heads, d / heads]);
    const [q, k, values] = np.unstack(np.transpose(all, [2, 0, 3, 1, 4]), 0);
    const scores = np.matmul(q, np.transpose(k, [0, 1, 3, 2])).mul(1 / Math.sqrt(d / heads));
    const future = np.triu(np.ones([time, time]), 1).mul(-1e9);
    const mixed = np.transpose(np.matmul(jax.nn.softmax(scores.add(future), -1), values), [0, 2, 1, 3]);
    return linear(mixed.reshape([batch * time, d]), p[`proj_${layer}`], p[`projb_${layer}`]);
  };
  let v = np.matmul(x, p.tok).reshape([batch, time, d]).add(p.pos).reshape([batch * time, d]);
  for (let layer = 0; layer < layers; layer += 1) {
    v = v.ref.add(attention(norm(v, p[`g1_${layer}`], p[`h1_${layer}`]), layer));
    const wide = linear(norm(v.ref, p[`g2_${layer}`], p[`h2_${layer}`]), p[`up_${layer}`], p[`upb_${layer}`]);
    v = v.add(linear(jax.nn.gelu(wide, { approximate: false }), p[`down_${layer}`], p[`downb_${layer}`]));
  }
  return crossEntropy(np.matmul(norm(v, p.g, p.h), np.transpose(p.head)), y);
}

const cases = {
  matmul_256: () => matmul(256),
  matmul_512: () => matmul(512),
  matmul_1024: () => matmul(1024),
  chain_1m: () => each((x) => jax.nn.relu(np.tanh(x.ref.mul(2).add(1)).mul(x).sub(0.5)), [array([1 << 20], 1)]),
  softmax_1024: () => each((x) => jax.nn.softmax(x, -1), [array([1024, 1024], 1, 5)]),
  sum_4m: () => each((x) => np.sum(x).reshape([1]), [array([1 << 22], 1).add(1)]),
  adds_1000() {
    const [x, one] = [array([1024], 1), array([1024], 2)];
    let last;
    return {
      async step() {
        last?.dispose();
        last = x.ref;
        for (let i = 0; i < 1000; i += 1) last = last.add(one.ref);
        await submit(last);
      },
      finish: async () => (await last.ref.data())[0],
      close() {
        for (const held of [last, x, one]) held?.dispose();
      },
    };
  },
  read_4b() {
    let v = array([1024], 1);
    return {
      async step() {
        v = v.add(1);
        await v.ref.slice([0, 1]).data();
      },
      finish: async () => 1,
      close: () => v.dispose(),
    };
  },
  conv2d() {
    const [x, w] = [array([16, 32, 32, 32], 1), array([64, 32, 3, 3], 2, 0.1)];
    return each((images, kernels) => jax.lax.conv(images, kernels, [1, 1], "SAME"), [x, w]);
  },
  mlp_sgd: () => training(sgdStep(mlpLoss), weights(mlpWeights), [array([64, 784], 1), digits()]),
  mlp_adam: () => training(adamStep(mlpLoss), adamState(weights(mlpWeights)), [array([64, 784], 1), digits()]),
  lenet_sgd: () => training(sgdStep(lenetLoss), weights(lenetWeights), [array([64, 1, 28, 28], 1), digits()]),
  gpt_adam() {
    const { vocab, time, batch } = gpt;
    const hot = (seed) => jax.nn.oneHot(whole(labels(batch * time, seed, vocab)), vocab);
    return training(adamStep(gptLoss), adamState(weights(gptWeights)), [hot(1), hot(2)]);
  },
};
