"""What a cell leaves that was stopped or ran out of memory: nothing that only its frames held."""

import gc
import types
import unittest
import weakref

from kernel_case import KernelCase

from carrel_kernel.freeing import is_about_memory

HELD = """
class Held:
    def __init__(self): self.itself = self
def train():
    held = Held()
    found.append(weakref.ref(held))
    {end}
train()
"""


class Freeing(KernelCase):
    def setUp(self):
        super().setUp()
        self.found = []
        self.kernel.namespace.update(found=self.found, weakref=weakref)
        gc.disable()
        self.addCleanup(gc.enable)

    def alive_after(self, end):
        self.found.clear()
        self.run_cell(HELD.format(end=end))
        return self.found[0]() is not None

    def test_a_stopped_cell_holds_nothing(self):
        self.assertFalse(self.alive_after("raise KeyboardInterrupt"))

    def test_an_allocation_that_failed_holds_nothing(self):
        self.assertFalse(self.alive_after("raise MemoryError"))
        text = "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"
        self.assertFalse(self.alive_after(f"raise RuntimeError({text!r})"))
        self.assertFalse(self.alive_after("raise type('OutOfMemoryError', (RuntimeError,), {})('x')"))

    def test_neither_do_errors_it_came_from(self):
        code = "\n    ".join(["try: raise MemoryError", "except MemoryError as error: raise ValueError('x') from error"])
        self.assertTrue(self.alive_after(code))
        code = "\n    ".join(["try: raise ValueError('x')", "except ValueError as error: raise MemoryError from error"])
        self.assertFalse(self.alive_after(code))

    def test_other_errors_keep_their_values_for_the_debugger(self):
        self.assertTrue(self.alive_after("raise ValueError('x')"))

    def test_names_of_the_notebook_stay(self):
        self.run_cell("kept = [1]\nraise MemoryError")
        self.assert_result("kept", "[1]")

    def test_which_errors_are_about_memory(self):
        self.assertFalse(is_about_memory(RuntimeError("shape mismatch")))
        self.assertFalse(is_about_memory(types.SimpleNamespace()))
        self.assertTrue(is_about_memory(RuntimeError("WebGPU out of memory. Tried to allocate 1 GiB")))


if __name__ == "__main__":
    unittest.main()
