"""Updates that make their gradients piece by piece give what the rule gives, whatever else happens to the variables."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops import parallel
from tinytf.ops.math import pipeline
from tinytf.run import updates

N = 160


@pytest.fixture(autouse=True)
def fresh_graph(monkeypatch):
    monkeypatch.setattr(parallel, "_CORES", 2)
    monkeypatch.setattr(pipeline, "_PIECE", N * 40)  # four pieces
    monkeypatch.setattr(pipeline, "_LEAST_ROWS", 1)
    monkeypatch.setattr(updates, "SMALLEST", 1)
    monkeypatch.setattr(updates, "FEWEST_SLOTS", 0)
    with tf.Graph().as_default():
        yield


def numbers(seed, *shape):
    return np.random.RandomState(seed).randn(*shape).astype(np.float32) * 0.1


X, Y = numbers(1, N, N), numbers(2, N, N)


def run(step, variables, feed=None, steps=2):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(steps):
            sess.run(step, feed)
        assert "in_pieces(" in sess.explain(step, feed)
        return sess.run(variables)


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize(
    "optimizer, expected",
    [
        (tf.train.GradientDescentOptimizer(0.5), lambda w, g: w - 0.5 * g),
        (tf.train.AdagradOptimizer(0.5, 0.1), lambda w, g: w - 0.5 * g / np.sqrt(0.1 + g * g)),
        (tf.train.MomentumOptimizer(0.5, 0.9), lambda w, g: w - 0.5 * g),
    ],
    ids=["descent", "adagrad", "momentum"],
)
def test_pieces_make_up_the_gradient(optimizer, expected, resource):
    w = tf.Variable(Y, use_resource=resource)
    x = tf.placeholder(tf.float32, [N, N])
    step = optimizer.minimize(tf.reduce_sum(tf.matmul(x, w) * x))
    np.testing.assert_allclose(run(step, w, {x: X}, steps=1), expected(Y, X.T @ X), rtol=1e-4, atol=1e-5)


def test_two_variables_that_are_multiplied_are_updated_with_each_others_old_values():
    u, w = tf.Variable(X), tf.Variable(Y)
    step = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(tf.matmul(u, w) * X))
    new_u, new_w = run(step, [u, w], steps=1)
    np.testing.assert_allclose(new_u, X - X @ Y.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(new_w, Y - X.T @ X, rtol=1e-4, atol=1e-5)


def test_what_is_read_after_the_updates_sees_them():
    v, w = tf.Variable(X), tf.Variable(Y)
    step = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(tf.matmul(tf.matmul(X, v), w) * X))
    with tf.control_dependencies([step]):
        after = [tf.reduce_sum(tf.identity(v.read_value())), tf.reduce_sum(tf.identity(w.read_value()))]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sums = sess.run(after)
        np.testing.assert_allclose(sums, [value.sum() for value in sess.run([v, w])], rtol=1e-4, atol=1e-3)


def test_a_check_that_fails_keeps_the_update_from_being_made():
    w = tf.Variable(Y)
    gradient = tf.gradients(tf.reduce_sum(tf.matmul(X, w) * X), w)[0]
    fine = tf.placeholder_with_default(True, [])
    with tf.control_dependencies([tf.Assert(fine, ["no"])]):
        step = tf.train.GradientDescentOptimizer(1.0).apply_gradients([(gradient, w)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(step, {fine: False})
        np.testing.assert_array_equal(sess.run(w), Y)


def test_a_product_is_made_by_two_threads_as_by_one(monkeypatch):
    def trained():
        with tf.Graph().as_default():
            v, w = tf.Variable(X), tf.Variable(Y)
            step = tf.train.AdamOptimizer(0.01).minimize(tf.reduce_sum(tf.matmul(tf.tanh(tf.matmul(X, v)), w) ** 2))
            return run(step, [v, w])

    together = trained()
    monkeypatch.setattr(parallel, "_CORES", 1)
    for a, b in zip(together, trained()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("optimizer, size, taken", [("Adam", 256, True), ("GradientDescent", 256, False), ("Adam", N, False)])
def test_it_is_done_where_it_pays(optimizer, size, taken, monkeypatch):
    monkeypatch.undo()
    x, w = tf.placeholder(tf.float32, [128, size]), tf.Variable(numbers(3, size, size))
    step = getattr(tf.train, optimizer + "Optimizer")(0.1).minimize(tf.reduce_sum(tf.matmul(x, w) ** 2))
    with tf.Session() as sess:
        assert ("in_pieces(" in sess.explain(step, {x: numbers(4, 128, size)})) == taken


def test_an_error_in_a_piece_is_raised_where_the_piece_is_used():
    def multiply(a, b):
        raise FloatingPointError("no")

    with pytest.raises(FloatingPointError):
        list(pipeline.Product(multiply, False, X, Y, (N, N)).pieces())
