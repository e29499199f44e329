"""Matrices that know their structure.  Follows tf.linalg.LinearOperatorLowerTriangular of TF 1.15."""

from __future__ import annotations

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import name_scope
from tinytf.ops import array_ops, math_ops
from tinytf.ops.linalg import matrix_triangular_solve
from tinytf.ops.linalg_functions import adjoint as adjoint_of
from tinytf.ops.matrix_diag import matrix_band_part, matrix_diag_part


class LinearOperatorLowerTriangular:
    """The lower triangle of `tril` [..., n, n]; what is above the diagonal counts as 0.

    `is_non_singular` and its kin are promises, which are kept as they are given.
    """

    def __init__(
        self, tril, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorLowerTriangular"
    ):
        if is_square is False:
            raise ValueError("Only square lower triangular operators supported at this time.")
        with name_scope(name, values=[tril]):
            self._tril = convert_to_tensor(tril, name="tril")
        if self._tril.shape.ndims is not None and self._tril.shape.ndims < 2:
            raise ValueError("Argument tril must have at least 2 dimensions.  Found: %s" % self._tril)
        self.name, self.is_square = name, True
        self.is_non_singular, self.is_self_adjoint, self.is_positive_definite = is_non_singular, is_self_adjoint, is_positive_definite

    def _scope(self, method, name):
        return name_scope(self.name + "/" + (name or method))

    def _triangle(self):
        return matrix_band_part(self._tril, -1, 0)

    @property
    def dtype(self):
        """The type of the elements."""
        return self._tril.dtype

    @property
    def shape(self):
        """The static shape."""
        return self._tril.shape

    def shape_tensor(self, name="shape_tensor"):
        """The shape when it runs."""
        with self._scope("shape_tensor", name):
            return array_ops.shape(self._tril)

    def to_dense(self, name="to_dense"):
        """The matrix."""
        with self._scope("to_dense", name):
            return self._triangle()

    def diag_part(self, name="diag_part"):
        """The diagonal."""
        with self._scope("diag_part", name):
            return matrix_diag_part(self._tril)

    def matmul(self, x, adjoint=False, adjoint_arg=False, name="matmul"):
        """The product with a matrix."""
        with self._scope("matmul", name):
            x = convert_to_tensor(x, dtype=self.dtype, name="x")
            return math_ops.matmul(self._triangle(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name="solve"):
        """The x whose product with this is `rhs`."""
        with self._scope("solve", name):
            rhs = convert_to_tensor(rhs, dtype=self.dtype, name="rhs")
            rhs = adjoint_of(rhs) if adjoint_arg else rhs
            triangle = self._triangle()
            with name_scope("MatrixTriangularSolve"):
                return matrix_triangular_solve(triangle, rhs, lower=True, adjoint=adjoint)

    def determinant(self, name="det"):
        """The product of the diagonal."""
        with self._scope("det", name):
            return math_ops.reduce_prod(matrix_diag_part(self._tril), axis=[-1])

    def log_abs_determinant(self, name="log_abs_det"):
        """The logarithm of its absolute value."""
        with self._scope("log_abs_det", name):
            return math_ops.reduce_sum(math_ops.log(math_ops.abs(matrix_diag_part(self._tril))), axis=[-1])
