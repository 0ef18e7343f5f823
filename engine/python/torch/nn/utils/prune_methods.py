"""How pruning chooses: by chance or by size, elements or whole slices. Each class computes a mask.

Read next: `prune`.
"""

import numbers



class BasePruningMethod:
    """Base class of pruning methods: subclasses define `compute_mask(t, default_mask)` and `PRUNING_TYPE`."""

    _tensor_name = None
    PRUNING_TYPE = "unstructured"

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    def compute_mask(self, t, default_mask):
        """The mask for a tensor: ones and zeros, at most those of `default_mask`."""
        raise NotImplementedError("a pruning method defines compute_mask")

    def apply_mask(self, module):
        """The original times the mask."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(original.dtype) * original

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prunes `module.<name>`, on top of what is pruned already. Returns the method."""
        method = cls(*args, **kwargs)
        method._tensor_name = name
        for number, hook in list(module._forward_pre_hooks.items()):
            if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
                del module._forward_pre_hooks[number]
                if not isinstance(hook, PruningContainer):
                    hook = PruningContainer(hook)
                hook.add_pruning_method(method)
                method = hook
        original = getattr(module, name)
        if importance_scores is None:
            scores = original
        else:
            if importance_scores.shape != original.shape:
                raise AssertionError("importance_scores should have the same shape as parameter {} of {}".format(name, module))
            scores = importance_scores
        if not isinstance(method, PruningContainer):
            kept = module._parameters.pop(name)
            module.register_parameter(name + "_orig", kept)
            default_mask = kept.detach().new_ones(kept.shape)
        else:
            default_mask = getattr(module, name + "_mask").detach().clone()
        try:
            mask = method.compute_mask(scores.detach(), default_mask)
            module.register_buffer(name + "_mask", mask)
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if not isinstance(method, PruningContainer):
                module.register_parameter(name, module._parameters.pop(name + "_orig"))
            raise
        return method

    def prune(self, t, default_mask=None, importance_scores=None):
        """A pruned copy of a tensor, without a module."""
        scores = t if importance_scores is None else importance_scores
        default_mask = t.new_ones(t.shape) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask)

    def remove(self, module):
        """Makes the pruned tensor a parameter."""
        name = self._tensor_name
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        original.data = weight.data
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods on one tensor, each on what those before have left."""

    PRUNING_TYPE = None

    def __init__(self, *args):
        self._pruning_methods = ()
        if args:
            self._tensor_name = args[0]._tensor_name
            for method in args:
                self.add_pruning_method(method)

    def add_pruning_method(self, method):
        """Adds a method of the same tensor (TypeError and ValueError otherwise)."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, index):
        return self._pruning_methods[index]

    def compute_mask(self, t, default_mask):
        method = self._pruning_methods[-1]
        mask = default_mask.to(t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            # What is pruned already does not count.
            place = (mask.reshape(-1) == 1).nonzero().squeeze(1)
            part = method.compute_mask(t.reshape(-1)[place], mask.reshape(-1)[place])
            return mask.reshape(-1).index_copy(0, place, part.to(mask.dtype)).view_as(mask)
        if method.PRUNING_TYPE == "structured":
            dim = method.dim if method.dim >= 0 else method.dim + t.dim()
            others = [other for other in range(t.dim()) if other != dim]
            place = (mask.sum(others) != 0).nonzero().squeeze(1)
            part = method.compute_mask(t.index_select(dim, place), mask.index_select(dim, place))
            return mask.index_copy(dim, place, part.to(mask.dtype))
        if method.PRUNING_TYPE == "global":
            return method.compute_mask(t, mask)
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")


class Identity(BasePruningMethod):
    """A mask of ones."""

    def compute_mask(self, t, default_mask):
        return default_mask


def _checked_amount(amount):
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    is_share = not isinstance(amount, numbers.Integral)
    if is_share and not 0.0 <= float(amount) <= 1.0 or not is_share and amount < 0:
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
    return amount


def _count(amount, size):
    """How many of `size` an amount means. Raises ValueError for more than there are."""
    if not isinstance(amount, numbers.Integral):
        return round(amount * size)
    if amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return amount


class _OfAmount(BasePruningMethod):
    def __init__(self, amount):
        self.amount = _checked_amount(amount)


class RandomUnstructured(_OfAmount):
    """Elements drawn at random."""

    def compute_mask(self, t, default_mask):
        from ..._random import rand_like

        count = _count(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        lost = rand_like(t).reshape(-1).topk(count).indices
        return default_mask.reshape(-1).index_fill(0, lost, 0).view_as(default_mask)


class L1Unstructured(_OfAmount):
    """The elements of smallest magnitude."""

    def compute_mask(self, t, default_mask):
        count = _count(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        lost = t.abs().reshape(-1).topk(count, largest=False).indices
        return default_mask.reshape(-1).index_fill(0, lost, 0).view_as(default_mask)


class _Structured(BasePruningMethod):
    PRUNING_TYPE = "structured"

    def _check(self, t):
        if t.dim() <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                f"{t.shape} with {t.dim()} dims"
            )
        if not -t.dim() <= self.dim < t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")

    def _without(self, scores, count, default_mask, largest):
        lost = scores.topk(count, largest=largest).indices
        return default_mask.index_fill(self.dim, lost, 0)


class RandomStructured(_Structured):
    """Whole slices along `dim`, drawn at random."""

    def __init__(self, amount, dim=-1):
        self.amount = _checked_amount(amount)
        self.dim = dim

    def compute_mask(self, t, default_mask):
        from ..._random import rand

        self._check(t)
        count = _count(self.amount, t.shape[self.dim])
        if count == 0:
            return default_mask
        return self._without(rand(t.shape[self.dim], device=t.device), count, default_mask, False)


class LnStructured(_Structured):
    """Whole slices along `dim`, those of the smallest `n`-norm."""

    def __init__(self, amount, n, dim=-1):
        self.amount = _checked_amount(amount)
        self.n = n
        self.dim = dim

    def compute_mask(self, t, default_mask):
        self._check(t)
        count = _count(self.amount, t.shape[self.dim])
        if count == 0:
            return default_mask
        dims = [dim for dim in range(t.dim()) if dim != self.dim % t.dim()]
        return self._without(t.norm(self.n, dims), count, default_mask, False)

    @classmethod
    def apply(cls, module, name, amount, n, dim, importance_scores=None):
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """A mask that is given."""

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    def compute_mask(self, t, default_mask):
        if default_mask.shape != self.mask.shape:
            raise AssertionError("the mask must have the shape of the tensor")
        return default_mask * self.mask.to(default_mask.dtype)
