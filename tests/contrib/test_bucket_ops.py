"""Elements of like length come together; the ops of the queue runners are run by hand here, without threads."""

import pytest

import tinytf as tf
from tinytf.contrib import training


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def test_elements_of_like_length_come_together_padded():
    length = tf.placeholder(tf.int32, [])
    lengths, (ids,) = training.bucket_by_sequence_length(length, [tf.range(length)], 2, [4, 8], dynamic_pad=True)
    into_top, into_buckets = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
    assert ids.shape.as_list() == [2, None] and len(into_top.enqueue_ops) == 3
    with tf.Session() as sess:
        for n in (3, 9, 5, 7, 1, 8):
            sess.run(into_buckets.enqueue_ops[0], {length: n})
        for move in into_top.enqueue_ops:
            sess.run(move)
        batches = [sess.run([lengths, ids]) for _ in range(3)]
    assert [b[0].tolist() for b in batches] == [[3, 1], [5, 7], [9, 8]]
    assert batches[0][1].tolist() == [[0, 1, 2], [0, 0, 0]]


def test_the_bucket_is_told_and_dicts_come_back_as_dicts():
    which = tf.placeholder(tf.int32, [])
    number, batch = training.bucket({"x": which * 10}, which, [1, 2], 2)
    into_top, into_buckets = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
    with tf.Session() as sess:
        for n in (1, 1):
            sess.run(into_buckets.enqueue_ops[0], {which: n})
        sess.run(into_top.enqueue_ops[1])
        number, batch = sess.run([number, batch])
    assert number == 1 and batch["x"].tolist() == [10, 10]


@pytest.mark.parametrize(
    "boundaries, error, message",
    [
        ([], ValueError, "must not be empty"),
        (3, TypeError, "must be a list or tuple"),
        ([3, 2], ValueError, "sequential increasing lengths, but saw: 3 before 2"),
        ([1.5, 2], TypeError, "must be integers"),
    ],
)
def test_boundaries_that_are_none(boundaries, error, message):
    with pytest.raises(error, match=message):
        training.bucket_by_sequence_length(3, [tf.constant(1)], 2, boundaries)
