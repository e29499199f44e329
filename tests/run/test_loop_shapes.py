"""Once shapes repeat, a step is compiled for them, loops included: what only found out shapes is gone from the loops."""

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _plan_of(sess, fetches, feed):
    """The text of the plan that later runs with these feeds use."""
    for _ in range(3):
        sess.run(fetches, feed)
    step = list(sess._steps.values())[-1]
    return step.plans.plan_for([np.asarray(v, np.float32) for v in feed.values()]).explain().split("\nfolded")[0]


def test_a_loop_and_its_gradient_find_out_no_shapes():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(tf.constant(0.5, shape=[3, 3]))
    _, y = tf.while_loop(lambda i, _: i < 4, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w) * tf.sigmoid(h) + 1.0)), [0, x])
    grads = tf.gradients(y, [x, w])
    feed = {x: np.linspace(-1, 1, 6).reshape(2, 3)}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        first = sess.run([y, grads[0], grads[1]], feed)
        plan = _plan_of(sess, [y, grads[0], grads[1]], feed)
        again = sess.run([y, grads[0], grads[1]], feed)
    for name in ("# Shape ", "# BroadcastGradientArgs ", "# Reshape "):
        assert name not in plan, plan
    for a, b in zip(first, again):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_loop_variable_that_grows():
    x = tf.placeholder(tf.float32, [None])
    _, y = tf.while_loop(
        lambda i, _: i < 3, lambda i, v: (i + 1, tf.concat([v, v[:1] * 2.0], 0)), [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )  # fmt: skip
    outputs = [y, tf.shape(y), tf.gradients(y, x)[0]]
    with tf.Session() as sess:
        for n in (2, 2, 2, 3, 3, 3, 2):
            value, shape, grad = sess.run(outputs, {x: np.ones(n)})
            assert value.tolist() == [1] * n + [2] * 3 and shape.tolist() == [n + 3]
            assert grad.tolist() == [7] + [1] * (n - 1)


def test_variables_of_a_loop_that_change_places():
    x = tf.placeholder(tf.float32, [None, 2])
    # After one turn `a` has the shape of `b`, of which only the rank is the same.
    _, a, b = tf.while_loop(
        lambda i, *_: i < 1, lambda i, a, b: (i + 1, b, a), [0, x, tf.ones([4, 2])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2]), tf.TensorShape([None, 2])],
    )  # fmt: skip
    with tf.Session() as sess:
        for _ in range(4):
            first, second = sess.run([tf.shape(a), tf.shape(b)], {x: np.ones((3, 2))})
            assert first.tolist() == [4, 2] and second.tolist() == [3, 2]


def test_arrays_that_a_loop_reads_and_writes():
    x = tf.placeholder(tf.float32, [None, 5, 2])
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    fetches = [outputs, *tf.gradients(outputs, [x, *tf.trainable_variables()])]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in (2, 4):
            feed = {x: np.random.RandomState(rows).rand(rows, 5, 2)}
            first = sess.run(fetches, feed)
            plan = _plan_of(sess, fetches, feed)
            assert "# ConcatOffset " not in plan and "# BroadcastGradientArgs " not in plan
            for a, b in zip(first, sess.run(fetches, feed)):
                np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_what_a_loop_computes_for_nobody_is_left_out():
    x = tf.placeholder(tf.float32, [2])
    _, y, _ = tf.while_loop(lambda i, *_: i < 3, lambda i, v, u: (i + 1, v * 2.0, tf.log(u)), [0, x, x])
    with tf.Session() as sess:
        assert sess.run(y, {x: [1.0, 2.0]}).tolist() == [8, 16]


def test_nested_loops():
    x = tf.placeholder(tf.float32, [None, 2])

    def outer(i, v):
        _, v = tf.while_loop(lambda j, _: j < 2, lambda j, u: (j + 1, u * tf.reduce_sum(u, 1, keepdims=True)), [0, v])
        return i + 1, v + x

    _, y = tf.while_loop(lambda i, _: i < 2, outer, [0, x])
    grad = tf.gradients(y, x)[0]
    feed = {x: np.array([[0.1, 0.2], [0.3, -0.1], [0.0, 0.5]])}
    with tf.Session() as sess:
        first = sess.run([y, grad], feed)
        for _ in range(3):
            for a, b in zip(first, sess.run([y, grad], feed)):
                np.testing.assert_allclose(a, b, rtol=1e-6)
