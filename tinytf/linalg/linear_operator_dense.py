"""Operators that hold their matrix: full, and lower triangular.  Follows `tf.linalg.LinearOperatorFullMatrix` and its kin."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import matrix_band_part, matrix_diag_part
from tinytf.ops.math import math_ops

_FLOATS = (dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128)


def check_dtype(tensor, name, allowed=_FLOATS):
    """TypeError where an operator cannot be made of tensors of this dtype."""
    if tensor.dtype not in allowed:
        raise TypeError("Argument %s must have dtype in %s.  Found: %s" % (name, list(allowed), tensor.dtype))


class LinearOperatorFullMatrix(LinearOperator):
    """Any (batch of) matrices."""

    def __init__(self, matrix, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorFullMatrix"):
        with name_scope(name, values=[matrix]):
            self._matrix = convert_to_tensor(matrix, name="matrix")
            self._check_matrix(self._matrix)
            super().__init__(self._matrix.dtype, [self._matrix], is_non_singular, is_self_adjoint, is_positive_definite, is_square, name)

    @staticmethod
    def _check_matrix(matrix):
        check_dtype(matrix, "matrix")
        if matrix.dims is not None and len(matrix.dims) < 2:
            raise ValueError("Argument matrix must have at least 2 dimensions.  Found: %s" % matrix)

    def _shape(self):
        return self._matrix.shape

    def _shape_tensor(self):
        return array_ops.shape(self._matrix)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self):
        return self._matrix


class LinearOperatorLowerTriangular(LinearOperator):
    """The lower triangles of (a batch of) square matrices."""

    def __init__(self, tril, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorLowerTriangular"):
        if is_square is False:
            raise ValueError("Only square lower triangular operators supported at this time.")
        with name_scope(name, values=[tril]):
            self._tril = convert_to_tensor(tril, name="tril")
            check_dtype(self._tril, "tril")
            if self._tril.dims is not None and len(self._tril.dims) < 2:
                raise ValueError("Argument tril must have at least 2 dimensions.  Found: %s" % self._tril)
            super().__init__(self._tril.dtype, [self._tril], is_non_singular, is_self_adjoint, is_positive_definite, True, name)

    def _lower(self):
        return matrix_band_part(self._tril, -1, 0)

    def _shape(self):
        return self._tril.shape

    def _shape_tensor(self):
        return array_ops.shape(self._tril)

    def _assert_non_singular(self):
        return util.assert_no_entries_with_modulus_zero(self._diagonal(), message="Singular operator:  Diagonal contained zero values.")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self._lower(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _determinant(self):
        return math_ops.reduce_prod(self._diagonal(), axis=[-1])

    def _log_abs_determinant(self):
        return math_ops.reduce_sum(math_ops.log(math_ops.abs(self._diagonal())), axis=[-1])

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = util.adjoint(rhs) if adjoint_arg else rhs
        return util.matrix_triangular_solve_with_broadcast(self._lower(), rhs, lower=True, adjoint=adjoint)

    def _to_dense(self):
        return self._lower()

    def _diagonal(self):
        return matrix_diag_part(self._tril)
