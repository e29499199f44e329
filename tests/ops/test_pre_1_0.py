"""The names of 2015 and 2016 work and add the nodes of their time."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops import pre_1_0


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


CALLS = [
    (lambda: tf.mul([1.0, 2.0], 3.0), "Mul", [3.0, 6.0]),
    (lambda: tf.sub([1.0, 2.0], 3.0), "Sub", [-2.0, -1.0]),
    (lambda: tf.neg([1.0, -2.0]), "Neg", [-1.0, 2.0]),
    (lambda: tf.inv([2.0, 4.0]), "Inv", [0.5, 0.25]),
    (lambda: tf.select([True, False], [1, 2], [3, 4]), "Select", [1, 4]),
    (lambda: tf.complex_abs(tf.constant([3 + 4j], tf.complex64)), "ComplexAbs", [5.0]),
    (lambda: tf.batch_matmul([[[1.0, 2.0]]], [[[3.0], [4.0]]]), "BatchMatMul", [[[11.0]]]),
    (lambda: tf.batch_matmul([[[1.0], [2.0]]], [[[3.0], [4.0]]], adj_x=True), "BatchMatMul", [[[11.0]]]),
    (lambda: tf.batch_matrix_diag([[1.0, 2.0]]), "MatrixDiag", [[[1.0, 0.0], [0.0, 2.0]]]),
    (lambda: tf.reduce_sum([[1.0, 2.0]], reduction_indices=[1], keep_dims=True), "Sum", [[3.0]]),
    (lambda: tf.arg_max([1.0, 3.0], 0), "ArgMax", 1),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_old_name(number):
    build, op_type, expected = CALLS[number]
    result = build()
    assert result.op.type == op_type
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(result), expected)


@pytest.mark.parametrize("name", sorted(pre_1_0.PRE_1_0))
def test_each_name_of_the_table_exists(name):
    assert callable(getattr(tf, name))


LOGITS = [[1.0, 2.0, 0.0]]


@pytest.mark.parametrize("name, labels", [
    ("softmax_cross_entropy_with_logits", [[0.0, 1.0, 0.0]]),
    ("sparse_softmax_cross_entropy_with_logits", [1]),
    ("sigmoid_cross_entropy_with_logits", [[0.0, 1.0, 0.0]]),
])  # fmt: skip
def test_positional_cross_entropies_take_logits_first(name, labels):
    function = getattr(tf.nn, name)
    old, named, today = function(LOGITS, labels), function(LOGITS, labels, "x"), function(labels=labels, logits=LOGITS)
    assert named.op.name.startswith("x")
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(old), sess.run(today))


@pytest.mark.parametrize("function", ["nce_loss", "sampled_softmax_loss"])
def test_sampled_losses_took_the_inputs_before_the_labels(function):
    weights, biases, inputs, labels = tf.ones([5, 2]), tf.zeros([5]), tf.constant([[1.0, 2.0]]), tf.constant([[3]])
    sampled = (tf.constant([1, 2], tf.int64), tf.constant([[1.0]]), tf.constant([1.0, 1.0]))
    losses = [getattr(tf.nn, function)(weights, biases, *both, 2, 5, sampled_values=sampled) for both in ((inputs, labels), (labels, inputs))]
    with tf.Session() as sess:
        np.testing.assert_array_equal(*sess.run(losses))


def test_op_scope():
    with tf.op_scope([tf.constant(1)], None, "sums") as scope:
        assert scope == "sums/" and tf.constant(2).op.name == "sums/Const"
