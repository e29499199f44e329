"""Sums of products that another thread adds up: the numbers of AddN, whoever makes the products."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops import parallel

N = 128


@pytest.fixture(autouse=True)
def fresh_graph(monkeypatch):
    monkeypatch.setattr(parallel, "_CORES", 2)
    with tf.Graph().as_default():
        yield


def numbers(seed, *shape):
    return np.random.RandomState(seed).randn(*shape).astype(np.float32) * 0.1


X, W = numbers(1, N, N), numbers(2, N, N)


def unrolled(steps=7):
    """(the gradient to the weights of a recurrent net, its feed, how often the plan adds beside)"""
    with tf.Graph().as_default(), tf.Session() as sess:
        x, w = tf.placeholder(tf.float32, [N, N]), tf.Variable(W)
        h = x
        for _ in range(steps):
            h = tf.tanh(tf.matmul(h, w))
        gradient = tf.gradients(tf.reduce_sum(h * h), w)[0]
        sess.run(w.initializer)
        return sess.run(gradient, {x: X}), sess.explain(gradient, {x: X}).count("add_product")


def test_a_recurrent_nets_gradient_is_added_up_beside(monkeypatch):
    beside, count = unrolled()
    assert count == 6
    np.testing.assert_array_equal(beside, unrolled()[0])
    monkeypatch.setattr(parallel, "_CORES", 1)
    alone, count = unrolled()
    assert count == 0
    np.testing.assert_array_equal(beside, alone)


def test_products_that_are_used_elsewhere_too_are_not_part_of_a_chain():
    x = tf.placeholder(tf.float32, [N, N])
    products = [tf.matmul(x, tf.constant(W * k)) for k in (1, 2, 3)]
    total = tf.add_n(products)
    with tf.Session() as sess:
        values = sess.run([total, *products], {x: X})
        np.testing.assert_array_equal(values[0], values[1] + values[2] + values[3])
        np.testing.assert_array_equal(sess.run(total, {x: X}), values[0])
        assert "add_product" in sess.explain(total, {x: X}) and "add_product" not in sess.explain([total, products[1]], {x: X})


def test_a_variable_that_is_overwritten_before_the_sum_is_multiplied_as_it_was():
    x, v = tf.placeholder(tf.float32, [N, N]), tf.Variable(W)
    first = [tf.matmul(x, v), tf.matmul(v, x)]
    with tf.control_dependencies(first):
        zeroed = v.assign(tf.zeros([N, N]))
    with tf.control_dependencies([zeroed]):
        total = tf.add_n([*first, tf.matmul(x, x)])
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_allclose(sess.run(total, {x: X}), X @ W + W @ X + X @ X, rtol=1e-4, atol=1e-4)


def test_an_error_on_the_way_is_raised_at_the_end():
    def multiply(a, b):
        raise FloatingPointError("no")

    first = parallel.Beside(np.matmul, X, W)
    last = parallel.Beside(parallel.add_product, parallel.Beside(parallel.add_product, first, multiply, X, W), np.matmul, X, W)
    with pytest.raises(FloatingPointError):
        last.result()
