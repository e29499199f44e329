"""Sums of linear operators stay as cheap as what is added: multiples of the identity, diagonals, triangles, matrices."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.linalg.linear_operator_addition import _AddAndReturnDiag, _AddAndReturnMatrix, add_operators

linalg = tf.linalg


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def identity(times=None):
    return linalg.LinearOperatorIdentity(2) if times is None else linalg.LinearOperatorScaledIdentity(2, times)


def diagonal(name="diag", **hints):
    return linalg.LinearOperatorDiag([1.0, 2.0], name=name, **hints)


def triangle():
    return linalg.LinearOperatorLowerTriangular([[2.0, 0.0], [1.5, 2.0]], name="tril")


def matrix():
    return linalg.LinearOperatorFullMatrix([[-1.0, -1.0], [-1.0, -1.0]], name="matrix")


@pytest.mark.parametrize(
    "operators, kind",
    [
        (lambda: [identity(), identity(2.0)], "LinearOperatorScaledIdentity"),
        (lambda: [identity(), diagonal(), identity()], "LinearOperatorDiag"),
        (lambda: [diagonal(), triangle(), diagonal()], "LinearOperatorLowerTriangular"),
        (lambda: [matrix(), diagonal(), triangle(), identity(0.5)], "LinearOperatorFullMatrix"),
    ],
)
def test_the_sum_is_no_denser_than_it_must_be(operators, kind):
    given = operators()
    (made,) = add_operators(given)
    assert type(made).__name__ == kind
    with tf.Session() as session:
        total, *parts = session.run([o.to_dense() for o in (made, *given)])
    assert np.allclose(total, np.sum(parts, axis=0))


def test_names_and_hints_of_a_sum():
    (made,) = add_operators([diagonal("A", is_positive_definite=True), diagonal("B", is_positive_definite=True)])
    assert made.name == "Add/B__A/" and made.is_positive_definite and made.is_non_singular
    (made,) = add_operators([diagonal(is_non_singular=True), triangle()], operator_name="mine")
    assert made.name == "mine" and made.is_non_singular is None


def test_what_no_adder_of_the_tiers_can_add_stays():
    left = add_operators([diagonal(), diagonal(), triangle()], addition_tiers=[[_AddAndReturnDiag()]])
    assert sorted(type(o).__name__ for o in left) == ["LinearOperatorDiag", "LinearOperatorLowerTriangular"]
    only = diagonal()
    assert add_operators([only], addition_tiers=[[_AddAndReturnMatrix()]]) == [only]


@pytest.mark.parametrize(
    "operators, error, message",
    [
        (lambda: [], ValueError, "must contain at least one"),
        (lambda: [1, 2], TypeError, "contain only LinearOperator"),
        (lambda: [linalg.LinearOperatorFullMatrix(np.ones([2, 3])), diagonal()], ValueError, "must have the same domain dimension"),
        (lambda: [linalg.LinearOperatorFullMatrix(np.ones([3, 2])), diagonal()], ValueError, "must have the same range dimension"),
        (lambda: [linalg.LinearOperatorDiag(np.ones([n, 2])) for n in (2, 3)], ValueError, "Incompatible shapes"),
        (lambda: [linalg.LinearOperatorZeros(2), diagonal()], TypeError, "Operator type unknown"),
    ],
)
def test_what_cannot_be_added(operators, error, message):
    with pytest.raises(error, match=message):
        add_operators(operators())
