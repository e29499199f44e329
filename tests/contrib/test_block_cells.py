"""Cells that are one op compute what the cells of many ops compute, and are differentiated alike."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.contrib import rnn


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def over_time(cell):
    """Output, state and gradients of the input and of all variables, which are all 0.1."""
    x = tf.constant(np.linspace(-1, 1, 24).reshape(2, 3, 4), tf.float32)
    with tf.variable_scope(None, "net", initializer=tf.constant_initializer(0.1)) as scope:
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        variables = tf.trainable_variables(scope.name)
        gradients = tf.gradients(tf.reduce_sum(outputs * outputs), [x] + variables)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run([outputs, state, gradients])


@pytest.mark.parametrize(
    "block, plain",
    [
        (rnn.LSTMBlockCell(5), rnn.BasicLSTMCell(5)),
        (rnn.LSTMBlockCell(5, forget_bias=0.5), rnn.LSTMCell(5, forget_bias=0.5)),
        (rnn.GRUBlockCellV2(5), rnn.GRUCell(5)),
    ],
    ids=["lstm", "forget_bias", "gru"],
)
def test_a_step_as_one_op_is_the_step_of_many(block, plain):
    got, expected = over_time(block), over_time(plain)
    for a, b in zip(tf.contrib.framework.nest.flatten(got), tf.contrib.framework.nest.flatten(expected)):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-6)


def test_a_sequence_as_one_op_is_its_steps_and_ends_where_each_example_ends():
    x = tf.constant(np.linspace(-1, 1, 24).reshape(3, 2, 4), tf.float32)
    cell = rnn.LSTMBlockFusedCell(5, use_peephole=True)
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.1)):
        outputs, state = cell(x, dtype=tf.float32)
        short, ended = rnn.LSTMBlockFusedCell(5, use_peephole=True)(
            x, initial_state=(tf.zeros([2, 5]), tf.zeros([2, 5])), sequence_length=[3, 1]
        )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        outputs, state, short, ended = sess.run([outputs, state, short, ended])
    assert np.allclose(short[:, 0], outputs[:, 0]) and np.allclose(short[0], outputs[0]) and not short[1:, 1].any()
    assert np.allclose(ended.h[1], outputs[0, 1]) and np.allclose(ended.c[0], state.c[0])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="Exactly one of num_units or cell_size"):
        rnn.GRUBlockCell(num_units=2, cell_size=2)
    with pytest.raises(ValueError, match="Either initial_state or dtype"):
        rnn.LSTMBlockFusedCell(5)(tf.zeros([3, 2, 4]))
