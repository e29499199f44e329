"""Sums of linear operators, in the cheapest form: `add_operators`.  Follows linear_operator_addition of TF 1.15.

Adders stand in tiers. What an adder of the first tier can add is added there, the rest is tried in the next: so diagonals are added
as diagonals before a dense matrix joins them.
"""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_dense import LinearOperatorFullMatrix, LinearOperatorLowerTriangular
from tinytf.linalg.linear_operator_diag import LinearOperatorDiag, LinearOperatorIdentity, LinearOperatorScaledIdentity
from tinytf.ops.array import array_ops
from tinytf.ops.math.check_ops import assert_proper_iterable


def add_operators(operators, operator_name=None, addition_tiers=None, name=None) -> list:
    """Operators whose sum is the sum of `operators`: one, where the adders can add them all.

    Args:
      operators: `LinearOperator`s, of one domain and range dimension and batch shapes that broadcast.
      operator_name: the name of what is made.
      addition_tiers: lists of adders, tried one after the other.
      name: the name scope of the ops.
    Raises: ValueError for no operators or ones that do not fit together, TypeError for anything but operators.
    """
    assert_proper_iterable(operators)
    operators = list(operators)
    if not operators:
        raise ValueError("Argument 'operators' must contain at least one operator. Found: %s" % operators)
    if not all(isinstance(operator, LinearOperator) for operator in operators):
        raise TypeError("Argument 'operators' must contain only LinearOperator instances. Found: %s" % operators)
    _require_one_dimension(operators)
    _require_batch_shapes_that_broadcast(operators)
    with name_scope(name or "add_operators"):
        left = list(reversed(operators))  # what one tier leaves to the next is turned round
        for tier in _DEFAULT_ADDITION_TIERS if addition_tiers is None else addition_tiers:
            left = _add_in_tier(left, tier, operator_name)
        return left


def _add_in_tier(operators, tier, operator_name) -> list:
    """What is left once the adders of a tier have added all pairs that they can."""
    waiting, alone = list(operators), []
    while waiting:
        operator = waiting.pop()
        match = _match(operator, waiting, tier)
        if match is None:
            alone.append(operator)
        else:
            place, adder = match
            waiting.append(adder.add(operator, waiting.pop(place), operator_name))
    return alone


def _match(operator, others, tier):
    """(index into `others`, adder) of the last that some adder can add to `operator`, or None."""
    for place in reversed(range(len(others))):
        for adder in tier:
            if adder.can_add(operator, others[place]):
                return place, adder
    return None


def _require_one_dimension(operators):
    for what in ("domain", "range"):
        found = [(o.name, getattr(o, what + "_dimension").value) for o in operators]
        found = [(name, size) for name, size in found if size is not None]
        if len({size for _, size in found}) > 1:
            raise ValueError("Operators must have the same %s dimension. Found: %s" % (what, found))


def _require_batch_shapes_that_broadcast(operators):
    batch_shape = operators[0].batch_shape
    for operator in operators[1:]:
        batch_shape = array_ops.broadcast_static_shape(batch_shape, operator.batch_shape)


class _Hints:
    """What is known of the matrix of an operator."""

    def __init__(self, is_non_singular=None, is_positive_definite=None, is_self_adjoint=None):
        self.is_non_singular, self.is_positive_definite, self.is_self_adjoint = is_non_singular, is_positive_definite, is_self_adjoint

    def as_arguments(self) -> dict:
        """The hints, as operators take them."""
        return dict(vars(self))


def _hints_of_sum(a, b, hints) -> _Hints:
    """The hints that were given, and for those left open what follows from both operators."""
    hints = hints or _Hints()
    self_adjoint, positive, non_singular = hints.is_self_adjoint, hints.is_positive_definite, hints.is_non_singular
    if self_adjoint is None:
        self_adjoint = a.is_self_adjoint and b.is_self_adjoint
    if positive is None:
        positive = a.is_positive_definite and b.is_positive_definite
        if positive:
            non_singular = True
    return _Hints(non_singular, positive, self_adjoint)


# The adders ---------------------------------------------------------------------------------------------

_IDENTITIES = (LinearOperatorIdentity, LinearOperatorScaledIdentity)
_DIAGONALS = (LinearOperatorDiag, *_IDENTITIES)
_KNOWN = (*_DIAGONALS, LinearOperatorLowerTriangular, LinearOperatorFullMatrix)


def _both(operators, classes) -> bool:
    """Whether all are of these classes; TypeError for one of which no adder knows."""
    for operator in operators:
        if not isinstance(operator, _KNOWN):
            raise TypeError("Operator type unknown: %s" % operator)
    return all(isinstance(operator, classes) for operator in operators)


class _Adder:
    """Adds two operators, where it can."""

    @property
    def name(self) -> str:
        """The name of its class."""
        return type(self).__name__

    def can_add(self, op1, op2) -> bool:
        """Whether it can add these."""
        raise NotImplementedError("%s.can_add" % self.name)

    def _add(self, op1, op2, operator_name, hints):
        raise NotImplementedError("%s._add" % self.name)

    def add(self, op1, op2, operator_name, hints=None):
        """The sum, as one operator."""
        hints = _hints_of_sum(op1, op2, hints)
        if operator_name is None:
            operator_name = "Add/" + op1.name + "__" + op2.name + "/"
        with name_scope(self.name.lstrip("_")):
            return self._add(op1, op2, operator_name, hints)

    def __repr__(self):
        return "<%s>" % self.name


class _AddAndReturnScaledIdentity(_Adder):
    """Multiples of the identity make one."""

    def can_add(self, op1, op2):
        return _both((op1, op2), _IDENTITIES)

    def _add(self, op1, op2, operator_name, hints):
        multipliers = [
            o.multiplier if isinstance(o, LinearOperatorScaledIdentity) else array_ops.ones(o.batch_shape_tensor(), dtype=o.dtype)
            for o in (op1, op2)
        ]
        rows = op1.range_dimension_tensor()
        return LinearOperatorScaledIdentity(rows, multipliers[0] + multipliers[1], name=operator_name, **hints.as_arguments())


class _AddAndReturnDiag(_Adder):
    """Diagonals make a diagonal."""

    def can_add(self, op1, op2):
        return _both((op1, op2), _DIAGONALS)

    def _add(self, op1, op2, operator_name, hints):
        return LinearOperatorDiag(op1.diag_part() + op2.diag_part(), name=operator_name, **hints.as_arguments())


def _dense_sum(op1, op2):
    """The sum as a tensor: a diagonal is added to the other, which is dense."""
    diagonal, other = (op1, op2) if isinstance(op1, _DIAGONALS) else (op2, op1)
    return diagonal.add_to_tensor(other.to_dense())


class _AddAndReturnTriL(_Adder):
    """Diagonals and lower triangles make a lower triangle."""

    def can_add(self, op1, op2):
        return _both((op1, op2), (*_DIAGONALS, LinearOperatorLowerTriangular))

    def _add(self, op1, op2, operator_name, hints):
        return LinearOperatorLowerTriangular(_dense_sum(op1, op2), name=operator_name, **hints.as_arguments())


class _AddAndReturnMatrix(_Adder):
    """Whatever they are, their matrices can be added."""

    def can_add(self, op1, op2):
        return isinstance(op1, LinearOperator) and isinstance(op2, LinearOperator)

    def _add(self, op1, op2, operator_name, hints):
        return LinearOperatorFullMatrix(_dense_sum(op1, op2), name=operator_name, **hints.as_arguments())


_DEFAULT_ADDITION_TIERS = [[_AddAndReturnScaledIdentity()], [_AddAndReturnDiag()], [_AddAndReturnTriL()], [_AddAndReturnMatrix()]]
