"""`gradcheck` and `gradgradcheck`: gradients against finite differences.

A function's Jacobian is computed twice: a column per input element from central differences, and a row per output
element by backward. In float64 both agree to about six digits where the function is smooth.
Refuses forward-mode and batched checks. `fast_mode` is accepted and checks everything all the same.
Read next: `autograd`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

from .._autograd_mode import enable_grad, no_grad
from .._C import ops
from .._pointwise import allclose
from .._tensor import Tensor


class GradcheckError(RuntimeError):
    """A gradient differs from what finite differences give."""


_NOT_DETERMINISTIC = (
    "\n\nNOTE: If your op relies on non-deterministic operations i.e., it is listed here:\n"
    "https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html\n"
    "this failure might be expected.\n\n"
    "If you are adding a new operator, please file an issue and then use one of the\n"
    "workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.\n"
    "If the test\n- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck\n"
    "  with `nondet_tol=<tol>` as a keyword argument.\n"
)


def _as_tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _is_differentiable(value):
    return isinstance(value, Tensor) and value.requires_grad


def _differentiable_outputs(value):
    return tuple(part for part in _as_tuple(value) if _is_differentiable(part))


def _leaf_inputs(inputs):
    """The differentiable tensors of the arguments, those in lists included."""
    found = []
    for value in inputs:
        if isinstance(value, (tuple, list)):
            found.extend(_leaf_inputs(value))
        elif _is_differentiable(value):
            found.append(value)
    return found


def _check_inputs(inputs, tensors):
    if not tensors:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        )
    for position, value in enumerate(inputs):
        if not _is_differentiable(value):
            continue
        if value.dtype._name != "float64":
            warnings.warn(
                f"Input #{position} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=4,
            )
        if any(stride == 0 and size > 1 for stride, size in zip(value.stride(), value.shape)):
            raise RuntimeError(
                f"The {position}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on the "
                "input before passing it to gradcheck."
            )
        value.retain_grad() if not value.is_leaf else None


def _numerical_jacobian(outputs_of, tensor, eps):
    """Central differences: a list an output of the Jacobian's rows, one an element of the input."""
    data = tensor.data
    flat = data.view(-1) if data.is_contiguous() else None
    rows = []
    for position in range(data.numel()):
        slot = flat[position] if flat is not None else data[_index_of(position, data.shape)]
        before = slot.item()
        ends = []
        for moved in (before + eps, before - eps):
            slot.fill_(moved)
            with no_grad():
                ends.append([output.detach().double().reshape(-1).clone() for output in outputs_of()])
        slot.fill_(before)
        rows.append([(high - low) / (2 * eps) for high, low in zip(*ends)])
    return rows


def _index_of(position, shape):
    index = []
    for size in reversed(shape):
        index.append(position % size)
        position //= size
    return tuple(reversed(index))


def _stacked(rows, output, num_elements, num_outputs):
    from .._creation import zeros
    from .._dtype import float64
    from .._stacking import stack

    if not rows or not num_outputs:
        return zeros(num_elements, num_outputs, dtype=float64)
    return stack([row[output] for row in rows])


def _analytical_jacobian(output, tensors, create_graph=False):
    """By backward from every element of an output: for every input a Jacobian (input elements by output elements)."""
    from . import grad
    from .._creation import zeros
    from .._dtype import float64
    from .._stacking import stack

    columns = []
    for position in range(output.numel()):
        seed = zeros(output.numel(), dtype=output.dtype, device=output.device)
        seed[position] = 1
        columns.append(grad(output, tensors, seed.reshape(output.shape), retain_graph=True, allow_unused=True))
    found = []
    for number, tensor in enumerate(tensors):
        parts = [
            zeros(tensor.numel(), dtype=float64) if column[number] is None else column[number].detach().double().reshape(-1)
            for column in columns
        ]
        found.append(stack(parts, 1) if parts else zeros(tensor.numel(), 0, dtype=float64))
    return found


def _check_dtypes(output, tensors):
    from . import grad

    seed = ops.full(output.shape, 1, output.dtype, output.device._code)
    for gradient, tensor in zip(grad(output, tensors, seed, retain_graph=True, allow_unused=True), tensors):
        if gradient is not None and gradient.dtype is not tensor.dtype:
            raise GradcheckError(f"Expected grad dtype {tensor.dtype} but got {gradient.dtype}")


def _check_undefined(outputs, tensors):
    """Gradients of nothing must be nothing or zeros."""
    from . import grad

    seeds = [ops.full(output.shape, 0, output.dtype, output.device._code) for output in outputs]
    for gradient in grad(outputs, tensors, seeds, retain_graph=True, allow_unused=True):
        if gradient is not None and not bool((gradient == 0).all()):
            raise GradcheckError(
                "Expected backward function to handle undefined output grads. Please look at 'Notes about undefined output "
                'gradients\' in "tools/autograd/derivatives.yaml"'
            )


def _refuse(**wanted):
    for name, value in wanted.items():
        if value:
            raise NotImplementedError(
                f"gradcheck with {name}=True is not supported in Carrel: it has no forward-mode or batched differentiation"
            )


def _check(func, inputs, eps, atol, rtol, nondet_tol, check_undefined_grad, check_grad_dtypes):
    tensors = _leaf_inputs(inputs)
    _check_inputs(inputs, tensors)
    result = func(*inputs)
    outputs = _differentiable_outputs(result)
    if not outputs:
        for output in (part for part in _as_tuple(result) if isinstance(part, Tensor) and part.dtype.is_floating_point):
            for tensor in tensors:
                if any(bool((row[0] != 0).any()) for row in _numerical_jacobian(lambda: [_as_tuple(func(*inputs))[0]], tensor, eps)):
                    raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    wanted = [
        position for position, part in enumerate(_as_tuple(result)) if _is_differentiable(part)
    ]

    def outputs_of():
        parts = _as_tuple(func(*inputs))
        return [parts[position] for position in wanted]

    numerical = [_numerical_jacobian(outputs_of, tensor, eps) for tensor in tensors]
    for number, output in enumerate(outputs):
        analytical = _analytical_jacobian(output, tensors)
        again = _analytical_jacobian(output, tensors)
        if check_grad_dtypes:
            _check_dtypes(output, tensors)
        for position, tensor in enumerate(tensors):
            expected = _stacked(numerical[position], number, tensor.numel(), output.numel())
            if not allclose(analytical[position], expected, rtol, atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {number:d} with respect to input {position:d},\n"
                    f"numerical:{expected}\nanalytical:{analytical[position]}\n"
                )
            if not allclose(analytical[position], again[position], 0, nondet_tol, equal_nan=True):
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
                    "different values, although analytical gradient matches numerical gradient. The tolerance for "
                    f"nondeterminism was {nondet_tol}." + _NOT_DETERMINISTIC
                )
    if check_undefined_grad:
        _check_undefined(outputs, tensors)


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """True if the gradients of `func` at `inputs` agree with finite differences; otherwise raises GradcheckError."""
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    _refuse(
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
        check_forward_ad=check_forward_ad,
    )
    try:
        _check(func, _as_tuple(inputs), eps, atol, rtol, nondet_tol, check_undefined_grad, check_grad_dtypes)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
    masked=False,
):
    """True if the gradients of the gradients of `func` agree with finite differences; otherwise raises GradcheckError."""
    from . import grad
    from .._random import randn

    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    _refuse(check_fwd_over_rev=check_fwd_over_rev, check_batched_grad=check_batched_grad)
    inputs = _as_tuple(inputs)
    outputs = _differentiable_outputs(func(*inputs))
    if grad_outputs is None:
        seeds = []
        for output in outputs:
            seed = randn(*output.shape, 2, dtype=output.dtype)[..., 0] if gen_non_contig_grad_outputs else randn(output.shape, dtype=output.dtype)
            seeds.append(seed.to(output.device).detach().requires_grad_())
        seeds = tuple(seeds)
    else:
        seeds = _as_tuple(grad_outputs)
    num_outputs = len(seeds)

    def gradients(*arguments):
        arguments, given = arguments[:-num_outputs], arguments[-num_outputs:]
        # Differences are taken without recording, but these outputs are gradients.
        with enable_grad():
            outputs = _differentiable_outputs(func(*arguments))
            found = grad(outputs, _leaf_inputs(arguments), given, create_graph=True, allow_unused=True)
        return tuple(gradient for gradient in found if gradient is not None)

    return gradcheck(
        gradients,
        inputs + seeds,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
    )

