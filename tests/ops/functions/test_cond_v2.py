"""cond_v2: one If op, whose branches are functions; boosted trees are made of such."""

from __future__ import annotations

import pytest

import tinytf as tf
from tinytf.ops.functions.cond_v2 import cond_v2


def _run(fetches, feeds):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run(fetches, feed) for feed in feeds]


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def test_the_branch_that_is_chosen_runs():
    pred, x, y = tf.placeholder(tf.bool, []), tf.constant(2.0), tf.constant(3.0)
    result = cond_v2(pred, lambda: {"a": x * y, "b": [x]}, lambda: {"a": y, "b": [y]})
    assert _run(result, [{pred: True}, {pred: False}]) == [{"a": 6.0, "b": [2.0]}, {"a": 3.0, "b": [3.0]}]
    assert [op.type for op in tf.get_default_graph().get_operations()].count("StatelessIf") == 1


def test_variables_change_in_a_branch_and_operations_stand_as_the_predicate():
    pred, v = tf.placeholder(tf.bool, []), tf.Variable(1.0, use_resource=True)
    result = cond_v2(pred, lambda: v.assign_add(1.0).op, tf.no_op)
    with tf.control_dependencies([result]):
        read = v.read_value()
    assert _run([result, read], [{pred: False}, {pred: True}]) == [[False, 1.0], [True, 2.0]]


def test_branches_nest_and_keep_static_shapes():
    pred, v = tf.placeholder(tf.bool, []), tf.Variable([1.0, 2.0], use_resource=True)
    result = cond_v2(pred, lambda: cond_v2(pred, lambda: v * 2.0, lambda: v), lambda: v + 0.0)
    assert result.shape == [2]
    assert [r.tolist() for r in _run(result, [{pred: True}, {pred: False}])] == [[2.0, 4.0], [1.0, 2.0]]


def test_gradients_are_taken_in_a_branch_of_what_is_around():
    pred, x = tf.placeholder(tf.bool, []), tf.constant([3.0])
    y = x * x * x

    def derivatives():
        first = tf.gradients(y, x)[0]
        return first, tf.gradients(first, x)[0]

    result = cond_v2(pred, derivatives, lambda: (x, x))
    assert [[float(v[0]) for v in r] for r in _run(result, [{pred: True}, {pred: False}])] == [[27.0, 18.0], [3.0, 3.0]]


@pytest.mark.parametrize("other", [lambda: 1, lambda: (1.0, 2.0)])
def test_results_must_match(other):
    with pytest.raises(TypeError, match="true_fn and false_fn"):
        cond_v2(tf.constant(True), lambda: 1.0, other)
    with pytest.raises(TypeError, match="Python bool"):
        cond_v2(True, other, other)
