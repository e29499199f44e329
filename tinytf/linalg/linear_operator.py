"""`LinearOperator`: a (batch of) matrices known by what they do, not always by their entries.  Follows TF 1.15."""

from __future__ import annotations

import contextlib

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.linalg import linear_operator_algebra as algebra
from tinytf.linalg import linear_operator_util as util
from tinytf.ops.array import array_ops
from tinytf.ops.linalg import linalg, linalg_functions
from tinytf.ops.linalg.matrix_diag import eye, matrix_diag_part
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape, dimension_at_index


class LinearOperator:
    """The base of all operators: a subclass says its `_shape`, `_shape_tensor` and `_matmul`, and what it can do better.

    The hints (`is_non_singular` …) are promises of the caller: True, False, or None for not known.
    """

    def __init__(self, dtype, graph_parents=None, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name=None):
        if is_positive_definite:
            if is_non_singular is False:
                raise ValueError("A positive definite matrix is always non-singular.")
            is_non_singular = True
        if is_non_singular:
            if is_square is False:
                raise ValueError("A non-singular matrix is always square.")
            is_square = True
        if is_self_adjoint:
            if is_square is False:
                raise ValueError("A self-adjoint matrix is always square.")
            is_square = True
        parents = [] if graph_parents is None else graph_parents
        for i, t in enumerate(parents):
            if t is None or not isinstance(t, Tensor):
                raise ValueError("Graph parent item %d is %s; Expected a Tensor." % (i, t))
        self._is_square_hint = is_square
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
        self._graph_parents = parents
        self._is_non_singular, self._is_self_adjoint, self._is_positive_definite = is_non_singular, is_self_adjoint, is_positive_definite
        self._name = name or type(self).__name__

    @contextlib.contextmanager
    def _scope(self, name, values=()):
        with name_scope(self.name + "/" + name, values=list(values)) as scope:
            yield scope

    dtype = property(lambda self: self._dtype, doc="The dtype of the entries.")
    name = property(lambda self: self._name, doc="What stands before the names of its ops.")
    graph_parents = property(lambda self: self._graph_parents, doc="The tensors that define it.")
    is_non_singular = property(lambda self: self._is_non_singular, doc="Whether it can be inverted.")
    is_self_adjoint = property(lambda self: self._is_self_adjoint, doc="Whether it is its own adjoint.")
    is_positive_definite = property(lambda self: self._is_positive_definite, doc="Whether x^H A x has a positive real part for all x.")

    @property
    def is_square(self):
        """Whether it has as many rows as columns."""
        found = self.domain_dimension == self.range_dimension
        if self._is_square_hint is False and found:
            raise ValueError("User set is_square hint to False, but the operator was square.")
        return found if self._is_square_hint is None else self._is_square_hint

    # Shapes -------------------------------------------------------------------------------------------

    def _shape(self):
        raise NotImplementedError("_shape is not implemented.")

    def _shape_tensor(self):
        raise NotImplementedError("_shape_tensor is not implemented.")

    @property
    def shape(self) -> TensorShape:
        """The static shape [batch…, rows, columns]."""
        return self._shape()

    def shape_tensor(self, name="shape_tensor"):
        """The shape, as an int32 vector."""
        with self._scope(name):
            if self.shape.is_fully_defined():
                return util.shape_tensor(self.shape.as_list())
            return self._shape_tensor()

    @property
    def batch_shape(self):
        """The static shape of the batch."""
        return self.shape[:-2]

    def batch_shape_tensor(self, name="batch_shape_tensor"):
        """The shape of the batch, as an int32 vector."""
        with self._scope(name):
            if self.batch_shape.is_fully_defined():
                return util.shape_tensor(self.batch_shape.as_list(), name="batch_shape")
            return self.shape_tensor()[:-2]

    @property
    def tensor_rank(self):
        """The number of dimensions, None where it is not known."""
        return self.shape.ndims

    def tensor_rank_tensor(self, name="tensor_rank_tensor"):
        """The number of dimensions, as a tensor."""
        with self._scope(name):
            return convert_to_tensor(self.tensor_rank) if self.tensor_rank is not None else array_ops.size(self.shape_tensor())

    @property
    def domain_dimension(self):
        """The number of columns."""
        return self.shape[-1] if self.shape.ndims is not None else dimension_at_index(self.shape, -1)

    def domain_dimension_tensor(self, name="domain_dimension_tensor"):
        """The number of columns, as a tensor."""
        with self._scope(name):
            value = self.domain_dimension.value
            return convert_to_tensor(value) if value is not None else self.shape_tensor()[-1]

    @property
    def range_dimension(self):
        """The number of rows."""
        return self.shape[-2] if self.shape.ndims is not None else dimension_at_index(self.shape, -2)

    def range_dimension_tensor(self, name="range_dimension_tensor"):
        """The number of rows, as a tensor."""
        with self._scope(name):
            value = self.range_dimension.value
            return convert_to_tensor(value) if value is not None else self.shape_tensor()[-2]

    # Assertions ---------------------------------------------------------------------------------------

    def _assert_non_singular(self):
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = linalg.svd(self.to_dense(), compute_uv=False)
        condition = math_ops.reduce_max(values, axis=-1) / math_ops.reduce_min(values, axis=-1)
        return check_ops.assert_less(condition, self._max_condition_number_to_be_non_singular(), message="Singular matrix up to precision epsilon.")

    def _max_condition_number_to_be_non_singular(self):
        with name_scope("max_nonsingular_condition_number"):
            eps = np.finfo(self.dtype.as_numpy_dtype).eps
            sizes = [math_ops.cast(n(), self.dtype.real_dtype) for n in (self.range_dimension_tensor, self.domain_dimension_tensor)]
            return 1.0 / (math_ops.reduce_max((100.0, *sizes)) * eps)

    def assert_non_singular(self, name="assert_non_singular"):
        """An op that fails where the operator cannot be inverted."""
        with self._scope(name):
            return self._assert_non_singular()

    def _assert_positive_definite(self):
        if not self.is_self_adjoint:
            raise NotImplementedError("assert_positive_definite is not implemented.")
        diagonal = matrix_diag_part(linalg.cholesky(self.to_dense()))
        return check_ops.assert_positive(math_ops.real(diagonal), message="Matrix was not positive definite.")

    def assert_positive_definite(self, name="assert_positive_definite"):
        """An op that fails where the operator is not positive definite."""
        with self._scope(name):
            return self._assert_positive_definite()

    def _assert_self_adjoint(self):
        dense = self.to_dense()
        return check_ops.assert_equal(dense, linalg_functions.adjoint(dense), message="Matrix was not equal to its adjoint.")

    def assert_self_adjoint(self, name="assert_self_adjoint"):
        """An op that fails where the operator is not its own adjoint."""
        with self._scope(name):
            return self._assert_self_adjoint()

    def _check_input_dtype(self, arg):
        if arg.dtype.base_dtype != self.dtype:
            raise TypeError("Expected argument to have dtype %s.  Found: %s in tensor %s" % (self.dtype, arg.dtype, arg))

    # Products -----------------------------------------------------------------------------------------

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        raise NotImplementedError("_matmul is not implemented.")

    def matmul(self, x, adjoint=False, adjoint_arg=False, name="matmul"):
        """The product with matrices `x`, or with another operator."""
        if isinstance(x, LinearOperator):
            left, right = self.adjoint() if adjoint else self, x.adjoint() if adjoint_arg else x
            self._check_fits(left.domain_dimension, right.range_dimension)
            with self._scope(name):
                return algebra.matmul(left, right)
        with self._scope(name, [x]):
            x = convert_to_tensor(x, name="x", dtype=None if isinstance(x, Tensor) else self.dtype)
            self._check_input_dtype(x)
            _dimension(self.shape, -2 if adjoint else -1).assert_is_compatible_with(_dimension(x.shape, -1 if adjoint_arg else -2))
            return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    __matmul__ = matmul

    @staticmethod
    def _check_fits(wanted, given):
        if wanted.value is not None and given.value is not None and wanted != given:
            raise ValueError(f"Operators are incompatible. Expected `x` to have dimension {wanted} but got {given}.")

    def _matvec(self, x, adjoint=False):
        return array_ops.squeeze(self.matmul(array_ops.expand_dims(x, axis=-1), adjoint=adjoint), axis=-1)

    def matvec(self, x, adjoint=False, name="matvec"):
        """The product with vectors `x`."""
        with self._scope(name, [x]):
            x = convert_to_tensor(x, name="x", dtype=None if isinstance(x, Tensor) else self.dtype)
            self._check_input_dtype(x)
            _dimension(self.shape, -2 if adjoint else -1).assert_is_compatible_with(_dimension(x.shape, -1))
            return self._matvec(x, adjoint=adjoint)

    # Determinants -------------------------------------------------------------------------------------

    def _determinant(self):
        if self._can_use_cholesky():
            return math_ops.exp(self.log_abs_determinant())
        return linalg.matrix_determinant(self.to_dense())

    def _require_square(self, what):
        if self.is_square is False:
            raise NotImplementedError(f"{what} not implemented for an operator that is expected to not be square.")

    def determinant(self, name="det"):
        """The determinants of the batch."""
        self._require_square("Determinant")
        with self._scope(name):
            return self._determinant()

    def _log_abs_determinant(self):
        if self._can_use_cholesky():
            return 2 * math_ops.reduce_sum(math_ops.log(matrix_diag_part(linalg.cholesky(self.to_dense()))), axis=[-1])
        return linalg.slogdet(self.to_dense())[1]

    def log_abs_determinant(self, name="log_abs_det"):
        """The logarithms of the determinants' absolute values."""
        self._require_square("Determinant")
        with self._scope(name):
            return self._log_abs_determinant()

    # Solutions ----------------------------------------------------------------------------------------

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = util.adjoint(rhs) if adjoint_arg else rhs
        if self._can_use_cholesky():
            return util.cholesky_solve_with_broadcast(linalg.cholesky(self.to_dense()), rhs)
        return util.matrix_solve_with_broadcast(self.to_dense(), rhs, adjoint=adjoint)

    def _require_solvable(self):
        if self.is_non_singular is False:
            raise NotImplementedError("Exact solve not implemented for an operator that is expected to be singular.")
        if self.is_square is False:
            raise NotImplementedError("Exact solve not implemented for an operator that is expected to not be square.")

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name="solve"):
        """The matrices (or the operator) whose product with this is `rhs`."""
        self._require_solvable()
        if isinstance(rhs, LinearOperator):
            left, right = self.adjoint() if adjoint else self, rhs.adjoint() if adjoint_arg else rhs
            self._check_fits(left.domain_dimension, right.range_dimension)
            with self._scope(name):
                return algebra.solve(left, right)
        with self._scope(name, [rhs]):
            rhs = convert_to_tensor(rhs, name="rhs", dtype=None if isinstance(rhs, Tensor) else self.dtype)
            self._check_input_dtype(rhs)
            _dimension(self.shape, -1 if adjoint else -2).assert_is_compatible_with(_dimension(rhs.shape, -1 if adjoint_arg else -2))
            return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs, adjoint=False):
        return array_ops.squeeze(self.solve(array_ops.expand_dims(rhs, axis=-1), adjoint=adjoint), axis=-1)

    def solvevec(self, rhs, adjoint=False, name="solve"):
        """The vectors whose product with this is `rhs`."""
        with self._scope(name, [rhs]):
            rhs = convert_to_tensor(rhs, name="rhs", dtype=None if isinstance(rhs, Tensor) else self.dtype)
            self._check_input_dtype(rhs)
            _dimension(self.shape, -1 if adjoint else -2).assert_is_compatible_with(_dimension(rhs.shape, -1))
            return self._solvevec(rhs, adjoint=adjoint)

    # Other operators ----------------------------------------------------------------------------------

    def adjoint(self, name="adjoint"):
        """The adjoint, as an operator."""
        if self.is_self_adjoint is True:
            return self
        with self._scope(name):
            return algebra.adjoint(self)

    H = property(adjoint, None, None, "The adjoint.")

    def inverse(self, name="inverse"):
        """The inverse, as an operator."""
        if self.is_square is False:
            raise ValueError("Cannot take the Inverse: This operator represents a non square matrix.")
        if self.is_non_singular is False:
            raise ValueError("Cannot take the Inverse: This operator represents a singular matrix.")
        with self._scope(name):
            return algebra.inverse(self)

    def cholesky(self, name="cholesky"):
        """The Cholesky factor, as an operator."""
        if not self._can_use_cholesky():
            raise ValueError("Cannot take the Cholesky decomposition: Not a positive definite self adjoint matrix.")
        with self._scope(name):
            return algebra.cholesky(self)

    # Entries ------------------------------------------------------------------------------------------

    def _to_dense(self):
        batch = self.batch_shape.as_list() if self.batch_shape.is_fully_defined() else self.batch_shape_tensor()
        size = self.domain_dimension.value
        identity = eye(num_rows=self.domain_dimension_tensor() if size is None else size, batch_shape=batch, dtype=self.dtype)
        return self.matmul(identity)

    def to_dense(self, name="to_dense"):
        """The matrices, entry by entry."""
        with self._scope(name):
            return self._to_dense()

    def _diag_part(self):
        return matrix_diag_part(self.to_dense())

    def diag_part(self, name="diag_part"):
        """The diagonals."""
        with self._scope(name):
            return self._diag_part()

    def _trace(self):
        return math_ops.reduce_sum(self.diag_part(), axis=-1)

    def trace(self, name="trace"):
        """The sums of the diagonals."""
        with self._scope(name):
            return self._trace()

    def _add_to_tensor(self, x):
        return self.to_dense() + x

    def add_to_tensor(self, x, name="add_to_tensor"):
        """The matrices plus `x`."""
        with self._scope(name, [x]):
            x = convert_to_tensor(x, name="x", dtype=None if isinstance(x, Tensor) else self.dtype)
            self._check_input_dtype(x)
            return self._add_to_tensor(x)

    def _can_use_cholesky(self):
        return self.is_self_adjoint and self.is_positive_definite


def _dimension(shape, index):
    return dimension_at_index(shape, index)
