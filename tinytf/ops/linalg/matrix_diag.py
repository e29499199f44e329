"""Diagonals and bands: Diag, DiagPart, MatrixDiag, MatrixDiagPart, MatrixSetDiag, MatrixBandPart; `eye`, `trace`."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, merge_dims, merge_each, unknown, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import reductions

# ---- shape -------------------------------------------------------------------------------------


def _smaller(dims):
    return None if None in dims[-2:] else min(dims[-2:])


def _diag_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 1)
    return [None if dims is None else dims + dims]


def _diag_part_shape(op):
    dims = op.inputs[0].dims
    if dims is None:
        return [None]
    if len(dims) % 2 or not dims:
        raise ValueError(f"Input must have even and non-zero rank, input rank is {len(dims)}")
    half = len(dims) // 2
    return [merge_each(dims[:half], dims[half:])]


def _matrix_diag_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 1)
    return [None if dims is None else dims + dims[-1:]]


def _matrix_diag_part_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 2)
    return [None if dims is None else dims[:-2] + (_smaller(dims),)]


def _matrix_set_diag_shape(op):
    dims, diagonal = with_rank_at_least(op.inputs[0].dims, 2), with_rank_at_least(op.inputs[1].dims, 1)
    if dims is None:
        return [None]
    if diagonal is not None:
        merge_dims(dims[:-2], diagonal[:-1])
        merge_dim(_smaller(dims), diagonal[-1])
    return [dims]


def _band_shape(op):
    return [op.inputs[0].dims]


# ---- kernels -----------------------------------------------------------------------------------


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _check_matrices(op, x):
    if x.ndim < 2:
        raise _invalid(op, f"input must be at least 2-dim, received shape: {show(x.shape)}")


def _diag_kernel(op):
    def diag(x):
        x = np.asarray(x)
        result = np.zeros((x.size, x.size), x.dtype)
        np.fill_diagonal(result, x.reshape(-1))
        return result.reshape(x.shape + x.shape)

    return diag


def _diag_part_kernel(op):
    def diag_part(x):
        if x.ndim % 2 or not x.ndim:
            raise _invalid(op, "The rank of the tensor should be" + " " * 42 + f"even and positive, got shape {show(x.shape)}")
        half = x.shape[: x.ndim // 2]
        for i, size in enumerate(half):
            if size != x.shape[i + len(half)]:
                raise _invalid(op, f"Invalid shape {show(x.shape)}: dimensions {i} and {i + len(half)} do not match.")
        size = int(np.prod(half))
        return x.reshape(size, size).diagonal().reshape(half).copy()

    return diag_part


def _matrix_diag_kernel(op):
    def matrix_diag(x):
        if not x.ndim:
            raise _invalid(op, "diagonal must be at least 1-dim, received shape: []")
        size = x.shape[-1]
        result = np.zeros(x.shape + (size,), x.dtype)
        index = np.arange(size)
        result[..., index, index] = x
        return result

    return matrix_diag


def _matrix_diag_part_kernel(op):
    def matrix_diag_part(x):
        _check_matrices(op, x)
        return np.ascontiguousarray(np.diagonal(x, axis1=-2, axis2=-1))

    return matrix_diag_part


def _matrix_set_diag_kernel(op):
    def matrix_set_diag(x, diagonal):
        _check_matrices(op, x)
        if not diagonal.ndim:
            raise _invalid(op, "diagonal must be at least 1-dim, received shape: []")
        size = min(x.shape[-2:])
        if diagonal.shape != x.shape[:-2] + (size,):
            raise _invalid(
                op, "Either first dimensions of diagonal don't match input.shape[:-2], or diagonal.shape[:-1] is not equal to the "
                "longests diagonal in range [lower_diag_index:upper_diag_index].\n"
                f"Input shape: {show(x.shape)}\nDiagonal shape: {show(diagonal.shape)}\nExpected diagonal shape: {show(x.shape[:-2] + (size,))}"
            )  # fmt: skip
        result = x.copy()
        index = np.arange(size)
        result[..., index, index] = diagonal
        return result

    return matrix_set_diag


def _band_kernel(op):
    def band(x, lower, upper):
        _check_matrices(op, x)
        for side, value in (("lower", lower), ("upper", upper)):
            if value.ndim:
                raise _invalid(op, f"num_{side} must be scalar, got shape {show(value.shape)}")
        lower, upper = int(lower), int(upper)
        rows, columns = x.shape[-2:]
        for side, value, what, size in (("lower", lower, "rows", rows), ("upper", upper, "columns", columns)):
            if value > size:
                message = f"num_{side} must be negative or less or equal to number of {what} ({size}) got: {value}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
        offset = np.arange(columns) - np.arange(rows)[:, None]
        inside = np.ones((rows, columns), bool)
        if lower >= 0:
            inside &= offset >= -lower
        if upper >= 0:
            inside &= offset <= upper
        return np.where(inside, x, x.dtype.type(0))

    return band


# ---- gradients ---------------------------------------------------------------------------------


def _matrix_diag_part_grad(op, grad):
    dims = op.inputs[0].dims
    if dims is not None and None not in dims[-2:] and dims[-2] == dims[-1]:
        return matrix_diag(grad)
    return matrix_set_diag(array_ops.zeros_like(op.inputs[0]), grad)


def _matrix_set_diag_grad(op, grad):
    dims = merge_dims(op.inputs[0].dims, grad.dims)
    diagonal = op.inputs[1].dims
    batch = None
    if dims is not None:
        batch = merge_dims(dims[:-2], None if diagonal is None else diagonal[:-1])
    if batch is not None and None not in batch and None not in dims[-2:]:
        diagonal_shape = list(batch) + [min(dims[-2:])]
    else:
        with colocate_with(grad):
            grad_shape = array_ops.shape(grad)
            rank = array_ops.rank(grad)
            batch = array_ops.slice(grad_shape, [0], [rank - 2])
            matrix = array_ops.slice(grad_shape, [rank - 2], [2])
            smaller = reductions.reduce_min(matrix)
            diagonal_shape = array_ops.concat([batch, [smaller]], 0)
    grad_input = matrix_set_diag(grad, array_ops.zeros(diagonal_shape, dtype=grad.dtype))
    return grad_input, matrix_diag_part(grad)


def _band_grad(op, grad):
    return matrix_band_part(grad, op.inputs[1], op.inputs[2]), None, None


# ---- the ops -----------------------------------------------------------------------------------

op(
    "Diag(diagonal: T) -> (output: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    shape=_diag_shape,
    kernel=_diag_kernel,
    gradient=lambda op, grad: diag_part(grad),
)
op(
    "DiagPart(input: T) -> (diagonal: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    shape=_diag_part_shape,
    kernel=_diag_part_kernel,
    gradient=lambda op, grad: diag(grad),
)
op(
    "MatrixDiag(diagonal: T) -> (output: T); T: type",
    shape=_matrix_diag_shape,
    kernel=_matrix_diag_kernel,
    gradient=lambda op, grad: matrix_diag_part(grad),
)
op(
    "MatrixDiagPart(input: T) -> (diagonal: T); T: type",
    shape=_matrix_diag_part_shape,
    kernel=_matrix_diag_part_kernel,
    gradient=_matrix_diag_part_grad,
)
op(
    "MatrixSetDiag(input: T, diagonal: T) -> (output: T); T: type",
    shape=_matrix_set_diag_shape,
    kernel=_matrix_set_diag_kernel,
    gradient=_matrix_set_diag_grad,
)
op(
    "MatrixBandPart(input: T, num_lower: Tindex, num_upper: Tindex) -> (band: T); T: type; Tindex: {int32, int64} = "
    "int64",
    shape=_band_shape,
    kernel=_band_kernel,
    gradient=_band_grad,
)
op(
    "BatchMatrixDiag(diagonal: T) -> (output: T); T: type; deprecated 14 'Use MatrixDiag'",
    shape=unknown,
    kernel=_matrix_diag_kernel,
)
op(
    "BatchMatrixDiagPart(input: T) -> (diagonal: T); T: type; deprecated 14 'Use MatrixDiagPart'",
    shape=unknown,
    kernel=_matrix_diag_part_kernel,
)
op(
    "BatchMatrixSetDiag(input: T, diagonal: T) -> (output: T); T: type; deprecated 14 'Use MatrixSetDiag'",
    shape=unknown,
    kernel=_matrix_set_diag_kernel,
)
op(
    "BatchMatrixBandPart(input: T, num_lower: int64, num_upper: int64) -> (band: T); T: type; deprecated 14 'Use "
    "MatrixBandPart'",
    shape=unknown,
    kernel=_band_kernel,
)

# ---- public functions --------------------------------------------------------------------------


def diag(diagonal, name=None) -> Tensor:
    """A tensor of twice the rank with `diagonal` on its diagonal, else 0.  Follows `tf.diag` of TF 1.15."""
    return make("Diag", diagonal, name=name)


def diag_part(input, name=None) -> Tensor:
    """The diagonal of a tensor of even rank, the inverse of `diag`.  Follows `tf.diag_part` of TF 1.15."""
    return make("DiagPart", input, name=name)


def matrix_diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0) -> Tensor:
    """Matrices with the rows of `diagonal` on their diagonals.

    TF 1.15 accepts and ignores the arguments after `name`; so does this.  Follows `tf.matrix_diag` of TF 1.15.
    """
    return make("MatrixDiag", diagonal, name=name)


def matrix_diag_part(input, name="diag_part", k=0, padding_value=0) -> Tensor:
    """The diagonals of the innermost matrices.  Follows `tf.matrix_diag_part` of TF 1.15."""
    return make("MatrixDiagPart", input, name=name)


def matrix_set_diag(input, diagonal, name="set_diag", k=0) -> Tensor:
    """The matrices with another diagonal.  Follows `tf.matrix_set_diag` of TF 1.15."""
    return make("MatrixSetDiag", input, diagonal, name=name)


def matrix_band_part(input, num_lower, num_upper, name=None) -> Tensor:
    """The matrices with all outside a central band set to 0; a negative number keeps a whole triangle.

    Follows `tf.matrix_band_part` of TF 1.15.
    """
    return make("MatrixBandPart", input, num_lower, num_upper, name=name)


def trace(x, name=None) -> Tensor:
    """The sum of the diagonal of each matrix.  Follows `tf.trace` of TF 1.15."""
    with name_scope(name, "Trace", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return reductions.reduce_sum(matrix_diag_part(x), [-1], name=name)


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None) -> Tensor:
    """The identity matrix, or a batch of them.

    Raises TypeError where sizes are neither ints nor tensors.  Follows `tf.eye` of TF 1.15.
    """
    with name_scope(name, default_name="eye", values=[num_rows, num_columns, batch_shape]):
        is_square = num_columns is None
        batch_shape = [] if batch_shape is None else batch_shape
        num_columns = num_rows if is_square else num_columns
        if isinstance(num_rows, Tensor) or isinstance(num_columns, Tensor):
            size = make("Minimum", num_rows, num_columns)
        else:
            if not isinstance(num_rows, (int, np.integer)) or not isinstance(num_columns, (int, np.integer)):
                raise TypeError("num_rows and num_columns must be positive integer values.")
            is_square = num_rows == num_columns
            size = np.minimum(num_rows, num_columns)
        if isinstance(batch_shape, Tensor) or isinstance(size, Tensor):
            batch_shape = convert_to_tensor(batch_shape, name="shape", dtype=dtypes.int32)
            diagonal_shape = array_ops.concat((batch_shape, [size]), axis=0)
            if not is_square:
                shape = array_ops.concat((batch_shape, [num_rows, num_columns]), axis=0)
        else:
            batch_shape = list(batch_shape)
            diagonal_shape = batch_shape + [size]
            if not is_square:
                shape = batch_shape + [num_rows, num_columns]
        ones = array_ops.ones(diagonal_shape, dtype=dtype)
        if is_square:
            return matrix_diag(ones)
        return matrix_set_diag(array_ops.zeros(shape, dtype=dtype), ones)
