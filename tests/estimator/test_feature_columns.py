"""Feature columns give TensorFlow 1.15.5's numbers, under its names."""

import numpy as np
import pytest

import tinytf as tf

fc = tf.feature_column


def features():
    return {
        "x": tf.constant([[1.0, 2], [3, 4], [5, 6]]),
        "a": tf.constant([1.0, 20, 70]),
        "id": tf.constant([0, 2, 1], tf.int64),
        "w": tf.constant([["a", "b"], ["c", "a"], ["b", "zz"]]),
        "h": tf.constant(["p", "q", "p"]),
    }


def columns():
    a = fc.numeric_column("a")
    return {
        "x": fc.numeric_column("x", shape=2, normalizer_fn=lambda t: t - 1.0),
        "a": a,
        "buckets": fc.bucketized_column(a, [10, 30.5]),
        "id": fc.categorical_column_with_identity("id", 4),
        "w": fc.categorical_column_with_vocabulary_list("w", ["a", "b", "c"], num_oov_buckets=1),
        "h": fc.categorical_column_with_hash_bucket("h", 7),
    }


def run(tensor):
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        return sess.run(tensor)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def test_an_input_layer_puts_columns_side_by_side_by_name():
    c = columns()
    chosen = [c["x"], c["a"], c["buckets"], fc.indicator_column(c["id"]), fc.indicator_column(c["w"])]
    expected = [
        [1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1],
        [20, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 2, 3],
        [70, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 4, 5],
    ]
    assert run(fc.input_layer(features(), chosen)).tolist() == expected


def test_embeddings_are_variables_of_the_columns_scope():
    c = columns()
    embedded = fc.embedding_column(c["h"], 2, initializer=tf.constant_initializer([[float(i), 0] for i in range(7)]))
    result = run(fc.input_layer(features(), [embedded]))
    assert [v.name for v in tf.global_variables()] == ["input_layer/h_embedding/embedding_weights:0"]
    assert result[0].tolist() == result[2].tolist()


def test_shared_embeddings_have_one_variable():
    one, two = fc.categorical_column_with_identity("id", 4), fc.categorical_column_with_identity("id2", 4)
    fed = {"id": tf.constant([1, 2], tf.int64), "id2": tf.constant([2, 1], tf.int64)}
    result = run(fc.input_layer(fed, fc.shared_embedding_columns([one, two], 3)))
    assert [v.name for v in tf.global_variables()] == ["input_layer/id_id2_shared_embedding/embedding_weights:0"]
    np.testing.assert_array_equal(result[0, :3], result[1, 3:])


def test_a_linear_models_variables():
    c = columns()
    fc.linear_model(features(), [c["x"], c["buckets"], c["id"], c["w"], c["h"]])
    assert [(v.op.name, v.shape.as_list()) for v in tf.global_variables()] == [
        ("linear_model/a_bucketized/weights", [3, 1]),
        ("linear_model/h/weights", [7, 1]),
        ("linear_model/id/weights", [4, 1]),
        ("linear_model/w/weights", [4, 1]),
        ("linear_model/x/weights", [2, 1]),
        ("linear_model/bias_weights", [1]),
    ]


def test_crossed_columns_hash_as_tensorflow_does():
    c = columns()
    words = fc.indicator_column(fc.crossed_column(["w", "h"], 50))
    numbers = fc.indicator_column(fc.crossed_column([c["buckets"], "ids2"], 20))
    fed = dict(features(), ids2=tf.constant([1, 1, 2], tf.int64))
    result = run(fc.input_layer(fed, [words, numbers]))
    assert [np.nonzero(row)[0].tolist() for row in result] == [[3, 37, 53], [1, 21, 50], [11, 33, 53]]


def test_parse_example_specs():
    c = columns()
    spec = fc.make_parse_example_spec([c["buckets"], c["id"], fc.embedding_column(c["w"], 2)])
    assert spec["a"] == tf.FixedLenFeature((1,), tf.float32)
    assert spec["id"] == tf.VarLenFeature(tf.int64) and spec["w"] == tf.VarLenFeature(tf.string)


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: fc.numeric_column("x", shape=0), ValueError, "greater than 0"),
        (lambda: fc.numeric_column("x", dtype=tf.string), ValueError, "convertible to float"),
        (lambda: fc.bucketized_column(fc.numeric_column("x"), [2, 1]), ValueError, "sorted"),
        (lambda: fc.categorical_column_with_identity("x", 0), ValueError, "num_buckets 0 < 1"),
        (lambda: fc.categorical_column_with_vocabulary_list("x", ["a", "a"]), ValueError, "Duplicate"),
        (lambda: fc.embedding_column(fc.categorical_column_with_identity("x", 2), 0), ValueError, "Invalid dimension"),
        (lambda: fc.crossed_column(["a"], 5), ValueError, "length > 1"),
        (lambda: fc.input_layer({}, [fc.numeric_column("x")]), ValueError, "not in features"),
        (lambda: fc.input_layer(features(), [columns()["id"]]), ValueError, "indicator_column"),
        (lambda: fc.input_layer(features(), []), ValueError, "must not be empty"),
    ],
)
def test_mistakes_are_named(make, error, words):
    with pytest.raises(error, match=words):
        make()
