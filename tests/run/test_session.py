"""Session.run: any nesting of fetches, checked feeds, state that lasts, errors that name the op."""

import collections
import os
import threading

import numpy as np
import pytest

import tinytf as tf
from tinytf import deadline, protos


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


Pair = collections.namedtuple("Pair", "first second")


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda a, b: a, 1.0),
        (lambda a, b: [a, b], [1.0, 2.0]),
        (lambda a, b: (a, [b, a]), (1.0, [2.0, 1.0])),
        (lambda a, b: {"x": a, "y": [b]}, {"x": 1.0, "y": [2.0]}),
        (lambda a, b: Pair(a, b), Pair(1.0, 2.0)),
        (lambda a, b: "a:0", 1.0),
        (lambda a, b: [a.op, b], [None, 2.0]),
        (lambda a, b: [], []),
        (lambda a, b: {}, {}),
    ],
)
def test_fetches_come_back_as_they_were_nested(make, expected):
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.Session() as sess:
        result = sess.run(make(a, b))
    assert result == expected and type(result) is type(expected) or result == 1.0


def test_scalars_come_back_as_numpy_scalars_and_strings_as_bytes():
    with tf.Session() as sess:
        assert type(sess.run(tf.constant(1.5))) is np.float32
        assert sess.run(tf.constant("x")) == b"x"
        assert sess.run(tf.constant(["x", "yy"])).tolist() == [b"x", b"yy"]


@pytest.mark.parametrize("bad, error", [(None, TypeError), (3, TypeError), ("nope:0", ValueError), ("nope", ValueError)])
def test_what_cannot_be_fetched_is_refused(bad, error):
    tf.constant(1)
    with tf.Session() as sess, pytest.raises(error, match="Fetch argument"):
        sess.run(bad)


def test_a_structure_is_fed_with_a_structure_alike():
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    with tf.Session() as sess:
        assert sess.run([c, b, a], {(Pair(a, b), (c,)): (Pair(1, 2), [3])}) == [3.0, 2.0, 1.0]
        matrix = tf.placeholder(tf.float32, [1, 2])
        assert sess.run(matrix, {matrix: [[1, 2]], (a,): (3,)}).tolist() == [[1.0, 2.0]]
        with pytest.raises(ValueError, match="Could not flatten dictionary"):
            sess.run(a, {(a, b): (1,)})


def test_feeds_are_checked():
    p = tf.placeholder(tf.float32, [None, 2], name="p")
    q = tf.placeholder(tf.int32, [], name="q")
    with tf.Session() as sess:
        assert sess.run(p, {p: [[1, 2]]}).dtype == np.float32
        assert sess.run(p, {"p:0": [[1, 2]]}).tolist() == [[1.0, 2.0]]
        with pytest.raises(ValueError, match=r"Cannot feed value of shape \(2,\) for Tensor 'p:0', which has shape '\(\?, 2\)'"):
            sess.run(p, {p: [1, 2]})
        with pytest.raises(TypeError, match="not compatible with Tensor type"):
            sess.run(q, {q: 2**40})
        with pytest.raises(TypeError, match="feed cannot be a tf.Tensor"):
            sess.run(q, {q: tf.constant(1)})
        with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
            sess.run(q, {"nope": 1})
        with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value for placeholder tensor 'q'"):
            sess.run(q)


def test_any_tensor_can_be_fed_constants_too():
    a = tf.constant([1.0, 2.0])
    b = tf.reduce_sum(a) + 1.0
    with tf.Session() as sess:
        assert sess.run(b) == 4.0
        assert sess.run(b, {a: [5.0, 5.0]}) == 11.0
        assert sess.run(b) == 4.0


def test_a_kernel_made_for_a_constant_axis_follows_a_fed_axis():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    axis = tf.constant(0)
    total = tf.reduce_sum(x, axis)
    with tf.Session() as sess:
        assert sess.run(total).tolist() == [4.0, 6.0]
        assert sess.run(total, {axis: 1}).tolist() == [3.0, 7.0]
        assert sess.run(total).tolist() == [4.0, 6.0]


def test_what_is_fetched_belongs_to_the_user():
    c = tf.constant([1.0, 2.0])
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        for t in (c, v, tf.identity(v), tf.reshape(v, [2, 1])):
            got = sess.run(t)
            got[...] = 9.0
            assert sess.run(t).max() == 2.0


@pytest.mark.parametrize("use_resource, seen", [(False, [11.0, 12.0]), (True, [1.0, 2.0])])
def test_a_reference_is_its_memory_and_a_resource_its_read(use_resource, seen):
    v = tf.Variable([1.0, 2.0], use_resource=use_resource)
    read = tf.identity(v)
    with tf.control_dependencies([read]):
        write = tf.assign_add(v, [10.0, 10.0])
    with tf.control_dependencies([write]):
        later = read * 1.0
    with tf.Session() as sess:
        sess.run(v.initializer)
        before, after, now = sess.run([read, later, write])
    assert before.tolist() == after.tolist() == seen
    assert now.tolist() == [11.0, 12.0]


def test_state_belongs_to_the_session():
    v = tf.Variable(1.0)
    bump = tf.assign_add(v, 1.0)
    one, two = tf.Session(), tf.Session()
    one.run(v.initializer)
    two.run(v.initializer)
    one.run(bump)
    assert (one.run(v), two.run(v)) == (2.0, 1.0)
    with tf.Session() as third, pytest.raises(tf.errors.FailedPreconditionError, match="Attempting to use uninitialized value Variable"):
        third.run(v)


@pytest.mark.parametrize("read", [lambda v: v, lambda v: v.read_value(), lambda v: v + 1, lambda v: tf.assign_add(v, 1.0)])
def test_an_uninitialized_variable_is_named_with_the_line_that_made_the_failing_op(read):
    v = tf.Variable(1.0, name="v")
    fetch = read(v)
    with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError) as caught:
        sess.run(fetch)
    assert "Attempting to use uninitialized value v" in str(caught.value)
    assert os.path.basename(__file__) in str(caught.value)


def test_a_graph_may_grow_between_runs():
    a = tf.constant(1.0)
    with tf.Session() as sess:
        assert sess.run(a) == 1.0
        assert sess.run(a + 1.0) == 2.0


def test_a_closed_session_is_refused():
    a = tf.constant(1.0)
    sess = tf.Session()
    sess.run(a)
    sess.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        sess.run(a)


def test_an_empty_graph_is_refused():
    with tf.Session() as sess, pytest.raises(RuntimeError, match="The Session graph is empty"):
        sess.run([])


def test_default_sessions():
    a = tf.constant(3.0)
    with pytest.raises(ValueError, match="No default session is registered"):
        a.eval()
    with tf.Session():
        assert a.eval() == 3.0
    sess = tf.InteractiveSession()
    assert a.eval() == 3.0 and tf.get_default_session() is sess
    sess.close()
    assert tf.get_default_session() is None


def test_an_error_names_the_op_and_the_line_that_made_it():
    p = tf.placeholder(tf.int32, [None])
    bad = tf.reshape(p, [2, 2], name="bad")  # the guilty line
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        sess.run(bad, {p: [1, 2, 3]})
    assert caught.value.op is bad.op
    assert "bad" in str(caught.value) and "the guilty line" in str(caught.value)


def test_make_callable_and_partial_run():
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    total, product = a + b, None
    product = total * a
    with tf.Session() as sess:
        assert sess.make_callable(total, [a, b])(1.0, 2.0) == 3.0
        handle = sess.partial_run_setup([total, product], [a, b])
        assert sess.partial_run(handle, total, {a: 2.0, b: 3.0}) == 5.0
        assert sess.partial_run(handle, product) == 10.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="already been fetched"):
            sess.partial_run(handle, total)


def test_threads_share_a_session():
    v = tf.Variable(0, dtype=tf.int64)
    p = tf.placeholder(tf.int64, [])
    square = p * p
    with tf.Session() as sess:
        sess.run(v.initializer)
        results = {}

        def work(i):
            results[i] = [int(sess.run(square, {p: i})) for _ in range(50)]

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert results == {i: [i * i] * 50 for i in range(4)}


def test_a_trace_lists_the_ops_that_ran():
    p = tf.placeholder(tf.float32, [2])
    y = tf.exp(p, name="y")
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(y, {p: [1, 2]}, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
    assert [n.node_name for d in metadata.step_stats.dev_stats for n in d.node_stats] == ["y"]


def test_a_callable_of_options():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32)
        options = protos.CallableOptions()
        options.feed.append(x.name)
        options.fetch.append((x + 1).name)
        assert session._make_callable_from_options(options)(np.float32(1)) == [2]


def test_sessions_are_left_in_order():
    with tf.Graph().as_default():
        outer, inner = tf.Session(), tf.Session()
        first, second = outer.as_default(), inner.as_default()
        first.__enter__(), second.__enter__()
        with pytest.raises(AssertionError, match="Nesting violated"):
            first.__exit__(None, None, None)
        second.__exit__(None, None, None)
        first.__exit__(None, None, None)
        with outer, pytest.raises(RuntimeError, match="not re-entrant"), outer:
            pass


def test_a_second_interactive_session_warns(recwarn):
    with tf.Graph().as_default():
        first = tf.InteractiveSession()
        assert not recwarn
        second = tf.InteractiveSession()
        assert "An interactive session is already active" in str(recwarn[0].message)
        second.close()
        first.close()


def test_what_the_config_says():
    with tf.Graph().as_default():
        tf.constant(1)
        config = tf.ConfigProto(device_count={"CPU": 2}, graph_options=tf.GraphOptions(infer_shapes=True))
        session = tf.Session(config=config)
        assert [d.name[-5:] for d in session.list_devices()] == ["CPU:0", "CPU:1"]
        assert "_output_shapes" in session.graph_def.node[0].attr
        with pytest.raises(tf.errors.NotFoundError, match="No session factory registered"):
            tf.Session("nowhere")


def test_a_session_takes_the_config_and_the_name_of_its_server():
    server = tf.train.Server.create_local_server(config=tf.ConfigProto(operation_timeout_in_ms=20, device_count={"CPU": 2}))
    with tf.Graph().as_default(), tf.Session(server.target) as session:
        empty = tf.FIFOQueue(1, tf.float32).dequeue()
        with pytest.raises(tf.errors.DeadlineExceededError):
            session.run(empty)
        names = [d.name for d in session.list_devices()]
        assert names == ["/job:local/replica:0/task:0/device:CPU:0", "/job:local/replica:0/task:0/device:CPU:1"]


def test_fetches_in_a_mapping_of_any_kind_come_back_in_one():
    fetches = collections.defaultdict(list)
    with tf.Graph().as_default(), tf.Session() as session:
        fetches["x"] = tf.constant(3)
        values = session.run(fetches)
    assert type(values) is collections.defaultdict and values == {"x": 3}


def test_a_thread_pool_that_is_not_configured_cannot_be_asked_for():
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid inter_op_thread_pool: 5"):
            session.run(tf.constant(3), options=tf.RunOptions(inter_op_thread_pool=5))


def test_a_session_that_closes_cancels_what_its_runs_wait_for():
    server = tf.train.Server.create_local_server()
    with tf.Graph().as_default(), tf.Session(server.target) as session:
        queue = tf.FIFOQueue(1, tf.float32)
        session.run(queue.enqueue(1.0))
        session._closed = True  # as another thread would, between the start of a run and its waiting
        with deadline.until_closed(lambda: session._closed), pytest.raises(tf.errors.CancelledError, match="Session::Close"):
            deadline.wait(threading.Condition())
        session._closed = False
        assert session.run(queue.dequeue()) == 1.0  # the server's queue is open
