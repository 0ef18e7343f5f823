"""Gradients of random programs: against differences of the program's value in float64, and on the GPU against the CPU.

    python3 property_gradients.py [--first SEED] [--count N]          (CARREL_ENGINE_GPU=1 for the GPU's part)

Programs are smooth almost everywhere and use views, writes through views, folds, indexing and products. A gradient is
checked along one random direction: (f(x + h d) - f(x - h d)) / 2h is its product with d. Second order is checked in the
same way. Refuses to judge values: see `property_graphs`.
"""

import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import torch

SIDE = 3


def value_of(seed, leaves, steps=12):
    """A number made from square leaves by a program that the seed decides."""
    choice = random.Random(seed)
    values = list(leaves)

    def one():
        return choice.choice(values)

    for _ in range(steps):
        x, y, kind = one(), one(), choice.randrange(16)
        if kind == 0:
            made = choice.choice((torch.tanh, torch.sigmoid, torch.sin, torch.cos, torch.erf))(x)
        elif kind == 1:
            made = x * y
        elif kind == 2:
            made = x + y * choice.choice((0.5, -1.5))
        elif kind == 3:
            made = x / (2 + y * y)
        elif kind == 4:
            made = torch.tanh(x @ y.transpose(0, 1))
        elif kind == 5:
            made = x.softmax(choice.randrange(2))
        elif kind == 6:
            made = x - x.logsumexp(choice.randrange(2), keepdim=True)
        elif kind == 7:
            made = torch.cat([x[1:], y[:1]])
        elif kind == 8:
            made = x[torch.tensor([2, 0, 0], device=x.device)] * y.sum(0)
        elif kind == 9:
            made = x.clone()
            made[choice.randrange(SIDE)] = torch.sin(y[0])
        elif kind == 10:
            made = x * 1
            made[:, choice.randrange(SIDE)].mul_(y[0] + 1)
        elif kind == 11:
            made = x + 0
            made.t()[1:].add_(torch.tanh(y[1:]))
        elif kind == 12:
            made = torch.where(torch.eye(SIDE, device=x.device) > 0, x, torch.exp(-y * y))
        elif kind == 13:
            made = (x.mean(1, keepdim=True) - y).pow(2)
        elif kind == 14:
            made = x.diagonal() + y.reshape(-1)[: SIDE * SIDE : SIDE].expand(SIDE, SIDE)
        else:
            made = torch.stack([x, y], 1).sum(1) * x.std()
        # Bounded, so that differences stay meaningful.
        values.append(torch.tanh(made) if made.dim() == 2 else made)
    return sum((value * value.cos()).sum() for value in values[-4:])


def leaves_of(seed, device="cpu", dtype=torch.float64):
    torch.manual_seed(seed)
    drawn = [torch.randn(SIDE, SIDE, dtype=torch.float64) for _ in range(3)]
    return [x.to(dtype).to(device).requires_grad_() for x in drawn]


def gradients_of(seed, leaves, create_graph=False):
    return torch.autograd.grad(value_of(seed, leaves), leaves, create_graph=create_graph, allow_unused=True)


def check_differences(seed, step=1e-5, tolerance=2e-5):
    """First and second order against central differences along a random direction."""
    leaves = leaves_of(seed)
    directions = [torch.randn_like(x) for x in leaves]

    def along(gradients):
        return sum((g * d).sum() for g, d in zip(gradients, directions) if g is not None)

    def moved(sign):
        return [(x.detach() + sign * step * d).requires_grad_() for x, d in zip(leaves, directions)]

    ahead, behind = moved(1), moved(-1)
    slope = along(gradients_of(seed, leaves, create_graph=True))
    compare(seed, "first order", slope, (value_of(seed, ahead) - value_of(seed, behind)) / (2 * step), tolerance)
    if not slope.requires_grad:
        return
    second = along(torch.autograd.grad(slope, leaves, allow_unused=True))
    differences = (along(gradients_of(seed, ahead)) - along(gradients_of(seed, behind))) / (2 * step)
    compare(seed, "second order", torch.as_tensor(second), differences, tolerance)


def check_devices(seed, tolerance=2e-3):
    """Gradients in float32 on the GPU against those in float64 on the CPU."""
    wanted = gradients_of(seed, leaves_of(seed))
    found = gradients_of(seed, leaves_of(seed, "webgpu", torch.float32))
    for number, (a, b) in enumerate(zip(found, wanted, strict=True)):
        if (a is None) != (b is None):
            raise AssertionError(f"seed {seed}: gradient {number} is {a} instead of {b}")
        if a is not None:
            compare(seed, f"gradient {number}", a.cpu().double(), b, tolerance)


def compare(seed, what, found, wanted, tolerance):
    scale = max(1.0, wanted.detach().abs().max().item())
    distance = (found - wanted).detach().abs().max().item()
    if not distance <= tolerance * scale:
        raise AssertionError(f"seed {seed}: {what} is off by {distance} at size {scale}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    checks = [check_differences] + ([check_devices] if torch.accelerator.is_available() else [])
    failures = 0
    for seed in range(options.first, options.first + options.count):
        for check in checks:
            try:
                check(seed)
            except Exception as error:
                failures += 1
                print(f"seed {seed}, {check.__name__}: {type(error).__name__}: {str(error)[:300]}")
    print(f"{failures} failures in {options.count} programs")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
