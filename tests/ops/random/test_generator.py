"""A Generator draws TensorFlow's numbers from a state in a variable, and moves it as TensorFlow does."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.errors import InvalidArgumentError, NotFoundError
from tinytf.ops.random import random_generator
from tinytf.ops.random.stateful_random_ops import PHILOX

Generator = tf.random.experimental.Generator


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


# What TensorFlow 1.15.5 draws from Generator.from_seed(1234), one after the other, and its state afterwards.
DRAWN = [
    (lambda g: g.normal([5]), [0.9356609, 1.0854305, -0.93788373, -0.5061547, 1.3169702], 2514),
    (lambda g: g.normal([2], dtype=tf.float64), [3.08694293, -0.32061018], 3026),
    (lambda g: g.uniform([2], 0, 100, dtype=tf.int32), None, 3538),
    (lambda g: g.truncated_normal([3]), None, 4306),
    (lambda g: g.uniform_full_int([2], dtype=tf.int64), None, 4818),
    (lambda g: g.binomial([8], [10.0], [0.3]), None, 4818 + 1318400),
]


def test_draws_are_those_of_tensorflow_and_move_the_state():
    generator = Generator.from_seed(1234)
    draws = [draw(generator) for draw, _, _ in DRAWN]
    state = generator.state.read_value()
    with tf.Session() as sess:
        sess.run(generator.state.initializer)
        for tensor, (_, numbers, counter) in zip(draws, DRAWN):
            drawn = sess.run(tensor)
            if numbers is not None:
                np.testing.assert_allclose(drawn, numbers, rtol=1e-6)
            assert sess.run(state).tolist() == [counter, 0, 0]


def test_binomials_are_those_of_tensorflow():
    generator = Generator.from_state([14802, 0, 0], PHILOX)
    few, many = generator.binomial([8], [10.0], [0.3]), generator.binomial([5], [1000.0], [0.7])
    with tf.Session() as sess:
        sess.run(generator.state.initializer)
        assert sess.run(few).tolist() == [4, 7, 2, 3, 2, 2, 1, 2]
        assert all(600 < n < 800 for n in sess.run(many).tolist())


def test_skipping_is_drawing_without_the_numbers():
    drawing, skipping = Generator.from_seed(7), Generator.from_seed(7)
    skipping.skip(5)
    skip = tf.get_default_graph().get_operations()[-1]
    draw = drawing.uniform([5])
    with tf.Session() as sess:
        sess.run([drawing.state.initializer, skipping.state.initializer])
        sess.run([draw, skip])
        states = sess.run([drawing.state.read_value(), skipping.state.read_value()])
    assert states[0].tolist() == states[1].tolist() == [7 + 5 * 256, 0, 0]


@pytest.mark.parametrize(
    ("seed", "algorithm", "state"),
    [(-1, 1, [-1, -1, -1]), ([1, 2], 1, [0, 1, 2]), (2**70 + 5, 1, [5, 64, 0]), ([1, 2, 3], 2, [1, 2])],
)
def test_a_seed_of_any_size_is_a_state(seed, algorithm, state):
    assert tf.random.experimental.create_rng_state(seed, algorithm).tolist() == state


def test_states_that_are_none_are_refused():
    cases = [
        (tf.constant([1, 2], tf.int64), PHILOX, "the size of state must be at least 3; got 2"),
        (tf.constant([1, 2, 3], tf.int32), PHILOX, "must be int64, not int32"),
        (tf.constant([[1, 2, 3]], tf.int64), PHILOX, "one and only one dimension, not 2"),
        (tf.constant([1, 2, 3], tf.int64), 9, "Unsupported algorithm id: 9"),
    ]
    with tf.Session() as sess:
        for state, algorithm, message in cases:
            v = tf.Variable(state, use_resource=True)
            drawn = tf.raw_ops.StatefulUniform(resource=v.handle, algorithm=algorithm, shape=[2])
            with pytest.raises(NotFoundError):
                sess.run(drawn)
            sess.run(v.initializer)
            with pytest.raises(InvalidArgumentError, match=message):
                sess.run(drawn)


def test_the_shared_generator_can_be_replaced(monkeypatch):
    monkeypatch.setattr(random_generator, "_global_generator", None)
    experimental = tf.random.experimental
    assert experimental.get_global_generator() is experimental.get_global_generator()
    mine = Generator.from_key_counter(5, [1, 2], PHILOX)
    experimental.set_global_generator(mine)
    assert experimental.get_global_generator() is mine


def test_how_a_gamma_draw_moves_with_alpha():
    alpha = tf.constant([[0.5, 3.0], [10.0, 1.0]])
    tf.set_random_seed(3)
    gradient = tf.gradients(tf.random_gamma([2000], alpha, seed=1), alpha)[0]
    with tf.Session() as sess:  # the mean of Gamma(alpha, 1) is alpha
        np.testing.assert_allclose(sess.run(gradient) / 2000, np.ones([2, 2]), atol=0.1)
