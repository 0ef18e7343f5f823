// TensorFlow.js on a backend of the caller's choice: every case, written as its documentation would.
// Images are NHWC and kernels HWIO there; inputs and weights are rearranged once, before anything is timed.

import { SGD_RATE, adam, gpt, gptWeights, labels, lenetWeights, mlpWeights, numbers } from "./inputs.js";

function script(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = path;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${path} could not be loaded`));
    document.head.append(element);
  });
}

export async function openEngine(backend) {
  await script("/modules/@tensorflow/tfjs/dist/tf.min.js");
  if (backend === "webgpu") await script("/modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js");
  if (backend === "wasm") {
    await script("/modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js");
    tf.wasm.setWasmPaths("/modules/@tensorflow/tfjs-backend-wasm/dist/");
  }
  await tf.setBackend(backend);
  await tf.ready();
  return { about: `tfjs ${tf.version.tfjs} (${tf.getBackend()})`, cases };
}

/** A case that computes one tensor a step, and keeps only the last. */
function each(compute, keep) {
  let last;
  return {
    step() {
      last?.dispose();
      last = tf.tidy(compute);
    },
    async finish() {
      const flat = last.flatten().slice(0, 1);
      const [value] = await flat.data();
      flat.dispose();
      return value;
    },
    close() {
      last?.dispose();
      for (const tensor of keep) tensor.dispose();
    },
  };
}

/** A case that trains: `loss` is minimised by `optimizer`. */
function training(optimizer, loss, keep) {
  let last;
  return {
    step() {
      last?.dispose();
      last = optimizer.minimize(loss, true);
    },
    finish: async () => (await last.data())[0],
    close() {
      last?.dispose();
      optimizer.dispose();
      for (const tensor of keep) tensor.dispose();
    },
  };
}

const tensor = (shape, seed, scale) => tf.tensor(numbers(shape.reduce((a, b) => a * b, 1), seed, scale), shape);

function matmul(size) {
  const [a, b] = [tensor([size, size], 1), tensor([size, size], 2)];
  return each(() => tf.matMul(a, b), [a, b]);
}

function variables(list, arrange = {}) {
  const entries = list.map(([name, shape, seed, scale]) => {
    const given = tensor(shape, seed, scale);
    const placed = arrange[name] ? tf.tidy(() => arrange[name](given)) : given;
    return [name, tf.variable(placed)];
  });
  return Object.fromEntries(entries);
}

const linear = (x, weight, bias) => tf.add(tf.matMul(x, weight, false, true), bias);

/** Mean cross-entropy against one-hot rows. */
const crossEntropy = (logits, oneHot) => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1)));

function mlp(optimizer) {
  const p = variables(mlpWeights);
  const x = tensor([64, 784], 1);
  const y = tf.oneHot(tf.tensor1d(labels(64, 2, 10), "int32"), 10).toFloat();
  const loss = () => crossEntropy(linear(tf.relu(linear(x, p.w1, p.b1)), p.w2, p.b2), y);
  return training(optimizer, loss, [x, y, ...Object.values(p)]);
}

function lenet() {
  const toHwio = (w) => tf.transpose(w, [2, 3, 1, 0]);
  const toNhwc = (w) => tf.reshape(tf.transpose(tf.reshape(w, [120, 16, 5, 5]), [0, 2, 3, 1]), [120, 400]);
  const p = variables(lenetWeights, { c1: toHwio, c2: toHwio, w1: toNhwc });
  const x = tensor([64, 28, 28, 1], 1);
  const y = tf.oneHot(tf.tensor1d(labels(64, 2, 10), "int32"), 10).toFloat();
  const loss = () => {
    const first = tf.maxPool(tf.relu(tf.add(tf.conv2d(x, p.c1, 1, 2), p.d1)), 2, 2, "valid");
    const second = tf.maxPool(tf.relu(tf.add(tf.conv2d(first, p.c2, 1, "valid"), p.d2)), 2, 2, "valid");
    const flat = tf.reshape(second, [64, 400]);
    const hidden = tf.relu(linear(tf.relu(linear(flat, p.w1, p.b1)), p.w2, p.b2));
    return crossEntropy(linear(hidden, p.w3, p.b3), y);
  };
  return training(tf.train.sgd(SGD_RATE), loss, [x, y, ...Object.values(p)]);
}

function transformer() {
  const { vocab, d, layers, heads, time, batch } = gpt;
  const p = variables(gptWeights);
  const hot = (seed) => tf.oneHot(tf.tensor1d(labels(batch * time, seed, vocab), "int32"), vocab).toFloat();
  const [x, y] = [hot(1), hot(2)];
  const future = tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([time, time]), -1, 0)), -1e9));
  const norm = (v, gain, shift) => {
    const centred = tf.sub(v, tf.mean(v, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), shift);
  };
  const gelu = (v) => tf.mul(tf.mul(v, 0.5), tf.add(tf.erf(tf.mul(v, Math.SQRT1_2)), 1));
  const attention = (v, layer) => {
    const all = tf.reshape(linear(v, p[`qkv_${layer}`], p[`qkvb_${layer}`]), [batch, time, 3, heads, d / heads]);
    const [q, k, values] = tf.unstack(tf.transpose(all, [2, 0, 3, 1, 4]), 0);
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(d / heads)), future);
    const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), values), [0, 2, 1, 3]), [batch * time, d]);
    return linear(mixed, p[`proj_${layer}`], p[`projb_${layer}`]);
  };
  const loss = () => {
    // The gradient of a lookup is missing on this backend; a product with one-hot rows is the same.
    let v = tf.reshape(tf.add(tf.reshape(tf.matMul(x, p.tok), [batch, time, d]), p.pos), [batch * time, d]);
    for (let layer = 0; layer < layers; layer += 1) {
      v = tf.add(v, attention(norm(v, p[`g1_${layer}`], p[`h1_${layer}`]), layer));
      const wide = gelu(linear(norm(v, p[`g2_${layer}`], p[`h2_${layer}`]), p[`up_${layer}`], p[`upb_${layer}`]));
      v = tf.add(v, linear(wide, p[`down_${layer}`], p[`downb_${layer}`]));
    }
    return crossEntropy(tf.matMul(norm(v, p.g, p.h), p.head, false, true), y);
  };
  return training(tf.train.adam(adam.rate, adam.beta1, adam.beta2, adam.epsilon), loss, [x, y, future, ...Object.values(p)]);
}

const cases = {
  matmul_256: () => matmul(256),
  matmul_512: () => matmul(512),
  matmul_1024: () => matmul(1024),
  chain_1m() {
    const x = tensor([1 << 20], 1);
    return each(() => tf.relu(tf.sub(tf.mul(tf.tanh(tf.add(tf.mul(x, 2), 1)), x), 0.5)), [x]);
  },
  softmax_1024() {
    const x = tensor([1024, 1024], 1, 5);
    return each(() => tf.softmax(x), [x]);
  },
  sum_4m() {
    const x = tf.tidy(() => tf.add(tensor([1 << 22], 1), 1));
    return each(() => tf.sum(x), [x]);
  },
  adds_1000() {
    const [x, one] = [tensor([1024], 1), tensor([1024], 2)];
    return each(() => {
      let v = x;
      for (let i = 0; i < 1000; i += 1) v = tf.add(v, one);
      return v;
    }, [x, one]);
  },
  read_4b() {
    let v = tensor([1024], 1);
    return {
      async step() {
        const next = tf.add(v, 1);
        const first = next.slice(0, 1);
        v.dispose();
        v = next;
        await first.data();
        first.dispose();
      },
      finish: async () => 1,
      close: () => v.dispose(),
    };
  },
  conv2d() {
    const x = tf.tidy(() => tf.transpose(tensor([16, 32, 32, 32], 1), [0, 2, 3, 1]));
    const w = tf.tidy(() => tf.transpose(tensor([64, 32, 3, 3], 2, 0.1), [2, 3, 1, 0]));
    return each(() => tf.conv2d(x, w, 1, "same"), [x, w]);
  },
  mlp_sgd: () => mlp(tf.train.sgd(SGD_RATE)),
  mlp_adam: () => mlp(tf.train.adam(adam.rate, adam.beta1, adam.beta2, adam.epsilon)),
  lenet_sgd: lenet,
  gpt_adam: transformer,
};
