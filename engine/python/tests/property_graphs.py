"""Random programs of tensors: shapes, views, writes through views, dtypes, folds, indexing, products.

    CARREL_ENGINE_GPU=1 python3 property_graphs.py [--first SEED] [--count N]

A program is a seed: every choice depends on the seed, on shapes and on dtypes, so that it runs the same on every
device. It is run on the CPU, on the GPU as it would be (recorded, fused), there with a kernel of its own for each
operator of the same recording, and there one operator at a time; at the end all tensors agree. Jumps (comparisons, rounding, positions of extremes) are only asked of values that are exact in
float32, since others may lie on either side. Refuses to choose by value. Read next: `property_gradients`.
"""

import argparse
import itertools
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import torch

#: Values with more significant bits than this are not taken for exact.
EXACT_BITS = 20
INEXACT = 99

MAX_ELEMENTS = 600


class Value:
    """A tensor, and how many bits its elements have. Views of one memory share the count."""

    def __init__(self, tensor, bits, shared=None):
        self.tensor = tensor
        self.memory = shared or [bits]

    @property
    def bits(self):
        return self.memory[0]

    @property
    def is_exact(self):
        return self.memory[0] <= EXACT_BITS

    def viewed(self, tensor):
        return Value(tensor, None, self.memory)

    def written(self, bits):
        self.memory[0] = max(self.memory[0], bits)


class Program:
    """One run of a program on a device."""

    def __init__(self, seed, device, after_step=lambda: None):
        self.random = random.Random(seed)
        self.device = device
        self.after_step = after_step
        self.values = []
        self.trail = []
        for _ in range(3):
            self.leaf(self.shape())

    def run(self, steps):
        for _ in range(steps):
            step = self.random.choice(STEPS)
            made = step(self)
            self.trail.append(step.__name__)
            if made is not None:
                if made.bits > EXACT_BITS and made.tensor.dtype.is_floating_point:
                    # Kept small, so that differences in the last place stay there.
                    made = Value(torch.tanh(made.tensor), INEXACT)
                if made.tensor.numel() <= MAX_ELEMENTS:
                    self.keep(made)
            self.after_step()
        return [value.tensor for value in self.values]

    def keep(self, value):
        if len(self.values) >= 8:
            del self.values[self.random.randrange(len(self.values))]
        self.values.append(value)

    def shape(self):
        return [self.random.choice((1, 2, 3, 4, 5, 0) if self.random.random() < 0.1 else (1, 2, 3, 4, 5))
                for _ in range(self.random.randrange(4))]

    def leaf(self, shape, dtype=None):
        count = math.prod(shape)
        numbers = [self.random.randrange(-16, 17) for _ in range(count)]
        dtype = dtype or self.random.choice((torch.float32, torch.float32, torch.float32, torch.int64, torch.bool))
        tensor = torch.tensor(numbers, dtype=torch.float32).reshape(shape) / (8 if dtype is torch.float32 else 1)
        value = Value(tensor.to(dtype).to(self.device), 6)
        self.keep(value)
        return value

    def any(self, wanted=lambda value: True):
        fitting = [value for value in self.values if wanted(value)]
        return self.random.choice(fitting) if fitting else None

    def float(self, rank=0):
        found = self.any(lambda value: value.tensor.dtype is torch.float32 and value.tensor.dim() >= rank)
        return found or self.leaf([3] * max(rank, 1), torch.float32)

    def dim(self, tensor):
        return self.random.randrange(-tensor.dim(), tensor.dim()) if tensor.dim() else 0

    def like(self, value):
        """A value that broadcasts to this one's shape."""
        sizes = list(value.tensor.shape)
        for position in range(len(sizes)):
            if self.random.random() < 0.3:
                sizes[position] = 1
        return self.leaf(sizes[self.random.randrange(len(sizes) + 1):], value.tensor.dtype)

    def indices(self, length, shape):
        count = math.prod(shape)
        return torch.tensor([self.random.randrange(length) for _ in range(count)], dtype=torch.int64).reshape(shape).to(self.device)

    def mask(self, shape):
        count = math.prod(shape)
        return torch.tensor([self.random.random() < 0.5 for _ in range(count)], dtype=torch.bool).reshape(shape).to(self.device)


def smooth(run):
    x = run.float()
    name = run.random.choice(("tanh", "sigmoid", "exp", "sin", "cos", "erf", "atan"))
    return Value(getattr(torch, name)(x.tensor), INEXACT)


def exact(run):
    x = run.float()
    name = run.random.choice(("neg", "abs", "relu", "square"))
    return Value(getattr(torch, name)(x.tensor), x.bits * (2 if name == "square" else 1))


def jump(run):
    x = run.float()
    if not x.is_exact:
        return None
    name = run.random.choice(("floor", "ceil", "round", "trunc", "sign"))
    return Value(getattr(torch, name)(x.tensor), x.bits)


def binary(run):
    x = run.any()
    y = run.any(lambda value: broadcasts(value.tensor, x.tensor)) or run.like(x)
    if torch.bool in (x.tensor.dtype, y.tensor.dtype):
        name, bits = run.random.choice((("logical_and", 1), ("logical_or", 1), ("add", max(x.bits, y.bits) + 1)))
        if "logical" in name and not (x.is_exact and y.is_exact):
            return None
    else:
        name = run.random.choice(("add", "sub", "mul", "maximum", "minimum"))
        bits = {"mul": x.bits + y.bits, "add": max(x.bits, y.bits) + 1, "sub": max(x.bits, y.bits) + 1}.get(name, max(x.bits, y.bits))
    made = getattr(torch, name)(x.tensor, y.tensor)
    if not made.dtype.is_floating_point and bits > EXACT_BITS:
        return None
    return Value(made, bits)


def scalar(run):
    x, number = run.float(), run.random.choice((0.5, 2, -1, 0.25))
    return Value(run.random.choice((lambda t: t + number, lambda t: number - t, lambda t: t * number))(x.tensor), x.bits + 3)


def compare(run):
    x = run.any(lambda value: value.is_exact)
    if x is None:
        return None
    y = run.like(x)
    name = run.random.choice(("eq", "ne", "lt", "le", "gt", "ge"))
    return Value(getattr(torch, name)(x.tensor, y.tensor), 1)


def choose(run):
    x = run.float()
    y = run.like(x)
    return Value(torch.where(run.mask(list(x.tensor.shape)), x.tensor, y.tensor), max(x.bits, y.bits))


def convert(run):
    x = run.any(lambda value: value.is_exact)
    if x is None:
        return None
    dtype = run.random.choice((torch.float32, torch.int32, torch.int64, torch.bool, torch.uint8, torch.int8, torch.int16))
    source = x.tensor
    if dtype in (torch.uint8, torch.int8, torch.int16):
        # What does not fit is undefined where a float becomes an integer.
        source = source.clamp(0, 100) if source.dtype is not torch.bool else source
    return Value(source.to(dtype), x.bits)


def movement(run):
    x = run.any()
    tensor = x.tensor
    kind = run.random.randrange(9)
    if kind == 0 and tensor.dim() >= 2:
        return x.viewed(tensor.transpose(run.dim(tensor), run.dim(tensor)))
    if kind == 1 and tensor.dim():
        dim = run.dim(tensor)
        size = tensor.shape[dim]
        start = run.random.randrange(size + 1)
        step = run.random.choice((1, 1, 2, 3))
        return x.viewed(tensor[(slice(None),) * (dim % tensor.dim()) + (slice(start, None, step),)])
    if kind == 2 and tensor.dim() and tensor.shape[0]:
        return x.viewed(tensor[run.random.randrange(-tensor.shape[0], tensor.shape[0])])
    if kind == 3:
        return x.viewed(tensor.unsqueeze(run.random.randrange(tensor.dim() + 1)))
    if kind == 4:
        return x.viewed(tensor.squeeze())
    if kind == 5:
        return x.viewed(tensor.expand([2, *tensor.shape]))
    if kind == 6:
        made = tensor.reshape(-1)
        return x.viewed(made) if made.data_ptr() == tensor.data_ptr() else Value(made, x.bits)
    if kind == 7 and tensor.dim() >= 2:
        return x.viewed(tensor.diagonal(run.random.randrange(-1, 2)))
    if kind == 8 and tensor.dim():
        return Value(torch.flip(tensor, [run.dim(tensor)]), x.bits)
    return None


def write(run):
    x = run.any(lambda value: value.tensor.dtype is torch.float32 and is_writable(value.tensor))
    if x is None:
        return None
    tensor, kind = x.tensor, run.random.randrange(7)
    if kind == 0:
        x.written(x.bits + 1)
        tensor.add_(run.random.choice((1, 0.5)))
    elif kind == 1:
        x.written(x.bits + 3)
        tensor.mul_(run.random.choice((0.5, 0.25, -1)))
    elif kind == 2:
        tensor.clamp_(-1, 1.5)
    elif kind == 3:
        y = run.like(x)
        x.written(y.bits)
        tensor.copy_(y.tensor)
    elif kind == 4:
        x.written(4)
        tensor.masked_fill_(run.mask(list(tensor.shape)), 0.5)
    elif kind == 5 and tensor.dim() and tensor.shape[0]:
        x.written(6)
        tensor[run.random.randrange(tensor.shape[0])] = run.random.choice((0.125, -3.0))
    elif kind == 6 and tensor.dim() and tensor.shape[0]:
        y = run.leaf([2, *tensor.shape[1:]], torch.float32)
        x.written(max(x.bits, y.bits) + 1)
        tensor.index_add_(0, run.indices(tensor.shape[0], [2]), y.tensor)
    return None


def fold(run):
    x = run.any(lambda value: value.tensor.dim() and 0 not in value.tensor.shape)
    if x is None:
        return None
    tensor, keepdim, dim = x.tensor, run.random.random() < 0.5, run.dim(x.tensor)
    grown = x.bits + max(tensor.numel() - 1, 1).bit_length()
    kind = run.random.choice(("sum", "amax", "amin", "argmax", "any", "cumsum", "mean", "logsumexp", "softmax", "sort"))
    if kind in ("mean", "logsumexp", "softmax") and tensor.dtype is not torch.float32:
        kind = "sum"
    if kind in ("argmax", "any", "sort") and not (x.is_exact and tensor.dtype is not torch.bool):
        kind = "amax"
    if kind == "any":
        return Value(tensor.any(dim, keepdim), 1)
    if kind == "argmax":
        # The place of equal largest ones is anybody's guess: how many there are is not.
        return Value((tensor == tensor.amax(dim, True)).sum(dim), 8)
    if kind in ("sum", "cumsum"):
        made = tensor.cumsum(dim) if kind == "cumsum" else tensor.sum(dim, keepdim)
        return Value(made, grown) if made.dtype.is_floating_point or grown <= EXACT_BITS else None
    if kind == "sort":
        return Value(tensor.sort(dim).values, x.bits)
    if kind in ("mean", "logsumexp"):
        return Value(getattr(tensor, kind)(dim, keepdim=keepdim), INEXACT)
    if kind == "softmax":
        return Value(tensor.softmax(dim), INEXACT)
    return Value(getattr(tensor, kind)(dim, keepdim), x.bits)


def index(run):
    x = run.any(lambda value: value.tensor.dim() and value.tensor.shape[0])
    if x is None:
        return None
    tensor, kind = x.tensor, run.random.randrange(4)
    if kind == 0:
        return Value(tensor[run.indices(tensor.shape[0], run.shape()[:2])], x.bits)
    if kind == 1:
        return Value(tensor.index_select(0, run.indices(tensor.shape[0], [3])), x.bits)
    if kind == 2 and 0 not in tensor.shape:
        return Value(tensor.gather(0, run.indices(tensor.shape[0], [2, *tensor.shape[1:]])), x.bits)
    if kind == 3:
        return Value(tensor[run.mask([tensor.shape[0]])], x.bits)
    return None


def join(run):
    x = run.float(1)
    y = run.leaf(list(x.tensor.shape), torch.float32)
    dim = run.dim(x.tensor)
    together = run.random.choice((torch.cat, torch.stack))
    return Value(together([x.tensor, y.tensor, x.tensor], dim), max(x.bits, y.bits))


def product(run):
    x = run.float(2)
    tensor = x.tensor
    y = run.leaf([tensor.shape[-1], run.random.randrange(1, 5)], torch.float32)
    return Value(tensor @ y.tensor, x.bits + y.bits + tensor.shape[-1].bit_length())


STEPS = [smooth, smooth, exact, exact, jump, binary, binary, binary, scalar, compare, choose, convert,
         movement, movement, movement, write, write, write, fold, fold, index, join, product]


def broadcasts(x, y):
    pairs = itertools.zip_longest(reversed(x.shape), reversed(y.shape), fillvalue=1)
    sizes = [max(a, b) if 0 not in (a, b) else 0 for a, b in pairs if a == b or 1 in (a, b)]
    return len(sizes) == max(x.dim(), y.dim()) and math.prod(sizes) <= MAX_ELEMENTS


def is_writable(tensor):
    """Whether no two elements of a tensor share memory."""
    return all(stride != 0 or size <= 1 for size, stride in zip(tensor.shape, tensor.stride()))


def difference(found, wanted, tolerance=2e-4):
    """What differs between two tensors, or None."""
    if found.dtype is not wanted.dtype or found.shape != wanted.shape or found.stride() != wanted.stride():
        return f"{found.dtype} {tuple(found.shape)} {found.stride()} instead of {wanted.dtype} {tuple(wanted.shape)} {wanted.stride()}"
    found, wanted = (tensor.detach().cpu().reshape(-1).tolist() for tensor in (found, wanted))
    for position, (a, b) in enumerate(zip(found, wanted)):
        if not (a == b or a != a and b != b or abs(a - b) <= tolerance * max(1, abs(b))):
            return f"element {position} is {a} instead of {b}"
    return None


def check(seed, steps=30):
    """Runs a program four ways; raises AssertionError where they differ."""
    from torch import _native
    from torch._C import ops

    program = Program(seed, "cpu")
    wanted = program.run(steps)
    for way, fuses, after_step in (
        ("fused", True, lambda: None),
        ("unfused", False, lambda: None),
        ("one at a time", True, ops.flush),
    ):
        _native.fuse(fuses)
        try:
            found = Program(seed, "webgpu", after_step).run(steps)
            ops.flush()
            _native.wait(0)
        finally:
            _native.fuse(True)
        for number, (a, b) in enumerate(zip(found, wanted, strict=True)):
            problem = difference(a, b)
            if problem:
                raise AssertionError(f"seed {seed}, {way}, tensor {number}: {problem}; {' '.join(program.trail)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    failures = 0
    for seed in range(options.first, options.first + options.count):
        try:
            check(seed)
        except Exception as error:
            failures += 1
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:600]}")
    print(f"{options.count - failures} of {options.count} programs agree")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
