"""Clipping: by value, by norm, by the norm of many tensors together."""

from __future__ import annotations

import collections.abc

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, ranges, select
from tinytf.ops.array.constant import constant
from tinytf.ops.math import cast as casts
from tinytf.ops.math import reductions
from tinytf.util.dispatch import add_dispatch_support


def _clip_kernel(op):
    def clip(t, low, high):
        if np.size(low) != 1 and np.shape(low) != t.shape or np.size(high) != 1 and np.shape(high) != t.shape:
            message = "clip_value_min and clip_value_max must be either of the same shape as input, or a scalar."
            raise errors.InvalidArgumentError(op.node_def, op, message)
        return np.minimum(np.maximum(t, low), high)

    return clip


# As in TensorFlow 1.15 the op has no gradient: clip_by_value is made of Minimum and Maximum.
op(
    "ClipByValue(t: T, clip_value_min: T, clip_value_max: T) -> (output: T); T: {float, double, int32, uint8, int16, "
    "int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}",
    shape=same_as_input,
    kernel=_clip_kernel,
)


def _values(t, name):
    """The tensor of a tensor or of IndexedSlices; None stays None."""
    if t is None:
        return None
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def _slices_again(values, t):
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values


@add_dispatch_support
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """`t` with values below the minimum and above the maximum replaced by these.  Follows `tf.clip_by_value`."""
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as name:
        values = _values(t, "t")
        upper = make("Minimum", values, clip_value_max)
        values.shape.merge_with(upper.shape)  # the bounds may not make it larger
        clipped = make("Maximum", upper, clip_value_min, name=name)
        values.shape.merge_with(clipped.shape)
        return _slices_again(clipped, t)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """`t` scaled down so that its L2 norm (over `axes`) is at most `clip_norm`.  Follows `tf.clip_by_norm`."""
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as name:
        values = _values(t, "t")
        square = reductions.reduce_sum(values * values, axes, keepdims=True)
        positive = square > 0
        # Two selections keep the gradient of the root at 0 finite.
        safe = select.where(positive, square, array_ops.ones_like(square))
        norm = select.where(positive, make("Sqrt", safe), square)
        scaled = values * clip_norm
        values.shape.merge_with(scaled.shape)
        clipped = array_ops.identity(scaled / make("Maximum", norm, clip_norm), name=name)
        return _slices_again(clipped, t)


def _as_list(t_list):
    if not isinstance(t_list, collections.abc.Sequence) or isinstance(t_list, (str, bytes)):
        raise TypeError("t_list should be a sequence")
    return list(t_list)


def global_norm(t_list, name=None) -> Tensor:
    """The L2 norm of all tensors of a list together (None entries are skipped).  Follows `tf.global_norm`."""
    t_list = _as_list(t_list)
    with name_scope(name, "global_norm", t_list) as name:
        values = [_values(t, f"t_{i}") for i, t in enumerate(t_list)]
        halves = []
        for v in values:
            if v is not None:
                with colocate_with(v):
                    halves.append(make("L2Loss", v))
        half = reductions.reduce_sum(array_ops.stack(halves))
        return make("Sqrt", half * constant(2.0, dtype=half.dtype), name="global_norm")


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """(the tensors scaled down so that their norm together is at most `clip_norm`, that norm before).

    All become NaN where the norm is not finite.  Follows `tf.clip_by_global_norm` of TF 1.15.
    """
    t_list = _as_list(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    with name_scope(name, "clip_by_global_norm", t_list + [clip_norm]) as name:
        inverse = 1.0 / use_norm
        smaller = make("Minimum", inverse, constant(1.0, dtype=use_norm.dtype) / clip_norm)
        scale = clip_norm * smaller
        finite = make("IsFinite", use_norm)
        scale = select.where(finite, scale, constant(float("nan"), dtype=use_norm.dtype))
        values = [_values(t, f"t_{i}") for i, t in enumerate(t_list)]
        clipped = []
        for i, v in enumerate(values):
            if v is None:
                clipped.append(None)
                continue
            with colocate_with(v):
                clipped.append(array_ops.identity(v * scale, name=f"{name}_{i}"))
        return [_slices_again(c, t) for c, t in zip(clipped, t_list)], use_norm


def clip_by_average_norm(t, clip_norm, name=None) -> Tensor:
    """`t` scaled down so that its L2 norm over the number of elements is at most `clip_norm`.

    Follows `tf.clip_by_average_norm` of TF 1.15.
    """
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as name:
        t = convert_to_tensor(t, name="t")
        elements = casts.cast(array_ops.size(t), dtypes.float32)
        square = reductions.reduce_sum(t * t, ranges.range(array_ops.rank(t)))
        inverse = make("Rsqrt", square)
        scaled = t * clip_norm
        smaller = make("Minimum", inverse * elements, constant(1.0) / clip_norm)
        return array_ops.identity(scaled * smaller, name=name)
