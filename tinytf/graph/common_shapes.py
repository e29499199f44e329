"""`tensorflow.python.framework.common_shapes`: shape functions in Python, as programs call them.

Ops of tinytf have their shape rules beside them (`tinytf.graph.shape_rules`); these take the same operations and TensorShapes.
"""

from __future__ import annotations

from tinytf.graph import shape_rules
from tinytf.shapes import Dimension, TensorShape


def has_fully_defined_shape(tensor) -> bool:
    """Whether the static shape of a tensor is known in full."""
    return tensor.shape.is_fully_defined()


def rank(tensor):
    """The static rank of a tensor, or None."""
    return tensor.shape.ndims


def scalar_shape(unused_op) -> list:
    """One output, a scalar."""
    return [TensorShape([])]


def unknown_shape(op) -> list:
    """Outputs of which nothing is known."""
    return [TensorShape(None) for _ in op.outputs]


def unchanged_shape(op) -> list:
    """The shape of the first input."""
    return [op.inputs[0].get_shape()]


def unchanged_shape_with_rank(rank):
    """A shape function: the shape of the first input, which has this rank."""
    return lambda op: [op.inputs[0].get_shape().with_rank(rank)]


def unchanged_shape_with_rank_at_least(rank):
    """A shape function: the shape of the first input, which has at least this rank."""
    return lambda op: [op.inputs[0].get_shape().with_rank_at_least(rank)]


def unchanged_shape_with_rank_at_most(rank):
    """A shape function: the shape of the first input, which has at most this rank."""
    return lambda op: [op.inputs[0].get_shape().with_rank_at_most(rank)]


def call_cpp_shape_fn(op, require_shape_fn: bool = True) -> dict:
    """{"shapes": what the op's shape rule says of its outputs}."""
    if op.entry is None or op.entry.shape is None:
        if require_shape_fn:
            raise RuntimeError("No C++ shape function registered for standard op: %s" % op.type)
        return {"shapes": unknown_shape(op)}
    return {"shapes": [TensorShape(dims) for dims in op.entry.shape(op)]}


def broadcast_shape(shape_x, shape_y) -> TensorShape:
    """The shape that two shapes broadcast to; ValueError where they do not."""
    if shape_x.ndims is None or shape_y.ndims is None:
        return TensorShape(None)
    try:
        return TensorShape(shape_rules.broadcast_dims(tuple(shape_x.as_list()), tuple(shape_y.as_list())))
    except ValueError:
        raise ValueError("Incompatible shapes for broadcasting: %s and %s" % (shape_x, shape_y)) from None


def is_broadcast_compatible(shape_x, shape_y) -> bool:
    """Whether two shapes surely broadcast; False where one of them is unknown."""
    if shape_x.ndims is None or shape_y.ndims is None:
        return False
    try:
        shape_rules.broadcast_dims(tuple(shape_x.as_list()), tuple(shape_y.as_list()))
    except ValueError:
        return False
    return True


def get_conv_output_size(input_size, filter_size, strides, padding_type) -> tuple:
    """The spatial sizes that a convolution gives; None where an input size is None."""
    sizes = [Dimension(size).value for size in input_size]
    windows = [Dimension(size).value for size in filter_size]
    strides = [int(s) for s in strides]
    if all(x == 1 for x in [*windows, *sizes, *strides]):
        return tuple(sizes)
    if any(w is not None and s is not None and w > s for w, s in zip(windows, sizes)):
        raise ValueError("Filter must not be larger than the input: Filter: %r Input: %r" % (tuple(windows), tuple(sizes)))
    if padding_type not in (b"VALID", b"SAME", "VALID", "SAME"):
        raise ValueError("Invalid padding: %r" % padding_type)
    valid = padding_type in (b"VALID", "VALID")
    return tuple(
        None if size is None or valid and window is None else -(-(size - window + 1 if valid else size) // stride)
        for size, window, stride in zip(sizes, windows, strides)
    )


def get2d_conv_output_size(input_height, input_width, filter_height, filter_width, row_stride, col_stride, padding_type) -> tuple:
    """get_conv_output_size for rows and columns."""
    return get_conv_output_size((input_height, input_width), (filter_height, filter_width), (row_stride, col_stride), padding_type)
