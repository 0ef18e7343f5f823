"""`torch.einsum` by permuting, multiplying batches of matrices, and summing.

Operands are contracted from left to right, two at a time; letters that nobody needs any more are summed away first.
Refuses sublist format. Read next: `_linalg`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._C import ops


def _parse(equation, operands):
    """The letters of every operand and of the result. `...` becomes numbers, counted from the last dimension."""
    text = equation.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        more = "more" if len(operands) > len(terms) else "fewer"
        raise RuntimeError(f"einsum(): {more} operands were provided than specified in the equation")
    expanded, widest = [], 0
    for position, (term, operand) in enumerate(zip(terms, operands)):
        head, dots, tail = term.partition("...")
        letters = list(head + tail)
        for letter in letters:
            if not letter.isalpha():
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {text.index(letter)} in the equation string, subscripts must be in [a-zA-Z]"
                )
        extra = operand.dim() - len(letters)
        if extra < 0 or (extra and not dots):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(letters)}) "
                + ("does not match" if not dots else "is more than")
                + f" the number of dimensions ({operand.dim()}) for operand {position}"
                + (" and no ellipsis was given" if not dots else "")
            )
        widest = max(widest, extra)
        expanded.append(list(head) + list(range(extra, 0, -1)) + list(tail))
    if arrow:
        head, dots, tail = output.partition("...")
        result = list(head) + (list(range(widest, 0, -1)) if dots else []) + list(tail)
    else:
        flat = [letter for term in expanded for letter in term if isinstance(letter, str)]
        result = list(range(widest, 0, -1)) + sorted(letter for letter in set(flat) if flat.count(letter) == 1)
    for letter in result:
        if isinstance(letter, str) and not any(letter in term for term in expanded):
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand"
            )
        if result.count(letter) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter} appears more than once in the output")
    return expanded, result


def _without_repeats(operand, letters):
    """Takes diagonals until every letter stands once."""
    letters = list(letters)
    for letter in list(dict.fromkeys(letters)):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            if operand.shape[first] != operand.shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {letter} is repeated for operand 0 but the sizes don't match, "
                    f"{operand.shape[second]} != {operand.shape[first]}"
                )
            operand = ops.diagonal(operand, 0, first, second)
            del letters[second], letters[first]
            letters.append(letter)
    return operand, letters


def _sum_letters(operand, letters, gone):
    dims = [position for position, letter in enumerate(letters) if letter in gone]
    if not dims:
        return operand, letters
    return ops.sum(operand, dims, False, None), [letter for letter in letters if letter not in gone]


def _pair(a, a_letters, b, b_letters, needed):
    """Two operands into one: shared letters that are needed later become the batch, the others are contracted."""
    sizes = {}
    for operand, letters in ((a, a_letters), (b, b_letters)):
        for letter, size in zip(letters, operand.shape):
            if size != 1 or letter not in sizes:
                sizes[letter] = size
    shared = [letter for letter in a_letters if letter in b_letters]
    batch = [letter for letter in shared if letter in needed]
    contracted = [letter for letter in shared if letter not in needed]
    rows = [letter for letter in a_letters if letter not in shared]
    columns = [letter for letter in b_letters if letter not in shared]

    if not contracted:
        # Nothing is summed: the elements are multiplied as they meet.
        letters = batch + rows + columns
        return ops.mul(_among(a, a_letters, letters), _among(b, b_letters, letters)), letters

    def arranged(operand, letters, order, groups):
        operand = ops.permute(operand, [letters.index(letter) for letter in order])
        shape = [sizes[letter] for letter in order]
        if list(operand.shape) != shape:
            operand = ops.expand(operand, shape)
        return operand.reshape([math.prod(sizes[letter] for letter in group) for group in groups])

    left = arranged(a, a_letters, batch + rows + contracted, (batch, rows, contracted))
    right = arranged(b, b_letters, batch + contracted + columns, (batch, contracted, columns))
    product = ops.bmm(left, right)
    letters = batch + rows + columns
    return product.reshape([sizes[letter] for letter in letters]), letters


def _among(operand, letters, wanted):
    """An operand with its letters in the places that they have among others, which get dimensions of size 1."""
    operand = ops.permute(operand, [letters.index(letter) for letter in wanted if letter in letters])
    for position, letter in enumerate(wanted):
        if letter not in letters:
            operand = ops.unsqueeze(operand, position)
    return operand


def _check_sizes(operands, terms):
    sizes = {}
    for position, (operand, letters) in enumerate(zip(operands, terms)):
        for letter, size in zip(letters, operand.shape):
            known = sizes.setdefault(letter, size)
            if known == 1:
                sizes[letter] = size
            elif size not in (1, known):
                raise RuntimeError(
                    f"einsum(): subscript {letter} has size {size} for operand {position} which does not broadcast with "
                    f"previously seen size {known}"
                )


def contract(equation, operands):
    """`torch.einsum(equation, *operands)`."""
    if not isinstance(equation, str):
        raise NotImplementedError("torch.einsum with sublists is not in Carrel yet")
    if not operands:
        raise RuntimeError("einsum(): must provide at least one operand")
    terms, result = _parse(equation, operands)
    pairs = [_without_repeats(operand, letters) for operand, letters in zip(operands, terms)]
    _check_sizes([operand for operand, _ in pairs], [letters for _, letters in pairs])
    current, letters = pairs[0]
    for position in range(1, len(pairs) + 1):
        needed = set(result).union(*(set(later) for _, later in pairs[position:]))
        current, letters = _sum_letters(current, letters, set(letters) - needed)
        if position == len(pairs):
            break
        other, other_letters = pairs[position]
        after = set(result).union(*(set(later) for _, later in pairs[position + 1 :]))
        other, other_letters = _sum_letters(other, other_letters, set(other_letters) - after - set(letters))
        current, letters = _pair(current, letters, other, other_letters, after)
    order = [letters.index(letter) for letter in result]
    return current if order == list(range(len(order))) else ops.permute(current, order)
