"""Producers and batches: threads fill a queue, a Coordinator stops them, epochs end in OutOfRangeError."""

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def run_to_the_end(fetch, limit=100):
    found = []
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess=sess, coord=coordinator)
        try:
            while len(found) < limit and not coordinator.should_stop():
                found.append(sess.run(fetch))
        except tf.errors.OutOfRangeError:
            pass
        finally:
            coordinator.request_stop()
            coordinator.join(threads)
    return found


def test_strings_in_order_and_by_epochs():
    queue = tf.train.string_input_producer(["a", "b", "c"], num_epochs=2, shuffle=False)
    assert run_to_the_end(queue.dequeue()) == [b"a", b"b", b"c"] * 2


def test_batches_of_single_elements():
    number = tf.train.range_input_producer(7, num_epochs=1, shuffle=False).dequeue()
    batches = run_to_the_end(tf.train.batch([number, number * 10], 3, allow_smaller_final_batch=True))
    assert [a.tolist() for a, _ in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [b.tolist() for _, b in batches] == [[0, 10, 20], [30, 40, 50], [60]]


def test_shuffled_batches_hold_every_element_once():
    number = tf.train.range_input_producer(20, num_epochs=1, shuffle=False).dequeue()
    batches = run_to_the_end(tf.train.shuffle_batch({"n": number}, 5, capacity=15, min_after_dequeue=5, seed=1))
    numbers = [int(n) for b in batches for n in b["n"]]
    assert sorted(numbers) == list(range(20)) and numbers != sorted(numbers)


def test_slices_of_tensors_stay_together():
    a, b = tf.train.slice_input_producer([[1, 2, 3], [10, 20, 30]], num_epochs=1, seed=3)
    assert all(y == 10 * x for x, y in run_to_the_end([a, b]))


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="requires a non-null input tensor"):
        tf.train.string_input_producer([])
    with pytest.raises(ValueError, match="capacity 5 must be bigger than min_after_dequeue 5"):
        tf.train.shuffle_batch([tf.constant(1)], 1, capacity=5, min_after_dequeue=5)


def test_files_line_by_line(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"{name},1\n{name},2\n")
    files = tf.train.match_filenames_once(str(tmp_path / "*.csv"))
    _, line = tf.TextLineReader().read(tf.train.string_input_producer(files, num_epochs=1, shuffle=False))
    name, number = tf.decode_csv(line, [[""], [0]])
    assert [(n, int(k)) for n, k in run_to_the_end([name, number])] == [(b"a", 1), (b"a", 2), (b"b", 1), (b"b", 2)]


def _growing(number):
    """A sparse row of two: [number, number + 10]."""
    return tf.SparseTensor([[0], [1]], tf.stack([number, number + 10]), [2])


ROWS = tf.SparseTensorValue([[0, 0], [1, 1], [1, 2]], [1, 2, 3], [3, 4])


@pytest.mark.parametrize(
    "make, values",
    [
        (lambda n: tf.train.batch({"n": n, "s": _growing(n)}, 2)["s"], [[0, 10, 1, 11], [2, 12, 3, 13]]),
        (lambda n: tf.train.batch([_growing(n)], 3, allow_smaller_final_batch=True), [[0, 10, 1, 11, 2, 12], [3, 13]]),
        (lambda n: tf.train.maybe_batch([n, _growing(n)], n > 1, 1)[1], [[2, 12], [3, 13]]),
        (lambda n: tf.train.batch_join([[n, _growing(n)]], 4)[1], [[0, 10, 1, 11, 2, 12, 3, 13]]),
    ],
)
def test_batches_of_sparse_tensors(make, values):
    batch = make(tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue())
    found = run_to_the_end(batch)
    assert [b.values.tolist() for b in found] == values
    assert all(b.dense_shape.tolist() == [len(v) // 2, 2] for b, v in zip(found, values))


@pytest.mark.parametrize("keep, first", [(True, [1, 2, 3]), ([True, False, True], [1])])
def test_batches_of_many_sparse_rows(keep, first):
    batch = tf.train.maybe_batch([tf.SparseTensor.from_value(ROWS)], tf.constant(keep), 2, enqueue_many=True)
    with tf.Session() as sess:
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess=sess, coord=coordinator)
        assert sess.run(batch).values.tolist() == first
        coordinator.request_stop()
        coordinator.join(threads)


def test_a_handle_of_a_sparse_tensor_is_good_once():
    handle = tf.raw_ops.AddSparseToTensorsMap(
        sparse_indices=tf.constant([[0]], tf.int64), sparse_values=[1.0], sparse_shape=tf.constant([1], tf.int64), shared_name="m"
    )
    taken = tf.raw_ops.TakeManySparseFromTensorsMap(sparse_handles=[7], dtype=tf.float32, shared_name="m")
    with tf.Session() as sess:
        sess.run(handle)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Unable to find SparseTensor: 7"):
            sess.run(taken)
