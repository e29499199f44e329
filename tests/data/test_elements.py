"""What datasets of tf.data are made of besides tensors, what they remember and what stops them."""

import os

import numpy as np
import pytest

import tinytf as tf


def _all(dataset):
    """The elements of a dataset, read until its end."""
    with tf.Session() as session:
        iterator = dataset.make_initializable_iterator()
        following = iterator.get_next()
        session.run(iterator.initializer)
        found = []
        while True:
            try:
                found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                return found


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def test_sparse_components_are_batched_along_a_new_dimension():
    rows = tf.data.Dataset.range(3).map(lambda i: tf.SparseTensor([[i]], [i * 10], [4]))
    assert rows.output_classes is tf.SparseTensor
    (batch,) = _all(rows.batch(3))
    assert batch.indices.tolist() == [[0, 0], [1, 1], [2, 2]] and batch.values.tolist() == [0, 10, 20]
    assert batch.dense_shape.tolist() == [3, 4]
    assert [row.values.tolist() for row in _all(rows.batch(3).apply(tf.data.experimental.unbatch()))] == [[0], [10], [20]]


def test_element_spec_names_structure_and_kinds():
    dataset = tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": tf.SparseTensor([[0, 0]], ["x"], [2, 3])})
    spec = dataset.element_spec
    assert spec["a"] == tf.TensorSpec([], tf.int32)
    assert spec["b"] == tf.SparseTensorSpec([3], tf.string)


def test_error_of_one_element_does_not_end_the_iteration():
    dataset = tf.data.Dataset.from_tensor_slices([1.0, np.nan, 3.0]).map(lambda x: tf.check_numerics(x, "bad"))
    following = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert session.run(following) == 1.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="bad"):
            session.run(following)
        assert session.run(following) == 3.0
    assert _all(dataset.apply(tf.data.experimental.ignore_errors())) == [1.0, 3.0]


def test_cache_in_a_file_outlives_its_source(tmp_path):
    path = str(tmp_path / "kept")
    assert _all(tf.data.Dataset.range(4).cache(path)) == [0, 1, 2, 3]
    assert sorted(os.listdir(tmp_path)) == ["kept.data-00000-of-00001", "kept.index"]
    assert _all(tf.data.Dataset.range(0).cache(path)) == [0, 1, 2, 3]


def test_options_merge_and_go_with_the_dataset():
    first, second = tf.data.Options(), tf.data.Options()
    first.experimental_deterministic = False
    second.experimental_optimization.map_fusion = True
    merged = tf.data.Dataset.range(2).with_options(first).with_options(second).map(lambda x: x).options()
    assert merged.experimental_deterministic is False and merged.experimental_optimization.map_fusion is True


def test_csv_table_is_read_by_its_header(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("n,label,x\n1,a,0.5\n2,b,1.5\n3,c,2.5\n")
    table = tf.data.experimental.make_csv_dataset(str(path), 2, label_name="label", num_epochs=1, shuffle=False)
    (features, labels), (rest, last) = _all(table)
    assert features["n"].tolist() == [1, 2] and features["x"].tolist() == [0.5, 1.5] and labels.tolist() == [b"a", b"b"]
    assert rest["n"].tolist() == [3] and last.tolist() == [b"c"]
    rows = tf.data.experimental.CsvDataset(str(path), [tf.int32, tf.float32], header=True, select_cols=[0, 2])
    assert _all(rows) == [(1, 0.5), (2, 1.5), (3, 2.5)]


def test_transformations_that_carry_a_state():
    experimental = tf.data.experimental
    numbers = tf.data.Dataset.range(6)
    assert _all(numbers.apply(experimental.scan(np.int64(0), lambda s, x: (s + x, s + x)))) == [0, 1, 3, 6, 10, 15]
    assert _all(numbers.apply(experimental.take_while(lambda x: x < 3))) == [0, 1, 2]
    groups = numbers.apply(experimental.group_by_window(lambda x: x % 2, lambda key, d: d.batch(4), 4))
    assert sorted(g.tolist() for g in _all(groups)) == [[0, 2, 4], [1, 3, 5]]
    assert _all(tf.data.Dataset.from_tensor_slices([1, 2, 1, 3, 2]).apply(experimental.unique())) == [1, 2, 3]


def test_sizes_that_are_known_and_that_are_not():
    size = tf.data.experimental.cardinality
    numbers = tf.data.Dataset.range(7)
    made = [numbers.batch(2), numbers.batch(2, drop_remainder=True), numbers.repeat(), numbers.filter(lambda x: x > 1), numbers.skip(3).take(9)]
    with tf.Session() as session:
        found = session.run([size(d) for d in made])
    assert found == [4, 3, tf.data.experimental.INFINITE_CARDINALITY, tf.data.experimental.UNKNOWN_CARDINALITY, 4]


def test_optional_takes_the_place_of_the_end():
    iterator = tf.data.Dataset.range(1).make_initializable_iterator()
    following = tf.data.experimental.get_next_as_optional(iterator)
    has, value = following.has_value(), following.get_value()
    with tf.Session() as session:
        session.run(iterator.initializer)
        assert session.run([has, value]) == [True, 0]
        assert not session.run(has)
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(value)


def test_iterators_by_handle_must_fit():
    from_handle = tf.data.Iterator.from_string_handle
    handle = tf.placeholder(tf.string, [])
    following = from_handle(handle, tf.int64, []).get_next()
    right = tf.data.Dataset.range(3).make_one_shot_iterator().string_handle()
    wrong = tf.data.Dataset.from_tensors("a").make_one_shot_iterator().string_handle()
    with tf.Session() as session:
        right, wrong = session.run([right, wrong])
        assert session.run(following, {handle: right}) == 0
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(following, {handle: wrong})
