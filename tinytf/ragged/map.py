"""`map_fn` over the rows of ragged tensors.  Follows tensorflow.python.ops.ragged.ragged_map_ops of TF 1.15."""

from __future__ import annotations

import collections

from tinytf import dtypes, nest
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.map_ops import _loop_scope
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ragged.spec import RaggedTensorType
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, match_row_splits_dtypes
from tinytf.shapes import dimension_value

# What a ragged result is taken apart into: each in a TensorArray of its own.
_Parts = collections.namedtuple("_Parts", ["flat_values", "nested_row_lengths", "outer_row_length"])


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None):
    """fn(row) for every row of `elems`, dense or ragged, stacked.

    Where `fn` gives ragged tensors, or dense ones that differ in length, `dtype` says so by a RaggedTensorType.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  SparseTensor(input.indices, fn(input.values), "
            "input.dense_shape) or  SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    flat = match_row_splits_dtypes(*nest.flatten(elems))
    with _loop_scope(name, "map", flat):
        flat = [convert_to_tensor_or_ragged_tensor(e, name="elem") for e in flat]
        dtype = dtype or nest.pack_sequence_as(elems, [e.dtype for e in flat])
        n = math_ops.cast(_count(flat), dtype=dtypes.int32)
        declared = nest.flatten(dtype)
        components = [_part_types(d) for d in declared]
        arrays = [TensorArray(dtype=t, dynamic_size=False, infer_shape=infer_shape, size=n) for t in nest.flatten(components)]
        i = constant(0, dtype=dtypes.int32)

        def step(i, arrays):
            values = fn(nest.pack_sequence_as(elems, [e[i] for e in flat]))
            parts = [_taken_apart(v, d) for v, d in zip(nest.flatten(values), declared)]
            arrays = [array.write(i, part) for array, part in zip(arrays, nest.flatten(parts))]
            return i + 1, arrays

        _, arrays = while_loop(
            lambda i, _: i < n, step, (i, arrays), parallel_iterations=parallel_iterations or 10,
            back_prop=back_prop, swap_memory=swap_memory, maximum_iterations=n,
        )  # fmt: skip
        arrays = nest.pack_sequence_as(components, arrays)
        stacked = [_stacked(array) for array in arrays]
        return nest.pack_sequence_as(dtype, [_put_together(s) for s in stacked])


def _count(flat):
    first = flat[0]
    if isinstance(first, RaggedTensor):
        return first.nrows(out_type=dtypes.int32)
    if first.shape.ndims is not None and first.shape.ndims < 1:
        raise ValueError(
            "elems must be a 1+ dimensional Tensor, not a scalar"
            if len(flat) == 1
            else "elements in elems must be 1+ dimensional Tensors, not scalars"
        )
    return dimension_value(first.shape[0]) or array_ops.shape(first)[0]


def _part_types(declared):
    if not isinstance(declared, RaggedTensorType):
        return declared
    lengths = tuple(declared.row_splits_dtype for _ in range(declared.ragged_rank - 1))
    return _Parts(declared.dtype, lengths, declared.row_splits_dtype)


def _taken_apart(value, declared):
    """The parts of one result, which must be as declared."""
    if not isinstance(declared, RaggedTensorType):
        return _parts_of(value) if isinstance(value, RaggedTensor) else value
    rank = getattr(value, "ragged_rank", 0) + 1
    if declared.ragged_rank != rank:
        raise ValueError(f"The declared ragged rank ({declared.ragged_rank}) mismatches the result ({rank})")
    if declared.dtype != value.dtype:
        raise ValueError(f"The declared dtype ({declared.dtype}) mismatches the result ({value.dtype})")
    if isinstance(value, RaggedTensor):
        if declared.row_splits_dtype != value.row_splits.dtype:
            raise ValueError(
                f"The declared row_splits dtype ({declared.row_splits_dtype}) mismatches the result ({value.row_splits.dtype}).  "
                "Use RaggedTensor.with_row_splits_dtype to convert it."
            )
        return _parts_of(value)
    nrows = array_ops.shape(value, out_type=declared.row_splits_dtype)[0]
    return _Parts(value, (), array_ops.expand_dims(nrows, axis=0))


def _parts_of(ragged):
    flat_values, splits = ragged.flat_values, ragged.nested_row_splits
    lengths = tuple(s[1:] - s[:-1] for s in splits)
    return _Parts(flat_values, lengths, array_ops.expand_dims(ragged.nrows(), axis=0))


def _stacked(arrays):
    if not isinstance(arrays, _Parts):
        return arrays.stack()
    flat_values = arrays.flat_values.concat()
    lengths = tuple(array.concat() for array in arrays.nested_row_lengths)
    return _Parts(flat_values, lengths, arrays.outer_row_length.concat())


def _put_together(parts):
    if not isinstance(parts, _Parts):
        return parts
    values = parts.flat_values
    for lengths in reversed(parts.nested_row_lengths):
        values = RaggedTensor.from_row_lengths(values, lengths, validate=False)
    return RaggedTensor.from_row_lengths(values, parts.outer_row_length, validate=False)
