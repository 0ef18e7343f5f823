"""Memory that ends in the middle of an operator, on the CPU: PyTorch's error, and a process that goes on.

A child process runs each operator with little more address space than it has, in several steps, so that different
allocations of the operator are the ones that fail; then with enough, and the result must be what it was before. An
allocation that the engine takes for granted ends the child. Refuses to test how much an operator needs.
Read next: `engine/src/cpu/memory.rs`, `gpu/test_exhaustion.py`.
"""

import gc
import os
import subprocess
import sys
import unittest

import torch
import torch.nn.functional as F

KIB = 1 << 10

#: What the process may take beyond what it has. The least is too little for every operator of the table.
ROOMS = [500 * KIB, 900 * KIB, 1700 * KIB, 3000 * KIB, 5000 * KIB]


def derived(function, *inputs):
    """The gradient of a function as an operator."""
    inputs = [tensor.requires_grad_() for tensor in inputs]
    return lambda: torch.autograd.grad(function(*inputs).sum(), inputs)


def operators():
    """Name and call of every operator; results and intermediates have a MiB or more."""
    long = torch.randn(1 << 18)
    line = torch.randn(1 << 17)
    places = torch.randint(0, 1 << 17, (1 << 17,))
    square = torch.randn(512, 512)
    small = torch.eye(4).repeat(6000, 1, 1) + 0.01
    picture = torch.randn(4, 8, 96, 96)
    kernels = torch.randn(8, 8, 1, 1)
    table = torch.randn(4096, 64)
    words = torch.randint(0, 4096, (4096,))
    many = torch.rand(1 << 18)
    weight = torch.nn.Parameter(torch.zeros(1 << 18))
    weight.grad = long.clone()
    narrow = torch.randn(4096, 4)
    classes = torch.randint(0, 512, (512,))
    return {
        "add": lambda: long + 1,
        "exp of a view": lambda: square.t().exp(),
        "where": lambda: torch.where(square > 0, square, square.t()),
        "cast": lambda: long.double(),
        "clone": lambda: long.clone(),
        "contiguous": lambda: square.t().contiguous(),
        "cat": lambda: torch.cat([long, long]),
        "stack": lambda: torch.stack([long, long], 1),
        "repeat": lambda: line.repeat(3),
        "roll": lambda: long.roll(5),
        "matmul": lambda: narrow @ narrow[:128].t(),
        "matmul of halves": lambda: narrow.half() @ narrow[:160].half().t(),
        "bmm": lambda: torch.bmm(small, small),
        "inv": lambda: torch.linalg.inv(small),
        "solve": lambda: torch.linalg.solve(small, small),
        "cholesky": lambda: torch.linalg.cholesky(small),
        "qr": lambda: torch.linalg.qr(small),
        "svd": lambda: torch.linalg.svdvals(small),
        "eigh": lambda: torch.linalg.eigvalsh(small),
        "conv2d": lambda: F.conv2d(picture, kernels),
        "conv_transpose2d": lambda: F.conv_transpose2d(picture, kernels, stride=2),
        "max_pool2d": lambda: F.max_pool2d(picture, 2, 1, return_indices=True),
        "avg_pool2d": lambda: F.avg_pool2d(picture, 2, 1, padding=1, count_include_pad=False),
        "interpolate": lambda: F.interpolate(picture, scale_factor=2),
        "sort": lambda: line.sort(),
        "argsort of columns": lambda: square.argsort(0),
        "sort of doubles": lambda: line.double().sort(),
        "topk": lambda: line.topk(1 << 16),
        "kthvalue": lambda: many.kthvalue(5),
        "median": lambda: long.median(0),
        "unique": lambda: torch.unique(places, return_inverse=True),
        "nonzero": lambda: long.nonzero(),
        "mask": lambda: long[long > 0],
        "negative indices": lambda: line[places - (1 << 17)],
        "gather": lambda: long.gather(0, places),
        "index_put": lambda: long.index_put((places,), line, accumulate=True),
        "index_add": lambda: long.index_add(0, places, line),
        "scatter_reduce": lambda: long.scatter_reduce(0, places, line, "amax"),
        "cumsum": lambda: long.cumsum(0),
        "cumsum of columns": lambda: square.cumsum(0),
        "cummax": lambda: line.cummax(0),
        "logcumsumexp": lambda: long.logcumsumexp(0),
        "softmax": lambda: square.softmax(0),
        "var of columns": lambda: (square.t() * 1).var(0),
        "bincount": lambda: torch.bincount(places, minlength=1 << 17),
        "multinomial": lambda: torch.multinomial(many, 5),
        "multinomial with replacement": lambda: torch.multinomial(many, 5, replacement=True),
        "randn": lambda: torch.randn(1 << 18),
        "normal halves": lambda: torch.empty(1 << 18, dtype=torch.float16).normal_(),
        "randperm": lambda: torch.randperm(1 << 17),
        "dropout": lambda: F.dropout(long),
        "tolist": lambda: (long + 1).tolist(),
        "matmul backward": derived(lambda a, b: a @ b, narrow[:1024].clone(), torch.randn(4, 256)),
        "conv2d backward": derived(F.conv2d, picture.clone(), kernels.clone()),
        "max_pool2d backward": derived(lambda x: F.max_pool2d(x, 2), picture.clone()),
        "cumsum backward": derived(lambda x: x.cumsum(0), long.clone()),
        "cumprod backward": derived(lambda x: x.cumprod(0), line[:65536].clone()),
        "sort backward": derived(lambda x: x.sort()[0], line.clone()),
        "index backward": derived(lambda x: x[places], line.clone()),
        "index_put backward": derived(lambda x: long.index_put((places,), x), line.clone()),
        "cat backward": derived(lambda x: torch.cat([x, x]), long.clone()),
        "softmax backward": derived(lambda x: x.softmax(1) * square, square.clone()),
        "layer_norm backward": derived(lambda x: F.layer_norm(x, (512,)), square.clone()),
        "batch_norm backward": derived(lambda x: F.batch_norm(x, None, None, training=True), picture.clone()),
        "cross_entropy backward": derived(lambda x: F.cross_entropy(x, classes), square.clone()),
        "embedding backward": derived(lambda x: F.embedding(words, x), table.clone()),
        "inv backward": derived(torch.linalg.inv, small.clone()),
        "Adam": lambda: torch.optim.Adam([weight]).step(),
    }


def flat(result):
    """The tensors of a result, for a comparison; random ones are not compared."""
    return [result] if isinstance(result, torch.Tensor) else list(result or []) if isinstance(result, tuple) else []


RANDOM = ("multinomial", "rand", "normal", "dropout", "Adam")


def run_in_little_memory():
    """What the child does: an operator a line, its name before and its refusals after."""
    import resource

    unbounded = resource.getrlimit(resource.RLIMIT_AS)
    for name, call in operators().items():
        print(name, end=": ", flush=True)
        expected = flat(call())
        refusals = 0
        for room in ROOMS:
            gc.collect()
            with open("/proc/self/status") as status:
                now = next(int(line.split()[1]) for line in status if line.startswith("VmSize")) * KIB
            resource.setrlimit(resource.RLIMIT_AS, (now + room, unbounded[1]))
            try:
                call()
            except RuntimeError as error:
                assert "DefaultCPUAllocator: can't allocate memory: you tried to allocate" in str(error), str(error)
                refusals += 1
            except MemoryError:
                # Python's own: `tolist` makes objects, and a traceback wants some too.
                refusals += 1
            finally:
                resource.setrlimit(resource.RLIMIT_AS, unbounded)
        if not name.startswith(RANDOM):
            for before, after in zip(expected, flat(call())):
                assert torch.equal(before, after), name
        print(refusals, flush=True)


class Exhaustion(unittest.TestCase):
    @unittest.skipUnless(sys.platform.startswith("linux"), "needs a system that bounds a process's memory")
    def test_every_allocation_may_fail(self):
        # Memory is taken from the system and given back at once, so that what is left is what the bound says.
        environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
        child = subprocess.run(
            [sys.executable, __file__, "child"], capture_output=True, text=True, timeout=300, env=environment
        )
        self.assertEqual(child.returncode, 0, child.stdout[-200:] + child.stderr[-3000:])
        refusals = dict(line.rsplit(": ", 1) for line in child.stdout.splitlines())
        self.assertEqual([name for name, count in refusals.items() if int(count) == 0], [])


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        run_in_little_memory()
    else:
        unittest.main()
