"""Pieces of tensors and NumPy arrays as nested lists, and their statistics.

Both kinds are sliced where they are and only the piece is brought over: of a
tensor on the GPU nothing but what is shown is read. Leading dimensions are
chosen by indices. Read next: views.py, which asks.
"""

import math
import sys
from typing import Any

from . import known
from .text import number


class Array:
    """A tensor or an array, by what both have."""

    def __init__(self, value: Any) -> None:
        self.is_tensor = known.is_tensor(value)
        self.values = known.plain_tensor(value) if self.is_tensor else sys.modules["numpy"].asarray(value)
        self.shape = tuple(self.values.shape)
        self.dtype = str(self.values.dtype).removeprefix("torch.")
        self.is_numeric = self.is_tensor or self.values.dtype.kind in "biuf"
        self.is_byte = self.dtype == "uint8"

    def chosen(self, indices: list[int]) -> Any:
        """What is left when the leading dimensions are fixed."""
        return self.values[tuple(indices)] if indices else self.values

    def matrix(self, indices: list[int]) -> Any:
        """The same as two dimensions: a single number is one cell, a row of numbers one column."""
        part = self.chosen(indices)
        return part if len(part.shape) == 2 else part.reshape(-1, 1)

    def read(self, part: Any) -> list:
        """A piece as a nested list. Waits for the GPU where the piece is there."""
        return part.cpu().tolist() if self.is_tensor else part.tolist()

    def statistics(self) -> list[tuple[str, str]]:
        """Names and texts of what is said about all numbers."""
        size = math.prod(self.shape)
        facts = [("Elements", str(size))]
        if size == 0:
            return facts
        found = self._of_tensor() if self.is_tensor else self._of_array()
        low, high, total, num_nan, num_infinite = found
        num_left = size - int(num_nan)
        if num_left == 0:
            return [*facts, ("NaN", str(int(num_nan)))]
        facts += [("Minimum", number(low)), ("Maximum", number(high)), ("Mean", number(float(total) / num_left))]
        return [*facts, ("NaN", str(int(num_nan))), ("Infinite", str(int(num_infinite)))]

    def _of_tensor(self) -> list:
        """Minimum, maximum, sum, NaN and infinities; read from the GPU as five numbers at once."""
        torch = sys.modules["torch"]
        with torch.no_grad():
            values = self.values
            if values.dtype == torch.bool:
                values = values.to(torch.uint8)
            wide = torch.float64 if values.device.type == "cpu" else torch.float32
            if not values.is_floating_point():
                parts = [values.min(), values.max(), values.to(wide).sum()]
                return [*(part.item() for part in torch._C.to_cpu_together(parts)), 0, 0]
            if values.dtype in (torch.float16, torch.bfloat16):
                values = values.to(torch.float32)
            missing = values.isnan()
            known_values = values.masked_fill(missing, 0.0)
            parts = [
                values.masked_fill(missing, float("inf")).min(),
                values.masked_fill(missing, float("-inf")).max(),
                known_values.to(wide).sum(),
                missing.sum(),
                known_values.isinf().sum(),
            ]
            return [part.item() for part in torch._C.to_cpu_together(parts)]

    def _of_array(self) -> list:
        numpy = sys.modules["numpy"]
        values = self.values
        if values.dtype.kind != "f":
            return [values.min().item(), values.max().item(), values.sum(dtype="float64").item(), 0, 0]
        missing = numpy.isnan(values)
        left = values[~missing]
        if left.size == 0:
            return [0.0, 0.0, 0.0, values.size, 0]
        infinite = int(numpy.isinf(left).sum())
        return [left.min().item(), left.max().item(), left.sum(dtype="float64").item(), int(missing.sum()), infinite]
