"""Every case in PyTorch's words, and how it is timed: runs as a cell of a notebook, prints one line of JSON a case.

`DEVICE` is set by the driver before this text, and `bench(id, ...)` called in cells after it.
The inputs are those of peers/inputs.js. Refuses to choose what is measured.
"""

import json
import math
import time

import torch
from torch.nn import functional as F

dev = torch.device(DEVICE)  # noqa: F821


def numbers(shape, seed, scale=1.0):
    count = math.prod(shape)
    values = (torch.arange(count) * 7919 + seed * 104729) % 1009
    return ((values / 504.5 - 1) * scale).to(torch.float32).reshape(shape).to(dev)


def labels(count, seed, bound):
    return ((torch.arange(count) * 7919 + seed * 104729) % bound).to(dev)


MLP = [("w1", (256, 784), 3, 0.05), ("b1", (256,), 4, 0.05), ("w2", (10, 256), 5, 0.08), ("b2", (10,), 6, 0.08)]
LENET = [
    ("c1", (6, 1, 5, 5), 3, 0.2), ("d1", (6,), 4, 0.1), ("c2", (16, 6, 5, 5), 5, 0.1), ("d2", (16,), 6, 0.1),
    ("w1", (120, 400), 7, 0.05), ("b1", (120,), 8, 0.05), ("w2", (84, 120), 9, 0.1), ("b2", (84,), 10, 0.1),
    ("w3", (10, 84), 11, 0.1), ("b3", (10,), 12, 0.1),
]  # fmt: skip
VOCAB, D, LAYERS, HEADS, TIME, BATCH = 65, 64, 2, 4, 32, 16


def gpt_weights():
    shapes = [("tok", (VOCAB, D), 0.1), ("pos", (TIME, D), 0.1)]
    for layer in range(LAYERS):
        shapes += [
            (f"g1_{layer}", (D,), 0.5), (f"h1_{layer}", (D,), 0.1),
            (f"qkv_{layer}", (3 * D, D), 0.1), (f"qkvb_{layer}", (3 * D,), 0.1),
            (f"proj_{layer}", (D, D), 0.1), (f"projb_{layer}", (D,), 0.1),
            (f"g2_{layer}", (D,), 0.5), (f"h2_{layer}", (D,), 0.1),
            (f"up_{layer}", (4 * D, D), 0.1), (f"upb_{layer}", (4 * D,), 0.1),
            (f"down_{layer}", (D, 4 * D), 0.1), (f"downb_{layer}", (D,), 0.1),
        ]  # fmt: skip
    shapes += [("g", (D,), 0.5), ("h", (D,), 0.1), ("head", (VOCAB, D), 0.1)]
    return [(name, shape, index + 3, scale) for index, (name, shape, scale) in enumerate(shapes)]


def weights(rows):
    return {name: numbers(shape, seed, scale).requires_grad_() for name, shape, seed, scale in rows}


def submit():
    """Sends what was recorded, as the end of a cell would: what is held now gets computed, even if nobody reads it."""
    from torch import _C

    _C._free_dead()
    if dev.type != "cpu":
        _C.ops.flush()


def each(compute):
    """A case that computes one tensor a step, and makes sure of it before it lets go of the tensor."""
    last = [None]

    def step():
        last[0] = compute()
        submit()

    return step, lambda: last[0].reshape(-1)[0].item()


def training(optimizer, compute_loss):
    """A case that trains."""
    last = [None]

    def step():
        loss = compute_loss()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        last[0] = loss.detach()

    return step, lambda: last[0].item()


def matmul(size):
    a, b = numbers((size, size), 1), numbers((size, size), 2)
    return each(lambda: a @ b)


def chain():
    x = numbers((1 << 20,), 1)
    return each(lambda: torch.relu(torch.tanh(x * 2 + 1) * x - 0.5))


def softmax():
    x = numbers((1024, 1024), 1, 5.0)
    return each(lambda: torch.softmax(x, -1))


def total():
    x = numbers((1 << 22,), 1) + 1
    return each(lambda: x.sum())


def adds():
    x, one = numbers((1024,), 1), numbers((1024,), 2)

    def compute():
        v = x
        for _ in range(1000):
            v = v + one
        return v

    return each(compute)


def read():
    v = [numbers((1024,), 1)]

    def step():
        v[0] = v[0] + 1
        v[0][0].item()

    return step, lambda: 1.0


def conv2d():
    x, w = numbers((16, 32, 32, 32), 1), numbers((64, 32, 3, 3), 2, 0.1)
    return each(lambda: F.conv2d(x, w, padding=1))


def mlp(make_optimizer):
    p = weights(MLP)
    x, y = numbers((64, 784), 1), labels(64, 2, 10)

    def loss():
        hidden = torch.relu(F.linear(x, p["w1"], p["b1"]))
        return F.cross_entropy(F.linear(hidden, p["w2"], p["b2"]), y)

    return training(make_optimizer(p.values()), loss)


def lenet():
    p = weights(LENET)
    x, y = numbers((64, 1, 28, 28), 1), labels(64, 2, 10)

    def loss():
        v = F.max_pool2d(torch.relu(F.conv2d(x, p["c1"], p["d1"], padding=2)), 2)
        v = F.max_pool2d(torch.relu(F.conv2d(v, p["c2"], p["d2"])), 2)
        v = torch.relu(F.linear(v.flatten(1), p["w1"], p["b1"]))
        v = torch.relu(F.linear(v, p["w2"], p["b2"]))
        return F.cross_entropy(F.linear(v, p["w3"], p["b3"]), y)

    return training(sgd(p.values()), loss)


def gpt():
    p = weights(gpt_weights())
    x, y = labels(BATCH * TIME, 1, VOCAB).reshape(BATCH, TIME), labels(BATCH * TIME, 2, VOCAB)

    def attention(v, layer):
        q, k, values = F.linear(v, p[f"qkv_{layer}"], p[f"qkvb_{layer}"]).split(D, dim=2)
        q, k, values = (t.view(BATCH, TIME, HEADS, D // HEADS).transpose(1, 2) for t in (q, k, values))
        mixed = F.scaled_dot_product_attention(q, k, values, is_causal=True)
        mixed = mixed.transpose(1, 2).contiguous().view(BATCH, TIME, D)
        return F.linear(mixed, p[f"proj_{layer}"], p[f"projb_{layer}"])

    def loss():
        v = F.embedding(x, p["tok"]) + p["pos"]
        for layer in range(LAYERS):
            v = v + attention(F.layer_norm(v, (D,), p[f"g1_{layer}"], p[f"h1_{layer}"]), layer)
            wide = F.linear(
                F.layer_norm(v, (D,), p[f"g2_{layer}"], p[f"h2_{layer}"]), p[f"up_{layer}"], p[f"upb_{layer}"]
            )
            v = v + F.linear(F.gelu(wide), p[f"down_{layer}"], p[f"downb_{layer}"])
        logits = F.linear(F.layer_norm(v, (D,), p["g"], p["h"]), p["head"])
        return F.cross_entropy(logits.view(-1, VOCAB), y)

    return training(adam(p.values()), loss)


def sgd(parameters):
    return torch.optim.SGD(list(parameters), lr=0.05)


def adam(parameters):
    return torch.optim.Adam(list(parameters), lr=1e-3)


CASES = {
    "matmul_256": lambda: matmul(256),
    "matmul_512": lambda: matmul(512),
    "matmul_1024": lambda: matmul(1024),
    "chain_1m": chain,
    "softmax_1024": softmax,
    "sum_4m": total,
    "adds_1000": adds,
    "read_4b": read,
    "conv2d": conv2d,
    "mlp_sgd": lambda: mlp(sgd),
    "mlp_adam": lambda: mlp(adam),
    "lenet_sgd": lenet,
    "gpt_adam": gpt,
}


def counters():
    """What the executor has done so far."""
    from torch._C import ops

    names = ("submits", "dispatches", "plans", "pipelines", "buffer_bytes", "used_bytes", "peak_bytes", "bytes")
    return dict(zip(names, ops.gpu_stats()))


#: How long a case runs before it is timed: longer than the others (peers/inputs.js), because the browser has more to compile.
WARM_SECONDS = 3.0


#: As in peers/inputs.js: what a step asks of the GPU is told from runs that differ by so many steps.
COUNTED_STEPS = 2


def work_of(step, finish, steps):
    """What the executor did in a run of so many steps and its read."""
    before = counters()
    for _ in range(steps):
        step()
    finish()
    after = counters()
    return {name: after[name] - before[name] for name in ("submits", "dispatches", "bytes", "plans")}


def measure(step, finish, budget_ms, samples):
    """Milliseconds a step: the median of several runs of many steps, each run ended by a read."""
    for _ in range(3):
        step()
    check = finish()
    # The browser compiles hot functions anew in the background; until then they run several times slower.
    start = time.perf_counter()
    while time.perf_counter() - start < WARM_SECONDS:
        step()
        finish()
    start = time.perf_counter()
    step()
    finish()
    once = (time.perf_counter() - start) * 1000
    steps = max(1, min(50, int(budget_ms / samples / max(once, 0.05))))
    times = []
    for _ in range(samples):
        start = time.perf_counter()
        for _ in range(steps):
            step()
        finish()
        times.append((time.perf_counter() - start) * 1000 / steps)
    times.sort()
    few, many = [work_of(step, finish, count) for count in (1, 1 + COUNTED_STEPS)]
    used = {name: (many[name] - few[name]) / COUNTED_STEPS for name in few}
    return {"ms": times[samples // 2], "fastest": times[0], "steps": steps, "check": check, **used}


def bench(case_id, **options):
    """Measures one case and prints what was found."""
    try:
        result = measure(*CASES[case_id](), **options)
    except Exception as error:  # the table says what is missing, and goes on
        lines = str(error).splitlines() or [""]
        result = {"missing": f"{type(error).__name__}: {lines[0]}"}
    print("bench " + json.dumps({"id": case_id, **result}), flush=True)
