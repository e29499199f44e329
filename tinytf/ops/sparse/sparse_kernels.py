"""The ops on sparse tensors, each of which takes (indices [n, rank], values [n], shape [rank])."""

from __future__ import annotations

import math

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array.shape_ops import show

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, "
    "half, uint32, uint64}"
)
REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"


def invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def linear(op, indices, shape):
    """The row-major position of each index row; raises where one lies outside the shape, or positions may pass 2^63."""
    if indices.ndim != 2 or indices.shape[1] != shape.size:
        raise invalid(op, f"indices {show(indices.shape)} do not fit a shape of {shape.size} dimensions")
    if math.prod(shape.tolist()) >= 1 << 63:
        raise invalid(op, f"Shape {show(shape.tolist())} would have more than 2**63 - 1 elements")
    dims = shape.astype(np.int64)
    bad = ((indices < 0) | (indices >= dims)).any(1)
    if bad.any():
        i = int(np.nonzero(bad)[0][0])
        raise invalid(op, f"indices[{i}] = [{', '.join(map(str, indices[i].tolist()))}] is out of bounds: need 0 <= index < [{', '.join(map(str, dims.tolist()))}]")
    out = np.zeros(len(indices), np.int64)
    for k in range(dims.size):
        out = out * dims[k] + indices[:, k]
    return out


def unlinear(flat, shape):
    """The index rows of row-major positions."""
    out = np.empty((len(flat), shape.size), np.int64)
    for k in range(shape.size - 1, -1, -1):
        out[:, k] = flat % max(int(shape[k]), 1)
        flat = flat // max(int(shape[k]), 1)
    return out


def rank_of(op):
    """The static rank, from the length of the shape input or the width of the indices."""
    length = with_rank(op.inputs[2].dims, 1)[0]
    return with_rank(op.inputs[0].dims, 2)[1] if length is None else length


# ---- with a dense tensor


def _misfit(sparse, dense) -> str:
    if len(sparse) != len(dense):
        return f"Dimensions of the sparse {show(sparse)} and the dense tensor {show(dense)} differ"
    k = next(k for k, (a, b) in enumerate(zip(sparse, dense)) if a != b)
    return f"Dimension {k} does not equal (no broadcasting is supported): sparse side {sparse[k]} vs dense side {dense[k]}"


def _dense_add_kernel(op):
    def add(indices, values, shape, dense):
        if dense.shape != tuple(shape.tolist()):
            raise invalid(op, _misfit(shape.tolist(), dense.shape))
        out = np.array(dense)
        np.add.at(out.reshape(-1), linear(op, indices, shape), values)
        return out

    return add


def _dense_add_grad(op, grad):
    from tinytf.ops.array import array_ops

    return [None, array_ops.gather_nd(grad, op.inputs[0]), None, grad]


op(f"SparseTensorDenseAdd(a_indices: Tindices, a_values: T, a_shape: Tindices, b: T) -> (output: T); T: {NUMBERS}; "
   "Tindices: {int32, int64}",
   shape=lambda op: [op.inputs[3].dims], kernel=_dense_add_kernel, gradient=_dense_add_grad)  # fmt: skip


def _matmul_shape(op):
    b, a = with_rank(op.inputs[3].dims, 2), constant_dims(op.inputs[2])
    a = with_rank(a, 2)
    if op.attr("adjoint_b"):
        b = b[::-1]
    if op.attr("adjoint_a"):
        a = a[::-1]
    if a[1] is not None and b[0] is not None and a[1] != b[0]:
        raise ValueError(f"Dimensions must be equal, but are {a[1]} and {b[0]}")
    return [(a[0], b[1])]


def _matmul_kernel(op):
    adjoint_a, adjoint_b = op.attr("adjoint_a"), op.attr("adjoint_b")

    def matmul(indices, values, shape, b):
        rows, cols = indices[:, 0], indices[:, 1]
        if adjoint_b:
            b = np.conj(b.T)
        if adjoint_a:
            rows, cols, values, shape = cols, rows, np.conj(values), shape[::-1]
        if int(shape[1]) != b.shape[0]:
            raise invalid(op, f"Cannot multiply A and B because inner dimension does not match: {int(shape[1])} vs. {b.shape[0]}.  Did you forget a transpose?  Dimensions of A: [{int(shape[0])}, {int(shape[1])}).  Dimensions of B: {show(b.shape)}")
        for name, places, column in (("k", cols, int(not adjoint_a)), ("m", rows, int(adjoint_a))):
            size = int(shape[1 if name == "k" else 0])
            bad = (places < 0) | (places >= size)
            if bad.any():
                i = int(np.argmax(bad))
                raise invalid(op, f"{name} ({places[i]}) from index[{i},{column}] out of bounds (>={size})")
        out = np.zeros((int(shape[0]), b.shape[1]), b.dtype)
        if len(rows):
            order = np.argsort(rows, kind="stable")
            sorted_rows = rows[order]
            starts = np.nonzero(np.r_[True, sorted_rows[1:] != sorted_rows[:-1]])[0]
            out[sorted_rows[starts]] = np.add.reduceat(values[order, None] * b[cols[order]], starts, axis=0)
        return out

    return matmul


def _matmul_grad(op, grad):
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    indices, values, shape, b = op.inputs
    adjoint_a, adjoint_b = op.attr("adjoint_a"), op.attr("adjoint_b")
    if values.dtype.base_dtype.is_complex:
        raise NotImplementedError("SparseTensorDenseMatMul op does not support complex gradients.")
    b_grad = make("SparseTensorDenseMatMul", indices, values, shape, grad, adjoint_a=not adjoint_a)
    if adjoint_b:
        b_grad = array_ops.transpose(b_grad)
    rows, cols = indices[:, 0], indices[:, 1]
    if adjoint_a:
        rows, cols = cols, rows
    left = array_ops.gather(grad, rows)
    right = array_ops.gather(array_ops.transpose(b) if adjoint_b else b, cols)
    return [None, math_ops.reduce_sum(left * right, axis=1), None, b_grad]


op("SparseTensorDenseMatMul(a_indices: Tindices, a_values: T, a_shape: int64, b: T) -> (product: T); T: type; "
   "Tindices: {int32, int64} = int64; adjoint_a: bool = false; adjoint_b: bool = false",
   shape=_matmul_shape, kernel=_matmul_kernel, gradient=_matmul_grad)  # fmt: skip


# ---- element by element with a dense tensor


def _cwise_kernel(function):
    def kernel(op):
        def cwise(indices, values, shape, dense):
            try:
                wide = np.broadcast_to(dense, shape.tolist())
            except ValueError:
                raise invalid(op, f"SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: {show(shape.tolist())} vs. {show(dense.shape)}") from None
            with np.errstate(all="ignore"):
                return function(values, wide[tuple(indices.T)]).astype(values.dtype, copy=False)

        return cwise

    return kernel


def _cwise_grad(multiply):
    def gradient(op, grad):
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops
        from tinytf.ops.sparse import sparse_ops

        indices, values, shape, y = op.inputs
        y_shape = math_ops.cast(array_ops.shape(y), "int64")
        added = array_ops.expand_dims(array_ops.size(shape) - array_ops.size(y_shape), 0)
        wide = array_ops.concat([array_ops.ones(added, "int64"), y_shape], 0)
        scale = shape // wide
        scaled = indices // scale
        scaled = array_ops.slice(scaled, array_ops.concat([[0], added], 0), [-1, -1])
        dense = array_ops.gather_nd(y, scaled)
        if multiply:
            dx, dy = grad * dense, grad * values
        else:
            dx, dy = grad / dense, grad * (-values / math_ops.square(dense))
        dy = sparse_ops.sparse_add(array_ops.zeros_like(y), sparse_ops.SparseTensor(scaled, dy, y_shape))
        return [None, dx, None, dy]

    return gradient


def _no_gradient(name):
    def gradient(op, *grads):
        raise NotImplementedError(f"Gradient for {name} is currently not implemented yet.")

    return gradient


def _divide(a, b):
    if a.dtype.kind in "iu":
        return np.trunc(a / b)
    return a / b


_CWISE = f"(sp_indices: int64, sp_values: T, sp_shape: int64, dense: T) -> (output: T); T: {NUMBERS}"
for _name, _function, _gradient in (
    ("SparseDenseCwiseAdd", np.add, _no_gradient("SparseDenseCwiseAdd")),
    ("SparseDenseCwiseMul", np.multiply, _cwise_grad(True)),
    ("SparseDenseCwiseDiv", _divide, _cwise_grad(False)),
):
    op(_name + _CWISE, shape=lambda op: [with_rank(op.inputs[0].dims, 2)[:1]], kernel=_cwise_kernel(_function), gradient=_gradient)


# ---- two sparse tensors


def _sum_pairs(op, a_indices, b_indices, shape):
    """(distinct positions in order, where each entry of a and of b goes)."""
    both = np.concatenate([linear(op, a_indices, shape), linear(op, b_indices, shape)])
    flat, place = np.unique(both, return_inverse=True)
    place = place.reshape(-1)
    return flat, place[: len(a_indices)], place[len(a_indices) :]


def _check_operands(op, a, b) -> None:
    """InvalidArgumentError where two sparse tensors are none, or have different shapes."""
    for i, what, kind, rank in ((0, "indices", "matrices", 2), (1, "values", "vectors", 1), (2, "shapes", "vectors", 1)):
        if a[i].ndim != rank or b[i].ndim != rank:
            raise invalid(op, f"Input {what} should be {kind} but received shapes: {show(a[i].shape)} and {show(b[i].shape)}")
    if any(len(indices) != values.size for indices, values, _ in (a, b)):
        raise invalid(op, f"Expected {len(a[0])} and {len(b[0])} non-empty input values, got {a[1].size} and {b[1].size}")
    if a[2].size != b[2].size:
        raise invalid(op, f"Operands' should have the same ranks, got {show(a[2].shape)} and {show(b[2].shape)}")
    for i, (m, n) in enumerate(zip(a[2].tolist(), b[2].tolist())):
        if m != n:
            raise invalid(op, f"Operands' shapes do not match: got {m} and {n} for dimension {i}")


def _add_kernel(op):
    def add(ai, av, a_shape, bi, bv, b_shape, thresh):
        _check_operands(op, (ai, av, a_shape), (bi, bv, b_shape))
        flat, a_place, b_place = _sum_pairs(op, ai, bi, a_shape)
        values, shared = np.zeros(len(flat), av.dtype), np.zeros(len(flat), np.int8)
        for place, part in ((a_place, av), (b_place, bv)):
            np.add.at(values, place, part)
            np.add.at(shared, place, 1)
        kept = (np.abs(values) >= thresh) | (shared < 2)  # what only one has is never too small
        return unlinear(flat[kept], a_shape), values[kept], np.array(a_shape)

    return add


def _add_grad(op, *grads):
    a, b = make("SparseAddGrad", grads[1], op.inputs[0], op.inputs[3], op.outputs[0])
    a.set_shape(op.inputs[1].get_shape())
    b.set_shape(op.inputs[4].get_shape())
    return [None, a, None, None, b, None, None]


def _add_grad_kernel(op):
    def add_grad(grad, ai, bi, si):
        found = {tuple(row): i for i, row in enumerate(si.tolist())}

        def pick(indices):
            out = np.zeros(len(indices), grad.dtype)
            for i, row in enumerate(indices.tolist()):
                at = found.get(tuple(row))
                if at is not None:
                    out[i] = grad[at]
            return out

        return pick(ai), pick(bi)

    return add_grad


def _add_shape(op):
    shape = with_rank(op.inputs[2].dims, 1)
    return [(None, shape[0]), (None,), shape]


op("SparseAdd(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, b_shape: int64, thresh: Treal) -> "
   f"(sum_indices: int64, sum_values: T, sum_shape: int64); T: {NUMBERS}; Treal: {REAL}",
   shape=_add_shape, kernel=_add_kernel, gradient=_add_grad)  # fmt: skip
op("SparseAddGrad(backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64) -> (a_val_grad: T, "
   f"b_val_grad: T); T: {NUMBERS}",
   shape=lambda op: [(with_rank(op.inputs[1].dims, 2)[0],), (with_rank(op.inputs[2].dims, 2)[0],)],
   kernel=_add_grad_kernel)  # fmt: skip


def _unlike(a, b) -> str:
    if len(a) != len(b):
        return f"Operands do not have the same ranks; got shapes: {' '.join(map(str, a))} and {' '.join(map(str, b))}"
    k = next(k for k, (x, y) in enumerate(zip(a, b)) if x != y)
    return f"Operands' shapes do not match: got {a[k]} and {b[k]} for dimension {k}"


def _extreme_kernel(function):
    def kernel(op):
        def extreme(ai, av, a_shape, bi, bv, b_shape):
            if a_shape.tolist() != b_shape.tolist():
                raise invalid(op, _unlike(a_shape.tolist(), b_shape.tolist()))
            flat, a_place, b_place = _sum_pairs(op, ai, bi, a_shape)
            a, b = np.zeros(len(flat), av.dtype), np.zeros(len(flat), bv.dtype)
            a[a_place], b[b_place] = av, bv
            return unlinear(flat, a_shape), function(a, b)

        return extreme

    return kernel


_PAIR = "(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, b_shape: int64) -> (output_indices: int64, output_values: T); T: "
op("SparseSparseMaximum" + _PAIR + REAL, shape=lambda op: [(None, None), (None,)],
   kernel=_extreme_kernel(np.maximum), gradient=_no_gradient("SparseSparseMaximum"))  # fmt: skip
op("SparseSparseMinimum" + _PAIR + NUMBERS, shape=lambda op: [(None, None), (None,)],
   kernel=_extreme_kernel(np.minimum), gradient=_no_gradient("SparseSparseMinimum"))  # fmt: skip
