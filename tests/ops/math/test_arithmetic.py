"""Arithmetic where NumPy and TensorFlow differ, and what its gradients sum over."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.math.broadcasting import gradient_axes


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def run(fetches):
    with tf.Session() as sess:
        return sess.run(fetches)


# expression, TensorFlow 1.15.5's answer
FACTS = [
    (lambda: tf.floordiv([1.0, 7.0, -7.0], [0.1, -2.0, 2.0]), [10.0, -4.0, -4.0]),
    (lambda: tf.mod([7.0, -7.0, -1.0], [-2.0, 2.0, np.inf]), [-1.0, 1.0, np.inf]),
    (lambda: tf.truncatediv([-7, 7], [2, -2]), [-3, -3]),
    (lambda: tf.truncatemod([-7, 7], [2, -2]), [-1, 1]),
    (lambda: tf.div([-7, 7], [2, 2]), [-4, 3]),
    (lambda: tf.pow([3], [40]), [689956897]),
    (lambda: tf.div_no_nan([1.0, 2.0], [0.0, 4.0]), [0.0, 0.5]),
    (lambda: tf.math.multiply_no_nan(np.nan, 0.0), 0.0),
    (lambda: tf.math.xlogy([0.0, 1.0], [0.0, 1.0]), [0.0, 0.0]),
    (lambda: tf.round([0.5, 1.5, 2.5, -1.5]), [0.0, 2.0, 2.0, -2.0]),
    (lambda: tf.sign(tf.constant([0, 3 + 4j], tf.complex64)), np.array([0, 0.6 + 0.8j], np.complex64)),
    (lambda: tf.cast([1.5, -1.5, 300.0, -300.0], tf.uint8), [1, 255, 44, 212]),
    (lambda: tf.cast([3e9, np.nan, -1.5], tf.int32), [-(2**31), -(2**31), -1]),
    (lambda: tf.saturate_cast([300.0, -3.0], tf.uint8), [255, 0]),
    (lambda: tf.range(0.0, 1.0, 0.1)[8], np.float32(0.8000001)),
    (lambda: tf.reduce_mean([1, 2, 4]), 2),
    (lambda: tf.reduce_mean([-1, -2, -4]), -2),
    (lambda: tf.reduce_max([np.nan, 1.0, 2.0]), 2.0),
    (lambda: tf.reduce_max(tf.zeros([0])), -np.inf),
    (lambda: tf.reduce_sum(tf.constant([100, 100, 100], tf.int8)), 44),
    (lambda: tf.bitwise.left_shift(tf.constant([1, -1], tf.int8), tf.constant([9, 1], tf.int8)), [-128, -2]),
    (lambda: tf.sigmoid([-30.0, 0.0, 30.0]), [0.0, 0.5, 1.0]),
]


@pytest.mark.parametrize("number", range(len(FACTS)))
def test_as_tensorflow_computes_it(number):
    build, expected = FACTS[number]
    np.testing.assert_array_equal(run(build()), expected)


ERRORS = [
    (lambda: tf.constant([1, 2]) // tf.constant([0, 1]), "Integer division by zero"),
    (lambda: tf.constant([1, 2]) % tf.constant([0, 1]), "Integer division by zero"),
    (lambda: tf.pow(tf.constant([2]), tf.constant([-1])), "negative integer powers"),
    (lambda: tf.bincount([1, -1]), "non-negative"),
    (lambda: tf.segment_sum([1.0, 2.0, 3.0], [0, 2, 1]), "not increasing"),
    (lambda: tf.unsorted_segment_sum([1.0, 2.0], [0, 5], 4), r"segment_ids\[1\] = 5 is out of range \[0, 4\)"),
    (lambda: tf.cholesky([[1.0, 2.0], [2.0, 1.0]]), "Cholesky decomposition was not successful"),
    (lambda: tf.matrix_inverse([[1.0, 2.0], [2.0, 4.0]]), "not invertible"),
    (lambda: tf.cumsum([1.0], 3), "scan axis"),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_error_when_it_runs(number):
    build, words = ERRORS[number]
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(build())


@pytest.mark.parametrize(
    "x,y,axes",
    [
        ((2, 3), (2, 3), ([], [])),
        ((2, 3), (3,), ([], [0])),
        ((2, 3), (2, 1), ([], [1])),
        ((1, 3), (2, 1), ([0], [1])),
        ((), (2, 3), ([0, 1], [])),
        ((1,), (), ([0], [0])),
        ((2, 1, 3), (1, 1, 3), ([1], [0, 1])),
    ],
)
def test_axes_that_gradients_sum_over(x, y, axes):
    assert gradient_axes(x, y) == axes


@pytest.mark.parametrize("x,y", [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (4,)), ((2, 3), (2, 3))])
@pytest.mark.parametrize("f", [tf.add, tf.subtract, tf.multiply, tf.divide, tf.maximum, tf.squared_difference, tf.pow])
def test_gradient_is_the_derivative(f, x, y):
    random = np.random.RandomState(1)
    a, b = random.uniform(0.5, 2, x), random.uniform(2.1, 3, y)
    ta, tb = tf.placeholder(tf.float64, x), tf.placeholder(tf.float64, y)
    out = f(ta, tb)
    weights = random.uniform(-1, 1, out.shape.as_list())
    grads = tf.gradients(out, [ta, tb], tf.constant(weights))
    with tf.Session() as sess:
        got = sess.run(grads, {ta: a, tb: b})

        def total(a, b):
            return float(np.sum(weights * sess.run(out, {ta: a, tb: b})))

        for array, g in ((a, got[0]), (b, got[1])):
            for index in np.ndindex(*array.shape):
                kept = array[index]
                array[index] = kept + 1e-6
                above = total(a, b)
                array[index] = kept - 1e-6
                below = total(a, b)
                array[index] = kept
                assert abs((above - below) / 2e-6 - g[index]) < 1e-6


def test_division_has_the_graph_of_python():
    assert tf.divide(tf.constant(1), tf.constant(2), name="half").name == "half:0"
    assert [n.op for n in tf.get_default_graph().as_graph_def().node] == ["Const", "Const", "Cast", "Cast", "RealDiv"]


def test_what_is_rounded_to_zero_has_no_sign():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32)
        rounded = session.run([tf.round(x), tf.round(x * 2) + 0.0], {x: [-0.3, -0.5, 0.2, -1.5]})
        assert np.signbit(rounded[0]).tolist() == [False, False, False, True] and rounded[0].tolist() == [0, 0, 0, -2]
        assert session.run(tf.round(x), {x: -0.4}).tolist() == 0
