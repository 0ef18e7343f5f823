"""A line search that ends where the strong Wolfe conditions hold: enough decrease, and a slope that is flat enough.

First a bracket around such a point is grown, then it is narrowed, both by cubic interpolation.
Source: J. Nocedal, S. J. Wright: Numerical Optimization, chapter 3.5; the limits are PyTorch's.
Refuses to move parameters: `evaluate` does. Read next: `optim.lbfgs`.
"""

#: The decrease asked for, as a part of what the slope at the start promises.
_DECREASE = 1e-4

#: The slope that is flat enough, as a part of that at the start.
_FLATNESS = 0.9

#: Brackets shorter than this are as good as a point.
_SHORTEST = 1e-9

_MOST_EVALUATIONS = 25


class _Point:
    """A distance along the direction, and what the function is there. `slope` is a one-element tensor on the CPU."""

    __slots__ = ("length", "loss", "slopes", "slope")

    def __init__(self, length, loss, slopes, slope):
        self.length, self.loss, self.slopes, self.slope = length, loss, slopes, slope


def strong_wolfe(evaluate, length, direction, loss, slopes, slope):
    """Searches from the first `length` on: the loss, the gradient and the length found, and the number of evaluations.

    evaluate: gives loss and gradient at a length. loss, slopes, slope: at the start; `slope` is along the direction.
    """

    def look(at):
        value, gradient = evaluate(at)
        return _Point(at, value, gradient, gradient.dot(direction).cpu())

    def falls_short(point):
        return point.loss > start.loss + _DECREASE * point.length * slope

    def is_flat(point):
        return abs(point.slope) <= -_FLATNESS * slope

    start = _Point(0.0, loss, slopes, slope)
    before, point, count = start, look(length), 0
    bracket = None
    while count < _MOST_EVALUATIONS and bracket is None:
        if falls_short(point) or (count > 1 and point.loss >= before.loss):
            bracket = [before, point]
        elif is_flat(point):
            bracket = [point]
        elif point.slope >= 0:
            bracket = [before, point]
        else:
            bounds = (point.length + 0.01 * (point.length - before.length), point.length * 10)
            before, point = point, look(_cubic_minimum(before, point, bounds))
            count += 1
    if bracket is None:
        bracket = [start, point]
    found, extra = _narrowed(bracket, look, falls_short, is_flat, count, direction)
    return found.loss, found.slopes, found.length, count + extra + 1


def _narrowed(bracket, look, falls_short, is_flat, count, direction):
    """The best point of a bracket that is narrowed until a point fulfils the conditions; and the evaluations it took."""
    if len(bracket) == 1:
        return bracket[0], 0
    low, high = sorted(bracket, key=lambda point: point.loss)
    size = direction.abs().max().cpu()
    was_close, evaluations = False, 0
    while count + evaluations < _MOST_EVALUATIONS and abs(high.length - low.length) * size >= _SHORTEST:
        length = _cubic_minimum(*bracket)
        first, last = sorted((low.length, high.length))
        margin = 0.1 * (last - first)
        is_close = min(last - length, length - first) < margin
        if is_close and (was_close or length >= last or length <= first):
            # Twice too near an end: a tenth of the way inside of it.
            length = last - margin if abs(length - last) < abs(length - first) else first + margin
            is_close = False
        was_close = is_close
        point = look(length)
        evaluations += 1
        place = bracket.index(high)
        if falls_short(point) or point.loss >= low.loss:
            bracket[place] = high = point
            low, high = (bracket[0], bracket[1]) if bracket[0].loss <= bracket[1].loss else (bracket[1], bracket[0])
            continue
        if is_flat(point):
            return point, evaluations
        if point.slope * (high.length - low.length) >= 0:
            bracket[place] = high = low
            bracket[1 - place] = low = point
        else:
            bracket[1 - place] = low = point
    return low, evaluations


def _cubic_minimum(a, b, bounds=None):
    """Where the cubic through two points with their slopes is lowest, within the bounds (or between the points)."""
    low, high = bounds if bounds is not None else sorted((a.length, b.length))
    if a.length > b.length:
        a, b = b, a
    middle = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
    square = middle**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    root = square.sqrt()
    place = b.length - (b.length - a.length) * ((b.slope + root - middle) / (b.slope - a.slope + 2 * root))
    return min(max(place, low), high)
