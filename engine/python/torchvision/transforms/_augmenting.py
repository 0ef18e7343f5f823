"""The operations that augmenting policies choose from, and their strengths. Read next: `autoaugment`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

import torch

from . import _color, _warping


def _steps(bins, last, first=0.0):
    return torch.linspace(first, last, bins)


def _bits(bins, most, lost):
    """Bits kept, from `most` down to `most - lost`."""
    return most - (torch.arange(bins) / ((bins - 1) / lost)).round().int()


def ladder(kind, bins, image_size):
    """(strengths, whether half of them are negative) by the operation's name, in the policy's order.

    kind: "auto", "rand", "trivial", "mix" or "mix-all". image_size: (height, width), in parts of which pictures move.
    """
    flat = torch.tensor(0.0)
    shear, turn, enhance = {"trivial": (0.99, 135.0, 0.99)}.get(kind, (0.3, 30.0, 0.9))
    if kind == "trivial":
        move_x = move_y = 32.0
    elif kind.startswith("mix"):
        move_x, move_y = image_size[1] / 3.0, image_size[0] / 3.0
    else:
        move_x, move_y = 150.0 / 331.0 * image_size[1], 150.0 / 331.0 * image_size[0]
    made = {} if kind == "auto" or kind.startswith("mix") else {"Identity": (flat, False)}
    made |= {
        "ShearX": (_steps(bins, shear), True),
        "ShearY": (_steps(bins, shear), True),
        "TranslateX": (_steps(bins, move_x), True),
        "TranslateY": (_steps(bins, move_y), True),
        "Rotate": (_steps(bins, turn), True),
    }
    enhancing = {name: (_steps(bins, enhance), True) for name in ("Brightness", "Color", "Contrast", "Sharpness")}
    if not kind.startswith("mix"):
        made |= enhancing
    bits = {"trivial": (8, 6), "mix": (4, 4), "mix-all": (4, 4)}.get(kind, (8, 4))
    made |= {
        "Posterize": (_bits(bins, *bits), False),
        "Solarize": (_steps(bins, 0.0, 255.0), False),
        "AutoContrast": (flat, False),
        "Equalize": (flat, False),
    }
    if kind == "auto":
        made["Invert"] = (flat, False)
    return made | enhancing if kind == "mix-all" else made


def applied(img, name, magnitude, interpolation, fill):
    """The picture through the operation of this name. Raises ValueError for an unknown one."""
    if name in ("ShearX", "ShearY"):
        angle = math.degrees(math.atan(magnitude))
        shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
        return _warping.affine(img, 0.0, [0, 0], 1.0, shear, interpolation, fill, center=[0, 0])
    if name in ("TranslateX", "TranslateY"):
        move = [int(magnitude), 0] if name == "TranslateX" else [0, int(magnitude)]
        return _warping.affine(img, 0.0, move, 1.0, [0.0, 0.0], interpolation, fill)
    if name == "Rotate":
        return _warping.rotate(img, magnitude, interpolation, fill=fill)
    enhancing = {
        "Brightness": _color.adjust_brightness,
        "Color": _color.adjust_saturation,
        "Contrast": _color.adjust_contrast,
        "Sharpness": _color.adjust_sharpness,
    }
    if name in enhancing:
        return enhancing[name](img, 1.0 + magnitude)
    if name == "Posterize":
        return _color.posterize(img, int(magnitude))
    if name == "Solarize":
        bound = 1.0 if isinstance(img, torch.Tensor) and img.is_floating_point() else 255.0
        return _color.solarize(img, min(magnitude, bound))
    plain = {
        "AutoContrast": _color.autocontrast,
        "Equalize": _color.equalize,
        "Invert": _color.invert,
        "Identity": lambda picture: picture,
    }
    if name not in plain:
        raise ValueError(f"The provided operator {name} is not recognized.")
    return plain[name](img)
