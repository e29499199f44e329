"""Counting values: Bincount, Bucketize, HistogramFixedWidth."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import require_dim, same_as_input, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import reductions
from tinytf.ops.math.cast import cast


def _bincount_shape(op):
    with_rank(op.inputs[1].dims, 0)
    size = constant_value(op.inputs[1])
    if size is None:
        return [(None,)]
    if size < 0:
        raise ValueError(f"size ({int(size)}) must be non-negative")
    return [(int(size),)]


def _bincount_kernel(op):
    dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

    def count(arr, size, weights):
        size = int(size)
        if size < 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"size ({size}) must be non-negative")
        if np.size(arr) and np.min(arr) < 0:
            raise errors.InvalidArgumentError(op.node_def, op, "Input arr must be non-negative!")
        flat = np.reshape(arr, -1)
        inside = flat < size
        if np.size(weights):
            bins = np.bincount(flat[inside], np.reshape(weights, -1)[inside], minlength=size)
        else:
            bins = np.bincount(flat[inside], minlength=size)
        return bins.astype(dtype)

    return count


def _bucketize_kernel(op):
    boundaries = np.array(op.attr("boundaries"), np.float32)
    if (boundaries[1:] < boundaries[:-1]).any():
        raise errors.InvalidArgumentError(op.node_def, op, "Expected sorted boundaries")
    return lambda x: np.searchsorted(boundaries, x, side="right").astype(np.int32)




def _histogram_shape(op):
    value_range = with_rank(op.inputs[1].dims, 1)
    require_dim(value_range[0], 2)
    with_rank(op.inputs[2].dims, 0)
    nbins = constant_value(op.inputs[2])
    if nbins is not None and nbins <= 0:
        raise ValueError(f"Requires nbins > 0: {int(nbins)}")
    return [(None if nbins is None else int(nbins),)]


def _histogram_kernel(op):
    dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

    def histogram(values, value_range, nbins):
        nbins = int(nbins)
        low, high = np.float64(value_range[0]), np.float64(value_range[1])
        if not low < high:
            message = f"value_range should satisfy value_range[0] < value_range[1], but got '[{low:g}, {high:g}]'"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        if nbins <= 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"nbins should be a positive number, but got '{nbins}'")
        scaled = (np.reshape(values, -1) - low) / ((high - low) / nbins)
        index = np.clip(scaled, 0, nbins - 1).astype(np.int64)
        return np.bincount(index, minlength=nbins).astype(dtype)

    return histogram


op(
    "Bincount(arr: int32, size: int32, weights: T) -> (bins: T); T: {int32, int64, float, double}",
    shape=_bincount_shape,
    kernel=_bincount_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Bucketize(input: T) -> (output: int32); T: {int32, int64, float, double}; boundaries: list(float)",
    shape=same_as_input,
    kernel=_bucketize_kernel,
)
op(
    "HistogramFixedWidth(values: T, value_range: T, nbins: int32) -> (out: dtype); T: {int32, int64, float, double}; "
    "dtype: {int32, int64} = int32",
    shape=_histogram_shape,
    kernel=_histogram_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32) -> Tensor:
    """How often each whole number 0, 1, 2 … occurs in `arr` (or the sum of its weights).

    The result has at least `minlength` and at most `maxlength` entries.  Follows `tf.bincount` of TF 1.15.
    """
    with name_scope("bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype=dtypes.int32)
        nonempty = reductions.reduce_prod(array_ops.shape(arr)) > 0
        size = cast(nonempty, dtypes.int32) * (reductions.reduce_max(arr) + 1)
        if minlength is not None:
            minlength = convert_to_tensor(minlength, name="minlength", dtype=dtypes.int32)
            size = make("Maximum", minlength, size)
        if maxlength is not None:
            maxlength = convert_to_tensor(maxlength, name="maxlength", dtype=dtypes.int32)
            size = make("Minimum", maxlength, size)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            return make("UnsortedSegmentSum", weights, arr, size)
        return make("Bincount", arr, size, constant([], dtype))


def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None) -> Tensor:
    """How many `values` fall into each of `nbins` equal parts of `value_range`; those outside go to the ends.

    Follows `tf.histogram_fixed_width` of TF 1.15.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as name:
        return make("HistogramFixedWidth", values, value_range, nbins, dtype=dtype, name=name)


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32, name=None) -> Tensor:
    """The bin each of `values` falls into, as `histogram_fixed_width` counts them.

    Follows `tf.histogram_fixed_width_bins` of TF 1.15.
    """
    from tinytf.ops.math import clip, unary
    from tinytf.ops.math.division import truediv

    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = array_ops.shape(values)
        values = array_ops.reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins")
        as_float = cast(nbins, values.dtype)
        scaled = truediv(values - value_range[0], value_range[1] - value_range[0], name="scaled_values")
        indices = unary.floor(as_float * scaled, name="indices")
        indices = cast(clip.clip_by_value(indices, 0, as_float - 1), dtypes.int32)
        return array_ops.reshape(indices, shape)
