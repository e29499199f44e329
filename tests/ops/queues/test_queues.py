"""Queues block, close and cancel as TensorFlow's do; readers take file names from them."""

import threading

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def test_first_in_first_out():
    queue = tf.FIFOQueue(10, [tf.float32, tf.string], shapes=[[2], []])
    many = queue.enqueue_many([[[1.0, 2.0], [3.0, 4.0]], ["a", "b"]])
    one = queue.enqueue([[5.0, 6.0], "c"])
    numbers, text = queue.dequeue()
    with tf.Session() as sess:
        sess.run(many)
        sess.run(one)
        assert sess.run(queue.size()) == 3
        got = [sess.run([numbers, text]) for _ in range(3)]
    assert [t for _, t in got] == [b"a", b"b", b"c"]
    assert got[2][0].tolist() == [5.0, 6.0]


def test_what_is_in_a_queue_does_not_follow_a_variable():
    queue = tf.FIFOQueue(3, tf.float32, shapes=[2])
    v = tf.Variable([1.0, 2.0])
    put, take, bump = queue.enqueue(v), queue.dequeue(), tf.assign_add(v, [10.0, 10.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(put)
        sess.run(bump)
        assert sess.run(take).tolist() == [1.0, 2.0]


def test_batches_wait_for_enough_elements():
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    put, value = None, tf.placeholder(tf.int32, [])
    put, three = queue.enqueue(value), queue.dequeue_many(3)
    with tf.Session() as sess:
        result = []
        waiting = threading.Thread(target=lambda: result.append(sess.run(three)))
        waiting.start()
        for i in range(3):
            sess.run(put, {value: i})
        waiting.join(10)
        assert result[0].tolist() == [0, 1, 2]


def test_a_closed_queue_gives_what_it_has_and_then_ends():
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    put, close = queue.enqueue_many([[1, 2, 3]]), queue.close()
    two, up_to = queue.dequeue_many(2), queue.dequeue_up_to(2)
    with tf.Session() as sess:
        sess.run(put)
        sess.run(close)
        assert sess.run(two).tolist() == [1, 2]
        with pytest.raises(tf.errors.OutOfRangeError, match=r"is closed and has insufficient elements \(requested 2, current size 1\)"):
            sess.run(two)
        assert sess.run(up_to).tolist() == [3]
        with pytest.raises(tf.errors.OutOfRangeError):
            sess.run(up_to)
        with pytest.raises(tf.errors.CancelledError, match="is closed"):
            sess.run(put)


def test_closing_the_session_wakes_those_who_wait():
    queue = tf.FIFOQueue(1, tf.int32, shapes=[[]])
    take = queue.dequeue()
    sess = tf.Session()
    seen = []

    def wait():
        try:
            sess.run(take)
        except tf.errors.CancelledError as error:
            seen.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not sess._resources:
        pass
    sess.close()
    thread.join(10)
    assert len(seen) == 1


def test_a_shuffle_queue_draws_in_tensorflows_order():
    queue = tf.RandomShuffleQueue(10, 0, tf.int32, shapes=[[]], seed=5)
    put, take = queue.enqueue_many([np.arange(8)]), queue.dequeue_many(8)
    with tf.Session() as sess:
        sess.run(put)
        order = sess.run(take).tolist()
    assert sorted(order) == list(range(8)) and order == SHUFFLED


SHUFFLED = [7, 4, 0, 6, 5, 1, 2, 3]  # what TensorFlow 1.15.5 gives


def test_padding_and_priority():
    padded = tf.PaddingFIFOQueue(10, tf.int32, shapes=[[None]])
    puts = [padded.enqueue([np.arange(n)]) for n in (1, 3)]
    ranked = tf.PriorityQueue(10, [tf.string], shapes=[[]])
    rank = ranked.enqueue_many([np.array([5, 1, 3], np.int64), ["e", "a", "c"]])
    two, first = padded.dequeue_many(2), ranked.dequeue_many(3)
    with tf.Session() as sess:
        for put in puts:
            sess.run(put)
        assert sess.run(two).tolist() == [[0, 0, 0], [0, 1, 2]]
        sess.run(rank)
        assert sess.run(first)[1].tolist() == [b"a", b"c", b"e"]


def test_shapes_are_checked():
    queue = tf.FIFOQueue(10, tf.float32, shapes=[[2]])
    with pytest.raises(ValueError, match="incompatible"):
        queue.enqueue([[1.0, 2.0, 3.0]])
    x = tf.placeholder(tf.float32)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=r"Shape mismatch in tuple component 0. Expected \[2\], got \[3\]"):
        sess.run(queue.enqueue(x), {x: [1, 2, 3]})


def test_readers(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\n")
    (tmp_path / "b.txt").write_bytes(b"three")
    names = tf.FIFOQueue(10, tf.string, shapes=[[]])
    fill = names.enqueue_many([[str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]])
    reader = tf.TextLineReader()
    key, value = reader.read(names)
    with tf.Session() as sess:
        sess.run([fill])
        sess.run(names.close())
        found = [tuple(sess.run([key, value])) for _ in range(3)]
        assert [v for _, v in found] == [b"one", b"two", b"three"]
        assert [k.decode().rsplit("/", 1)[1] for k, _ in found] == ["a.txt:1", "a.txt:2", "b.txt:1"]
        assert sess.run(reader.num_records_produced()) == 3
        with pytest.raises(tf.errors.OutOfRangeError):
            sess.run(value)


def test_whole_files_and_fixed_records(tmp_path):
    (tmp_path / "r.bin").write_bytes(b"H" + b"abcdef" + b"F")
    names = tf.FIFOQueue(10, tf.string, shapes=[[]])
    fill = names.enqueue_many([[str(tmp_path / "r.bin")]])
    whole = tf.WholeFileReader().read(names)[1]
    key, record = tf.FixedLengthRecordReader(2, header_bytes=1, footer_bytes=1).read(names)
    with tf.Session() as sess:
        sess.run(fill)
        assert sess.run(whole) == b"HabcdefF"
        sess.run(fill)
        assert [sess.run([key, record])[1] for _ in range(3)] == [b"ab", b"cd", b"ef"]
