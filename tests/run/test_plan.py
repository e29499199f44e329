"""The compiler: what it folds, removes and reuses, and that it changes no result."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.control_flow import control_flow_ops


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


def kernels(fetch, feeds=()):
    with tf.Session() as sess:
        return int(sess.explain(fetch, dict.fromkeys(feeds)).split()[0])


def test_constants_fold():
    assert kernels(tf.constant(2.0) * 3.0 + 4.0) == 0


def test_identities_and_static_shapes_cost_nothing():
    p = tf.placeholder(tf.float32, [2, 3])
    assert kernels(tf.identity(tf.stop_gradient(p)), [p]) == 0
    assert kernels(tf.reshape(p, tf.shape(p)), [p]) == 0
    assert kernels(tf.shape(p), [p]) == 0


def test_equal_subexpressions_run_once():
    p = tf.placeholder(tf.float32, [2])
    assert kernels(tf.exp(p) + tf.exp(p), [p]) == 2


def test_random_ops_are_never_shared():
    a, b = tf.random_uniform([3]), tf.random_uniform([3])
    with tf.Session() as sess:
        x, y = sess.run([a, b])
    assert not np.array_equal(x, y)


def test_elementwise_chains_reuse_their_buffer_and_never_the_users():
    p = tf.placeholder(tf.float32, [64])
    y = tf.tanh(tf.exp(tf.negative(p)) * 2.0)
    fed = np.linspace(-1, 1, 64, dtype=np.float32)
    kept = fed.copy()
    with tf.Session() as sess:
        assert "3 results overwrite" in sess.explain(y, {p: 0})
        np.testing.assert_allclose(sess.run(y, {p: fed}), np.tanh(np.exp(-kept) * 2), rtol=1e-6)
    np.testing.assert_array_equal(fed, kept)


def test_a_broadcast_never_writes_into_the_smaller_operand():
    row, column = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 1])
    y = tf.exp(row) + tf.exp(column)
    with tf.Session() as sess:
        assert sess.run(y, {row: np.zeros((1, 3)), column: np.zeros((4, 1))}).shape == (4, 3)


def test_a_long_chain_compiles_and_runs():
    x = p = tf.placeholder(tf.float32, [1])
    for _ in range(3000):
        x = x + 1.0
    with tf.Session() as sess:
        assert sess.run(x, {p: [0.0]}) == [3000.0]


def branches(p):
    return tf.cond(p > 0, lambda: tf.constant(10.0) / p, lambda: tf.negative(p))


def test_only_the_branch_taken_runs():
    p = tf.placeholder(tf.float32, [])
    ran = []
    y = tf.cond(
        p > 0,
        lambda: tf.py_func(lambda: ran.append("then") or np.float32(1), [], tf.float32),
        lambda: tf.py_func(lambda: ran.append("else") or np.float32(2), [], tf.float32),
    )
    with tf.Session() as sess:
        assert sess.run(y, {p: 1.0}) == 1.0
        assert sess.run(y, {p: -1.0}) == 2.0
    assert ran == ["then", "else"]


def test_conditions_nest():
    p = tf.placeholder(tf.float32, [])
    y = tf.cond(p > 0, lambda: tf.cond(p > 10, lambda: p * 2, lambda: p * 3), lambda: -p)
    z = y + 1.0
    with tf.Session() as sess:
        assert [float(sess.run(z, {p: v})) for v in (-4.0, 5.0, 20.0)] == [5.0, 16.0, 41.0]


def test_what_is_inside_a_branch_cannot_be_fetched():
    p = tf.placeholder(tf.float32, [])
    inner = {}

    def then():
        inner["t"] = tf.exp(p)
        return inner["t"]

    tf.cond(p > 0, then, lambda: p)
    with tf.Session() as sess, pytest.raises(ValueError, match="has been marked as not fetchable"):
        sess.run(inner["t"], {p: -1.0})


def test_a_dead_value_is_an_error():
    p = tf.placeholder(tf.bool, [])
    on_false, on_true = control_flow_ops.switch(tf.constant(1.0), p)
    with tf.Session() as sess:
        assert sess.run(on_true + 1.0, {p: True}) == 2.0
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(on_false + 1.0, {p: True})


def test_steps_are_compiled_anew_for_shapes_that_come_often():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(tf.ones([3, 2]))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + [1.0, 2.0]))
    gradient = tf.gradients(loss, w)[0]
    with tf.Session() as sess:
        sess.run(w.initializer)
        results = {}
        for _ in range(4):
            for n in (1, 2, 5):
                results.setdefault(n, []).append(sess.run([loss, gradient], {x: np.full((n, 3), 0.5)}))
        for runs in results.values():
            for r in runs:
                np.testing.assert_allclose(r[0], runs[0][0], rtol=1e-6)
                np.testing.assert_allclose(r[1], runs[0][1], rtol=1e-6)
        general = int(sess.explain([loss, gradient], [x]).split()[0])
        shaped = int(sess.explain([loss, gradient], {x: np.zeros((5, 3))}).split()[0])
    assert shaped < general
    assert x.shape.as_list() == [None, 3]


def test_gradients_that_nobody_takes_are_not_computed():
    x = tf.placeholder(tf.float32, [4, 3])
    w = tf.Variable(tf.ones([3, 2]))
    loss = tf.reduce_sum(tf.matmul(x, w))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        plan = sess.explain(step, [x])
    assert plan.count("# MatMul") == 1  # of the weights; neither the loss nor the gradient of x


def test_loops_run_until_their_condition_fails():
    n = tf.placeholder(tf.int32, [])
    i, total = tf.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, t + tf.cast(i, tf.float32)), [0, 0.0])
    with tf.Session() as sess:
        for count in (0, 1, 10):
            assert sess.run([i, total], {n: count}) == [count, sum(range(count))]


def test_loops_nest_and_hold_conditions():
    def body(i, t):
        _, inner = tf.while_loop(lambda j, s: j < i, lambda j, s: (j + 1, tf.cond(tf.equal(j % 2, 0), lambda: s + j, lambda: s)), [0, 0])
        return i + 1, t + inner

    _, total = tf.while_loop(lambda i, t: i < 6, body, [0, 0])
    expected = sum(sum(j for j in range(i) if j % 2 == 0) for i in range(6))
    with tf.Session() as sess:
        assert sess.run(total) == expected


def test_a_loop_inside_a_branch_not_taken_does_not_run():
    p = tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0]), lambda: tf.constant(-1))
    with tf.Session() as sess:
        assert (sess.run(y, {p: True}), sess.run(y, {p: False})) == (3, -1)


def test_loops_differentiate():
    x = tf.placeholder(tf.float32, [])
    _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, 1.0])
    with tf.Session() as sess:
        assert sess.run([y, *tf.gradients(y, x)], {x: 2.0}) == [8.0, 12.0]


def test_a_cycle_without_a_loop_is_named():
    a = tf.identity(tf.constant(1.0), name="a")
    b = tf.identity(a, name="b")
    a.op._update_input(0, b)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="cycle.*a, b"):
        sess.run(b)


def test_what_a_view_shares_is_not_overwritten_before_its_last_use():
    p, flag = tf.placeholder(tf.float32, [64]), tf.placeholder(tf.bool, [])
    a, b = tf.exp(p), tf.negative(p)
    chosen = tf.where(flag, a, b)  # may be either, as it stands
    doubled = b * 2.0
    with tf.control_dependencies([doubled]):
        late = chosen + 1.0
    with tf.Session() as sess:
        assert sess.run([doubled, late], {p: np.ones(64), flag: False})[1].tolist() == [0.0] * 64
