"""Operators made of operators: products, adjoints, inverses.  Follows `tf.linalg.LinearOperatorComposition` and its kin of TF 1.15."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.linalg_functions import adjoint as adjoint_of
from tinytf.ops.math import check_ops
from tinytf.shapes import TensorShape


def check_operators(operators) -> list:
    """A list of operators of one dtype; ValueError, TypeError where it is none."""
    check_ops.assert_proper_iterable(operators)
    operators = list(operators)
    if not operators:
        raise ValueError("Expected a non-empty list of operators. Found: %s" % operators)
    dtype = operators[0].dtype
    for operator in operators:
        if operator.dtype != dtype:
            shown = (str((o.name, o.dtype)) for o in operators)
            raise TypeError("Expected all operators to have the same dtype.  Found %s" % "   ".join(shown))
    return operators


def parents_of(operators) -> list:
    """The tensors that define the operators."""
    return [t for o in operators for t in o.graph_parents]


class LinearOperatorComposition(LinearOperator):
    """The product of operators, the first applied last."""

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name=None):
        operators = check_operators(operators)
        if all(o.is_non_singular for o in operators):
            if is_non_singular is False:
                raise ValueError("The composition of non-singular operators is always non-singular.")
            is_non_singular = True
        self._operators = operators
        name = "_o_".join(o.name for o in operators) if name is None else name
        with name_scope(name):
            super().__init__(operators[0].dtype, parents_of(operators), is_non_singular, is_self_adjoint, is_positive_definite, is_square, name)

    operators = property(lambda self: self._operators, doc="The factors.")

    def _shape(self):
        domain = self._operators[0].domain_dimension
        for o in self._operators[1:]:
            domain.assert_is_compatible_with(o.range_dimension)
            domain = o.domain_dimension
        batch = self._operators[0].batch_shape
        for o in self._operators[1:]:
            batch = array_ops.broadcast_static_shape(batch, o.batch_shape)
        return batch.concatenate(TensorShape([self._operators[0].range_dimension, self._operators[-1].domain_dimension]))

    def _shape_tensor(self):
        matrix = array_ops.stack([self._operators[0].range_dimension_tensor(), self._operators[-1].domain_dimension_tensor()])
        batch = self._operators[0].batch_shape_tensor()
        for o in self._operators[1:]:
            batch = array_ops.broadcast_dynamic_shape(batch, o.batch_shape_tensor())
        return array_ops.concat((batch, matrix), 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        order = self._operators if adjoint else list(reversed(self._operators))
        result = order[0].matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for o in order[1:]:
            result = o.matmul(result, adjoint=adjoint)
        return result

    def _determinant(self):
        result = self._operators[0].determinant()
        for o in self._operators[1:]:
            result *= o.determinant()
        return result

    def _log_abs_determinant(self):
        result = self._operators[0].log_abs_determinant()
        for o in self._operators[1:]:
            result += o.log_abs_determinant()
        return result

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        order = list(reversed(self._operators)) if adjoint else self._operators
        solution = order[0].solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for o in order[1:]:
            solution = o.solve(solution, adjoint=adjoint)
        return solution


class _Of(LinearOperator):
    """An operator made of one other."""

    suffix = ""

    def __init__(self, operator, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name=None):
        self._operator = operator
        given = {"is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint, "is_positive_definite": is_positive_definite}
        for hint in given:
            message = "An operator is %s if and only if its %s is." % (hint[3:].replace("_", " "), self.suffix.strip("_"))
            given[hint] = util.use_operator_or_provided_hint_unless_contradicting(operator, hint, given[hint], message)
        message = "An operator is square if and only if its %s is." % self.suffix.strip("_")
        is_square = util.use_operator_or_provided_hint_unless_contradicting(operator, "is_square", is_square, message)
        name = operator.name + self.suffix if name is None else name
        with name_scope(name):
            super().__init__(operator.dtype, operator.graph_parents, *given.values(), is_square, name)

    operator = property(lambda self: self._operator, doc="What this is made of.")

    def _assert_non_singular(self):
        return self._operator.assert_non_singular()

    def _assert_positive_definite(self):
        return self._operator.assert_positive_definite()

    def _assert_self_adjoint(self):
        return self._operator.assert_self_adjoint()


class LinearOperatorAdjoint(_Of):
    """The adjoint of an operator."""

    suffix = "_adjoint"

    def _shape(self):
        shape = self._operator.shape
        return shape if shape.ndims is None else shape[:-2].concatenate([shape[-1], shape[-2]])

    def _shape_tensor(self):
        shape = self._operator.shape_tensor()
        return array_ops.concat([shape[:-2], [shape[-1], shape[-2]]], axis=-1)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self):
        return _conj(self._operator.determinant())

    def _log_abs_determinant(self):
        return self._operator.log_abs_determinant()

    def _trace(self):
        return _conj(self._operator.trace())

    def _matvec(self, x, adjoint=False):
        return self._operator.matvec(x, adjoint=not adjoint)

    def _solvevec(self, rhs, adjoint=False):
        return self._operator.solvevec(rhs, adjoint=not adjoint)

    def _to_dense(self):
        return self._operator.to_dense() if self.is_self_adjoint else adjoint_of(self._operator.to_dense())


def _conj(x):
    from tinytf.ops.math import math_ops

    return math_ops.conj(x) if x.dtype.is_complex else x


class LinearOperatorInversion(_Of):
    """The inverse of an operator."""

    suffix = "_inv"

    def __init__(self, operator, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name=None):
        if operator.is_square is False or is_square is False:
            raise ValueError("operator.is_square=False; operators that are not square have no inverse")
        if operator.is_non_singular is False or is_non_singular is False:
            raise ValueError("operator and hint for is_non_singular must not be False: what is singular has no inverse")
        super().__init__(operator, True, is_self_adjoint, is_positive_definite, True, name)

    def _shape(self):
        return self._operator.shape

    def _shape_tensor(self):
        return self._operator.shape_tensor()

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self):
        return 1.0 / self._operator.determinant()

    def _log_abs_determinant(self):
        return -1.0 * self._operator.log_abs_determinant()
