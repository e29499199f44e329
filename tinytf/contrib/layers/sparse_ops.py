"""Dense tensors as sparse ones."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops


def _ignored(dtype, ignore_value):
    """`ignore_value`, "" or 0 where it is not given, as a tensor."""
    if ignore_value is None:
        ignore_value = "" if dtype == dtypes.string else dtype.as_numpy_dtype()
    return math_ops.cast(ignore_value, dtype, name="ignore_value")


def dense_to_sparse_tensor(dense_tensor, ignore_value=None) -> SparseTensor:
    """The elements that are not `ignore_value` ("" or 0 where it is not given).  Follows tf.contrib.layers.dense_to_sparse of TF 1.15."""
    with name_scope("DenseToSparseTensor"):
        dense_tensor = convert_to_tensor(dense_tensor)
        ignored = _ignored(dense_tensor.dtype, ignore_value)
        indices = array_ops.where(math_ops.not_equal(dense_tensor, ignored), name="indices")
        values = array_ops.gather_nd(dense_tensor, indices, name="values")
        return SparseTensor(indices, values, array_ops.shape(dense_tensor, out_type=dtypes.int64, name="dense_shape"))


def indicators_to_sparse_ids(indicators, ignore_value=None, dtype=dtypes.int64) -> SparseTensor:
    """The places in the last dimension at which an indicator is not `ignore_value`, one after the other.

    Follows `indicators_to_sparse_ids` of tf.contrib.layers in TF 1.15.
    """
    if not dtype.is_integer:
        raise ValueError(f"Invalid dtype {dtype} not integer.")
    with name_scope(None, "indicators_to_sparse_ids", (indicators, ignore_value)):
        indicators = convert_to_tensor(indicators, name="indicators")
        missing = math_ops.equal(indicators, _ignored(indicators.dtype, ignore_value), name="missing")
        zeros = array_ops.zeros_like(indicators, dtype=dtypes.int64, name="zeros")
        ones = array_ops.ones_like(indicators, dtype=dtypes.int64, name="ones")
        present = array_ops.where(missing, zeros, ones, name="binary_indicators")
        nth = array_ops.where(missing, zeros, math_ops.cumsum(present, axis=-1), "row_index_indicators")
        most = array_ops.reshape(math_ops.reduce_max(nth), shape=(1,), name="result_last_dim")
        found = dense_to_sparse_tensor(nth, ignore_value=0)
        rows, columns = found.indices[:, :-1], array_ops.reshape(found.values - 1, (-1, 1))
        return SparseTensor(
            indices=array_ops.concat((rows, columns), axis=1, name="indices"),
            values=math_ops.cast(found.indices[:, -1], dtype=dtype, name="values"),
            dense_shape=array_ops.concat((found.dense_shape[0:-1], most), axis=0, name="dense_shape"),
        )
