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
