"""Training for long: memory does not grow, caches are bounded, and Ctrl-C stops a step."""

import _thread
import gc
import signal
import threading
import tracemalloc

import numpy as np
import pytest

import tinytf as tf
from tinytf.run import specialize


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _model():
    x = tf.placeholder(tf.float32, [None, 8])
    hidden = tf.layers.dropout(tf.layers.dense(x, 32, tf.nn.relu), 0.5, training=True)
    cell = tf.nn.rnn_cell.BasicRNNCell(8)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.reshape(hidden, [-1, 4, 8]), dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(outputs))
    return x, loss, tf.train.AdamOptimizer().minimize(loss)


def _grows(run, steps: int, most: int) -> bool:
    """Whether Python's and NumPy's memory grows by more than `most` bytes over `steps` runs.

    What leaks, leaks each time; what other threads and the garbage of other tests do in between, they do once.
    """
    gc.collect()
    gc.freeze()  # what is there already is of no interest, and costs time in each collection
    try:
        for _ in range(20):
            run()
        return all(_growth(run, steps) > most for _ in range(3))
    finally:
        gc.unfreeze()


def _growth(run, steps: int) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        run()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(steps):
            run()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_a_thousand_steps_do_not_grow_the_process():
    x, loss, step = _model()
    feed = {x: np.ones((16, 8), np.float32)}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert not _grows(lambda: sess.run([step, loss], feed), 1000, 20_000)


def test_nestings_of_fetches_made_anew_do_not_grow_the_process():
    x, loss, step = _model()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        run = lambda: sess.run({"loss": loss, "all": [step, (loss,)]}, {x: np.ones((4, 8), np.float32)})  # noqa: E731
        assert not _grows(run, 100, 20_000)


def test_batches_of_ever_new_sizes_have_few_plans():
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(x * 2.0)
    with tf.Session() as sess:
        for size in [*range(1, 1500), *range(1, 1500)]:
            assert sess.run(y, {x: np.ones(size, np.float32)}) == 2 * size
        (step,) = sess._steps.values()
        assert len(step.plans._plans) <= specialize.MOST_PLANS
        assert len(step.plans._seen) <= 100 * specialize.MOST_PLANS + 1


def test_a_closed_session_gives_its_variables_memory_back():
    tf.Variable(tf.zeros([1000, 1000]))
    init = tf.global_variables_initializer()

    def run():
        with tf.Session() as sess:
            sess.run(init)
        gc.collect()  # what other tests left to it must not count

    assert not _grows(run, 5, 200_000)


def test_ctrl_c_stops_a_step_and_the_session_goes_on():
    forever = tf.while_loop(lambda i: i >= 0, lambda i: tf.abs(i), [tf.constant(1.0)])
    x = tf.placeholder(tf.float32, [])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin without one
    try:
        with tf.Session() as sess:
            timer = threading.Timer(0.3, _thread.interrupt_main)
            with pytest.raises(KeyboardInterrupt):
                timer.start()
                sess.run(forever)
            timer.join()
            assert sess.run(x + 1.0, {x: 1.0}) == 2.0
    finally:
        signal.signal(signal.SIGINT, before)
