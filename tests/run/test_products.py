"""Products of matrices: begun beside what follows, and only of the columns that are used; with the same numbers."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops import parallel
from tinytf.ops.math import pipeline
from tinytf.run import updates

N = 128  # N * N * N multiplications are enough to be begun on another thread


@pytest.fixture(autouse=True)
def fresh_graph(monkeypatch):
    monkeypatch.setattr(parallel, "_CORES", 2)
    with tf.Graph().as_default() as graph:
        yield graph


def numbers(*shape):
    return np.random.RandomState(sum(shape)).randn(*shape).astype(np.float32) * 0.1


def two_layers():
    x = tf.placeholder(tf.float32, [None, N])
    variables = [tf.Variable(numbers(N, N)) for _ in range(3)]
    h = x
    for w in variables:
        h = tf.tanh(tf.matmul(h, w))
    return x, variables, tf.reduce_sum(h * h)


def train(steps=3):
    x, variables, loss = two_layers()
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, step], {x: numbers(N, N)})[0] for _ in range(steps)]
        return losses, sess.run(variables), sess.explain(step, {x: numbers(N, N)})


def gradients():
    x, variables, loss = two_layers()
    wanted = [loss, *tf.gradients(loss, variables)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(wanted, {x: numbers(N, N)}), sess.explain(wanted, {x: numbers(N, N)})


def test_gradients_to_weights_are_begun_beside_the_walk_back():
    values, plan = gradients()
    assert plan.count("beside(") == plan.count(".result()") == 2  # of the first layer's nothing is left to do beside it
    for a, b in zip(values, gradients()[0]):
        np.testing.assert_array_equal(a, b)  # threads change nothing


def test_updates_take_their_products_piece_by_piece(monkeypatch):
    monkeypatch.setattr(updates, "SMALLEST", 1)
    losses, weights, plan = train()
    assert plan.count("in_pieces(") == 3 and "beside(" not in plan
    lines = [line for line in plan.splitlines() if "in_pieces(" in line or "ApplyAdam" in line and "uninitialized" not in line]
    assert ["in_pieces(" in line for line in lines] == [True, True, False, True, False, False]  # each behind the beginning of the next
    again = train()
    assert losses == again[0]
    for a, b in zip(weights, again[1]):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cores, dividing", [(2, 3), (3, 5)])
def test_with_one_other_thread_no_product_is_divided_while_pieces_are_made(monkeypatch, cores, dividing):
    monkeypatch.setattr(updates, "SMALLEST", 1)
    monkeypatch.setattr(parallel, "_CORES", cores)
    asked = []
    monkeypatch.setattr(parallel, "matmul", lambda a, b: asked.append(a.shape) or np.matmul(a, b))
    monkeypatch.setattr(pipeline, "_LEAST_ROWS", N)  # one piece each
    monkeypatch.setattr(pipeline.Product, "_piece", lambda self, i: (0, N, np.matmul(self._a.T, self._b)))
    train(steps=1)
    assert len(asked) == dividing  # three products on the way there; two on the way back, made while a gradient to weights is


def test_one_core_gives_the_same_numbers(monkeypatch):
    losses = train()[0]
    monkeypatch.setattr(parallel, "_CORES", 1)
    with tf.Graph().as_default():
        alone = train()[0]
        assert "beside(" not in gradients()[1]
    np.testing.assert_allclose(losses, alone, rtol=1e-5)


def test_a_product_begun_sees_the_variable_as_it_was():
    x = tf.placeholder(tf.float32, [N, N])
    w = tf.Variable(numbers(N, N))
    first = tf.matmul(x, w)
    with tf.control_dependencies([first]):
        assigned = w.assign(tf.zeros([N, N]))
    with tf.control_dependencies([assigned]):
        second = tf.matmul(x, x) + w
    with tf.Session() as sess:
        sess.run(w.initializer)
        a, b = sess.run([tf.negative(first), second], {x: numbers(N, N)})
    np.testing.assert_allclose(a, -(numbers(N, N) @ numbers(N, N)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(b, numbers(N, N) @ numbers(N, N), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("static", [False, True])
def test_of_a_recurrent_cells_gradient_only_the_states_part_is_computed(static):
    x = tf.placeholder(tf.float32, [4, 3, 5])
    cell = tf.nn.rnn_cell.BasicRNNCell(6)
    if static:
        outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    else:
        outputs = tf.unstack(tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[0], axis=1)
    loss = tf.reduce_sum(outputs[-1] ** 2)
    kernel = tf.trainable_variables()[0]
    fed = {x: numbers(4, 3, 5)}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        gradient = sess.run(tf.gradients(loss, kernel)[0], fed)
        assert "# Slice" not in sess.explain(tf.gradients(loss, kernel)[0], fed)
        value, step = sess.run(kernel), 1e-2
        for at in ((0, 0), (4, 5), (5, 0), (10, 3)):
            sides = []
            for sign in (1, -1):
                moved = value.copy()
                moved[at] += sign * step
                kernel.load(moved, sess)
                sides.append(sess.run(loss, fed))
            np.testing.assert_allclose((sides[0] - sides[1]) / (2 * step), gradient[at], rtol=2e-2, atol=1e-4)


def test_the_part_that_is_fetched_is_computed_in_full():
    a, b = tf.placeholder(tf.float32, [2, 3]), tf.placeholder(tf.float32, [3, 4])
    product = tf.matmul(a, b)
    part = tf.slice(product, [0, 1], [2, 2])
    fed = {a: numbers(2, 3), b: numbers(3, 4)}
    with tf.Session() as sess:
        whole, columns = sess.run([product, part], fed)
        np.testing.assert_array_equal(columns, whole[:, 1:3])
        np.testing.assert_allclose(sess.run(part, fed), whole[:, 1:3], rtol=1e-6)
        np.testing.assert_allclose(sess.run(tf.slice(product, [1, 1], [1, 2]), fed), whole[1:, 1:3], rtol=1e-6)


def test_an_error_in_a_product_begun_names_its_operation():
    x, y = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.float32, [N, None])
    z = tf.placeholder(tf.float32)
    bad = tf.matmul(z, y, name="bad")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run([tf.matmul(x, y), bad], {x: numbers(N, N), y: numbers(N, N), z: numbers(N, 7)})
    assert caught.value.op is bad.op


@pytest.mark.parametrize("nest", [lambda y, x: {"y": y, "more": [x, y]}, lambda y, x: [[y], (x, [y])]])
def test_nested_fetches_are_looked_up_as_flat_ones_are(nest):
    x = tf.placeholder(tf.float32, [None])
    y = x * 2.0
    with tf.Session() as sess:
        first = sess.run(nest(y, x), {x: [1.0, 2.0]})
        known = len(sess._steps)
        again = sess.run(nest(y, x), {x: [1.0, 2.0]})
        assert len(sess._steps) == known
    assert str(first) == str(again)
