"""The ops on one or more sparse tensors that move, cut, join or reduce their entries."""

from __future__ import annotations

import math

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, with_rank
from tinytf.ops.array.shape_ops import show
from tinytf.ops.sparse.sparse_kernels import NUMBERS, REAL, invalid, linear, rank_of, unlinear

# ---- order, shape, parts


def _reorder_kernel(op):
    def reorder(indices, values, shape):
        for what, kind, array, rank in (("indices", "matrix", indices, 2), ("values", "vector", values, 1), ("shape", "vector", shape, 1)):
            if array.ndim != rank:
                raise invalid(op, f"Input {what} should be a {kind} but received shape {show(array.shape)}")
        if len(indices) != len(values):
            raise invalid(op, f"indices and values rows (indexing dimension) must match. (indices = {len(indices)}, values = {len(values)})")
        if indices.shape[1] != len(shape):
            raise invalid(op, f"indices {show(indices.shape)} do not fit a shape of {len(shape)} dimensions")
        if (indices >= 0).all() and (indices < shape).all():
            order = np.argsort(linear(op, indices, shape), kind="stable")
        else:  # TensorFlow orders what lies outside, too
            order = np.lexsort(indices.T[::-1])
        return indices[order], values[order]

    return reorder


def _reorder_grad(op, _, grad):
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops
    from tinytf.ops.sparse import sparse_ops

    indices, shape = op.inputs[0], op.inputs[2]
    count = array_ops.shape(indices)[0]
    numbered = sparse_ops.SparseTensor(indices, math_ops.range(count), shape)
    ordered = sparse_ops.sparse_reorder(numbered)
    back = array_ops.invert_permutation(ordered.values)
    return [None, array_ops.gather(grad, back), None]


def _reorder_shape(op):
    return [with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 1)]


op("SparseReorder(input_indices: int64, input_values: T, input_shape: int64) -> (output_indices: int64, output_values: T); T: type",
   shape=_reorder_shape, kernel=_reorder_kernel, gradient=_reorder_grad)  # fmt: skip


def _reshape_kernel(op):
    def reshape(indices, shape, new_shape):
        positions, whole = linear(op, indices, shape), math.prod(shape.tolist())
        new = new_shape.tolist()
        if new.count(-1) > 1:
            first, second = [i for i, d in enumerate(new) if d == -1][:2]
            raise invalid(op, f"only one output dimension may be -1, not both {first} and {second}")
        if -1 in new:
            known = math.prod(d for d in new if d != -1)
            if known == 0:
                raise invalid(op, "reshape cannot infer the missing input size for an empty tensor unless all specified input sizes are non-zero")
            if known < 0 or whole % known:
                raise invalid(op, f"Input to reshape is a SparseTensor with {whole} dense values, but the requested shape requires a multiple of {known}. input_shape={show(shape.tolist())} output_shape={show(new)}")
            new[new.index(-1)] = whole // known
        if math.prod(new) != whole:
            raise invalid(op, f"Input to reshape is a tensor with {whole} dense values, but the requested shape has {math.prod(new)}. input_shape={show(shape.tolist())} output_shape={show(new)}")
        new = np.array(new, np.int64)
        return unlinear(positions, new), new

    return reshape


def _reshape_shape(op):
    count, new = with_rank(op.inputs[0].dims, 2)[0], with_rank(op.inputs[2].dims, 1)
    return [(count, new[0]), new]


op("SparseReshape(input_indices: int64, input_shape: int64, new_shape: int64) -> (output_indices: int64, output_shape: int64)",
   shape=_reshape_shape, kernel=_reshape_kernel)  # fmt: skip


def _part(indices, values, start, size):
    inside = ((indices >= start) & (indices < start + size)).all(1)
    return indices[inside] - start, values[inside]


def _slice_kernel(op):
    def sparse_slice(indices, values, shape, start, size):
        if not (start.size == size.size == shape.size == indices.shape[1]):
            what, got = ("start", start) if start.size != indices.shape[1] else ("size", size)
            raise invalid(op, f"Expected {what} to be a vector of length {indices.shape[1]} but got length {got.size}")
        part, kept = _part(indices, values, start, size)
        return part, kept, np.maximum(np.minimum(size, shape - start), 0)

    return sparse_slice


def _slice_grad(op, *grads):
    out = make("SparseSliceGrad", grads[1], op.inputs[0], op.inputs[3], op.outputs[0])
    out.set_shape(op.inputs[1].get_shape())
    return [None, out, None, None, None]


def _slice_grad_kernel(op):
    def slice_grad(grad, indices, start, part):
        found = {tuple(row): i for i, row in enumerate((part + start).tolist())}
        out = np.zeros(len(indices), grad.dtype)
        for i, row in enumerate(indices.tolist()):
            at = found.get(tuple(row))
            if at is not None:
                out[i] = grad[at]
        return out

    return slice_grad


def _slice_shape(op):
    dims = op.inputs[2].dims
    return [(None, _count(dims)), (None,), dims]


def _count(dims):
    """How many elements a tensor of these dims has, as far as that is known."""
    return None if dims is None or None in dims else math.prod(dims)


op("SparseSlice(indices: int64, values: T, shape: int64, start: int64, size: int64) -> (output_indices: int64, output_values: "
   "T, output_shape: int64); T: type",
   shape=_slice_shape, kernel=_slice_kernel, gradient=_slice_grad)  # fmt: skip
op("SparseSliceGrad(backprop_val_grad: T, input_indices: int64, input_start: int64, output_indices: int64) -> (val_grad: T); "
   f"T: {NUMBERS}",
   shape=lambda op: [(with_rank(op.inputs[1].dims, 2)[0],)], kernel=_slice_grad_kernel)  # fmt: skip


def _concat_kernel(op):
    axis, count = op.attr("concat_dim"), op.attr("N")

    def concat(*parts):
        indices, values, shapes = parts[:count], parts[count : 2 * count], parts[2 * count :]
        rank = shapes[0].size
        if not -rank <= axis < rank:
            raise invalid(op, f"Concat dimension must be in range [{-rank}, {rank}), got {axis}")
        at, offset, moved = axis % rank, 0, []
        out = np.array(shapes[0])
        for i, (rows, shape) in enumerate(zip(indices, shapes)):
            for k in range(rank):
                if k != at and shape[k] != out[k]:
                    raise invalid(op, f"Input shapes must match: expected {out[k]} for dimension {k} but got {shape[k]} at position {i}")
            rows = np.array(rows)
            rows[:, at] += offset
            offset += int(shape[at])
            moved.append(rows)
        out[at] = offset
        rows, joined = np.concatenate(moved), np.concatenate(values)
        order = np.argsort(linear(op, rows, out), kind="stable")
        return rows[order], joined[order], out

    return concat


def _concat_shape(op):
    count = op.attr("N")
    width, length, total = None, None, 0
    for t in op.inputs[:count]:
        n, w = with_rank(t.dims, 2)
        total = None if total is None or n is None else total + n
        width = w if width is None else width
    for t in op.inputs[2 * count :]:
        length = merge_dims(length, with_rank(t.dims, 1))
    width = length[0] if width is None else width
    return [(total, width), (total,), length]


op("SparseConcat(indices: N*int64, values: N*T, shapes: N*int64) -> (output_indices: int64, output_values: T, output_shape: "
   "int64); concat_dim: int; N: int >= 2; T: type",
   shape=_concat_shape, kernel=_concat_kernel)  # fmt: skip


def _split_kernel(op):
    count = op.attr("num_split")

    def split(axis, indices, values, shape):
        axis = int(axis.reshape(()))
        if not 0 <= axis < shape.size:
            raise invalid(op, f"Input split_dim should be between 0 and rank ({shape.size}), got {axis}")
        size = int(shape[axis])
        if not 1 <= count <= size:
            raise invalid(op, f"Input num_split should be between 1 and the splitting dimension size ({size}), got {count}")
        sizes = [size // count + (1 if i < size % count else 0) for i in range(count)]
        out, at = [], 0
        for n in sizes:
            start, extent = np.zeros(shape.size, np.int64), np.array(shape)
            start[axis], extent[axis] = at, n
            out.append((*_part(indices, values, start, extent), extent))
            at += n
        flat = [o[k] for k in range(3) for o in out]
        return tuple(flat)

    return split


def _split_shape(op):
    count, shape = op.attr("num_split"), op.inputs[3].dims
    return [(None, _count(shape))] * count + [(None,)] * count + [shape] * count


op("SparseSplit(split_dim: int64, indices: int64, values: T, shape: int64) -> (output_indices: num_split*int64, output_values: "
   "num_split*T, output_shape: num_split*int64); num_split: int >= 1; T: type",
   shape=_split_shape,
   kernel=_split_kernel)  # fmt: skip


def _fill_empty_kernel(op):
    def fill_empty_rows(indices, values, shape, default):
        if not shape.size:
            raise invalid(op, "Dense shape cannot be empty.")
        rows = int(shape[0])
        first = indices[:, 0]
        if len(first) and not (0 <= first.min() and first.max() < rows):
            i = int(np.nonzero((first < 0) | (first >= rows))[0][0])
            raise invalid(op, f"indices({i}, 0) is invalid: {int(first[i])} >= {rows}")
        empty = np.ones(rows, bool)
        empty[first] = False
        new = np.zeros((int(empty.sum()), shape.size), np.int64)
        new[:, 0] = np.nonzero(empty)[0]
        everything = np.concatenate([indices, new])
        order = np.argsort(everything[:, 0], kind="stable")
        filler = np.full(len(new), default, values.dtype)
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return everything[order], np.concatenate([values, filler])[order], empty, back[: len(indices)]

    return fill_empty_rows


def _fill_empty_shape(op):
    count = with_rank(op.inputs[0].dims, 2)[0]
    dims = constant_dims(op.inputs[2])
    return [(None, rank_of(op)), (None,), (None if dims is None else dims[0],), (count,)]


def _fill_empty_grad(op, _a, grad, _b, _c):
    values, default = make("SparseFillEmptyRowsGrad", op.outputs[3], grad)
    return [None, values, None, default]


def _fill_empty_grad_kernel(op):
    def fill_empty_rows_grad(back, grad):
        rest = np.ones(len(grad), bool)
        rest[back] = False
        return grad[back], grad[rest].sum(dtype=grad.dtype)

    return fill_empty_rows_grad


op("SparseFillEmptyRows(indices: int64, values: T, dense_shape: int64, default_value: T) -> (output_indices: int64, "
   "output_values: T, empty_row_indicator: bool, reverse_index_map: int64); T: type",
   shape=_fill_empty_shape, kernel=_fill_empty_kernel, gradient=_fill_empty_grad)  # fmt: skip
op("SparseFillEmptyRowsGrad(reverse_index_map: int64, grad_values: T) -> (d_values: T, d_default_value: T); T: type",
   shape=lambda op: [with_rank(op.inputs[0].dims, 1), ()], kernel=_fill_empty_grad_kernel)  # fmt: skip


# ---- reductions and softmax


def _reduced(op, indices, values, shape, axes, function):
    """(positions of the kept dimensions in order, reduced values, kept dims, axes): groups that have entries."""
    rank = shape.size
    gone = set()
    for a in axes.ravel().tolist():
        if not -rank <= a < rank:
            raise invalid(op, f"Invalid reduction dimension {a}, for input with {rank} dimensions.")
        gone.add(a % rank)
    kept = [k for k in range(rank) if k not in gone]
    kept_shape = shape[kept]
    flat = linear(op, indices[:, kept], kept_shape)
    places, inverse = np.unique(flat, return_inverse=True)
    order = np.argsort(inverse.reshape(-1), kind="stable")
    starts = np.nonzero(np.diff(inverse.reshape(-1)[order], prepend=-1))[0]
    sums = function.reduceat(values[order], starts) if len(order) else values[:0]
    return places, sums.astype(values.dtype, copy=False), kept_shape, gone


def _reduce_dense_kernel(function):
    def kernel(op):
        keep = op.attr("keep_dims")

        def reduce(indices, values, shape, axes):
            places, sums, kept, gone = _reduced(op, indices, values, shape, axes, function)
            out = np.zeros(int(np.prod(kept, dtype=np.int64)), values.dtype)
            out[places] = sums
            dims = [1 if k in gone else int(d) for k, d in enumerate(shape)] if keep else kept.tolist()
            return out.reshape(dims)

        return reduce

    return kernel


def _reduce_sparse_kernel(function):
    def kernel(op):
        keep = op.attr("keep_dims")

        def reduce(indices, values, shape, axes):
            places, sums, kept, gone = _reduced(op, indices, values, shape, axes, function)
            if keep:
                kept = np.array([1 if k in gone else int(d) for k, d in enumerate(shape)], np.int64)
            return unlinear(places, kept), sums, kept

        return reduce

    return kernel


def _reduce_shape(op):
    dims, axes = constant_dims(op.inputs[2]), constant_value(op.inputs[3])
    if dims is None or axes is None:
        return [None]
    gone = {a % len(dims) for a in axes.ravel().tolist()}
    if op.attr("keep_dims"):
        return [tuple([1 if k in gone else d for k, d in enumerate(dims)])]
    return [tuple([d for k, d in enumerate(dims) if k not in gone])]


def _reduce_sum_grad(op, grad):
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    indices, shape = op.inputs[0], op.inputs[2]
    kept = math_ops.reduced_shape(shape, op.inputs[3])
    grad = array_ops.reshape(grad, kept)
    scale = shape // math_ops.cast(kept, "int64")
    return [None, array_ops.gather_nd(grad, indices // scale), None, None]


_REDUCE = "(input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32) -> "
_DENSE, _SPARSE = "(output: T)", "(output_indices: int64, output_values: T, output_shape: int64)"
op(f"SparseReduceSum{_REDUCE}{_DENSE}; keep_dims: bool = false; T: {NUMBERS}",
   shape=_reduce_shape, kernel=_reduce_dense_kernel(np.add), gradient=_reduce_sum_grad)  # fmt: skip
op(f"SparseReduceMax{_REDUCE}{_DENSE}; keep_dims: bool = false; T: {REAL}",
   shape=_reduce_shape, kernel=_reduce_dense_kernel(np.maximum))  # fmt: skip
op(f"SparseReduceSumSparse{_REDUCE}{_SPARSE}; keep_dims: bool = false; T: {NUMBERS}",
   shape=lambda op: [None, None, None], kernel=_reduce_sparse_kernel(np.add))  # fmt: skip
op(f"SparseReduceMaxSparse{_REDUCE}{_SPARSE}; keep_dims: bool = false; T: {REAL}",
   shape=lambda op: [None, None, None], kernel=_reduce_sparse_kernel(np.maximum))  # fmt: skip


def _softmax_kernel(op):
    def softmax(indices, values, shape):
        if shape.size < 2:
            raise invalid(op, f"Input should have rank >= 2, but received shape: {' '.join(map(str, shape.tolist()))}")
        _, rows = np.unique(linear(op, indices[:, :-1], shape[:-1]), return_inverse=True)
        rows = rows.reshape(-1)
        count = int(rows.max()) + 1 if rows.size else 0
        most = np.full(count, -np.inf, values.dtype)
        np.maximum.at(most, rows, values)
        powers = np.exp(values - most[rows])
        total = np.zeros(count, values.dtype)
        np.add.at(total, rows, powers)
        return powers / total[rows]

    return softmax


def _softmax_grad(op, grad):
    from tinytf.ops.sparse import sparse_ops

    indices, shape, out = op.inputs[0], op.inputs[2], op.outputs[0]
    result = sparse_ops.SparseTensor(indices, out, shape)
    given = sparse_ops.SparseTensor(indices, grad, shape)
    product = sparse_ops.SparseTensor(indices, result.values * given.values, shape)
    total = -sparse_ops.sparse_reduce_sum(product, [-1], keepdims=True)
    moved = sparse_ops.sparse_dense_cwise_add(given, total)
    return [None, moved.values * result.values, None]


op("SparseSoftmax(sp_indices: int64, sp_values: T, sp_shape: int64) -> (output: T); T: {float, double}",
   shape=lambda op: [with_rank(op.inputs[1].dims, 1)], kernel=_softmax_kernel, gradient=_softmax_grad)  # fmt: skip
