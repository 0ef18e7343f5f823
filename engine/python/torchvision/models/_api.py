"""Models by name, and what all their builders share: weights, `pretrained`, the number of classes.

A builder is made of a function of the model's options by `builder(weights)`. Refuses weights together with options that
do not fit them. Read next: `_weights`, `resnet`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import fnmatch
import functools
import importlib
import inspect
import sys
import warnings

from ._weights import Weights, WeightsEnum

__all__ = ["WeightsEnum", "Weights", "get_model", "get_model_builder", "get_model_weights", "get_weight", "list_models"]

_IMAGENET_CLASSES = 1000

_builders = {}


def builder(weights_class, fitting=None, before=None, after=None):
    """Makes a function of a model's options one of torchvision's: `(*, weights=None, progress=True, **options)`.

    weights_class: what `weights` may be; its first member is what `pretrained=True` means.
    fitting: a function of the weights that gives the options that they ask for, by name.
    before: changes options before a model for weights is made. after: changes the model once they are loaded, given the
    options that the user chose. The function may have a `fix_keys` attribute, which renames a checkpoint's keys.
    """

    def decorate(make):
        first = next(iter(weights_class))

        @functools.wraps(make)
        def build(*args, weights=None, progress=True, **options):
            weights = _meant_weights(build.__name__, weights_class, first, args, weights, options)
            if weights is None:
                return make(**options)
            chosen = dict(options)
            _fix(options, "num_classes", _IMAGENET_CLASSES)
            for name, value in (fitting(weights) if fitting else {}).items():
                _fix(options, name, value)
            if before is not None:
                before(options)
            # What is loaded over need not be drawn first.
            model = make(**options)
            state = weights.get_state_dict(progress=progress, check_hash=True)
            fix_keys = getattr(sys.modules[make.__module__], "fix_keys", None)
            model.load_state_dict(state if fix_keys is None else fix_keys(state))
            if after is not None:
                after(model, chosen)
            return model

        build.weights_class = weights_class
        build.__signature__ = inspect.Signature(
            [
                inspect.Parameter("weights", inspect.Parameter.KEYWORD_ONLY, default=None),
                inspect.Parameter("progress", inspect.Parameter.KEYWORD_ONLY, default=True),
                inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD),
            ]
        )
        _builders[make.__name__] = build
        return build

    return decorate


def _meant_weights(name, weights_class, first, args, weights, options):
    """The member that a call asks for, in today's way or in the way before 0.13."""
    if len(args) > 1:
        raise TypeError(f"{name}() takes 0 positional arguments but {len(args)} were given")
    if args:
        weights = args[0]
    if "pretrained" in options:
        warnings.warn(
            "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use 'weights' instead.",
            stacklevel=3,
        )
        weights = options.pop("pretrained")
    if weights is None or isinstance(weights, (WeightsEnum, str)):
        return weights_class.verify(weights)
    meant = first if weights else None
    warnings.warn(
        "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed in the future. "
        f"The current behavior is equivalent to passing `weights={meant}`."
        + (f" You can also use `weights={weights_class.__name__}.DEFAULT` to get the most up-to-date weights." if meant else ""),
        stacklevel=3,
    )
    return meant


def _fix(options, name, value):
    """Sets an option that weights ask for. ValueError if the user chose another value."""
    if options.setdefault(name, value) != value:
        raise ValueError(f"The parameter '{name}' expected value {value} but got {options[name]} instead.")


def list_models(module=None, include=None, exclude=None):
    """The names of the models, sorted.

    module: of one module only. include, exclude: patterns as the shell's, or lists of them.
    https://docs.pytorch.org/vision/stable/models.html#listing-and-retrieving-available-models
    """
    names = {
        name for name, build in _builders.items() if module is None or build.__module__.rpartition(".")[0] == module.__name__
    }
    if include:
        names = _matching(names, include)
    if exclude:
        names -= _matching(names, exclude)
    return sorted(names)


def _matching(names, patterns):
    patterns = [patterns] if isinstance(patterns, str) else patterns
    return {name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)}


def get_model_builder(name):
    """The function that builds a model, by its name in any case. ValueError if there is none."""
    if (found := _builders.get(name.lower())) is None:
        raise ValueError(f"Unknown model {name}")
    return found


def get_model(name, **config):
    """A model by its name: `get_model("resnet18", weights="DEFAULT", …)`. ValueError if there is none."""
    return get_model_builder(name)(**config)


def get_model_weights(name):
    """The class of a model's weights, by the model's name or builder."""
    return (name if callable(name) else get_model_builder(name)).weights_class


def get_weight(name):
    """A member by its whole name: "ResNet50_Weights.IMAGENET1K_V2". ValueError if there is none."""
    class_name, dot, member = name.partition(".")
    if not dot:
        raise ValueError(f"Invalid weight name provided: '{name}'.")
    found = getattr(importlib.import_module(__package__), class_name, None)
    if not (isinstance(found, type) and issubclass(found, WeightsEnum)):
        raise ValueError(f"The weight enum '{class_name}' for the specific method couldn't be retrieved.")
    return found[member]
