"""Conditionals, loops and TensorArrays: what is kept, what is forgotten, what goes through a file."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.control_flow.summarize import summarize


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, feed=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def test_what_an_array_holds_is_not_overwritten():
    x = tf.placeholder(tf.float32, [4])
    t = tf.tanh(x)
    array = tf.TensorArray(tf.float32, 2).write(0, t)
    with tf.control_dependencies([array.flow]):
        y = tf.add(t, 1.0)  # may reuse the memory of t, were it not kept
    with tf.control_dependencies([y]):
        held = array.identity().read(0)
    at = np.float32([1, 2, 3, 4])
    np.testing.assert_allclose(run([y, held], {x: at})[1], np.tanh(at), rtol=1e-6)


def test_what_an_array_holds_of_a_variable_is_its_value_then():
    v = tf.Variable(np.zeros(3, np.float32))

    def body(i, array):
        with tf.control_dependencies([tf.assign_add(v, [1.0, 1.0, 1.0])]):
            return i + 1, array.write(i, v.read_value())

    _, array = tf.while_loop(lambda i, _: i < 3, body, [tf.constant(0), tf.TensorArray(tf.float32, 3)])
    assert run(array.stack()).tolist() == [[1] * 3, [2] * 3, [3] * 3]


def test_each_run_has_arrays_of_its_own():
    y = tf.TensorArray(tf.float32, 1).write(0, 2.0).read(0)
    with tf.Session() as session:
        assert [session.run(y), session.run(y)] == [2.0, 2.0]


ERRORS = [
    ("written twice", lambda a: a.write(0, 1.0).write(0, 2.0).stack(), "has already been written to"),
    ("out of bounds", lambda a: a.write(7, 1.0).stack(), "not resizeable and size is: 2"),
    ("negative", lambda a: a.write(-1, 1.0).stack(), "Tried to write to index -1"),
    ("read beyond", lambda a: a.write(0, 1.0).read(2), "Tried to read from index 2 but array size is: 2"),
]


@pytest.mark.parametrize("what, use, message", ERRORS, ids=[e[0] for e in ERRORS])
def test_array_errors(what, use, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(use(tf.TensorArray(tf.float32, 2)))


def test_elements_never_written_are_zero_where_their_shape_is_known():
    assert run(tf.TensorArray(tf.float32, 2, element_shape=[2]).write(1, [1.0, 2.0]).stack()).tolist() == [[0, 0], [1, 2]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="element shape is not fully defined"):
        run(tf.TensorArray(tf.float32, 2, infer_shape=False).write(1, [1.0, 2.0]).read(0))


def test_array_that_grows():
    array = tf.TensorArray(tf.int32, 0, dynamic_size=True)
    _, array = tf.while_loop(lambda i, _: i < 4, lambda i, a: (i + 1, a.write(i, i * i)), [tf.constant(0), array])
    assert run([array.stack(), array.size()])[0].tolist() == [0, 1, 4, 9]


def test_branch_not_taken_does_not_run():
    def fails():
        with tf.control_dependencies([tf.Assert(False, [tf.constant(1.5)])]):
            return tf.constant(2.0)

    p = tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.constant(1.0), fails)
    assert run(y, {p: True}) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"assertion failed: \[1.5\]"):
        run(y, {p: False})


def test_loop_and_branch_through_a_file(graph):
    p, x = tf.placeholder_with_default(True, [], name="p"), tf.constant([1.0, 2.0], name="x")
    start = [tf.constant(0), x]
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.cond(p, lambda: a * x, lambda: a + x)), start)[1]
    z = tf.cond(p, lambda: y * 2.0, lambda: y, name="z")
    tf.identity(z, name="z_out")
    meta = tf.train.export_meta_graph()
    for scope in ("", "there"):
        with tf.Graph().as_default() as other:
            tf.train.import_meta_graph(meta, import_scope=scope)
            prefix = scope + "/" if scope else ""
            x2, z2 = other.get_tensor_by_name(prefix + "x:0"), other.get_tensor_by_name(prefix + "z_out:0")
            values = run([z2] + tf.gradients(z2, x2))
            assert [v.tolist() for v in values] == [[2.0, 32.0], [8.0, 64.0]]


def test_smart_cond():
    from tinytf.ops.control_flow.cond import smart_cond

    calls = []
    assert smart_cond(True, lambda: 1, lambda: calls.append(1)) == 1
    assert smart_cond(tf.constant(False), lambda: calls.append(1), lambda: 2) == 2
    assert not calls
    y = smart_cond(tf.placeholder_with_default(True, []), lambda: tf.constant(3), lambda: tf.constant(4))
    assert run(y) == 3
    with pytest.raises(TypeError):
        smart_cond("yes", lambda: 1, lambda: 2)


def test_case_dict_in_order_of_names():
    x = tf.constant(3)
    pairs = {tf.less(x, 5, name="b"): lambda: tf.constant(1), tf.less(x, 4, name="a"): lambda: tf.constant(2)}
    assert run(tf.case(pairs, default=lambda: tf.constant(0))) == 2


# what TensorFlow 1.15.5 printed in failed assertions, with summarize = 3, all, 2, none
SUMMARIES = [
    (np.float32(1.5), ["1.5", "1.5", "1.5", "..."]),
    (np.float32(123456789), ["123456792"] * 3 + ["..."]),
    (np.float32(123456.7), ["123456.703"] * 3 + ["..."]),
    (np.float64(1 / 3), ["0.33333333333333331"] * 3 + ["..."]),
    (np.float16(1 / 3), ["0.333251953"] * 3 + ["..."]),
    (np.float32([1, 2, 3, 4, 5]), ["1 2 3...", "1 2 3 4 5", "1 2...", "..."]),
    (np.float32([[1, 2], [3, 4]]), ["[1 2][3...]...", "[1 2][3 4]", "[1 2]...", "..."]),
    (np.array([True, False, True, True]), ["1 0 1...", "1 0 1 1", "1 0...", "..."]),
    (np.array([b"a", b"b"], object), ["a b", "a b", "a b", "..."]),
    (np.zeros((2, 2, 2)), ["[[0 0][0...]]...", "[[0 0][0 0]][[0 0][0 0]]", "[[0 0]]...", "..."]),
    (np.zeros((2, 0)), ["", "", "", ""]),
    (np.float32("nan"), ["nan"] * 3 + ["..."]),
]


@pytest.mark.parametrize("array, texts", SUMMARIES, ids=range(len(SUMMARIES)))
def test_summaries_of_arrays(array, texts):
    assert [summarize(array, limit) for limit in (3, -1, 2, 0)] == texts


def test_pre_1_0_names():
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    outputs, _ = tf.nn.rnn(cell, [tf.zeros([2, 4])], dtype=tf.float32)
    assert outputs[0].shape.as_list() == [2, 3]
    assert tf.nn.seq2seq.rnn_decoder is tf.contrib.legacy_seq2seq.rnn_decoder


def test_in_a_loop_a_constant_waits_beside_itself_for_ops_outside():
    count = tf.Variable(0.0, name="v").assign_add(1.0)
    with tf.control_dependencies([count]):
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    waits_for = {c.name for c in tf.get_default_graph().get_operation_by_name("while/Less/y").control_inputs}
    assert waits_for == {"while/Less/Identity", "while/Merge"}


def test_a_gradient_inside_of_control_dependencies_on_what_stands_behind_its_loop():
    x = tf.placeholder(tf.float32, [])
    v, moving = tf.Variable(2.0, name="v"), tf.Variable(0.0, trainable=False, name="moving")
    _, power = tf.while_loop(lambda i, _: i < 3, lambda i, p: (i + 1, p * v), [0, x])
    with tf.control_dependencies([moving.assign(power)]):
        (slope,) = tf.gradients(power, [v])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([slope, power], {x: 5.0}) == [60.0, 40.0]
        assert sess.run(moving) == 40.0


@pytest.mark.parametrize(
    "spec, part",
    [
        (lambda: tf.SparseTensorSpec([None], tf.float32), [None]),
        (lambda: tf.SparseTensorSpec([None, None], tf.float32), None),
        (lambda: tf.SparseTensorSpec([None], tf.int32), None),
        (lambda: tf.TensorSpec([], tf.float32), None),
    ],
)
def test_an_invariant_may_be_the_spec_of_a_composite(spec, part):
    def loop(x):
        return tf.while_loop(lambda i, _: i < 3, lambda i, x: (i + 1, x), [tf.constant(0), x], [tf.TensorSpec([], tf.int32), spec()])

    x = tf.SparseTensor([[0]], [1.0], [10])
    if part is None:
        with pytest.raises(TypeError, match="is not compatible with SparseTensor"):
            loop(x)
    else:
        assert loop(x)[1].values.shape.as_list() == part
        with pytest.raises(TypeError, match="is not compatible with <tf.Tensor"):
            loop(tf.constant([1]))
