"""Switching gradient recording on and off: `no_grad` and its relatives, as context managers and decorators.

Read next: `autograd`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from ._C import ops

# The flag of generator functions' code, as `inspect.CO_GENERATOR` names it; importing inspect takes longer than torch.
_IS_GENERATOR = 0x20


def is_grad_enabled():
    """True if operations are recorded for backward."""
    return ops.grad_enabled()


class _GradMode:
    """Sets a mode on entering and restores the one before on leaving."""

    __slots__ = ("_mode", "_before")

    def __init__(self, mode):
        self._mode = mode
        self._before = []

    def __enter__(self):
        self._before.append(ops.set_grad_enabled(self._mode))

    def __exit__(self, *exc_info):
        ops.set_grad_enabled(self._before.pop())

    def _again(self):
        return type(self)()

    def __call__(self, function):
        if isinstance(function, type):
            function.__init__ = self(function.__init__)
            return function
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & _IS_GENERATOR:
            return self._decorated_generator(function)

        @functools.wraps(function)
        def decorated(*args, **kwargs):
            with self._again():
                return function(*args, **kwargs)

        return decorated

    def _decorated_generator(self, function):
        @functools.wraps(function)
        def decorated(*args, **kwargs):
            generator = function(*args, **kwargs)
            sent = None
            while True:
                with self._again():
                    try:
                        value = generator.send(sent)
                    except StopIteration as stop:
                        return stop.value
                sent = yield value

        return decorated


class no_grad(_GradMode):
    """Operations inside are not recorded for backward."""

    __slots__ = ()
    __module__ = "torch"

    def __new__(cls, function=None):
        made = object.__new__(cls)
        if function is None:
            return made
        made.__init__()
        return made(function)

    def __init__(self, function=None):
        super().__init__(False)


class enable_grad(_GradMode):
    """Operations inside are recorded for backward."""

    __slots__ = ()
    __module__ = "torch"

    def __new__(cls, function=None):
        made = object.__new__(cls)
        if function is None:
            return made
        made.__init__()
        return made(function)

    def __init__(self, function=None):
        super().__init__(True)


class inference_mode(_GradMode):
    """As `no_grad`, and tensors made inside count no writes and can never be saved for backward."""

    __slots__ = ("_modes_before", "mode")
    __module__ = "torch"

    def __new__(cls, mode=True):
        made = object.__new__(cls)
        if not callable(mode):
            return made
        made.__init__()
        return made(mode)

    def __init__(self, mode=True):
        self.mode = bool(mode) if isinstance(mode, bool) else True
        super().__init__(not self.mode)
        self._modes_before = []

    def __enter__(self):
        self._modes_before.append((ops.set_inference_mode(self.mode), ops.grad_enabled()))
        ops.set_grad_enabled(not self.mode)

    def __exit__(self, *exc_info):
        inference, grad = self._modes_before.pop()
        ops.set_inference_mode(inference)
        ops.set_grad_enabled(grad)

    def _again(self):
        return type(self)(self.mode)


def is_inference_mode_enabled():
    """True inside `inference_mode`."""
    return ops.inference_mode()


class set_grad_enabled(_GradMode):
    """Sets the mode at once; used in a `with`, restores it at the end."""

    __slots__ = ()
    __module__ = "torch"

    def __init__(self, mode):
        super().__init__(bool(mode))
        self._before.append(ops.set_grad_enabled(self._mode))

    def __enter__(self):
        pass

    def __call__(self, function):
        # Used as a decorator it must not change the mode outside the function.
        ops.set_grad_enabled(self._before.pop())
        return super().__call__(function)

    def _again(self):
        return set_grad_enabled(self._mode)
