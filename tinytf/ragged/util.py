"""What the functions on ragged tensors share: axes, integer tensors, ranges of values repeated."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.masks import repeat  # noqa: F401
from tinytf.ops.math import check_ops, math_ops


def get_positive_axis(axis, ndims) -> int:
    """`axis` counted from the front; ValueError where it is none of `ndims` (None: unknown) dimensions."""
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    if ndims is not None:
        if 0 <= axis < ndims:
            return axis
        if -ndims <= axis < 0:
            return axis + ndims
        raise ValueError(f"axis={axis} out of bounds: expected {-ndims}<=axis<{ndims}")
    if axis < 0:
        raise ValueError("axis may only be negative if ndims is statically known.")
    return axis


def convert_to_int_tensor(tensor, name, dtype=dtypes.int32) -> Tensor:
    """`tensor` as integers of type `dtype`."""
    tensor = convert_to_tensor(tensor, name=name, preferred_dtype=dtype)
    if not tensor.dtype.is_integer:
        raise TypeError(f"{name} must be an integer tensor; dtype={tensor.dtype}")
    return make("Cast", tensor, DstT=dtype)


def assert_splits_match(nested_splits_lists) -> list:
    """Assertions that ragged tensors have the same row splits; ValueError where their ragged ranks differ."""
    message = "Inputs must have identical ragged splits"
    first = nested_splits_lists[0]
    if any(len(splits) != len(first) for splits in nested_splits_lists):
        raise ValueError(message)
    return [check_ops.assert_equal(s1, s2, message=message) for other in nested_splits_lists[1:] for s1, s2 in zip(first, other)]


def lengths_to_splits(lengths) -> Tensor:
    """Row splits of row lengths."""
    return array_ops.concat([[0], math_ops.cumsum(lengths)], axis=-1)


def repeat_ranges(params, splits, repeats) -> Tensor:
    """The slices params[splits[i]:splits[i + 1]], each repeated `repeats` (or repeats[i]) times, in one tensor."""
    if repeats.shape.ndims != 0:
        starts = repeat(splits[:-1], repeats, axis=0)
        limits = repeat(splits[1:], repeats, axis=0)
    else:
        # In repeated splits, whole rows begin and end `repeats` apart.
        repeated = repeat(splits, repeats, axis=0)
        count = array_ops.shape(repeated, out_type=repeats.dtype)[0]
        starts = repeated[: count - repeats]
        limits = repeated[repeats:]
    one = array_ops.ones((), starts.dtype)
    return array_ops.gather(params, make("RaggedRange", starts, limits, one)[1])
