"""tf.contrib.framework.with_shape: a check when the graph is built, or in the graph."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.contrib.framework import with_same_shape, with_shape


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_static_shapes_add_nothing(fresh_graph):
    x = tf.zeros([2, 3], name="x")
    nodes = len(fresh_graph.get_operations())
    assert with_shape([2, 3], x) is x and len(fresh_graph.get_operations()) == nodes
    with pytest.raises(ValueError, match="Invalid shape for tensor x:0"):
        with_shape([3, 2], x)


def test_the_check_is_in_the_graph_with_the_names_of_tensorflow(fresh_graph):
    old, new = tf.placeholder(tf.float32, [None, 2], "old"), tf.placeholder(tf.float32, [None, 2], "new")
    checked = with_same_shape(old, new)
    names = [op.name for op in fresh_graph.get_operations()]
    assert names[2:9] == ["new/expected_shape", "new/assert_shape/actual", "new/assert_shape/is_shape/Size",
                          "new/assert_shape/is_shape/is_rank/actual", "new/assert_shape/is_shape/is_rank",
                          "new/assert_shape/is_shape/shape_tensor_equal/Equal/y",
                          "new/assert_shape/is_shape/shape_tensor_equal/Equal"]  # fmt: skip
    with tf.Session() as sess:
        assert sess.run(checked, {old: np.zeros([1, 2]), new: np.ones([1, 2])}).tolist() == [[1, 1]]
        with pytest.raises(tf.errors.InvalidArgumentError, match="Wrong shape for new:0"):
            sess.run(checked, {old: np.zeros([1, 2]), new: np.ones([2, 2])})


def test_minus_one_in_a_shape_tensor_is_any_size():
    x, shape = tf.placeholder(tf.float32), tf.placeholder(tf.int32, [2])
    checked = with_shape(shape, x)
    with tf.Session() as sess:
        assert sess.run(checked, {x: [[1, 2]], shape: [-1, 2]}).tolist() == [[1, 2]]
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(checked, {x: [[1, 2, 3]], shape: [-1, 2]})
