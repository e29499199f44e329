"""Reductions: axes known, computed and fed."""

import numpy as np
import pytest

import tinytf as tf

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("axis", [None, 0, 1, -1, [0, 2], [-1, -2], [0, 1, 2], []])
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name,function", [("reduce_sum", np.sum), ("reduce_mean", np.mean), ("reduce_max", np.max)])
def test_as_numpy_reduces(name, function, axis, keep):
    y = getattr(tf, name)(X, axis=axis, keepdims=keep)
    expected = function(X, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keep)
    assert y.shape.as_list() == list(expected.shape)
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(y), expected, rtol=1e-6)


def test_axes_may_be_fed():
    axes = tf.placeholder(tf.int32, [None])
    y = tf.reduce_sum(X, axes)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y, {axes: [0, 2]}), X.sum((0, 2)))
        np.testing.assert_array_equal(sess.run(y, {axes: [1]}), X.sum(1))


def test_even_a_constant_axis_may_be_fed():
    x = tf.placeholder(tf.float32, [2, 3, 4])
    y = tf.reduce_sum(x, 0)
    axis = tf.get_default_graph().get_tensor_by_name("Sum/reduction_indices:0")
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y, {x: X}), X.sum(0))
        np.testing.assert_array_equal(sess.run(y, {x: X, axis: 1}), X.sum(1))
        np.testing.assert_array_equal(sess.run(y, {x: X}), X.sum(0))


def test_axis_and_its_old_name_exclude_each_other():
    with pytest.raises(ValueError, match="Cannot specify both"):
        tf.reduce_sum(X, axis=0, reduction_indices=1)


def test_axis_out_of_range():
    with pytest.raises(ValueError, match="Invalid reduction dimension 5 for input with 3 dimensions"):
        tf.reduce_sum(X, 5)
    axis = tf.placeholder(tf.int32, [])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="Invalid reduction dimension"):
        sess.run(tf.reduce_sum(X, axis), {axis: 5})


def test_rank_may_be_unknown():
    x = tf.placeholder(tf.float32)
    y = tf.reduce_mean(x)
    assert y.shape.as_list() == []
    with tf.Session() as sess:
        assert sess.run(y, {x: X}) == X.mean()
        np.testing.assert_allclose(sess.run(tf.gradients(y, x)[0], {x: X}), np.full_like(X, 1 / 24))
