"""Python operators of tensors: what they compute, and the nodes they add."""

import operator

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def nodes():
    return [(n.name, n.op) for n in tf.get_default_graph().as_graph_def().node]


def run(fetches, feed=None):
    with tf.Session() as sess:
        return sess.run(fetches, feed)


# operator, the node it adds (name, op type); names as TensorFlow 1.15.5 gives them
ARITHMETIC = [
    (operator.add, "add", "AddV2"),
    (operator.sub, "sub", "Sub"),
    (operator.mul, "mul", "Mul"),
    (operator.truediv, "truediv", "RealDiv"),
    (operator.floordiv, "floordiv", "FloorDiv"),
    (operator.mod, "mod", "FloorMod"),
    (operator.pow, "pow", "Pow"),
    (operator.lt, "Less", "Less"),
    (operator.ge, "GreaterEqual", "GreaterEqual"),
]


@pytest.mark.parametrize("function,name,op_type", ARITHMETIC)
def test_operator_adds_one_node_and_its_constant(function, name, op_type):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = function(x, 3.0)
    assert nodes() == [("x", "Placeholder"), (name + "/y", "Const"), (name, op_type)]
    value = np.array([4.0, 7.5], np.float32)
    np.testing.assert_array_equal(run(y, {x: value}), function(value, np.float32(3.0)))


@pytest.mark.parametrize("function,name,op_type", ARITHMETIC[:7])
def test_reflected_operator_names_its_constant_x(function, name, op_type):
    x = tf.constant([4.0, 7.5], name="t")
    y = function(3.0, x)
    assert nodes() == [("t", "Const"), (name + "/x", "Const"), (name, op_type)]
    np.testing.assert_allclose(run(y), function(np.float32(3.0), np.array([4.0, 7.5], np.float32)), rtol=1e-6)


def test_numpy_arrays_leave_the_operator_to_the_tensor():
    y = np.array([1.0, 2.0], np.float32) * tf.constant([3.0, 4.0])
    assert isinstance(y, tf.Tensor)
    np.testing.assert_array_equal(run(y), [3.0, 8.0])


def test_integers_divide_to_float64():
    y = tf.constant([7, -7]) / tf.constant([2, 2])
    assert y.dtype == tf.float64
    np.testing.assert_array_equal(run(y), [3.5, -3.5])
    assert [n for n, _ in nodes()] == ["Const", "Const_1", "truediv/Cast", "truediv/Cast_1", "truediv"]


def test_matrix_product_and_logic():
    a, b = tf.constant([True, False, True]), tf.constant([True, True, False])
    product = tf.constant([[1.0, 2.0]]) @ [[3.0], [4.0]]
    got = run([product, a & b, a | b, a ^ b, ~a, -product, abs(-product)])
    expected = [[[11.0]], [1, 0, 0], [1, 1, 1], [0, 1, 1], [0, 1, 0], [[-11.0]], [[11.0]]]
    for g, e in zip(got, expected):
        np.testing.assert_array_equal(g, e)


def test_equality_is_identity():
    x = tf.constant(1)
    assert x == x and x != tf.constant(1)


def test_a_tensor_has_no_truth_value():
    with pytest.raises(TypeError, match="bool"):
        bool(tf.constant(True))


def test_types_must_agree():
    with pytest.raises(TypeError, match="int32"):
        tf.constant([1.0]) + tf.constant([1])
    with pytest.raises(TypeError, match="float32"):
        tf.constant([1]) + 2.5


def test_shapes_must_broadcast():
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 3 for 'add'"):
        tf.ones([2]) + tf.ones([3])
    x = tf.placeholder(tf.float32, None)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs. \[3\]"):
        run(x + tf.ones([3]), {x: [1.0, 2.0]})
