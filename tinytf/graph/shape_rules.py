"""Shape rules that many ops share.  A rule takes an Operation and gives the dims of each output.

Dims are a tuple of int or None (unknown), or None for unknown rank.
"""

from __future__ import annotations

from tinytf.shapes import in_brackets


def same_as_input(op) -> list:
    """Every output has the shape of the first input."""
    return [op.inputs[0].dims] * len(op.outputs)


def scalar(op) -> list:
    """Every output is a scalar."""
    return [()] * len(op.outputs)


def unknown(op) -> list:
    """Nothing is known."""
    return [None] * len(op.outputs)


def no_outputs(op) -> list:
    """For ops without results."""
    return []


def broadcast(op) -> list:
    """The shape that the first two inputs broadcast to."""
    return [broadcast_dims(op.inputs[0].dims, op.inputs[1].dims)]


def merged(op) -> list:
    """All inputs have one shape, and so has the output."""
    dims = None
    for tensor in op.inputs:
        dims = merge_dims(dims, tensor.dims)
    return [dims] * len(op.outputs)


def merge_all(tensors):
    """The dims that all tensors have; ValueError names the one that contradicts those after it."""
    dims = None
    for i in reversed(range(len(tensors))):
        try:
            dims = merge_dims(tensors[i].dims, dims)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
    return dims


def merge_dim(a, b):
    """The dimension that both describe; ValueError where they differ."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    raise ValueError(f"Dimensions must be equal, but are {a} and {b}")


def require_dim(dim, value: int) -> None:
    """ValueError where a dimension is known to be another than the op wants."""
    if dim not in (None, value):
        raise ValueError(f"Dimension must be {value} but is {dim}")


def merge_dims(a, b):
    """The dims that both describe; ValueError where they contradict."""
    if a is None:
        return b
    if b is None:
        return a
    if len(a) != len(b):
        raise ValueError(f"Shapes must be equal rank, but are {len(a)} and {len(b)}")
    for i, (x, y) in enumerate(zip(a, b)):
        if x is not None and y is not None and x != y:
            raise ValueError(f"Dimension {i} in both shapes must be equal, but are {x} and {y}. Shapes are {in_brackets(a)} and {in_brackets(b)}.")
    return tuple([y if x is None else x for x, y in zip(a, b)])


def merge_each(a, b):
    """As merge_dims for dims of one length, merged one by one: a contradiction is one of two dimensions, not of two shapes."""
    return tuple([merge_dim(x, y) for x, y in zip(a, b)])


def with_rank(dims, rank: int):
    """Dims of exactly `rank` entries; ValueError where they have another rank."""
    if dims is None:
        return (None,) * rank
    if len(dims) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(dims)}")
    return dims


def with_rank_at_least(dims, rank: int):
    """Dims as they are; ValueError where they have fewer than `rank` entries."""
    if dims is not None and len(dims) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(dims)}")
    return dims


def with_rank_at_most(dims, rank: int):
    """Dims as they are; ValueError where they have more than `rank` entries."""
    if dims is not None and len(dims) > rank:
        raise ValueError(f"Shape must be at most rank {rank} but is rank {len(dims)}")
    return dims


def broadcast_dims(a, b):
    """The dims that two shapes broadcast to; ValueError where they do not."""
    if a is None or b is None:
        return None
    if a == b and None not in a:
        return a
    if len(a) < len(b):
        a = (1,) * (len(b) - len(a)) + a
    elif len(b) < len(a):
        b = (1,) * (len(a) - len(b)) + b
    result = []
    for x, y in zip(a, b):
        if x == 1:
            result.append(y)
        elif y == 1:
            result.append(x)
        elif x is None or y is None:
            # One side unknown: a size above 1 must win, else it stays unknown.
            result.append(x if y is None else y)
        elif x == y:
            result.append(x)
        else:
            raise ValueError(f"Dimensions must be equal, but are {x} and {y}")
    return tuple(result)
