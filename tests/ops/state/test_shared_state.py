"""State that steps share: accumulators, session tensors, critical sections, queues chosen at run time, time limits."""

import threading

import numpy as np
import pytest

import tinytf as tf
from tinytf import errors
from tinytf.graph.build import make
from tinytf.ops.nn.conv_init_ops import ConvolutionDeltaOrthogonal, ConvolutionOrthogonal2D
from tinytf.ops.queues.barrier_ops import Barrier


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_an_accumulator_averages_what_is_not_stale(session):
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    for gradient in ([1.0, 2.0], [3.0, 4.0]):
        session.run(accumulator.apply_grad(gradient))
    assert session.run(accumulator.num_accumulated()) == 2
    assert session.run(accumulator.take_grad(1)).tolist() == [2, 3]
    session.run(accumulator.apply_grad([1.0, 1.0], local_step=0))
    assert session.run(accumulator.num_accumulated()) == 0
    with pytest.raises(errors.InvalidArgumentError, match="Shape mismatch"):
        session.run(accumulator.apply_grad(tf.placeholder_with_default([1.0], None), local_step=1))
    with pytest.raises(errors.InvalidArgumentError, match="num_required"):
        session.run(accumulator.take_grad(0))


def test_taking_waits_for_enough(session):
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[], reduction_type="SUM")
    take, apply = accumulator.take_grad(2), accumulator.apply_grad(3.0)
    taken = []
    thread = threading.Thread(target=lambda: taken.append(session.run(take)))
    thread.start()
    session.run(apply)
    session.run(apply)
    thread.join()
    assert taken == [6.0]


def test_a_sparse_accumulator_averages_each_row(session):
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[3, 2])
    session.run(accumulator.apply_grad([0, 2], [[1.0, 1.0], [2.0, 2.0]], [3, 2]))
    session.run(accumulator.apply_indexed_slices_grad(tf.IndexedSlices(tf.constant([[3.0, 3.0]]), tf.constant([0]))))
    rows = session.run(accumulator.take_indexed_slices_grad(2))
    assert rows.indices.tolist() == [0, 2] and rows.values.tolist() == [[2, 2], [2, 2]] and rows.dense_shape.tolist() == [3, 2]


@pytest.mark.parametrize(
    "indices, values, shape, message",
    [
        ([[0]], [[1.0, 1.0]], None, r"should be vector but received shape: \[1,1\]"),
        ([0, 1], [[1.0, 1.0]], None, "Expected 2 non-empty input values, got 1"),
        ([0], [[1.0]], None, "expected values dim 1 to be 2, got 1"),
        ([0], [[1.0, 1.0]], [4, 2], "expected shape dim 0 to be 3, got 4"),
        ([5], [[1.0, 1.0]], [3, 2], "index is 5 exceeded 3"),
    ],
)
def test_rows_that_do_not_fit(session, indices, values, shape, message):
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[3, 2])
    with pytest.raises(errors.InvalidArgumentError, match=message):
        session.run(accumulator.apply_grad(indices, values, shape))


def test_a_session_keeps_tensors(session):
    c = tf.constant(10) * 5
    handle = session.run(tf.get_session_handle(c))
    holder, value = tf.get_session_tensor(handle.handle, tf.int32)
    assert handle.eval() == 50 and session.run(value + 1, {holder: handle.handle}) == 51
    assert session.run(c + 1, {c: handle}) == 51
    raw = handle.get_raw_handle()
    holder, delete = tf.delete_session_tensor(raw)
    session.run(delete, {holder: raw})
    with pytest.raises(errors.InvalidArgumentError, match="session store"):
        session.run(delete, {holder: raw})


def test_critical_sections_run_one_after_the_other(session):
    v = tf.Variable(0.0, use_resource=True)
    section = tf.CriticalSection()

    def count():
        before = v.read_value()
        with tf.control_dependencies([before]), tf.control_dependencies([v.assign_add(1.0)]):
            return tf.identity(before)

    counts = [section.execute(count) for _ in range(5)]
    session.run(v.initializer)
    seen = []
    threads = [threading.Thread(target=lambda: seen.extend(session.run(counts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(20))
    with pytest.raises(ValueError, match="would cause deadlocks"):
        section.execute(lambda: section.execute(count))
    with pytest.raises(ValueError, match="exclusive resource access"):
        tf.CriticalSection().execute(count)


def test_a_queue_is_chosen_when_the_graph_runs(session):
    queues = [tf.FIFOQueue(2, tf.float32) for _ in range(2)]
    which = tf.placeholder(tf.int32, [])
    chosen = tf.FIFOQueue.from_list(which, queues)
    session.run(chosen.enqueue((7.0,)), {which: 1})
    assert session.run([q.size() for q in queues]) == [0, 1] and session.run(chosen.dequeue(), {which: 1}) == 7
    with pytest.raises(TypeError, match="A list of queues"):
        tf.FIFOQueue.from_list(which, [])


def test_many_elements_need_shapes(session):
    with pytest.raises(errors.InvalidArgumentError, match="require the components to have specified shapes"):
        session.run(tf.FIFOQueue(2, tf.float32).dequeue_many(1))


def test_a_step_ends_with_its_time(session):
    queue = tf.FIFOQueue(2, tf.float32)
    take = queue.dequeue()
    endless = tf.while_loop(lambda i: True, lambda i: i + 1, [0])
    for fetch in (take, endless):
        with pytest.raises(errors.DeadlineExceededError, match="Timed out"):
            session.run(fetch, options=tf.RunOptions(timeout_in_ms=5))
    session.run(queue.enqueue(3.0))
    assert session.run(take) == 3
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=5)) as hasty, pytest.raises(errors.DeadlineExceededError):
        hasty.run(take)


def test_a_frame_that_nothing_goes_round_in(session):
    x = tf.placeholder(tf.float32, [])
    inside = [make("Enter", x, frame_name=name) for name in ("a", "a", "b")]
    assert session.run(make("Exit", inside[0] * inside[1]), {x: 3}) == 9
    with pytest.raises(errors.InvalidArgumentError, match="has inputs from different frames"):
        session.run(inside[0] + inside[2], {x: 3})


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_sort(session, direction, axis):
    x = np.random.RandomState(0).rand(3, 4, 2).astype(np.float32)
    expected, order = np.sort(x, axis), np.argsort(x, axis)
    if direction == "DESCENDING":
        expected, order = np.flip(expected, axis), np.flip(order, axis)
    assert (session.run(tf.sort(x, axis, direction)) == expected).all() and (session.run(tf.argsort(x, axis, direction)) == order).all()
    with pytest.raises(ValueError, match="should be one of ASCENDING, DESCENDING"):
        tf.sort(x, direction="up")


def test_orthogonal_kernels_keep_norms(session):
    image = np.random.RandomState(0).rand(1, 8, 8, 2).astype(np.float32)
    for initializer in (ConvolutionOrthogonal2D(seed=1), ConvolutionDeltaOrthogonal(seed=1)):
        kernel = session.run(initializer([3, 3, 2, 4]))
        wrapped = np.pad(image, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="wrap")
        result = session.run(tf.nn.conv2d(wrapped, kernel, [1, 1, 1, 1], "VALID"))
        assert np.isclose(np.linalg.norm(result), np.linalg.norm(image), rtol=1e-4)
        with pytest.raises(ValueError, match="In_filters cannot be greater"):
            initializer([3, 3, 5, 4])


def test_a_barrier_puts_elements_together(session):
    barrier = Barrier((tf.float32, tf.float32), shapes=((), (2,)))
    session.run(barrier.insert_many(0, ["a", "b"], [1.0, 2.0]))
    assert session.run([barrier.ready_size(), barrier.incomplete_size()]) == [0, 2]
    session.run(barrier.insert_many(1, ["b", "a"], [[3.0, 4.0], [5.0, 6.0]]))
    take = barrier.take_many(2)
    assert [t.shape.as_list() for t in take.values] == [[2], [2, 2]]
    taken = session.run(take)
    assert sorted(taken.keys.tolist()) == [b"a", b"b"] and sorted(taken.values[0].tolist()) == [1, 2]
    for index, keys, values, message in (
        (0, ["z", "z"], [1.0, 2.0], "Key z already has a value for component 0"),
        (1, ["z"], tf.placeholder_with_default([[1.0]], None), r"Expected \[2\], got \[1\]"),
    ):
        with pytest.raises(errors.InvalidArgumentError, match=message):
            session.run(barrier.insert_many(index, keys, values))
    session.run(barrier.close())
    with pytest.raises(errors.CancelledError, match="attempted to insert a brand new key: n"):
        session.run(barrier.insert_many(0, ["n"], [1.0]))
    with pytest.raises(errors.OutOfRangeError, match="is closed and has insufficient elements .requested 1, total size 0"):
        session.run(barrier.take_many(1))
