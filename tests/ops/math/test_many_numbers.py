"""What is made of many numbers is made of few: they go another way through NumPy."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.math.wide_rows import against_scalar

X = np.concatenate([np.random.RandomState(0).randn(40_000) * 10, [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-30]]).astype(np.float32)


@pytest.mark.parametrize("function", [tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.nn.selu, tf.nn.softplus, tf.nn.leaky_relu])
def test_large_and_small(function):
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None])
        y = function(x)
        both = [y, tf.gradients(y, x)[0]]
        whole = sess.run(both, {x: X})
        parts = [sess.run(both, {x: X[i : i + 1000]}) for i in range(0, X.size, 1000)]
    for all_at_once, pieces in zip(whole, zip(*parts)):
        np.testing.assert_allclose(all_at_once, np.concatenate(pieces), rtol=1e-6)


@pytest.mark.parametrize("extremum", [np.maximum, np.minimum, np.fmin])
@pytest.mark.parametrize("x", [X, X[::-1], X[:5], X[:40_000].reshape(200, 200).T], ids=["large", "backward", "small", "transposed"])
def test_against_a_scalar(extremum, x):
    expected = extremum(x, np.float32(0.5))
    np.testing.assert_array_equal(against_scalar(extremum, x, np.float32(0.5)), expected)
    out = x.copy()
    assert against_scalar(extremum, x, np.float32(0.5), out) is out
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("where", [tf.where, tf.where_v2])
@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.float64])
def test_select(where, dtype):
    chosen = np.random.RandomState(1).rand(X.size) < 0.5
    x, y = np.where(np.isfinite(X), X, 7).astype(dtype), np.arange(X.size).astype(dtype)
    if dtype != np.int32:
        x[-6:] = X[-6:]
    with tf.Graph().as_default(), tf.Session() as sess:
        condition, a, b = tf.placeholder(tf.bool, [None]), tf.placeholder(dtype, [None]), tf.placeholder(dtype, [None])
        result = sess.run(where(condition, a, b), {condition: chosen, a: x, b: y})
    np.testing.assert_array_equal(result, np.where(chosen, x, y))
