"""tf.data gives TensorFlow's elements in TensorFlow's order, random order included."""

import numpy as np
import pytest

import tinytf as tf

Dataset = tf.data.Dataset


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def elements(dataset, initializable=True, limit=50):
    iterator = dataset.make_initializable_iterator() if initializable else dataset.make_one_shot_iterator()
    following = iterator.get_next()
    found = []
    with tf.Session() as sess:
        if initializable:
            sess.run(iterator.initializer)
        try:
            for _ in range(limit):
                found.append(sess.run(following))
        except tf.errors.OutOfRangeError:
            found.append("end")
    return found


# What TensorFlow 1.15.5 gives for the same lines.
TABLE = {
    "range": (lambda: Dataset.range(1, 8, 3), [1, 4, 7]),
    "filter": (lambda: Dataset.range(5).filter(lambda v: v > 2), [3, 4]),
    "flat_map": (lambda: Dataset.range(1, 4).flat_map(lambda v: Dataset.from_tensors(v).repeat(v)), [1, 2, 2, 3, 3, 3]),
    "interleave": (
        lambda: Dataset.range(1, 6).interleave(lambda v: Dataset.from_tensors(v).repeat(4), cycle_length=2, block_length=3),
        [1, 1, 1, 2, 2, 2, 1, 2, 3, 3, 3, 4, 4, 4, 3, 4, 5, 5, 5, 5],
    ),
    "repeat, take, skip": (lambda: Dataset.range(3).repeat(2).skip(1).take(4), [1, 2, 0, 1]),
    "shard": (lambda: Dataset.range(7).shard(3, 1), [1, 4]),
    "concatenate": (lambda: Dataset.range(2).concatenate(Dataset.range(5, 7)), [0, 1, 5, 6]),
    "shuffle, small buffer": (lambda: Dataset.range(10).shuffle(4, seed=3), [3, 0, 1, 4, 6, 5, 9, 8, 2, 7]),
    "shuffle, large buffer": (lambda: Dataset.range(10).shuffle(100, seed=3), [9, 7, 3, 8, 6, 2, 0, 5, 4, 1]),
}


@pytest.mark.parametrize("one_shot", [False, True])
@pytest.mark.parametrize("name", TABLE)
def test_elements(name, one_shot):
    if "shuffle" in name:
        tf.set_random_seed(7)
    make, expected = TABLE[name]
    found = elements(make(), initializable=not one_shot)
    if "shuffle" in name and one_shot:
        assert sorted(found[:-1]) == sorted(expected)
    else:
        assert [int(v) for v in found[:-1]] == expected
    assert found[-1] == "end"


def test_a_repeated_shuffle_is_tensorflows():
    tf.set_random_seed(7)
    found = elements(Dataset.range(5).shuffle(10, seed=3).repeat(2))
    assert [int(v) for v in found[:-1]] == REPEATED


REPEATED = [3, 0, 4, 1, 2, 0, 3, 1, 2, 4]  # what TensorFlow 1.15.5 gives


def test_slices_keep_their_structure():
    found = elements(Dataset.from_tensor_slices({"a": [1, 2], "b": ([[1.0], [2.0]], ["x", "y"])}))
    assert found[0]["a"] == 1 and found[0]["b"][0].tolist() == [1.0] and found[0]["b"][1] == b"x"
    assert len(found) == 3


def test_batches_stack_and_the_last_may_be_smaller():
    shapes = [b.shape for b in elements(Dataset.range(7).batch(3))[:-1]]
    assert shapes == [(3,), (3,), (1,)]
    dropped = Dataset.range(7).batch(3, drop_remainder=True)
    assert dropped.output_shapes.as_list() == [3]
    assert len(elements(dropped)) == 3


def test_padded_batches_of_scalar_strings_hold_the_strings():
    found = elements(Dataset.from_tensor_slices(["a", "b"]).padded_batch(2, tf.TensorShape([])))
    assert found[0].tolist() == [b"a", b"b"] and type(found[0][0]) is bytes


def test_padded_batches():
    found = elements(Dataset.range(1, 4).map(lambda v: tf.fill([v], v)).padded_batch(2, [None]))
    assert found[0].tolist() == [[1, 0], [2, 2]]
    assert found[1].tolist() == [[3, 3, 3]]


def test_functions_capture_what_they_use():
    k = tf.constant(10, tf.int64)
    v = tf.Variable(3, dtype=tf.int64)
    iterator = Dataset.range(3).map(lambda x: x * k + v).make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as sess:
        sess.run([v.initializer])
        sess.run(iterator.initializer)
        assert [int(sess.run(following)) for _ in range(3)] == [3, 13, 23]


def test_a_one_shot_iterator_refuses_variables():
    v = tf.Variable(3, dtype=tf.int64)
    with pytest.raises(ValueError, match="Failed to create a one-shot iterator.*make_initializable_iterator"):
        Dataset.range(3).map(lambda x: x * v).make_one_shot_iterator()


def test_generators():
    def generate():
        yield 1, [2.0, 3.0]
        yield 4, [5.0, 6.0]

    found = elements(Dataset.from_generator(generate, (tf.int32, tf.float32), ([], [2])).repeat(2), initializable=False)
    assert [int(a) for a, _ in found[:-1]] == [1, 4, 1, 4]
    with pytest.raises(tf.errors.InvalidArgumentError, match="could not be converted to the expected type"):
        elements(Dataset.from_generator(lambda: iter(["x"]), tf.int32))


def test_lines_of_files(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"head\n1\r\n2\n3")
    assert elements(tf.data.TextLineDataset([str(path)]).skip(1)) == [b"1", b"2", b"3", "end"]
    with pytest.raises(tf.errors.NotFoundError, match="nowhere.txt"):
        elements(tf.data.TextLineDataset("nowhere.txt"))


def test_iterators_are_initialised_and_reinitialised():
    iterator = tf.data.Iterator.from_structure(tf.int64, [])
    following = iterator.get_next()
    first, second = iterator.make_initializer(Dataset.range(2)), iterator.make_initializer(Dataset.range(5, 7))
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError, match="has not been initialized"):
            sess.run(following)
        for initializer, values in ((first, [0, 1]), (second, [5, 6]), (first, [0, 1])):
            sess.run(initializer)
            assert [int(sess.run(following)) for _ in range(2)] == values
    with pytest.raises(TypeError, match="Expected output types"):
        iterator.make_initializer(Dataset.from_tensors(1.0))


def test_handles_choose_the_iterator():
    handle = tf.placeholder(tf.string, [])
    following = tf.data.Iterator.from_string_handle(handle, tf.int64, []).get_next()
    a, b = Dataset.range(3).make_one_shot_iterator(), Dataset.range(10, 13).make_one_shot_iterator()
    with tf.Session() as sess:
        first, second = sess.run([a.string_handle(), b.string_handle()])
        assert [int(sess.run(following, {handle: h})) for h in (first, second, first, second)] == [0, 10, 1, 11]


def test_reduce_and_cache():
    calls = []
    counted = Dataset.range(4).map(lambda x: tf.py_func(lambda v: calls.append(int(v)) or v, [x], tf.int64)).cache().repeat(3)
    assert [int(v) for v in elements(counted)[:-1]] == [0, 1, 2, 3] * 3
    assert calls == [0, 1, 2, 3]
    with tf.Session() as sess:
        assert sess.run(Dataset.range(5).reduce(np.int64(0), lambda total, x: total + x)) == 10


def test_batched_strings_are_what_tables_take():
    with tf.Graph().as_default():
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "bc"], [1, 2]), 0)
        lines = tf.data.Dataset.from_tensor_slices(["7,a", "8,bc"])
        batch = lines.map(lambda line: tf.decode_csv(line, [[0], [""]])[1]).batch(2).make_one_shot_iterator().get_next()
        found = table.lookup(batch)
        with tf.Session() as session:
            session.run(tf.tables_initializer())
            np.testing.assert_array_equal(session.run(found), [1, 2])


def test_one_shot_iterator_goes_on_whatever_is_fetched_with_it():
    with tf.Graph().as_default():
        x = tf.data.Dataset.range(4).make_one_shot_iterator().get_next()
        more = [x, x * 10, x + 1]
        with tf.Session() as session:
            assert [session.run(fetch) for fetch in more] == [0, 10, 3]
            assert session.run([more[0], more[1]]) == [3, 30]
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(more[2])


def test_a_seeded_map_draws_from_the_start_in_each_iteration_and_goes_on_within_one():
    tf.set_random_seed(42)
    draw = tf.data.Dataset.range(3).map(lambda x: tf.random_uniform([], 0, 1000, tf.int64, seed=1))
    inner = tf.data.Dataset.range(2).flat_map(lambda x: tf.data.Dataset.range(3).map(lambda y: tf.random_uniform([], 0, 1000, tf.int64, seed=1)))
    for dataset in (draw.repeat(2), inner):
        iterator = dataset.make_initializable_iterator()
        element = iterator.get_next()
        with tf.Session() as sess:
            for _ in range(2):
                sess.run(iterator.initializer)
                assert [int(sess.run(element)) for _ in range(6)] == [929, 815, 660, 947, 307, 946]  # TensorFlow's
