"""Sets as rows: the last dimension of a tensor holds the members; union, intersection, difference, size.

A result is a SparseTensor: rows differ in length.  Its members are sorted and appear once.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims, with_rank, with_rank_at_least
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.ops.array.shape_ops import show
from tinytf.ops.sparse.sparse_to_dense import validate_indices

_VALID = (dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.uint8, dtypes.uint16, dtypes.string)


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


def _dense_rows(array) -> dict:
    """{index of the row: set of its members}"""
    return {index: set(array[index].tolist()) for index in np.ndindex(*array.shape[:-1])}


def _sparse_rows(op, indices, values, shape) -> dict:
    if indices.ndim != 2 or indices.shape[1] != len(shape) or len(indices) != len(values):
        _fail(op, f"Indices of shape {show(indices.shape)} do not fit {len(values)} values in a shape of {len(shape)} dimensions")
    validate_indices(op, indices, shape.tolist())
    rows: dict = {}
    for index, value in zip(indices.tolist(), values.tolist()):
        rows.setdefault(tuple(index[:-1]), set()).add(value)
    return rows


_OPERATIONS = {"a-b": lambda a, b: a - b, "b-a": lambda a, b: b - a, "intersection": lambda a, b: a & b, "union": lambda a, b: a | b}


def _kernel(first_dense: bool, second_dense: bool):
    def kernel(op):
        combine = _OPERATIONS.get(op.attr("set_operation").decode())
        dtype = op.attr("T").as_numpy_dtype

        def run(*inputs):
            inputs = list(inputs)
            sets, shapes = [], []
            for dense in (first_dense, second_dense):
                if dense:
                    array = inputs.pop(0)
                    if array.ndim < 2:
                        _fail(op, f"Input set of shape {show(array.shape)} must have rank 2 at least")
                    sets.append(_dense_rows(array))
                    shapes.append(array.shape)
                else:
                    indices, values, shape = inputs.pop(0), inputs.pop(0), inputs.pop(0)
                    sets.append(_sparse_rows(op, indices, values, shape))
                    shapes.append(tuple(shape.tolist()))
            if combine is None:
                _fail(op, f"Invalid set_operation {op.attr('set_operation').decode()}.")
            if shapes[0][:-1] != shapes[1][:-1]:
                _fail(op, f"Mismatched group shapes {list(shapes[0][:-1])} vs {list(shapes[1][:-1])}")
            indices, values, longest = [], [], 0
            for row in sorted(set(sets[0]) | set(sets[1])):
                members = sorted(combine(sets[0].get(row, set()), sets[1].get(row, set())))
                indices.extend(row + (i,) for i in range(len(members)))
                values.extend(members)
                longest = max(longest, len(members))
            rank = len(shapes[0])
            return (
                np.array(indices, np.int64).reshape(-1, rank), np.array(values, dtype), np.array(shapes[0][:-1] + (longest,), np.int64),
            )  # fmt: skip

        return run

    return kernel


def _size_kernel(op):
    def run(indices, values, shape):
        out = np.zeros(tuple(shape.tolist()[:-1]), np.int32)
        for row, members in _sparse_rows(op, indices, values, shape).items():
            out[row] = len(members)
        return out

    return run


def _rank_of(op, dense_first: bool):
    """The rank of the sets, where one of the inputs tells it."""
    if dense_first and op.inputs[0].dims is not None:
        return len(op.inputs[0].dims)
    for t in op.inputs:
        if t.op is not None and t.dtype == dtypes.int64 and t.dims is not None and len(t.dims) == 2 and not dense_first:
            return t.dims[1]
    return None


def _check_dense(a, b):
    """ValueError where two dense inputs have no common group shape."""
    if a is not None:
        a = with_rank_at_least(a, 2)
    if b is not None:
        b = with_rank_at_least(b, 2) if a is None else with_rank(b, len(a))
    if a is not None and b is not None:
        merge_dims(a[:-1], b[:-1])


def _shape(dense_first):
    def rule(op):
        if dense_first and op.type == "DenseToDenseSetOperation":
            _check_dense(*[t.dims for t in op.inputs])
        rank = _rank_of(op, dense_first)
        return [(None, rank), (None,), (rank,)]

    return rule


_ATTRS = "set_operation: string; validate_indices: bool = true; T: {int8, int16, int32, int64, uint8, uint16, string}"
_RESULT = "(result_indices: int64, result_values: T, result_shape: int64)"
_FIRST, _SECOND = "set1_indices: int64, set1_values: T, set1_shape: int64", "set2_indices: int64, set2_values: T, set2_shape: int64"
op(f"DenseToDenseSetOperation(set1: T, set2: T) -> {_RESULT}; {_ATTRS}",
   shape=_shape(True), kernel=_kernel(True, True), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"DenseToSparseSetOperation(set1: T, {_SECOND}) -> {_RESULT}; {_ATTRS}",
   shape=_shape(True), kernel=_kernel(True, False), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"SparseToSparseSetOperation({_FIRST}, {_SECOND}) -> {_RESULT}; {_ATTRS}",
   shape=_shape(False), kernel=_kernel(False, False), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SetSize(set_indices: int64, set_values: T, set_shape: int64) -> (size: int32); validate_indices: bool = true; T: {int8, int16, int32, int64, uint8, uint16, string}",
   shape=lambda op: [None], kernel=_size_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _operation(a, b, kind, validate_indices):
    if isinstance(b, SparseTensor):
        first = (a.indices, a.values, a.dense_shape) if isinstance(a, SparseTensor) else (a,)
        op_type = "SparseToSparseSetOperation" if isinstance(a, SparseTensor) else "DenseToSparseSetOperation"
        inputs = first + (b.indices, b.values, b.dense_shape)
    else:
        op_type, inputs = "DenseToDenseSetOperation", (a, b)
    return SparseTensor(*make(op_type, *inputs, set_operation=kind, validate_indices=validate_indices))


def _converted(a, b):
    """(a, b, whether they were exchanged): a dense tensor comes first."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if a.dtype.base_dtype not in _VALID:
        raise TypeError(f"'a' invalid dtype {a.dtype}.")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        return b, a, True
    return a, b, False


def set_size(a, validate_indices=True):
    """How many different members each row of a SparseTensor has. Follows tf.sets.size of TF 1.15."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.values.dtype.base_dtype not in _VALID:
        raise TypeError(f"Invalid dtype {a.values.dtype}.")
    return make("SetSize", a.indices, a.values, a.dense_shape, validate_indices=validate_indices)


def set_intersection(a, b, validate_indices=True):
    """The members that both rows have. Follows tf.sets.intersection of TF 1.15."""
    a, b, _ = _converted(a, b)
    return _operation(a, b, "intersection", validate_indices)


def set_difference(a, b, aminusb=True, validate_indices=True):
    """The members that only one of the rows has. Follows tf.sets.difference of TF 1.15."""
    a, b, exchanged = _converted(a, b)
    return _operation(a, b, "a-b" if aminusb != exchanged else "b-a", validate_indices)


def set_union(a, b, validate_indices=True):
    """The members that either row has. Follows tf.sets.union of TF 1.15."""
    a, b, _ = _converted(a, b)
    return _operation(a, b, "union", validate_indices)
