"""Operators of a special form: zeros, Householder reflections, Toeplitz matrices, low-rank updates.  Follows `tf.linalg` of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_dense import check_dtype
from tinytf.linalg.linear_operator_diag import LinearOperatorDiag, LinearOperatorIdentity
from tinytf.ops.array import array_ops
from tinytf.ops.linalg import linalg
from tinytf.ops.linalg.linalg_functions import norm
from tinytf.ops.linalg.matrix_diag import matrix_diag_part, matrix_set_diag
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


class LinearOperatorZeros(LinearOperator):
    """A (batch of) zero matrices."""

    def __init__(
        self, num_rows, num_columns=None, batch_shape=None, dtype=None, is_non_singular=False, is_self_adjoint=True,
        is_positive_definite=False, is_square=True, assert_proper_shapes=False, name="LinearOperatorZeros",
    ):  # fmt: skip
        with name_scope(name):
            if not is_self_adjoint and is_square:
                raise ValueError("A zero operator is always self adjoint.")
            if is_non_singular:
                raise ValueError("A zero operator is always singular.")
            if is_positive_definite:
                raise ValueError("A zero operator is always not positive-definite.")
            super().__init__(dtype or dtypes.float32, None, is_non_singular, is_self_adjoint and is_square or None, is_positive_definite, is_square, name)
            self._rows, self._columns = (
                _size(n, what) for n, what in ((num_rows, "num_rows"), (num_rows if num_columns is None else num_columns, "num_columns"))
            )
            self._assert_proper_shapes = assert_proper_shapes
            self._batch = None if batch_shape is None else _batch(batch_shape)

    def _shape(self):
        sizes = [_known(self._rows), _known(self._columns)]
        if self._batch is None:
            return TensorShape(sizes)
        batch = public_constant_value(self._batch)
        return TensorShape(None) if batch is None else TensorShape([int(d) for d in batch]).concatenate(sizes)

    def _shape_tensor(self):
        matrix = array_ops.stack([self._rows, self._columns], axis=0)
        return matrix if self._batch is None else array_ops.concat((self._batch, matrix), 0)

    def _assert_non_singular(self):
        from tinytf import errors

        raise errors.InvalidArgumentError(None, None, "Zero operators are always non-invertible.")

    def _assert_positive_definite(self):
        from tinytf import errors

        raise errors.InvalidArgumentError(None, None, "Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self):
        from tinytf.ops.control_flow.control_flow_ops import no_op

        return no_op("assert_self_adjoint")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        if self._assert_proper_shapes:
            x = util.adjoint(x) if adjoint_arg else x
            x, adjoint_arg = util.with_checks([util.assert_compatible_matrix_dimensions(self, x)], x), False
        if self.is_square and not adjoint_arg and self._batch is None:
            return array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype)
        rows = self.domain_dimension_tensor() if adjoint else self.range_dimension_tensor()
        shape = array_ops.shape(x)
        columns = shape[-2] if adjoint_arg else shape[-1]
        batch = array_ops.broadcast_dynamic_shape(shape[:-2], self.batch_shape_tensor())
        found = array_ops.zeros(shape=array_ops.concat([batch, [rows, columns]], axis=0), dtype=x.dtype)
        if x.shape.ndims is not None and self.shape.ndims is not None:
            static = array_ops.broadcast_static_shape(x.shape[:-2], self.batch_shape)
            found.set_shape(static.concatenate([self.domain_dimension if adjoint else self.range_dimension, x.shape[-2 if adjoint_arg else -1]]))
        return found

    def _determinant(self):
        shape = self.batch_shape.as_list() if self.batch_shape.is_fully_defined() else self.batch_shape_tensor()
        return array_ops.zeros(shape=shape, dtype=self.dtype)

    _trace = _determinant

    def _diag_part(self):
        size = math_ops.minimum(self.domain_dimension_tensor(), self.range_dimension_tensor())
        known = (self.domain_dimension.value, self.range_dimension.value)
        if self.batch_shape.is_fully_defined() and None not in known:
            return array_ops.zeros(shape=self.batch_shape.as_list() + [min(known)], dtype=self.dtype)
        return array_ops.zeros(shape=array_ops.concat((self.batch_shape_tensor(), [size]), 0), dtype=self.dtype)

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """`mat`."""
        with self._scope(name, [mat]):
            return convert_to_tensor(mat, name="mat")


def _known(tensor):
    value = public_constant_value(tensor)
    return None if value is None else int(value)


def _size(value, what):
    tensor = convert_to_tensor(value, name=what)
    if not tensor.dtype.is_integer:
        raise TypeError("Argument %s must be integer type.  Found: %s" % (what, tensor))
    known = public_constant_value(tensor)
    if known is not None and known.ndim != 0:
        raise ValueError("Argument %s must be a 0-D Tensor.  Found: %s" % (what, known))
    if known is not None and known < 0:
        raise ValueError("Argument %s must be non-negative.  Found: %s" % (what, known))
    return tensor


def _batch(shape):
    tensor = util.shape_tensor(shape, name="batch_shape_arg")
    if not tensor.dtype.is_integer:
        raise TypeError("Argument batch_shape must be integer type.  Found: %s" % tensor)
    known = public_constant_value(tensor)
    if known is not None and known.ndim != 1:
        raise ValueError("Argument batch_shape must be a 1-D Tensor.  Found: %s" % known)
    if known is not None and (known < 0).any():
        raise ValueError("Argument batch_shape must be non-negative.  Found:%s" % known)
    return tensor


class LinearOperatorHouseholder(LinearOperator):
    """A (batch of) reflections at the hyperplanes whose normals are `reflection_axis`."""

    def __init__(self, reflection_axis, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorHouseholder"):
        with name_scope(name, values=[reflection_axis]):
            self._axis = convert_to_tensor(reflection_axis, name="reflection_axis")
            if self._axis.dims is not None and len(self._axis.dims) < 1:
                raise ValueError("Argument reflection_axis must have at least 1 dimension.  Found: %s" % self._axis)
            if is_self_adjoint is False:
                raise ValueError("A Householder operator is always self adjoint.")
            if is_non_singular is False:
                raise ValueError("A Householder operator is always non-singular.")
            if is_positive_definite is True:
                raise ValueError("A Householder operator is always non-positive definite.")
            if is_square is False:
                raise ValueError("A Householder operator is always square.")
            super().__init__(self._axis.dtype, [self._axis], True, True, False, True, name)

    reflection_axis = property(lambda self: self._axis, doc="The normals.")

    def _shape(self):
        return self._axis.shape.concatenate(self._axis.shape[-1:]) if self._axis.dims is not None else TensorShape(None)

    def _shape_tensor(self):
        shape = array_ops.shape(self._axis)
        return array_ops.concat((shape, [shape[-1]]), axis=0)

    def _assert_non_singular(self):
        from tinytf.ops.control_flow.control_flow_ops import no_op

        return no_op("assert_non_singular")

    def _assert_positive_definite(self):
        from tinytf import errors

        raise errors.InvalidArgumentError(None, None, "Householder operators are always non-positive definite.")

    def _assert_self_adjoint(self):
        from tinytf.ops.control_flow.control_flow_ops import no_op

        return no_op("assert_self_adjoint")

    def _to_dense(self):
        normal = self._unit()[..., None]
        dense = -2.0 * math_ops.matmul(normal, normal, adjoint_b=True)
        return matrix_set_diag(dense, 1.0 + matrix_diag_part(dense))

    def _unit(self):
        return self._axis / norm(self._axis, axis=-1, keepdims=True)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        normal = self._unit()[..., None]
        x = util.adjoint(x) if adjoint_arg else x
        along = math_ops.matmul(normal, x, adjoint_a=True)
        return x - 2 * normal * along

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _trace(self):
        shape = self.shape_tensor()
        return math_ops.cast(self.domain_dimension_tensor() - 2, self.dtype) * array_ops.ones(shape=shape[:-2], dtype=self.dtype)

    def _determinant(self):
        return -array_ops.ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self):
        return array_ops.zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _diag_part(self):
        unit = self._unit()
        return 1.0 - 2 * unit * math_ops.conj(unit)


class LinearOperatorToeplitz(LinearOperator):
    """A (batch of) matrices with one value on each diagonal, given by the first column and the first row."""

    def __init__(self, col, row, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name="LinearOperatorToeplitz"):
        with name_scope(name, values=[row, col]):
            self._row, self._col = convert_to_tensor(row, name="row"), convert_to_tensor(col, name="col")
            for tensor, what in ((self._row, "row"), (self._col, "col")):
                if tensor.dims is not None and len(tensor.dims) < 1:
                    raise ValueError("Argument %s must have at least 1 dimension.  Found: %s" % (what, tensor))
            if is_square is False:
                raise ValueError("Only square Toeplitz operators currently supported.")
            super().__init__(self._row.dtype, [self._row, self._col], is_non_singular, is_self_adjoint, is_positive_definite, True, name)

    col = property(lambda self: self._col, doc="The first columns.")
    row = property(lambda self: self._row, doc="The first rows.")

    def _shape(self):
        static = array_ops.broadcast_static_shape(self._row.shape, self._col.shape)
        return static if static.ndims is None else static.concatenate(static[-1:])

    def _shape_tensor(self):
        shape = array_ops.broadcast_dynamic_shape(array_ops.shape(self._row), array_ops.shape(self._col))
        return array_ops.concat((shape, [shape[-1]]), axis=0)

    def _assert_self_adjoint(self):
        return check_ops.assert_equal(self._row, self._col, message="row and col are not the same, and so this operator is not self-adjoint.")

    def _to_dense(self):
        size = self.domain_dimension_tensor()
        # Entry (i, j) is element n - 1 + i - j of the row, backwards, and the column after it.
        wide = array_ops.broadcast_dynamic_shape(array_ops.shape(self._row), array_ops.shape(self._col))
        row, col = array_ops.broadcast_to(self._row, wide), array_ops.broadcast_to(self._col, wide)
        elements = array_ops.concat([array_ops.reverse(row, [-1]), col[..., 1:]], axis=-1)
        i = math_ops.range(size)
        dense = array_ops.gather(elements, i[:, None] - i[None, :] + size - 1, axis=-1)
        dense = _column_from_col(dense, col, i)
        dense.set_shape(self.shape)
        return dense

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self.to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _trace(self):
        return math_ops.cast(self.domain_dimension_tensor(), self.dtype) * (self._col[..., 0] + array_ops.zeros_like(self._row[..., 0]))

    def _diag_part(self):
        first = self._col[..., 0:1] + array_ops.zeros_like(self._row[..., 0:1])
        return first + array_ops.zeros([self.domain_dimension_tensor()], self.dtype)


def _column_from_col(dense, col, i):
    """The diagonal is the column's: the first element stands in both the row and the column."""
    from tinytf.ops.linalg.matrix_diag import matrix_set_diag

    return matrix_set_diag(dense, col[..., 0:1] + array_ops.zeros_like(math_ops.cast(i, col.dtype)))


class LinearOperatorLowRankUpdate(LinearOperator):
    """`base_operator + u diag(diag_update) v^H`."""

    def __init__(
        self, base_operator, u, diag_update=None, v=None, is_diag_update_positive=None, is_non_singular=None, is_self_adjoint=None,
        is_positive_definite=None, is_square=None, name="LinearOperatorLowRankUpdate",
    ):  # fmt: skip
        dtype = base_operator.dtype
        if diag_update is not None and is_diag_update_positive and dtype.is_complex:
            from tinytf import logging

            logging.warning("Note: setting is_diag_update_positive with a complex dtype means that diagonal is real and positive.")
        if diag_update is None:
            if is_diag_update_positive is False:
                raise ValueError("Default diagonal is the identity, which is positive.  However, user set 'is_diag_update_positive' to False.")
            is_diag_update_positive = True
        symmetric = is_diag_update_positive and base_operator.is_self_adjoint and v is None
        if symmetric and is_self_adjoint is False:
            raise ValueError("Arguments imply this is self-adjoint, but is_self_adjoint is False")
        if v is None and base_operator.is_self_adjoint and not dtype.is_complex:
            is_self_adjoint = True
        is_self_adjoint = True if symmetric else is_self_adjoint
        self._use_cholesky = symmetric and base_operator.is_positive_definite
        if self._use_cholesky:
            if is_positive_definite is False or is_non_singular is False:
                raise ValueError("Arguments imply this is self-adjoint positive-definite operator.")
            is_positive_definite = True
        with name_scope(name):
            self._u = convert_to_tensor(u, name="u")
            self._v = self._u if v is None else convert_to_tensor(v, name="v")
            self._diag_update = None if diag_update is None else convert_to_tensor(diag_update, name="diag_update")
            parents = base_operator.graph_parents + [t for t in (self._u, self._diag_update, None if v is None else self._v) if t is not None]
            super().__init__(dtype, parents, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name)
            self._base, self._is_diag_update_positive = base_operator, is_diag_update_positive
            for tensor in (self._u, self._v):
                check_dtype(tensor, "u", (dtype,))
            self._middle = self._diagonal()

    def _diagonal(self):
        if self._diag_update is not None:
            return LinearOperatorDiag(self._diag_update, is_positive_definite=self._is_diag_update_positive)
        rank = self._u.shape.dims[-1].value if self._u.dims is not None else None
        return LinearOperatorIdentity(num_rows=array_ops.shape(self._u)[-1] if rank is None else rank, dtype=self.dtype)

    u = property(lambda self: self._u, doc="The left factor.")
    v = property(lambda self: self._v, doc="The right factor.")
    base_operator = property(lambda self: self._base, doc="What is updated.")
    diag_update = property(lambda self: self._diag_update, doc="The middle factor, or None for the identity.")
    is_diag_update_positive = property(lambda self: self._is_diag_update_positive, doc="Whether the middle factor is positive.")
    diag_operator = property(lambda self: self._middle, doc="The middle factor as an operator.")

    def _shape(self):
        batch = array_ops.broadcast_static_shape(self._base.batch_shape, util.batch_of(self._u, 2))
        batch = array_ops.broadcast_static_shape(batch, util.batch_of(self._v, 2))
        if self._diag_update is not None:
            batch = array_ops.broadcast_static_shape(batch, util.batch_of(self._diag_update, 1))
        return batch.concatenate([self._base.range_dimension, self._base.domain_dimension])

    def _shape_tensor(self):
        batch = array_ops.broadcast_dynamic_shape(self._base.batch_shape_tensor(), array_ops.shape(self._u)[:-2])
        batch = array_ops.broadcast_dynamic_shape(batch, array_ops.shape(self._v)[:-2])
        if self._diag_update is not None:
            batch = array_ops.broadcast_dynamic_shape(batch, array_ops.shape(self._diag_update)[:-1])
        return array_ops.concat([batch, self._base.shape_tensor()[-2:]], 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        left, right = (self._v, self._u) if adjoint else (self._u, self._v)
        product = self._base.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        inner = math_ops.matmul(right, x, adjoint_a=True, adjoint_b=adjoint_arg)
        return product + math_ops.matmul(left, self._middle.matmul(inner, adjoint=adjoint))

    def _capacitance(self):
        """diag_update^-1 + v^H base^-1 u, of the size of the update."""
        product = math_ops.matmul(self._v, self._base.solve(self._u), adjoint_a=True)
        return self._middle.inverse().add_to_tensor(product)

    def _determinant(self):
        return linalg.matrix_determinant(self._capacitance()) * self._middle.determinant() * self._base.determinant()

    def _log_abs_determinant(self):
        of_middle, of_base = self._middle.log_abs_determinant(), self._base.log_abs_determinant()
        if self._use_cholesky:
            diagonal = matrix_diag_part(linalg.cholesky(self._capacitance()))
            of_capacitance = 2 * math_ops.reduce_sum(math_ops.log(diagonal), axis=[-1])
        else:
            of_capacitance = math_ops.log(math_ops.abs(linalg.matrix_determinant(self._capacitance())))
            if self.dtype.is_complex:
                of_capacitance = math_ops.cast(of_capacitance, dtype=self.dtype)
        return of_capacitance + of_middle + of_base

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        base = self._base.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        left, right = (self._v, self._u) if adjoint else (self._u, self._v)
        inner = math_ops.matmul(right, base, adjoint_a=True)
        if self._use_cholesky:
            solved = util.cholesky_solve_with_broadcast(linalg.cholesky(self._capacitance()), inner)
        else:
            solved = util.matrix_solve_with_broadcast(self._capacitance(), inner, adjoint=adjoint)
        return base - self._base.solve(math_ops.matmul(left, solved), adjoint=adjoint)

    def _diag_part(self):
        return matrix_diag_part(self.to_dense())
