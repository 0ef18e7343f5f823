"""`torch.compile`: gives what it was given a wrapper with PyTorch's attributes; the engine fuses and caches already.

Compiled functions and modules run as Python, at the same speed: what is recorded on the GPU is planned once and fused whether
or not it was compiled.
Refuses nothing: backends and modes are accepted. Read next: `compiler`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from .nn.modules.module import Module


class OptimizedModule(Module):
    """What `torch.compile(module)` gives: calls the module, which is `_orig_mod`, as its state dict's names say."""

    __module__ = "torch._dynamo.eval_frame"

    def __init__(self, module):
        super().__init__()
        self._orig_mod = module
        self.training = module.training

    def forward(self, *args, **kwargs):
        """The module's own call."""
        return self._orig_mod(*args, **kwargs)

    def __getattr__(self, name):
        if name == "_orig_mod":
            return self._modules["_orig_mod"]
        return getattr(self._orig_mod, name)

    def __setattr__(self, name, value):
        if name in ("_orig_mod", "training") or "_orig_mod" not in self.__dict__.get("_modules", ()):
            super().__setattr__(name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __len__(self):
        return len(self._orig_mod)

    def __getitem__(self, place):
        return self._orig_mod[place]


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, disable=False):
    """The function or module, ready to be called; without one a decorator. Modules keep `_orig_mod.` in their state dict."""
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if mode not in (None, "default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs", "lite"):
        raise RuntimeError(
            f"Unrecognized mode={mode}, should be one of: default, reduce-overhead, max-autotune, max-autotune-no-cudagraphs"
        )
    if model is None:
        return functools.partial(
            compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options, disable=disable
        )
    if isinstance(model, Module):
        return model if disable else OptimizedModule(model)
    if not callable(model):
        raise AssertionError(f"torch.compile() expects a callable or a module, but got {type(model).__name__}")
    if disable or isinstance(model, type):
        return model

    @functools.wraps(model)
    def compiled(*args, **kwargs):
        return model(*args, **kwargs)

    compiled._torchdynamo_orig_callable = model
    return compiled
