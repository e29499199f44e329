"""The parts of tf.keras: regularizers, constraints, learning rates, padded sequences, the session of the backend."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras


@pytest.fixture(autouse=True)
def fresh():
    keras.backend.clear_session()


def value(tensor):
    return keras.backend.get_value(tensor)


def test_regularizers_are_losses_of_the_model():
    model = keras.Sequential([keras.layers.Dense(2, input_dim=2, kernel_initializer="ones", kernel_regularizer=keras.regularizers.l1_l2(0.1, 0.2))])
    assert abs(value(model.losses[0]) - (0.1 * 4 + 0.2 * 4)) < 1e-6


@pytest.mark.parametrize(
    "constraint, expected",
    [
        (keras.constraints.NonNeg(), [[3.0, 0.0], [4.0, 0.0]]),
        (keras.constraints.UnitNorm(), [[0.6, -1.0], [0.8, 0.0]]),
        (keras.constraints.MaxNorm(2.5), [[1.5, -1.0], [2.0, 0.0]]),
        (keras.constraints.MinMaxNorm(2.0, 2.5), [[1.5, -2.0], [2.0, 0.0]]),
    ],
)
def test_constraints(constraint, expected):
    np.testing.assert_allclose(value(constraint(tf.constant([[3.0, -1.0], [4.0, 0.0]]))), expected, atol=1e-5)


@pytest.mark.parametrize(
    "schedule, expected",
    [
        (lambda s: s.ExponentialDecay(1.0, 2, 0.25), 0.125),
        (lambda s: s.ExponentialDecay(1.0, 2, 0.25, staircase=True), 0.25),
        (lambda s: s.PolynomialDecay(1.0, 6, 0.0), 0.5),
        (lambda s: s.InverseTimeDecay(1.0, 1, 1.0), 0.25),
        (lambda s: s.PiecewiseConstantDecay([1, 2], [3.0, 2.0, 1.0]), 1.0),
    ],
)
def test_schedules(schedule, expected):
    assert abs(value(schedule(keras.optimizers.schedules)(tf.constant(3.0))) - expected) < 1e-6


def test_an_optimizer_keeps_its_rate_in_a_variable():
    optimizer = keras.optimizers.Adam(0.5)
    w = keras.backend.variable([1.0])
    step = optimizer.minimize(lambda: tf.square(w), [w])
    keras.backend.get_session().run(step.op if hasattr(step, "op") else step)
    np.testing.assert_allclose(value(w), [0.5], rtol=1e-5)
    optimizer.lr = 0.25
    assert value(optimizer.learning_rate) == 0.25 and [v.op.name for v in optimizer.weights] == ["iter", "Variable/m", "Variable/v"]


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ({}, [[0, 1, 2], [3, 4, 5]]),
        ({"padding": "post"}, [[1, 2, 0], [3, 4, 5]]),
        ({"maxlen": 2}, [[1, 2], [4, 5]]),
        ({"maxlen": 2, "truncating": "post"}, [[1, 2], [3, 4]]),
        ({"value": 9.0}, [[9, 1, 2], [3, 4, 5]]),
    ],
)
def test_pad_sequences(arguments, expected):
    assert keras.preprocessing.sequence.pad_sequences([[1, 2], [3, 4, 5]], **arguments).tolist() == expected


def test_to_categorical():
    assert keras.utils.to_categorical([0, 2]).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert keras.utils.to_categorical([[1], [0]], 2).shape == (2, 2)


def test_functions_and_updates_of_the_backend():
    x, total = keras.backend.placeholder((None,)), keras.backend.variable(0.0)
    add = keras.backend.function([x], [x * 2], updates=[keras.backend.update_add(total, tf.reduce_sum(x))])
    assert add([[1.0, 2.0]])[0].tolist() == [2.0, 4.0]
    add([[3.0]])
    assert value(total) == 6.0


def test_learning_phase():
    x = tf.constant([1.0])
    y = keras.backend.in_train_phase(x, -x)
    session = keras.backend.get_session()
    assert session.run(y) == -1 and session.run(y, {keras.backend.learning_phase(): True}) == 1


def test_layers_of_the_wrong_kind_are_named():
    with pytest.raises(AttributeError, match="tf.keras has no|tinytf has no tf.keras"):
        keras.premade  # noqa: B018


def test_keras_cells_run_in_tf_loops_and_tf_cells_in_keras_loops():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.ones([2, 5, 4])
        dynamic = tf.nn.dynamic_rnn(tf.keras.layers.SimpleRNNCell(3), x, dtype=tf.float32)[0]
        static = tf.nn.static_rnn(tf.keras.layers.GRUCell(3), tf.unstack(x, axis=1), dtype=tf.float32)[0]
        legacy = tf.keras.layers.RNN(tf.nn.rnn_cell.BasicLSTMCell(3))(x)
        names = [v.name for v in tf.global_variables()]
        assert names[0] == "rnn/while/simple_rnn_cell/kernel:0"
        assert names[-2:] == ["basic_lstm_cell/kernel:0", "basic_lstm_cell/bias:0"]
        session.run(tf.global_variables_initializer())
        values = session.run([dynamic, static[-1], legacy])
        assert [v.shape for v in values] == [(2, 5, 3), (2, 3), (2, 3)]
