"""`tf.GradientTape` in graph mode."""

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def test_variables_are_watched_and_their_reads_add_up():
    v = tf.get_variable("v", initializer=[1.0, 2.0], use_resource=True)
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(v * x + v * v + tf.gather(v, [1, 1]))
    assert tape.watched_variables() == (v,)
    grads = tape.gradient(y, {"v": v, "x": x})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run(grads)
    np.testing.assert_array_equal(found["v"], [5.0, 10.0])
    np.testing.assert_array_equal(found["x"], [1.0, 2.0])
    with pytest.raises(RuntimeError, match="only be called once"):
        tape.gradient(y, v)


def test_tapes_within_tapes():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        first = inner.gradient(y, x)
    second = outer.gradient(first, x)
    with tf.Session() as sess:
        assert sess.run([first, second]) == [12.0, 12.0]


def test_what_was_not_recorded_or_not_watched_has_no_gradient():
    x, u = tf.constant(2.0), tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * u
        with tape.stop_recording():
            z = x * 3.0
    assert tape.gradient(z, x) is None and tape.gradient(y, u) is None
    with tf.Session() as sess:
        zero, one, two = sess.run([tape.gradient(y, u, unconnected_gradients="zero"), tape.gradient(y, x), tape.gradient(y, x, output_gradients=2.0)])
    assert (zero, one, two) == (0.0, 1.0, 2.0)


def test_variables_only_where_asked_for():
    v = tf.get_variable("v", initializer=1.0, use_resource=True)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * 2.0
    assert tape.gradient(y, v) is None
    with tf.GradientTape() as tape:
        y = v * 2.0
        tape.reset()
        assert tape.watched_variables() == ()
