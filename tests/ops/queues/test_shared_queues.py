"""Ops that share a queue or a barrier by name must describe the same; a barrier refuses what does not fit its components."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.queues.barrier_ops import Barrier

f = tf.float32


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


QUEUES = [
    (lambda n: tf.FIFOQueue(10, f, shared_name=n), lambda n: tf.FIFOQueue(-1, f, shared_name=n), "has capacity 10 but requested capacity was 2147483647"),
    (lambda n: tf.FIFOQueue(9, f, shared_name=n), lambda n: tf.FIFOQueue(9, [f, tf.int32], shared_name=n), "types float but .* were float, int32"),
    (lambda n: tf.FIFOQueue(9, f, [[1, 2]], shared_name=n), lambda n: tf.FIFOQueue(9, f, shared_name=n), r"shapes \[\[1,2\]\] but .* were \[\]"),
    (lambda n: tf.FIFOQueue(9, f, shared_name=n), lambda n: tf.RandomShuffleQueue(9, 5, f, shared_name=n), "Expected FIFOQueue, found RandomShuffleQueueV2"),
    (lambda n: tf.RandomShuffleQueue(9, 0, f, shared_name=n), lambda n: tf.RandomShuffleQueue(9, 5, f, shared_name=n), "requested min_after_dequeue was 5[.]"),
    (
        lambda n: tf.RandomShuffleQueue(9, 5, f, seed=12, shared_name=n),
        lambda n: tf.RandomShuffleQueue(9, 5, f, seed=21, shared_name=n),
        r"has random seeds \(87654321, 12\) but requested seeds are \(87654321, 21\)[.]",
    ),
    (lambda n: tf.PriorityQueue(9, f, [()], shared_name=n), lambda n: tf.PriorityQueue(9, f, [(2,)], shared_name=n), r"\[\[\], \[\]\] but .* \[\[\], \[2\]\]"),
    (lambda n: tf.PaddingFIFOQueue(9, f, [[None]], shared_name=n), lambda n: tf.PaddingFIFOQueue(9, f, [[1]], shared_name=n), None),
    (lambda n: tf.RandomShuffleQueue(9, 5, f, seed=12, shared_name=n), lambda n: tf.RandomShuffleQueue(9, 5, f, shared_name=n), None),
]


@pytest.mark.parametrize("make, other, message", QUEUES)
def test_a_shared_queue_is_described_alike(make, other, message):
    with tf.Session() as session:
        session.run(make("q").queue_ref.op)
        again = other("q").queue_ref.op
        if message is None:
            session.run(again)
        else:
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                session.run(again)


BARRIERS = [
    ([f], [()], [tf.int32], [()], "Shared barrier 'b' has component types float but requested component types were int32"),
    ([f, f], [(2, 2), (8,)], [f, f], None, r"has component shapes \[\[2,2\], \[8\]\] but requested component shapes were \[\[\], \[\]\]"),
]


@pytest.mark.parametrize("types, shapes, other_types, other_shapes, message", BARRIERS)
def test_a_shared_barrier_is_described_alike(types, shapes, other_types, other_shapes, message):
    with tf.Session() as session:
        session.run(Barrier(types, shapes, shared_name="b").barrier_ref)
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            session.run(Barrier(other_types, other_shapes, shared_name="b").barrier_ref)


@pytest.mark.parametrize(
    "component, values, error, message",
    [
        (0, np.zeros([2, 0], np.float32), tf.errors.InvalidArgumentError, r"Tensors with no elements are not supported _0_B: received shape \[2,0\]"),
        (0, np.zeros([2]), tf.errors.InvalidArgumentError, "Signature mismatch, have: string_ref, string, double-> expected: string_ref, string, float->"),
        (2, np.zeros([2], np.float32), tf.errors.InvalidArgumentError, r"component ID is out of range 2 > num_components \(= 2\)"),
        (0, np.zeros([3], np.float32), ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3"),
        (0, np.float32(1), ValueError, "Shape must be at least rank 1 but is rank 0"),
    ],
)
def test_what_a_barrier_refuses(component, values, error, message):
    barrier = Barrier([f, f], name="B")
    with tf.Session() as session, pytest.raises(error, match=message):
        session.run(barrier.insert_many(component, ["a", "b"], values))


def test_what_is_enqueued_fits_the_queue():
    with tf.Graph().as_default(), tf.Session() as sess:
        queue, other = tf.FIFOQueue(3, [tf.float32, tf.int32], [[], [2]]), tf.FIFOQueue(3, [tf.float32])
        numbers = tf.placeholder(tf.int32)
        many = queue.enqueue_many([[1.0], numbers])
        for given, shown in (([[1, 2, 3]], r"\[1,3\]"), ([[1, 2], [3, 4]], r"\[2,2\]"), (3, r"\[\]")):
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"Expected \[1,2\], got " + shown):
                sess.run(many, {numbers: given})
        with pytest.raises(tf.errors.InvalidArgumentError, match="Signature mismatch, have: resource, float-> expected: resource, float, int32->"):
            sess.run(tf.raw_ops.QueueEnqueueV2(handle=queue.queue_ref, components=[1.0]))
        sess.run(other.close())
        with pytest.raises(tf.errors.CancelledError, match="is already closed"):
            sess.run(other.close())
        sess.run(other.close(cancel_pending_enqueues=True))
