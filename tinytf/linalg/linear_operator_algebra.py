"""Which function computes the adjoint, Cholesky factor, inverse, product or solution of operators of given classes."""

from __future__ import annotations

import inspect

from tinytf.graph.default_graph import name_scope

_ADJOINTS: dict = {}
_CHOLESKY_DECOMPS: dict = {}
_MATMUL: dict = {}
_SOLVE: dict = {}
_INVERSES: dict = {}


def _registered_function(type_list, registry):
    """The function registered for the nearest ancestors of the given classes, or None."""
    best, distance = None, None
    for classes, function in registry.items():
        if all(issubclass(t, c) for t, c in zip(type_list, classes)):
            found = sum(inspect.getmro(t).index(c) for t, c in zip(type_list, classes))
            if distance is None or found < distance:
                best, distance = function, found
    return best


def _registered_adjoint(cls):
    return _registered_function([cls], _ADJOINTS)


def _registered_cholesky(cls):
    return _registered_function([cls], _CHOLESKY_DECOMPS)


def _registered_matmul(cls_a, cls_b):
    return _registered_function([cls_a, cls_b], _MATMUL)


def _registered_solve(cls_a, cls_b):
    return _registered_function([cls_a, cls_b], _SOLVE)


def _registered_inverse(cls):
    return _registered_function([cls], _INVERSES)


def _dispatch(registered, what, verb, operators, name):
    classes = [type(o) for o in operators]
    function = registered(*classes)
    if function is None:
        raise ValueError("No %s registered for %s" % (what, " and ".join(str(c) for c in classes)))
    with name_scope(name, verb):
        return function(*operators)


def adjoint(lin_op_a, name=None):
    """The adjoint of an operator, as an operator."""
    return _dispatch(_registered_adjoint, "adjoint", "Adjoint", [lin_op_a], name)


def cholesky(lin_op_a, name=None):
    """The Cholesky factor of an operator, as an operator."""
    return _dispatch(_registered_cholesky, "cholesky decomposition", "Cholesky", [lin_op_a], name)


def matmul(lin_op_a, lin_op_b, name=None):
    """The product of two operators, as an operator."""
    return _dispatch(_registered_matmul, "matmul", "Matmul", [lin_op_a, lin_op_b], name)


def solve(lin_op_a, lin_op_b, name=None):
    """The operator that, multiplied by the first, is the second."""
    return _dispatch(_registered_solve, "solve", "Solve", [lin_op_a, lin_op_b], name)


def inverse(lin_op_a, name=None):
    """The inverse of an operator, as an operator."""
    return _dispatch(_registered_inverse, "inverse", "Inverse", [lin_op_a], name)


class _Register:
    """A decorator that registers a function for classes of operators; ValueError where there is one already."""

    registry: dict
    what = ""

    def __init__(self, *classes):
        self._key = classes

    def __call__(self, function):
        if not callable(function):
            raise TypeError("%s must be callable, received: %s" % (self.what + "_fn", function))
        if self._key in self.registry:
            names = " and ".join(c.__name__ for c in self._key)
            raise ValueError("%s(%s) has already been registered to: %s" % (self.what.capitalize(), names, self.registry[self._key]))
        self.registry[self._key] = function
        return function


class RegisterAdjoint(_Register):
    """Registers the function that makes the adjoint of a class of operators."""

    registry, what = _ADJOINTS, "adjoint"


class RegisterCholesky(_Register):
    """Registers the function that makes the Cholesky factor of a class of operators."""

    registry, what = _CHOLESKY_DECOMPS, "cholesky"


class RegisterMatmul(_Register):
    """Registers the function that multiplies two classes of operators."""

    registry, what = _MATMUL, "matmul"


class RegisterSolve(_Register):
    """Registers the function that solves with two classes of operators."""

    registry, what = _SOLVE, "solve"


class RegisterInverse(_Register):
    """Registers the function that makes the inverse of a class of operators."""

    registry, what = _INVERSES, "inverse"
