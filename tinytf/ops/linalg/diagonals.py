"""MatrixDiagV2, MatrixDiagPartV2, MatrixSetDiagV2: several diagonals of matrices at once.

Diagonal k stands k columns to the right of the main one.  Of several, each is a row, the uppermost first, and rows are padded to
the length of the longest.  TensorFlow 1.15 knows these ops; its `tf.linalg.diag` uses them only later.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank_at_least


def _refuse(op_, message):
    return errors.InvalidArgumentError(op_.node_def, op_, message)


def _bounds(op_, k) -> tuple:
    """(lowest, highest) of the diagonals that `k` names."""
    k = np.atleast_1d(k)
    if k.ndim != 1 or not 1 <= k.size <= 2:
        raise _refuse(op_, f"diag_index must have only one or two elements, received {k.size} elements.")
    low, high = int(k[0]), int(k[-1])
    if low > high:
        raise _refuse(op_, f"lower_diag_index must not be larger than upper_diag_index: {low} > {high}")
    return low, high


def _check_within(op_, low, high, rows, columns) -> None:
    for what, d in (("lower", low), ("upper", high)):
        if not (-rows < d < columns) and d:
            raise _refuse(op_, f"{what}_diag_index is out of bound: {d} It must be between {-rows} and {columns}")


def _length(d: int, rows: int, columns: int) -> int:
    return min(rows + min(d, 0), columns - max(d, 0))


def _places(d: int, rows: int, columns: int):
    """The rows and columns of the elements of diagonal `d`."""
    along = np.arange(_length(d, rows, columns))
    return along + max(-d, 0), along + max(d, 0)


def _longest(low: int, high: int, rows: int, columns: int) -> int:
    return min(rows + min(high, 0), columns - max(low, 0))


def _diag_kernel(op_):
    def matrix_diag(diagonal, k, rows, columns, padding):
        low, high = _bounds(op_, k)
        several = low != high
        if several and diagonal.shape[-2] != high - low + 1:
            raise _refuse(op_, f"The number of diagonals provided in the input does not match the lower_diag_index and upper_diag_index range: {diagonal.shape[-2]} vs. {high - low + 1}")
        longest = diagonal.shape[-1]
        rows, columns = int(rows), int(columns)
        least_rows, least_columns = longest - min(high, 0), longest + max(low, 0)
        if rows == -1 and columns == -1:
            rows = columns = max(least_rows, least_columns)
        rows = least_rows if rows == -1 else rows
        columns = least_columns if columns == -1 else columns
        if rows < least_rows:
            raise _refuse(op_, "The number of rows is too small.")
        if columns < least_columns:
            raise _refuse(op_, "The number of columns is too small.")
        if rows != least_rows and columns != least_columns:
            raise _refuse(op_, "The number of rows or columns is not consistent with the specified d_lower, d_upper, and diagonal.")
        batch = diagonal.shape[: -2 if several else -1]
        result = np.full((*batch, rows, columns), padding, diagonal.dtype)
        _put(result, diagonal, low, high)
        return result

    return matrix_diag


def _put(matrices, diagonal, low, high) -> None:
    rows, columns = matrices.shape[-2:]
    for d in range(low, high + 1):
        where = _places(d, rows, columns)
        values = diagonal if low == high else diagonal[..., high - d, :]
        matrices[(..., *where)] = values[..., : len(where[0])]


def _part_kernel(op_):
    def matrix_diag_part(matrices, k, padding):
        low, high = _bounds(op_, k)
        rows, columns = matrices.shape[-2:]
        _check_within(op_, low, high, rows, columns)
        longest = _longest(low, high, rows, columns)
        result = np.full((*matrices.shape[:-2], high - low + 1, longest), padding, matrices.dtype)
        for d in range(low, high + 1):
            where = _places(d, rows, columns)
            result[..., high - d, : len(where[0])] = matrices[(..., *where)]
        return result[..., 0, :] if low == high else result

    return matrix_diag_part


def _set_kernel(op_):
    def matrix_set_diag(matrices, diagonal, k):
        low, high = _bounds(op_, k)
        rows, columns = matrices.shape[-2:]
        _check_within(op_, low, high, rows, columns)
        expected = (*matrices.shape[:-2], *(() if low == high else (high - low + 1,)), _longest(low, high, rows, columns))
        if diagonal.shape != expected:
            raise _refuse(
                op_, "Either first dimensions of diagonal don't match input.shape[:-2], or diagonal.shape[:-1] is not equal to the longests "
                f"diagonal in range [lower_diag_index:upper_diag_index].\nInput shape: {list(matrices.shape)}\nDiagonal shape: "
                f"{list(diagonal.shape)}\nExpected diagonal shape: {list(expected)}",
            )  # fmt: skip
        result = matrices.copy()
        _put(result, diagonal, low, high)
        return result

    return matrix_set_diag


# ---- shapes and gradients ------------------------------------------------------------------------


def _known_bounds(tensor, dims=None):
    """(lowest, highest) where `k` is known.  ValueError where they are no diagonals of such matrices."""
    k = constant_value(tensor)
    if k is None:
        return None
    if np.ndim(k) > 1 or not 1 <= np.size(k) <= 2:
        raise ValueError(f"diag_index must have only one or two elements, received {np.size(k)} elements.")
    low, high = int(np.atleast_1d(k)[0]), int(np.atleast_1d(k)[-1])
    if low > high:
        raise ValueError("lower_diag_index is greater than upper_diag_index")
    if dims is not None and None not in dims[-2:]:
        for what, d in (("lower", low), ("upper", high)):
            if d and not -dims[-2] < d < dims[-1]:
                raise ValueError(f"{what}_diag_index is out of bound.")
    return low, high


def _diag_shape(op_):
    dims, bounds = with_rank_at_least(op_.inputs[0].dims, 1), _known_bounds(op_.inputs[1])
    if dims is None or bounds is None:
        return [None]
    low, high = bounds
    batch = dims[: -2 if low != high else -1]
    rows, columns = (constant_value(t) for t in op_.inputs[2:4])
    if dims[-1] is None or rows is None or columns is None:
        return [(*batch, None, None)]
    least_rows, least_columns = dims[-1] - min(high, 0), dims[-1] + max(low, 0)
    rows, columns = int(rows), int(columns)
    for what, given, least in (("num_rows", rows, least_rows), ("num_cols", columns, least_columns)):
        if given not in (-1, least) and given < least:
            raise ValueError(f"{what} is too small")
    if rows == -1 and columns == -1:
        rows = columns = max(least_rows, least_columns)
    return [(*batch, least_rows if rows == -1 else rows, least_columns if columns == -1 else columns)]


def _part_shape(op_):
    dims = with_rank_at_least(op_.inputs[0].dims, 2)
    bounds = _known_bounds(op_.inputs[1], dims)
    if dims is None or bounds is None:
        return [None]
    low, high = bounds
    count = () if low == high else (high - low + 1,)
    longest = None if None in dims[-2:] else _longest(low, high, *dims[-2:])
    return [(*dims[:-2], *count, longest)]


def _same_shape(op_):
    dims = with_rank_at_least(op_.inputs[0].dims, 2)
    _known_bounds(op_.inputs[2], dims)
    return [dims]


def _diag_grad(op_, grad):
    from tinytf.ops.math import reductions

    k, padding = op_.inputs[1], op_.inputs[4]
    ones = make("MatrixDiagV2", _zeros_like(op_.inputs[0]), k, *op_.inputs[2:4], _one(padding))
    return make("MatrixDiagPartV2", grad, k, _zero(padding)), None, None, None, reductions.reduce_sum(grad * ones)


def _part_grad(op_, grad):
    from tinytf.ops.math import reductions

    matrices, k, padding = op_.inputs
    ones = make("MatrixDiagPartV2", _zeros_like(matrices), k, _one(padding))
    return make("MatrixSetDiagV2", _zeros_like(matrices), grad, k), None, reductions.reduce_sum(grad * ones)


def _set_grad(op_, grad):
    diagonal, k = op_.inputs[1:]
    return make("MatrixSetDiagV2", grad, _zeros_like(diagonal), k), make("MatrixDiagPartV2", grad, k, _zero(grad)), None


def _zeros_like(tensor):
    from tinytf.ops.array import array_ops

    return array_ops.zeros_like(tensor)


def _zero(tensor):
    from tinytf.ops.array import array_ops

    return array_ops.zeros([], dtype=tensor.dtype)


def _one(tensor):
    from tinytf.ops.array import array_ops

    return array_ops.ones([], dtype=tensor.dtype)


op("MatrixDiagV2(diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T) -> (output: T); T: type",
   shape=_diag_shape, kernel=_diag_kernel, gradient=_diag_grad)  # fmt: skip
op("MatrixDiagPartV2(input: T, k: int32, padding_value: T) -> (diagonal: T); T: type", shape=_part_shape, kernel=_part_kernel, gradient=_part_grad)
op("MatrixSetDiagV2(input: T, diagonal: T, k: int32) -> (output: T); T: type", shape=_same_shape, kernel=_set_kernel, gradient=_set_grad)
