"""Activation layers: each calls one function of `nn.functional`.

Read next: `nn.functional`.
"""

from ..._creation import full
from .. import functional as F
from ..parameter import Parameter
from .module import Module


def _layer(name, function, doc, *options, forward=None):
    """A module class whose options are attributes, printed as `name=value`, and arguments of `function`."""

    names = [option for option, _ in options]
    defaults = dict(options)

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        if len(args) > len(names):
            raise TypeError(f"{name}.__init__() takes at most {len(names) + 1} positional arguments but {len(args) + 1} were given")
        values = {**defaults, **dict(zip(names, args))}
        for key, value in kwargs.items():
            if key not in defaults:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
            values[key] = value
        for key, value in values.items():
            setattr(self, key, value)

    def apply_function(self, input):
        return function(input, **{key: self.__dict__[key] for key in names})

    def extra_repr(self):
        shown = []
        for key in names:
            value = self.__dict__[key]
            if key == "inplace":
                if value:
                    shown.append("inplace=True")
            else:
                shown.append(f"{key}={value!r}")
        return ", ".join(shown)

    body = {"__init__": __init__, "forward": forward or apply_function, "extra_repr": extra_repr, "__doc__": doc}
    return type(name, (Module,), {**body, "__module__": "torch.nn.modules.activation"})


_INPLACE = ("inplace", False)

ReLU = _layer("ReLU", F.relu, "`max(x, 0)`.", _INPLACE)
ReLU6 = _layer("ReLU6", F.relu6, "`min(max(x, 0), 6)`.", _INPLACE)
Sigmoid = _layer("Sigmoid", F.sigmoid, "`1 / (1 + exp(-x))`.")
Tanh = _layer("Tanh", F.tanh, "Hyperbolic tangent.")
SiLU = _layer("SiLU", F.silu, "`x * sigmoid(x)`.", _INPLACE)
Mish = _layer("Mish", F.mish, "`x * tanh(softplus(x))`.", _INPLACE)
GELU = _layer("GELU", F.gelu, "Gaussian error linear unit; `approximate` is 'none' or 'tanh'.", ("approximate", "none"))
ELU = _layer("ELU", F.elu, "`x` where positive, else `alpha * (exp(x) - 1)`.", ("alpha", 1.0), _INPLACE)
SELU = _layer("SELU", F.selu, "Scaled ELU with the constants of self-normalising networks.", _INPLACE)
LeakyReLU = _layer("LeakyReLU", F.leaky_relu, "`x` where positive, else `negative_slope * x`.", ("negative_slope", 0.01), _INPLACE)
Softplus = _layer("Softplus", F.softplus, "`log(1 + exp(beta * x)) / beta`.", ("beta", 1.0), ("threshold", 20.0))
Softsign = _layer("Softsign", F.softsign, "`x / (1 + |x|)`.")
LogSigmoid = _layer("LogSigmoid", F.logsigmoid, "`log(sigmoid(x))`.")
Hardtanh = _layer("Hardtanh", F.hardtanh, "`x` clamped to a range.", ("min_val", -1.0), ("max_val", 1.0), _INPLACE)
Hardsigmoid = _layer("Hardsigmoid", F.hardsigmoid, "Piecewise linear sigmoid.", _INPLACE)
Hardswish = _layer("Hardswish", F.hardswish, "Piecewise linear `x * sigmoid(x)`.", _INPLACE)
Tanhshrink = _layer("Tanhshrink", F.tanhshrink, "`x - tanh(x)`.")
Softmax = _layer("Softmax", F.softmax, "Softmax over `dim`.", ("dim", None))
LogSoftmax = _layer("LogSoftmax", F.log_softmax, "Logarithm of the softmax over `dim`.", ("dim", None))
Softmin = _layer("Softmin", F.softmin, "Softmax of `-x` over `dim`.", ("dim", None))


class PReLU(Module):
    """`x` where positive, else `weight * x` with a learned weight (one, or one a channel)."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"
