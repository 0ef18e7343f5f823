"""`torch.autograd.profiler`.

Read next: `profiler`.
"""

import contextlib

def annotated(name):
    return contextlib.nullcontext()
