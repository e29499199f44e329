"""Operators that are diagonal: `LinearOperatorDiag`, and multiples of the identity.  Follows `tf.linalg` of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_dense import check_dtype
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import no_op
from tinytf.ops.linalg.matrix_diag import eye, matrix_diag, matrix_diag_part, matrix_set_diag
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


class LinearOperatorDiag(LinearOperator):
    """A (batch of) diagonal matrices."""

    def __init__(self, diag, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorDiag"):
        with name_scope(name, values=[diag]):
            self._diag = convert_to_tensor(diag, name="diag")
            check_dtype(self._diag, "diag")
            if self._diag.dims is not None and len(self._diag.dims) < 1:
                raise ValueError("Argument diag must have at least 1 dimension.  Found: %s" % self._diag)
            if not self._diag.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            if is_square is False:
                raise ValueError("Only square diagonal operators currently supported.")
            super().__init__(self._diag.dtype, [self._diag], is_non_singular, is_self_adjoint, is_positive_definite, True, name)

    diag = property(lambda self: self._diag, doc="The diagonals.")

    def _shape(self):
        return self._diag.shape.concatenate(self._diag.shape[-1:]) if self._diag.dims is not None else TensorShape(None)

    def _shape_tensor(self):
        shape = array_ops.shape(self._diag)
        return array_ops.concat((shape, [shape[-1]]), axis=0)

    def _assert_non_singular(self):
        return util.assert_no_entries_with_modulus_zero(self._diag, message="Singular operator:  Diagonal contained zero values.")

    def _assert_positive_definite(self):
        if self.dtype.is_complex:
            message = "Diagonal operator had diagonal entries with non-positive real part, thus was not positive definite."
        else:
            message = "Real diagonal operator had non-positive diagonal entries, thus was not positive definite."
        return check_ops.assert_positive(math_ops.real(self._diag), message=message)

    def _assert_self_adjoint(self):
        message = "This diagonal operator contained non-zero imaginary values.  Thus it was not self-adjoint."
        return util.assert_zero_imag_part(self._diag, message=message)

    def _values(self, adjoint):
        return array_ops.expand_dims(math_ops.conj(self._diag) if adjoint else self._diag, -1)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = util.adjoint(x) if adjoint_arg else x
        return self._values(adjoint) * x

    def _matvec(self, x, adjoint=False):
        return (math_ops.conj(self._diag) if adjoint else self._diag) * x

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        diag = math_ops.conj(self._diag) if adjoint else self._diag
        rhs = util.adjoint(rhs) if adjoint_arg else rhs
        return rhs * array_ops.expand_dims(1.0 / diag, -1)

    def _determinant(self):
        return math_ops.reduce_prod(self._diag, axis=[-1])

    def _log_abs_determinant(self):
        found = math_ops.reduce_sum(math_ops.log(math_ops.abs(self._diag)), axis=[-1])
        return math_ops.cast(found, self.dtype) if self.dtype.is_complex else found

    def _to_dense(self):
        return matrix_diag(self._diag)

    def _diag_part(self):
        return self._diag

    def _add_to_tensor(self, x):
        return matrix_set_diag(x, self._diag + matrix_diag_part(x))


class _Identity(LinearOperator):
    """What multiples of the identity share: `_num_rows`."""

    def __init__(self, dtype, parents, num_rows, hints, is_square, assert_proper_shapes, name):
        if is_square is False:
            raise ValueError("Only square identity operators supported.")
        super().__init__(dtype, parents, *hints, True, name)
        self._assert_proper_shapes = assert_proper_shapes
        self._num_rows = util.shape_tensor(num_rows, name="num_rows") if not isinstance(num_rows, int) else convert_to_tensor(num_rows, name="num_rows")
        value = public_constant_value(self._num_rows)
        self._rows = None if value is None else int(value) if value.ndim == 0 else value
        if not self._num_rows.dtype.is_integer:
            raise TypeError("Argument num_rows must be integer type.  Found: %s" % self._num_rows)
        if value is None:
            return
        if value.ndim != 0:
            raise ValueError("Argument num_rows must be a 0-D Tensor.  Found: %s" % value)
        if value < 0:
            raise ValueError("Argument num_rows must be non-negative.  Found: %s" % value)

    def _ones_of_batch(self):
        shape = self.batch_shape if self.batch_shape.is_fully_defined() else self.batch_shape_tensor()
        return array_ops.ones(shape=shape, dtype=self.dtype)

    def _rows_in_dtype(self):
        """How many rows there are, as a number that can be multiplied with entries."""
        known = self.domain_dimension.value
        return math_ops.cast(self.domain_dimension_tensor(), self.dtype) if known is None else known

    def _checked(self, x):
        """`x`, checked to have as many rows as this where that is not known before."""
        return util.with_checks([util.assert_compatible_matrix_dimensions(self, x)], x) if self._assert_proper_shapes else x


class LinearOperatorIdentity(_Identity):
    """A (batch of) identities."""

    def __init__(
        self, num_rows, batch_shape=None, dtype=None, is_non_singular=True, is_self_adjoint=True, is_positive_definite=True,
        is_square=True, assert_proper_shapes=False, name="LinearOperatorIdentity",
    ):  # fmt: skip
        with name_scope(name):
            if not is_self_adjoint:
                raise ValueError("An identity operator is always self adjoint.")
            if not is_non_singular:
                raise ValueError("An identity operator is always non-singular.")
            if not is_positive_definite:
                raise ValueError("An identity operator is always positive-definite.")
            hints = (is_non_singular, is_self_adjoint, is_positive_definite)
            super().__init__(dtype or dtypes.float32, None, num_rows, hints, is_square, assert_proper_shapes, name)
            self._batch = None if batch_shape is None else util.shape_tensor(batch_shape, name="batch_shape_arg")
            self._batch_dims = () if batch_shape is None else public_constant_value(self._batch)
            if self._batch is not None:
                self._check_batch()

    def _check_batch(self):
        if not self._batch.dtype.is_integer:
            raise TypeError("Argument batch_shape must be integer type.  Found: %s" % self._batch)
        if self._batch_dims is None:
            return
        if self._batch_dims.ndim != 1:
            raise ValueError("Argument batch_shape must be a 1-D Tensor.  Found: %s" % self._batch_dims)
        if (self._batch_dims < 0).any():
            raise ValueError("Argument batch_shape must be non-negative.  Found:%s" % self._batch_dims)

    def _shape(self):
        if self._batch_dims is None:
            return TensorShape(None)
        return TensorShape([int(d) for d in self._batch_dims]).concatenate([self._rows, self._rows])

    def _shape_tensor(self):
        matrix = array_ops.stack([self._num_rows, self._num_rows], axis=0)
        return matrix if self._batch is None else array_ops.concat((self._batch, matrix), 0)

    def _broadcast(self, x):
        """`x` over the batch of this."""
        if self._batch is None or self._batch_dims is not None and not len(self._batch_dims):
            return x
        if self.batch_shape.is_fully_defined() and x.shape.is_fully_defined():
            batch = array_ops.broadcast_static_shape(x.shape[:-2], self.batch_shape)
            if batch == x.shape[:-2]:
                return x
        return x + array_ops.zeros(shape=array_ops.concat((self.batch_shape_tensor(), [1, 1]), 0), dtype=self.dtype)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._broadcast(self._checked(util.adjoint(x) if adjoint_arg else x))

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _assert_non_singular(self):
        return no_op("assert_non_singular")

    def _assert_positive_definite(self):
        return no_op("assert_positive_definite")

    def _assert_self_adjoint(self):
        return no_op("assert_self_adjoint")

    def _determinant(self):
        return array_ops.ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self):
        return array_ops.zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _to_dense(self):
        batch = self.batch_shape.as_list() if self.batch_shape.is_fully_defined() else self.batch_shape_tensor()
        return eye(num_rows=self._num_rows if self._rows is None else self._rows, batch_shape=batch, dtype=self.dtype)

    def _diag_part(self):
        return self._ones_diag()

    def _ones_diag(self):
        shape = self.shape.as_list()[:-1] if self.shape.is_fully_defined() else self.shape_tensor()[:-1]
        return array_ops.ones(shape=shape, dtype=self.dtype)

    def _trace(self):
        return self._rows_in_dtype() * self._ones_of_batch()

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """The identities plus `mat`."""
        with self._scope(name, [mat]):
            mat = convert_to_tensor(mat, name="mat")
            return matrix_set_diag(mat, 1 + matrix_diag_part(mat))


class LinearOperatorScaledIdentity(_Identity):
    """A (batch of) identities, each times a number."""

    def __init__(
        self, num_rows, multiplier, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=True,
        assert_proper_shapes=False, name="LinearOperatorScaledIdentity",
    ):  # fmt: skip
        with name_scope(name, values=[multiplier, num_rows]):
            self._multiplier = convert_to_tensor(multiplier, name="multiplier")
            if not self._multiplier.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            hints = (is_non_singular, is_self_adjoint, is_positive_definite)
            super().__init__(self._multiplier.dtype, [self._multiplier], num_rows, hints, is_square, assert_proper_shapes, name)
            self._num_rows_in_dtype = math_ops.cast(self._num_rows, self.dtype)
            self._num_rows_in_real_dtype = math_ops.cast(self._num_rows, self.dtype.real_dtype)

    multiplier = property(lambda self: self._multiplier, doc="The numbers.")

    def _shape(self):
        return self._multiplier.shape.concatenate([self._rows, self._rows])

    def _shape_tensor(self):
        matrix = array_ops.stack([self._num_rows, self._num_rows], axis=0)
        return array_ops.concat((array_ops.shape(self._multiplier), matrix), 0)

    def _wide(self, adjoint=False):
        value = math_ops.conj(self._multiplier) if adjoint else self._multiplier
        return array_ops.expand_dims(array_ops.expand_dims(value, -1), -1)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._checked(util.adjoint(x) if adjoint_arg else x) * self._wide(adjoint)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._checked(util.adjoint(rhs) if adjoint_arg else rhs) / self._wide(adjoint)

    def _assert_non_singular(self):
        return check_ops.assert_positive(math_ops.abs(self._multiplier), message="LinearOperator was singular")

    def _assert_positive_definite(self):
        return check_ops.assert_positive(math_ops.real(self._multiplier), message="LinearOperator was not positive definite.")

    def _assert_self_adjoint(self):
        imaginary = math_ops.imag(self._multiplier)
        return check_ops.assert_equal(array_ops.zeros_like(imaginary), imaginary, message="LinearOperator was not self-adjoint")

    def _determinant(self):
        return self._multiplier**self._num_rows_in_dtype

    def _log_abs_determinant(self):
        return self._num_rows_in_real_dtype * math_ops.log(math_ops.abs(self._multiplier))

    def _diag_part(self):
        shape = self.shape.as_list()[:-1] if self.shape.is_fully_defined() else self.shape_tensor()[:-1]
        return array_ops.ones(shape=shape, dtype=self.dtype) * self._multiplier[..., None]

    def _trace(self):
        ones = self._ones_of_batch()
        return self._multiplier * self._rows_in_dtype() * ones

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """The operator plus `mat`."""
        with self._scope(name, [mat]):
            mat = convert_to_tensor(mat, name="mat")
            return matrix_set_diag(mat, matrix_diag_part(mat) + array_ops.expand_dims(self._multiplier, -1))
