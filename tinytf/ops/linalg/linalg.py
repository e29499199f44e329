"""Solving and decomposing matrices, or batches of them: Cholesky, Qr, Svd, SelfAdjointEig, MatrixInverse, MatrixSolve …

The kernels are NumPy's LAPACK; float16 is computed in float32.  Eigenvectors and singular vectors are
determined up to their sign only, and the sign may differ from TensorFlow's.
"""

from __future__ import annotations

import collections

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, merge_dims, unknown, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.linalg import linalg_gradients as gradients
from tinytf.ops.linalg import linalg_kernels as kernels

# ---- shape -------------------------------------------------------------------------------------


def _matrices(dims):
    return with_rank_at_least(dims, 2)


def _square(dims):
    """Dims of square matrices; ValueError where they are not."""
    dims = _matrices(dims)
    if dims is None:
        return None
    size = merge_dim(dims[-2], dims[-1])
    return dims[:-2] + (size, size)


def _square_shape(op):
    return [_square(op.inputs[0].dims)] * len(op.outputs)


def _determinant_shape(op):
    dims = _square(op.inputs[0].dims)
    return [None if dims is None else dims[:-2]] * len(op.outputs)


def _smaller(m, n):
    # Unknown unless both are known, but for a 0, which nothing is smaller than.
    return None if m is None or n is None else min(m, n)


def _qr_shape(op):
    dims = _matrices(op.inputs[0].dims)
    if dims is None:
        return [None, None]
    m, n = dims[-2:]
    inner = m if op.attr("full_matrices") else _smaller(m, n)
    return [dims[:-2] + (m, inner), dims[:-2] + (inner, n)]


def _svd_shape(op):
    dims = _matrices(op.inputs[0].dims)
    if dims is None:
        return [None, None if op.attr("compute_uv") else (0,), None if op.attr("compute_uv") else (0,)]
    m, n = dims[-2:]
    batch, p = dims[:-2], _smaller(m, n)
    if not op.attr("compute_uv"):
        return [batch + (p,), (0,), (0,)]
    if op.attr("full_matrices"):
        return [batch + (p,), batch + (m, m), batch + (n, n)]
    return [batch + (p,), batch + (m, p), batch + (n, p)]


def _eigen_shape(op):
    dims = _square(op.inputs[0].dims)
    if dims is None:
        return [None, None if op.attr("compute_v") else (0,)]
    return [dims[:-1], dims if op.attr("compute_v") else (0,)]


def _old_eigen_shape(op):
    dims = _square(op.inputs[0].dims)
    return [None if dims is None else dims[:-2] + (None if dims[-1] is None else dims[-1] + 1, dims[-1])]


def _solve_shape(op):
    a, b = _square(op.inputs[0].dims), _matrices(op.inputs[1].dims)
    if a is None or b is None:
        return [None]
    rows = merge_dim(a[-1], b[-2])
    return [merge_dims(a[:-2], b[:-2]) + (rows, b[-1])]


def _least_squares_shape(op):
    a, b = _matrices(op.inputs[0].dims), _matrices(op.inputs[1].dims)
    if a is None or b is None:
        return [None]
    merge_dim(a[-2], b[-2])
    return [merge_dims(a[:-2], b[:-2]) + (a[-1], b[-1])]


def _lu_shape(op):
    dims = _square(op.inputs[0].dims)
    return [dims, None if dims is None else dims[:-1]]


def _last_input_shape(op):
    return [op.inputs[-1].dims]


# ---- kernels' errors ---------------------------------------------------------------------------


_SOLVING = frozenset(["MatrixSolve", "MatrixTriangularSolve", "BatchMatrixSolve", "BatchMatrixTriangularSolve"])


def _refused(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _check_sides(op, matrix, rhs):
    if matrix.ndim != rhs.ndim:
        raise _refused(op, "All input tensors must have the same rank.")
    for i, side in enumerate((matrix, rhs)):
        if side.ndim < 2:
            raise _refused(op, f"Input tensor {i} must have rank >= 2, got {side.ndim}")
    if matrix.shape[-1] != matrix.shape[-2]:
        raise _refused(op, "First input (lhs) must be a square matrix.")
    if matrix.shape[-2] != rhs.shape[-2]:
        raise _refused(op, "Input matrix and rhs are incompatible.")
    if matrix.shape[:-2] != rhs.shape[:-2]:
        raise _refused(op, "All input tensors must have the same outer dimensions.")


def _kernel(function, singular="Input is not invertible.", square=True):
    """`function(op)` gives the computation; what LAPACK refuses becomes TensorFlow's error."""

    def kernel(op):
        run = function(op)

        def checked(*arrays):
            a = arrays[0]
            if op.type in _SOLVING:
                _check_sides(op, a, arrays[1])
                if not arrays[1].size:  # nothing is solved, so a singular matrix is none
                    a = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
                    arrays = (a, *arrays[1:])
            elif square and (a.ndim < 2 or a.shape[-1] != a.shape[-2]):
                raise _refused(op, "Input matrix must be square." if a.ndim > 1 else f"Input tensor 0 must have rank >= 2, got {a.ndim}")
            try:
                return run(*arrays)
            except np.linalg.LinAlgError:
                raise errors.InvalidArgumentError(op.node_def, op, singular) from None

        return checked

    return kernel


_NOT_POSITIVE = "Cholesky decomposition was not successful. The input might not be valid."
_SINGULAR = "Input matrix is not invertible."

# ---- the ops -----------------------------------------------------------------------------------


def _op(signature, shape, kernel, gradient=None):
    op(signature, shape=shape, kernel=kernel, gradient=gradient)


_cholesky = _kernel(kernels.cholesky, _NOT_POSITIVE)
_cholesky_grad = _kernel(kernels.cholesky_grad, _NOT_POSITIVE)
_inverse = _kernel(kernels.inverse)
_solve = _kernel(kernels.solve, _SINGULAR)
_triangular = _kernel(kernels.triangular_solve, _SINGULAR)
_determinant = _kernel(kernels.determinant)
_least_squares = _kernel(kernels.least_squares, "Input matrix was rank deficient or ill-conditioned.", square=False)
_svd = _kernel(kernels.svd, "SVD did not converge.", square=False)
_eigen = _kernel(kernels.self_adjoint_eig, "Self-adjoint eigen decomposition was not successful. The input might not be valid.")
_old_eigen = _kernel(kernels.old_self_adjoint_eig, "Self-adjoint eigen decomposition was not successful. The input might not be valid.")

_op(
    "Cholesky(input: T) -> (output: T); T: {double, float, half, complex64, complex128}",
    _square_shape,
    _cholesky,
    gradients.cholesky_grad,
)
_op("CholeskyGrad(l: T, grad: T) -> (output: T); T: {half, float, double}", _square_shape, _cholesky_grad)
_op(
    "MatrixInverse(input: T) -> (output: T); adjoint: bool = false; T: {double, float, half, complex64, complex128}",
    _square_shape,
    _inverse,
    gradients.inverse_grad,
)
_op(
    "MatrixDeterminant(input: T) -> (output: T); T: {half, float, double, complex64, complex128}",
    _determinant_shape,
    _determinant,
    gradients.determinant_grad,
)
_op(
    "LogMatrixDeterminant(input: T) -> (sign: T, log_abs_determinant: T); T: {half, float, double, complex64, "
    "complex128}",
    _determinant_shape,
    _kernel(kernels.log_determinant),
    gradients.log_determinant_grad,
)
_op(
    "MatrixSolve(matrix: T, rhs: T) -> (output: T); adjoint: bool = false; T: {double, float, half, complex64, "
    "complex128}",
    _solve_shape,
    _solve,
    gradients.solve_grad,
)
_op(
    "MatrixTriangularSolve(matrix: T, rhs: T) -> (output: T); lower: bool = true; adjoint: bool = false; T: {double, "
    "float, half, complex64, complex128}",
    _solve_shape,
    _triangular,
    gradients.triangular_solve_grad,
)
_op(
    "MatrixSolveLs(matrix: T, rhs: T, l2_regularizer: double) -> (output: T); T: {double, float, half, complex64, "
    "complex128}; fast: bool = true",
    _least_squares_shape,
    _least_squares,
    gradients.least_squares_grad,
)
_op(
    "Qr(input: T) -> (q: T, r: T); full_matrices: bool = false; T: {double, float, half, complex64, complex128}",
    _qr_shape,
    _kernel(kernels.qr, square=False),
    gradients.qr_grad,
)
_op(
    "Svd(input: T) -> (s: T, u: T, v: T); compute_uv: bool = true; full_matrices: bool = false; T: {double, float, "
    "half, complex64, complex128}",
    _svd_shape,
    _svd,
    gradients.svd_grad,
)
_op(
    "SelfAdjointEigV2(input: T) -> (e: T, v: T); compute_v: bool = true; T: {double, float, half, complex64, "
    "complex128}",
    _eigen_shape,
    _eigen,
    gradients.self_adjoint_eig_grad,
)
_op(
    "SelfAdjointEig(input: T) -> (output: T); T: {double, float, half}; deprecated 11 'Use SelfAdjointEigV2 instead.'",
    _old_eigen_shape,
    _old_eigen,
)
_op(
    "Lu(input: T) -> (lu: T, p: output_idx_type); T: {double, float, half, complex64, complex128}; output_idx_type: "
    "{int32, int64} = int32",
    _lu_shape,
    _kernel(kernels.lu),
)
_op(
    "MatrixSquareRoot(input: T) -> (output: T); T: {double, float, half, complex64, complex128}",
    _square_shape,
    _kernel(kernels.square_root),
    gradients.square_root_grad,
)
_op("MatrixLogarithm(input: T) -> (output: T); T: {complex64, complex128}", _square_shape, _kernel(kernels.logarithm))
_op(
    "TridiagonalMatMul(superdiag: T, maindiag: T, subdiag: T, rhs: T) -> (output: T); T: {double, float, complex64, "
    "complex128}",
    _last_input_shape,
    kernels.tridiagonal_matmul,
    gradients.tridiagonal_matmul_grad,
)
_op(
    "TridiagonalSolve(diagonals: T, rhs: T) -> (output: T); partial_pivoting: bool = true; T: {double, float, "
    "complex64, complex128}",
    _last_input_shape,
    _kernel(kernels.tridiagonal_solve, _SINGULAR, square=False),
    gradients.tridiagonal_solve_grad,
)
# Names that TensorFlow used before these ops took batches; graphs of 2016 hold them. TensorFlow gives them no static shapes any more.
_op(
    "BatchCholesky(input: T) -> (output: T); T: {double, float}; deprecated 13 'Use Cholesky instead.'",
    unknown,
    _cholesky,
)
_op(
    "BatchCholeskyGrad(l: T, grad: T) -> (output: T); T: {float, double}; deprecated 13 'Use CholeskyGrad instead.'",
    unknown,
    _cholesky_grad,
)
_op(
    "BatchMatrixInverse(input: T) -> (output: T); adjoint: bool = false; T: {double, float}; deprecated 13 'Use "
    "MatrixInverse instead.'",
    unknown,
    _inverse,
)
_op(
    "BatchMatrixDeterminant(input: T) -> (output: T); T: {float, double, complex64, complex128}; deprecated 13 'Use "
    "MatrixDeterminant instead.'",
    unknown,
    _determinant,
)
_op(
    "BatchMatrixSolve(matrix: T, rhs: T) -> (output: T); adjoint: bool = false; T: {double, float}; deprecated 13 "
    "'Use MatrixSolve instead.'",
    unknown,
    _solve,
)
_op(
    "BatchMatrixTriangularSolve(matrix: T, rhs: T) -> (output: T); lower: bool = true; adjoint: bool = false; T: "
    "{double, float}; deprecated 13 'Use MatrixTriangularSolve instead.'",
    unknown,
    _triangular,
)
_op(
    "BatchMatrixSolveLs(matrix: T, rhs: T, l2_regularizer: double) -> (output: T); T: {double, float}; fast: bool = "
    "true; deprecated 13 'Use MatrixSolveLs instead.'",
    unknown,
    _least_squares,
)
_op(
    "BatchSelfAdjointEig(input: T) -> (output: T); T: {double, float}; deprecated 11 'Use SelfAdjointEigV2 instead.'",
    unknown,
    _old_eigen,
)
_op(
    "BatchSelfAdjointEigV2(input: T) -> (e: T, v: T); compute_v: bool = true; T: {double, float}; deprecated 13 'Use "
    "SelfAdjointEigV2 instead.'",
    unknown,
    _eigen,
)
_op(
    "BatchSvd(input: T) -> (s: T, u: T, v: T); compute_uv: bool = true; full_matrices: bool = false; T: {double, "
    "float, complex64, complex128}; deprecated 13 'Use Svd instead.'",
    unknown,
    _svd,
)

# ---- public functions --------------------------------------------------------------------------

Qr = collections.namedtuple("Qr", ["q", "r"])
Lu = collections.namedtuple("Lu", ["lu", "p"])
LogMatrixDeterminant = collections.namedtuple("LogMatrixDeterminant", ["sign", "log_abs_determinant"])


def cholesky(input, name=None) -> Tensor:
    """The lower triangular L with L Lᴴ = `input`, which must be positive definite.  Follows `tf.cholesky`."""
    return make("Cholesky", input, name=name)


def matrix_inverse(input, adjoint=False, name=None) -> Tensor:
    """The inverse, or that of the adjoint.  Follows `tf.matrix_inverse` of TF 1.15."""
    return make("MatrixInverse", input, adjoint=adjoint, name=name)


def matrix_determinant(input, name=None) -> Tensor:
    """The determinant.  Follows `tf.matrix_determinant` of TF 1.15."""
    return make("MatrixDeterminant", input, name=name)


def slogdet(input, name=None) -> LogMatrixDeterminant:
    """(sign, log of the absolute value) of the determinant.  Follows `tf.linalg.slogdet` of TF 1.15."""
    return LogMatrixDeterminant(*make("LogMatrixDeterminant", input, name=name))


def matrix_solve(matrix, rhs, adjoint=False, name=None) -> Tensor:
    """X with `matrix` X = `rhs`.  Follows `tf.matrix_solve` of TF 1.15."""
    return make("MatrixSolve", matrix, rhs, adjoint=adjoint, name=name)


def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None) -> Tensor:
    """X with `matrix` X = `rhs`, where only a triangle of `matrix` counts.  Follows `tf.matrix_triangular_solve`."""
    return make("MatrixTriangularSolve", matrix, rhs, lower=lower, adjoint=adjoint, name=name)


def qr(input, full_matrices=False, name=None) -> Qr:
    """(q, r): q with orthonormal columns, r upper triangular.  Follows `tf.qr` of TF 1.15."""
    return Qr(*make("Qr", input, full_matrices=full_matrices, name=name))


def lu(input, output_idx_type=dtypes.int32, name=None) -> Lu:
    """(L and U in one matrix, the permutation of the rows).  Follows `tf.linalg.lu` of TF 1.15."""
    return Lu(*make("Lu", input, output_idx_type=output_idx_type, name=name))


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """(s, u, v), or s alone: singular values descending, tensor = u diag(s) vᴴ.  Follows `tf.svd` of TF 1.15."""
    from tinytf.ops.math.complex_ops import real

    s, u, v = make("Svd", tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    return (real(s), u, v) if compute_uv else real(s)


def self_adjoint_eig(tensor, name=None):
    """(eigenvalues ascending, eigenvectors in columns) of self-adjoint matrices.  Follows `tf.self_adjoint_eig`."""
    e, v = make("SelfAdjointEigV2", tensor, compute_v=True, name=name)
    return e, v


def self_adjoint_eigvals(tensor, name=None) -> Tensor:
    """The eigenvalues of self-adjoint matrices, ascending.  Follows `tf.self_adjoint_eigvals` of TF 1.15."""
    e, _ = make("SelfAdjointEigV2", tensor, compute_v=False, name=name)
    return e


def matrix_square_root(input, name=None) -> Tensor:
    """S with S S = `input`.  Follows `tf.matrix_square_root` of TF 1.15."""
    return make("MatrixSquareRoot", input, name=name)


def logm(input, name=None) -> Tensor:
    """The matrix logarithm of complex matrices.  Follows `tf.linalg.logm` of TF 1.15."""
    return make("MatrixLogarithm", input, name=name)
